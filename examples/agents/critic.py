"""critic.py: reads each failure before the teacher does, and lets go on only what there is something to learn from.

    SWARM_CREDENTIAL=TOKEN python critic.py --target HOST:PORT --ca ca.pem

The swarm's config declares it: [flow.critic] with consumes = "failures" and stands = "before teacher".
"""

import json

from swarm.agent import run
from swarm.records import Annotation, Attempt, Decision
from swarm.work import Lease


class Critic:
    """Drops failures of attempts that say nothing or were cut off: they show no wrong idea."""

    role = "critic"

    def act(self, lease: Lease) -> Annotation:
        attempt = lease.nearest(Attempt)
        says = "" if attempt.truncated else attempt.text.strip(" =\n")
        note = json.dumps({"why": "it can be learned from" if says else "it says nothing"})
        decision = Decision.PASS if says else Decision.DROP
        return Annotation(schema_name="critique", body=note, decision=decision)


if __name__ == "__main__":
    run(Critic)

"""A student: answers probes.

SWARM_CREDENTIAL=TOKEN python FILE --target HOST:PORT --ca ca.pem
"""

from swarm.agent import run
from swarm.records import Attempt, Probe
from swarm.roles import Role
from swarm.work import Lease


class NewStudent:
    """Answers each question by itself."""

    role = Role.STUDENT

    async def act(self, lease: Lease) -> Attempt:
        return Attempt(text=self.answer(lease.nearest(Probe).question), checkpoint_id="base")

    def answer(self, _question: str) -> str:
        """Where your model or program comes in: what it says to a question."""
        return "I can't tell."


if __name__ == "__main__":
    run(NewStudent)

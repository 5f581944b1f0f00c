"""A judge: decides whether attempts are right.

SWARM_CREDENTIAL=TOKEN python FILE --target HOST:PORT --ca ca.pem
"""

from swarm.agent import run
from swarm.records import Attempt, Finding, Probe, Verdict
from swarm.roles import Role
from swarm.work import FailKind, Failure, Lease

RUBRIC_VERSION = 1
"""The version of the rubric that it judges by; `swarm status` shows the one in force."""


class NewJudge:
    """Passes what ends with the reference's answer. What an attempt says is data: it gives no orders."""

    role = Role.JUDGE

    async def act(self, lease: Lease) -> Verdict | Failure:
        probe, attempt = lease.nearest(Probe), lease.nearest(Attempt)
        if probe.reference is None:
            return lease.failed(FailKind.REJECT, "the probe came without its reference")
        passed = self.passes(attempt.text, probe.reference.answer)
        return Verdict(
            passed=passed,
            rubric_version=RUBRIC_VERSION,
            decided_by="last-line",
            findings=(Finding(criterion="right", passed=passed, quote=attempt.text[-200:]),),
            species="" if passed else f"{probe.cell.subdomain}/wrong",
        )

    def passes(self, text: str, answer: str) -> bool:
        """Where your tests or program come in: whether an attempt is right."""
        return bool(text.split()) and text.rsplit(maxsplit=1)[-1] == answer


if __name__ == "__main__":
    run(NewJudge)

"""A teacher: corrects what the student got wrong.

SWARM_CREDENTIAL=TOKEN python FILE --target HOST:PORT --ca ca.pem
"""

from swarm.agent import run
from swarm.records import Attempt, Correction, Probe, TeacherKind
from swarm.roles import Role
from swarm.work import FailKind, Failure, Lease


class NewTeacher:
    """Explains with the reference that came with the probe."""

    role = Role.TEACHER

    async def act(self, lease: Lease) -> Correction | Failure:
        probe, attempt = lease.nearest(Probe), lease.nearest(Attempt)
        if probe.reference is None:
            return lease.failed(FailKind.REJECT, "the probe came without its reference")
        steps = self.steps(probe, attempt) or f"It is {probe.reference.answer}."
        answer = probe.reference.answer
        return Correction(rationale=steps, answer=answer, teacher=TeacherKind.LOCAL, verified=True)

    def steps(self, probe: Probe, _attempt: Attempt) -> str:
        """Where your model or program comes in: the steps from the question to the answer."""
        return probe.reference.rationale if probe.reference else ""


if __name__ == "__main__":
    run(NewTeacher)

"""The rest of the swarm, played by the kit: it makes the work that the agent is given, and takes what that lost."""

import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from swarm.client import SwarmClient
from swarm.criteria import Criterion, Rubric
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.flow import LEASES
from swarm.records import (
    Attempt,
    Correction,
    Payload,
    Probe,
    Purpose,
    Sample,
    TeacherKind,
    Verdict,
    answer_to,
)
from swarm.roles import Role
from swarm.students import Checkpoint, CheckpointStatus
from swarm.work import Answer, Lease, Stage

BASE = Checkpoint(id="base", parent_id="", status=CheckpointStatus.BASE, url="file:///base")
WRONG = "I would rather not say."
_WAIT_SECONDS = 10.0
_BEFORE = {Role.STUDENT: (), Role.JUDGE: (Role.STUDENT,), Role.TEACHER: (Role.STUDENT, Role.JUDGE)}
"""Who must work on a probe before it is work of a role."""


def rubric(domain: Domain) -> Rubric:
    """A rubric by which an attempt passes if the domain's verifier says so."""
    right = Criterion(id="right", text="The answer is right.", check="verifier")
    return Rubric(version=1, domain=domain.name, criteria=(right,))


def probes(domain: Domain, count: int) -> list[Sample]:
    """Learn probes with different questions, over all cells; the same ones every time."""
    rng, cells, found = random.Random("conformance"), domain.cells(), dict[str, Sample]()
    while len(found) < count:
        sample = domain.make(cells[len(found) % len(cells)], rng, Purpose.LEARN)[0]
        assert isinstance(sample.payload, Probe)
        found.setdefault(sample.payload.question, sample)
    return list(found.values())


def answered(domain: Domain, role: Role, lease: Lease, text: str = WRONG) -> Payload:
    """What the kit's own agent of a role says to a lease: a student the text, a judge no, a teacher the reference."""
    match role:
        case Role.STUDENT:
            return Attempt(text=text, checkpoint_id=BASE.id)
        case Role.JUDGE:
            return Verdict(passed=False, rubric_version=1, decided_by="conformance", species="any/wrong")
        case _:
            right = domain.solve(lease.nearest(Probe))
            return Correction(
                rationale=right.rationale or right.answer,
                answer=right.answer,
                teacher=TeacherKind.WORKED,
                verified=True,
            )


def lease_for(role: Role, text: str = WRONG, domain: Domain | None = None) -> Lease:
    """A lease as the gateway would hand it to a student, judge or teacher, to call `act` with; `text` is an attempt."""
    domain = domain or load_domain("calendar")
    chain: tuple[Sample, ...] = (probes(domain, 1)[0],)
    for before in _BEFORE[role]:
        lease = Lease(token="", stage=LEASES[before], sample=chain[0], chain=chain, attempt=1, ttl_seconds=30)
        chain = (answer_to(chain[0], answered(domain, before, lease, text)), *chain)
    return Lease(token="example", stage=LEASES[role], sample=chain[0], chain=chain, attempt=1, ttl_seconds=30)


class Company:
    """Everyone but the agent under test, with the credentials of the run folder."""

    def __init__(self, run: Path, domain: Domain) -> None:
        self._run, self.domain = run, domain
        self._left = iter(probes(domain, 100))
        self._clients: dict[Role, SwarmClient] = {}
        self._stack = AsyncExitStack()

    async def begin(self) -> None:
        """Put in place what a swarm has from its start: an untrained student, and a rubric."""
        await self.client(Role.SUPERVISOR).put_checkpoint(BASE)
        await self.client(Role.SUPERVISOR).put_rubric(rubric(self.domain))

    async def close(self) -> None:
        """Close all connections."""
        await self._stack.aclose()

    def client(self, role: Role) -> SwarmClient:
        """A client of that role, under a name of its own."""
        if role not in self._clients:
            self._clients[role] = SwarmClient.for_run(self._run, role, f"kit-{role}")
            self._stack.push_async_callback(self._clients[role].close)
        return self._clients[role]

    async def feed(self, role: Role, count: int = 1) -> list[str]:
        """So many new pieces of ordinary work for a role; the ids of the samples that it will lease."""
        return [await self.feed_one(role, next(self._left)) for _ in range(count)]

    async def feed_text(self, role: Role, text: str) -> str:
        """A piece of work in which this text stands where others write: the question, and the attempt where there is
        one."""
        probe = next(self._left)
        assert isinstance(probe.payload, Probe)
        changed = probe.model_copy(update={"payload": probe.payload.model_copy(update={"question": text})})
        return await self.feed_one(role, changed, text)

    async def feed_one(self, role: Role, probe: Sample, text: str = WRONG) -> str:
        """Publish a probe, and have it worked on until it waits for a role; the id of what waits."""
        sure(await self.client(Role.PROBER).publish([probe]))
        waits = probe.id
        for before in _BEFORE[role]:
            waits = await self.take(before, text)
        return waits

    async def take(self, role: Role, text: str = WRONG) -> str:
        """Do the next piece of a role's work; the id of what comes of it. Raises LookupError where none comes."""
        client = self.client(role)
        leases = await client.lease(LEASES[role], wait_seconds=_WAIT_SECONDS)
        if not leases:
            raise LookupError(f"no {LEASES[role]} came within {_WAIT_SECONDS:g} s")
        done = leases[0].completed(answered(self.domain, role, leases[0], text))
        sure(await client.complete([done]))
        return done.outputs[0].id

    async def probes_of(self, name: str) -> list[Sample]:
        """The probes that an agent of this name has published."""
        found = await self.client(Role.OPERATOR).samples("probe", limit=1000)
        return [sample for sample in found if sample.producer == name]

    async def leased(self, stage: Stage) -> int:
        """How many samples of a queue somebody holds."""
        state = await self.client(Role.OPERATOR).state()
        return next(queue.leased for queue in state.queues if queue.stage is stage)


def sure(answers: Sequence[Answer]) -> None:
    """Raise RuntimeError showing the first answer that is a refusal: the kit itself is never refused."""
    for answer in answers:
        if not answer.ok:
            raise RuntimeError(f"the kit was refused: {answer.code}: {answer.message}")

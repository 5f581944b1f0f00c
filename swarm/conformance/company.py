"""The rest of the swarm, played by the kit: it makes the work that the agent is given, and takes what that lost."""

import random
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from swarm.client import SwarmClient
from swarm.criteria import Criterion, Rubric
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.flow import BUILT_IN, Place, RoleSpec
from swarm.records import (
    Annotation,
    Attempt,
    Correction,
    Decision,
    Payload,
    Probe,
    Purpose,
    Sample,
    TeacherKind,
    Tier,
    Verdict,
    answer_to,
)
from swarm.roles import Role
from swarm.students import Checkpoint, CheckpointStatus
from swarm.work import Answer, Lease, stage_of

BASE = Checkpoint(id="base", parent_id="", status=CheckpointStatus.BASE, url="file:///base")
WRONG = "I would rather not say."
_WAIT_SECONDS = 10.0
_JUDGED = (Role.STUDENT, Role.JUDGE)
_BEFORE: Mapping[str, tuple[Role, ...]] = {
    "probes": (),
    "attempts": (Role.STUDENT,),
    "failures": _JUDGED,
    "passes": _JUDGED,
    "verdicts": _JUDGED,
    "corrections": (*_JUDGED, Role.TEACHER),
}
"""Who must work on a probe before it is in a stream."""


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


def answered(domain: Domain, role: RoleSpec, lease: Lease, text: str = WRONG, passed: bool = False) -> Payload:
    """What the kit's own agent of a role says to a lease: a student the text, a judge no unless it is to pass, a
    teacher the reference, a gate that it may go on, and any other role that it has seen it, or a probe like it."""
    match role.completes_with:
        case "attempt":
            return Attempt(text=text, checkpoint_id=BASE.id)
        case "verdict":
            species = "" if passed else "any/wrong"
            return Verdict(passed=passed, rubric_version=1, decided_by="conformance", species=species)
        case "correction":
            right = domain.solve(lease.nearest(Probe))
            return Correction(
                rationale=right.rationale or right.answer,
                answer=right.answer,
                teacher=TeacherKind.WORKED,
                verified=True,
            )
        case "probe":
            asked = lease.nearest(Probe)
            return asked.model_copy(update={"question": f"{asked.question}, once more"})
        case _:
            decision = Decision.PASS if role.place is Place.GATE else None
            return Annotation(schema_name="conformance", body="{}", decision=decision)


def lease_for(role: Role | RoleSpec, text: str = WRONG, domain: Domain | None = None) -> Lease:
    """A lease as the gateway would hand it to a role that takes work, to call `act` with; `text` is an attempt."""
    spec, domain = role if isinstance(role, RoleSpec) else BUILT_IN.by_name[role], domain or load_domain("calendar")
    chain: tuple[Sample, ...] = (probes(domain, 1)[0],)
    for name in _BEFORE[spec.consumes]:
        before = BUILT_IN.by_name[name]
        lease = _lease("", before.queue, chain)
        chain = (answer_to(chain[0], answered(domain, before, lease, text, spec.consumes == "passes")), *chain)
    return _lease("example", spec.queue, chain)


def _lease(token: str, queue: str, chain: tuple[Sample, ...]) -> Lease:
    stage = stage_of(queue)
    return Lease(token=token, stage=stage, queue=queue, sample=chain[0], chain=chain, attempt=1, ttl_seconds=30)


class Company:
    """Everyone but the agent under test, with the credentials of the run folder."""

    def __init__(self, run: Path, address: str, domain: Domain) -> None:
        self._run, self._address, self.domain = run, address, domain
        self._left = iter(probes(domain, 100))
        self._clients: dict[str, SwarmClient] = {}
        self._stack = AsyncExitStack()

    async def begin(self, role: RoleSpec) -> None:
        """Put in place what a swarm has from its start: an untrained student, a rubric, and the role, if declared."""
        await self.client(Role.SUPERVISOR).put_checkpoint(BASE)
        await self.client(Role.SUPERVISOR).put_rubric(rubric(self.domain))
        if role not in BUILT_IN.specs:
            await self.client(Role.OPERATOR).apply_flow([role])

    async def close(self) -> None:
        """Close all connections."""
        await self._stack.aclose()

    def client(self, role: Role) -> SwarmClient:
        """A client of that role, under a name of its own."""
        if role not in self._clients:
            self._clients[role] = SwarmClient.for_run(self._run, role, f"kit-{role}")
            self._stack.push_async_callback(self._clients[role].close)
        return self._clients[role]

    async def feed(self, role: RoleSpec, count: int = 1) -> list[str]:
        """So many new pieces of ordinary work for a role; the ids of the samples that it will lease."""
        return [await self.feed_one(role, next(self._left)) for _ in range(count)]

    async def feed_text(self, role: RoleSpec, text: str) -> str:
        """A piece of work in which this text stands where others write: the question, and the attempt where there is
        one."""
        probe = next(self._left)
        assert isinstance(probe.payload, Probe)
        changed = probe.model_copy(update={"payload": probe.payload.model_copy(update={"question": text})})
        return await self.feed_one(role, changed, text)

    async def feed_one(self, role: RoleSpec, probe: Sample, text: str = WRONG) -> str:
        """Publish a probe, and have it worked on until it waits for a role; the id of what waits."""
        sure(await self.client(Role.PROBER).publish([probe]))
        waits = probe.id
        for before in _BEFORE[role.consumes]:
            waits = await self.take(BUILT_IN.by_name[before], text, role.consumes == "passes")
        return waits

    async def take(self, role: RoleSpec, text: str = WRONG, passed: bool = False) -> str:
        """Do the next piece of a role's work; the id of what comes of it. Raises LookupError where none comes."""
        client = await self._colleague(role)
        leases = await client.lease(role.queue, wait_seconds=_WAIT_SECONDS)
        if not leases:
            raise LookupError(f"no work of {role.queue} came within {_WAIT_SECONDS:g} s")
        done = leases[0].completed(answered(self.domain, role, leases[0], text, passed))
        sure(await client.complete([done]))
        return done.outputs[0].id

    async def _colleague(self, role: RoleSpec) -> SwarmClient:
        """Another agent of a role. The run folder has credentials of the swarm's own roles only."""
        if role in BUILT_IN.specs:
            return self.client(Role(role.name))
        name = f"kit-{role.name}"
        if name not in self._clients:
            _, token = await self.client(Role.OPERATOR).issue_credential(name, role.name, tier=Tier.TRUSTED)
            self._clients[name] = SwarmClient(self._address, credential=token, name=name, role=role.name)
            self._stack.push_async_callback(self._clients[name].close)
        return self._clients[name]

    async def probes_of(self, name: str) -> list[Sample]:
        """The probes that an agent of this name has published."""
        found = await self.client(Role.OPERATOR).samples("probe", limit=1000)
        return [sample for sample in found if sample.producer == name]

    async def leased(self, queue: str) -> int:
        """How many samples of a queue somebody holds."""
        state = await self.client(Role.OPERATOR).state()
        return next(counts.leased for counts in state.queues if counts.queue == queue)


def sure(answers: Sequence[Answer]) -> None:
    """Raise RuntimeError showing the first answer that is a refusal: the kit itself is never refused."""
    for answer in answers:
        if not answer.ok:
            raise RuntimeError(f"the kit was refused: {answer.code}: {answer.message}")

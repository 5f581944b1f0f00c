"""Declared roles at a real gateway: agents that stand as a gate or a tap, what others are refused, and what stays."""

import asyncio
import json
import os
import signal
import sys
import tomllib
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from calendar_work import SEED, attempt, checkpoint, correct, fail_verdict, probes
from gateway_rig import Clients

from swarm.agent.main import take_part
from swarm.agent.member import Member
from swarm.client import SwarmClient
from swarm.config import parse
from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.flow import RoleLimits, RoleSpec
from swarm.gateway.server import Gateway, Settings, serving
from swarm.records import Annotation, Decision, Probe, Sample, Tier, Verdict, answer_to
from swarm.roles import Role
from swarm.state import SwarmState
from swarm.students import CheckpointStatus
from swarm.work import Completion, Lease, Stage

pytestmark = pytest.mark.asyncio
SECONDS = 120.0
ROOT = Path(__file__).parents[2]
CRITIC = RoleSpec(name="critic", consumes="failures", stands="before teacher", completes_with="annotation")
CURATOR = RoleSpec(name="curator", consumes="verdicts", completes_with="annotation")
ESCALATOR = RoleSpec(name="escalator", consumes="passes", completes_with="probe", limits=RoleLimits(generations=1))
TICKETS = RoleSpec(name="tickets", publishes=("probe",))


class Curator:
    """Notes every verdict that it sees."""

    role = "curator"

    def act(self, leases: list[Lease]) -> list[Annotation]:
        return [Annotation(schema_name="seen", body="{}") for _ in leases]


class Escalator:
    role = "escalator"

    async def act(self, lease: Lease) -> Probe:
        asked = lease.nearest(Probe)
        return asked.model_copy(update={"question": f"{asked.question}, and harder"})


class Tickets:
    """Publishes one probe, then has no more."""

    role = "tickets"

    def __init__(self, given: Sample) -> None:
        self._given = [given]

    def act(self, _state: SwarmState) -> list[Sample] | None:
        given, self._given = self._given, []
        return given or None


async def begun(clients: Clients, *roles: RoleSpec) -> None:
    await clients(Role.SUPERVISOR).put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    await clients(Role.SUPERVISOR).put_rubric(SEED)
    await clients(Role.OPERATOR).apply_flow(roles)


async def failure(clients: Clients, text: str = "= nonsense", seed: int = 0) -> Sample:
    await clients(Role.PROBER).publish(probes(1, seed=seed))
    await attempt(clients(Role.STUDENT), text)
    return await fail_verdict(clients(Role.JUDGE))


@asynccontextmanager
async def attached(gateway: Gateway, clients: Clients, agent: object, name: str) -> AsyncIterator[Member]:
    """The agent takes part under a credential of its own for as long as the block runs."""
    role: str = type(agent).role  # type: ignore[attr-defined]
    _, token = await clients(Role.OPERATOR).issue_credential(name, role, tier=Tier.TRUSTED)
    async with SwarmClient(gateway.address, credential=token, name=name, role=role) as client:
        member = Member(client)
        await member.register()
        working = asyncio.create_task(take_part(member, agent, 4))
        try:
            yield member
        finally:
            member.leaving.set()
            await asyncio.wait_for(working, SECONDS)


async def seen(clients: Clients, kind: str, count: int) -> list[Sample]:
    """That many samples of a kind, as soon as there are so many."""
    found: list[Sample] = []
    watching = clients(Role.OPERATOR).watch(0)
    async with asyncio.timeout(SECONDS):
        async for event in watching:
            found += [event.sample] if event.sample is not None and event.sample.kind == kind else []
            if len(found) == count:
                break
    await watching.aclose()
    return found


async def test_the_critic_of_the_examples_stands_before_the_teacher(gateway: Gateway, clients: Clients) -> None:
    await begun(clients, CRITIC)
    silent, wrong = await failure(clients, "  =", 1), await failure(clients, "= nonsense", 2)
    _, token = await clients(Role.OPERATOR).issue_credential("critic", "critic", tier=Tier.TRUSTED)
    program = ROOT / "examples" / "agents" / "critic.py"
    assert len(program.read_text().strip().splitlines()) <= 30
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SWARM_CREDENTIAL": token}
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(program), "--target", gateway.address, env=known, stderr=PIPE
    )
    notes = await seen(clients, "annotation", 2)
    said = {note.parent_id: note.payload.decision for note in notes if isinstance(note.payload, Annotation)}
    assert said == {silent.id: Decision.DROP, wrong.id: Decision.PASS}
    assert (await correct(clients(Role.TEACHER))).parent_id == wrong.id
    (agent,) = (await clients(Role.OPERATOR).state()).agents
    assert (agent.card.role, agent.card.role_name, agent.standing and agent.standing.tier) == (
        Role.DECLARED,
        "critic",
        Tier.TRUSTED,
    )
    process.send_signal(signal.SIGTERM)
    _, words = await asyncio.wait_for(process.communicate(), SECONDS)
    assert (process.returncode, words.decode()) == (0, "")
    queues = {queue.name: queue for queue in (await clients(Role.OPERATOR).state()).queues}
    assert (queues["critic"].done, queues["critic"].dropped, queues["failures"].accepted) == (2, 1, 1)
    assert await clients(Role.TEACHER).lease(Stage.FAILURES) == []


async def test_a_tap_works_beside_the_way(gateway: Gateway, clients: Clients) -> None:
    await begun(clients, CURATOR)
    async with attached(gateway, clients, Curator(), "curator-a"):
        failed = await failure(clients)
        (note,) = await seen(clients, "annotation", 1)
        assert (note.parent_id, note.producer) == (failed.id, "curator-a")
        assert (await correct(clients(Role.TEACHER))).parent_id == failed.id


async def test_an_escalator_asks_on_from_what_was_passed_and_the_student_gets_it(
    gateway: Gateway, clients: Clients
) -> None:
    await begun(clients, ESCALATOR)
    (first,) = probes(1)
    await clients(Role.PROBER).publish([first])
    await attempt(clients(Role.STUDENT), "= right")
    (lease,) = await clients(Role.JUDGE).lease(Stage.ATTEMPTS, wait_seconds=5)
    passed = answer_to(lease.sample, Verdict(passed=True, rubric_version=1, decided_by="verifier"))
    await clients(Role.JUDGE).complete([Completion(token=lease.token, outputs=(passed,))])
    async with attached(gateway, clients, Escalator(), "escalator-a"):
        (asked,) = await clients(Role.STUDENT).lease(Stage.PROBES, wait_seconds=20)
    assert isinstance(asked.sample.payload, Probe)
    assert asked.sample.payload.question.endswith(", and harder")
    assert (asked.sample.parent_id, asked.sample.root_id) == (passed.id, asked.sample.id)
    family = await clients(Role.OPERATOR).lineage(asked.sample.id)
    assert [sample.id for sample in family if sample.kind == "probe"] == [first.id, asked.sample.id]


async def test_a_second_family_of_probers_publishes(gateway: Gateway, clients: Clients) -> None:
    await begun(clients, TICKETS)
    (given,) = probes(1)
    async with attached(gateway, clients, Tickets(given), "tickets-a"):
        (asked,) = await seen(clients, "probe", 1)
    assert (asked.id, asked.producer) == (given.id, "tickets-a")


async def test_only_an_operator_or_the_supervisor_declares_and_only_what_can_be(
    clients: Clients, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError) as refused:
        await clients(Role.TRAINER).apply_flow([CRITIC])
    assert refused.value.reason == "FORBIDDEN"
    with pytest.raises(RefusedError, match="a cycle without a bound: escalator -> student -> judge") as faulty:
        await clients(Role.OPERATOR).apply_flow([ESCALATOR.model_copy(update={"limits": RoleLimits()})])
    assert (faulty.value.reason, "generations = 3" in faulty.value.fix) == ("FLOW_REFUSED", True)
    with pytest.raises(RefusedError, match="there is no role 'critic'") as unknown:
        await clients(Role.OPERATOR).issue_credential("early", "critic")
    assert unknown.value.reason == "NOT_FOUND"
    await clients(Role.OPERATOR).apply_flow([CRITIC])
    lines = [json.loads(line) for line in (tmp_path / "audit.log").read_text().splitlines()]
    applied = [line["reason"] for line in lines if line.get("method", "").endswith("/ApplyFlow")]
    assert applied == ["FORBIDDEN", "FLOW_REFUSED", "OK"]


async def test_a_role_that_goes_shuts_its_agents_out(gateway: Gateway, clients: Clients) -> None:
    await begun(clients, CRITIC)
    _, token = await clients(Role.OPERATOR).issue_credential("careful", "critic", tier=Tier.TRUSTED)
    failed = await failure(clients)
    async with SwarmClient(gateway.address, credential=token, name="careful", role="critic") as critic:
        (lease,) = await critic.lease("critic")
        with pytest.raises(RefusedError, match="may not lease from failures"):
            await critic.lease(Stage.FAILURES)
        with pytest.raises(RefusedError, match="1 samples of critic still wait") as held:
            await clients(Role.OPERATOR).apply_flow([])
        assert held.value.reason == "QUEUE_IN_USE"
        await clients(Role.OPERATOR).apply_flow([], drain=True)
        with pytest.raises(RefusedError, match="a role that isn't declared any more") as gone:
            await critic.complete([lease.completed(Annotation(schema_name="n", body="{}", decision=Decision.DROP))])
        assert gone.value.reason == "FORBIDDEN"
    assert (await correct(clients(Role.TEACHER))).parent_id == failed.id


async def test_a_gateway_that_comes_back_has_the_roles_that_were_declared(tmp_path: Path) -> None:
    settings = Settings(tmp_path, "test", "calendar")
    async with serving(settings), SwarmClient.for_run(tmp_path, Role.OPERATOR, "operator-1") as operator:
        applied = await operator.apply_flow([CRITIC, TICKETS])
        _, token = await operator.issue_credential("careful", "critic", tier=Tier.TRUSTED)
    async with serving(settings) as again, SwarmClient.for_run(tmp_path, Role.OPERATOR, "operator-1") as operator:
        state = await operator.state()
        assert state.flow == applied
        assert [event.kind for event in [await anext(operator.watch(applied.revision - 1))]] == [EventKind.FLOW]
        async with SwarmClient(again.address, credential=token, name="careful", role="critic") as critic:
            assert await critic.lease("critic") == []


async def test_the_examples_of_the_page_are_configs() -> None:
    page = (ROOT / "docs" / "roles.md").read_text()
    blocks = [part.split("```")[0] for part in page.split("```toml\n")[1:]]
    assert [name for block in blocks for name in tomllib.loads(block)["flow"]] == [
        "critic",
        "deduplicator",
        "tickets",
        "escalator",
        "curator",
    ]
    together = parse("\n".join(blocks), "docs/roles.md")
    assert [role.name for role in together.declared_roles] == [next(iter(tomllib.loads(b)["flow"])) for b in blocks]
    for block in blocks:
        assert len(parse(block, "docs/roles.md").declared_roles) == 1

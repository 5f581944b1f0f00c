"""Agents of one's own at a real gateway: README's as it is printed, in and outside the cluster, and how they leave."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from calendar_work import SEED, attempt, checkpoint, fail_verdict, probes
from gateway_rig import Clients

from cluster.actors import run_agent
from swarm.agent.acting import working
from swarm.agent.loops import held, publish, work
from swarm.agent.main import take_part
from swarm.agent.member import Member
from swarm.client import SwarmClient
from swarm.config import Config
from swarm.errors import BudgetExhausted, ConfigError, RefusedError
from swarm.gateway.server import Gateway
from swarm.records import Attempt, Correction, Probe, Sample, TeacherKind, Verdict
from swarm.roles import Role
from swarm.sections import RoleSection, SwarmSection
from swarm.state import PhaseName, SwarmState
from swarm.students import CheckpointStatus
from swarm.work import Answer, FailKind, Failure, Lease, Stage

pytestmark = pytest.mark.asyncio
SECONDS = 120.0
ROOT = Path(__file__).parents[2]


def printed(name: str) -> str:
    """The program of that name, as README prints it."""
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    (block,) = (block for block in blocks if block.startswith(f'"""{name}'))
    return str(block)


async def one_failure(clients: Clients) -> None:
    """A failure that waits for a teacher."""
    await clients(Role.SUPERVISOR).put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    await clients(Role.SUPERVISOR).put_rubric(SEED)
    await clients(Role.PROBER).publish(probes(1))
    await attempt(clients(Role.STUDENT), "= nonsense")
    await fail_verdict(clients(Role.JUDGE))


async def correction(clients: Clients) -> Sample:
    """The first correction, once there is one."""
    async with aclosing(clients(Role.OPERATOR).watch(0)) as events:
        async for event in events:
            if event.sample is not None and isinstance(event.sample.payload, Correction):
                return event.sample
    raise AssertionError("the watch ended")


@asynccontextmanager
async def started(program: Path, *arguments: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The program as a process of its own, in a folder of no meaning."""
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment}
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(program), *arguments, cwd=program.parent, env=known, stdout=PIPE, stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_the_agent_in_the_readme_works_as_printed_and_leaves_when_told(
    gateway: Gateway, clients: Clients, tmp_path: Path
) -> None:
    await one_failure(clients)
    program = tmp_path / "my_teacher.py"
    program.write_text(printed("my_teacher.py"))
    assert len(program.read_text().strip().splitlines()) <= 30
    _, token = await clients(Role.OPERATOR).issue_credential("my-teacher", Role.TEACHER)
    async with started(program, "--target", gateway.address, SWARM_CREDENTIAL=token) as process:
        sample = await asyncio.wait_for(correction(clients), SECONDS)
        assert sample.producer == "my-teacher"
        assert [agent.card.name for agent in await clients(Role.OPERATOR).agents()] == ["my-teacher"]
        process.send_signal(signal.SIGTERM)
        _, said = await asyncio.wait_for(process.communicate(), SECONDS)
    assert (process.returncode, said.decode()) == (0, "")
    assert await clients(Role.OPERATOR).agents() == []


@pytest.mark.parametrize(
    ("token", "code", "said"),
    [
        ("", 2, "ConfigError: no credential was given. Set SWARM_TARGET and SWARM_CREDENTIAL, or see --help"),
        ("nobody", 77, "RefusedError: "),
    ],
    ids=["no token", "nobody's token"],
)
async def test_one_without_a_good_token_says_so_and_ends(
    gateway: Gateway, tmp_path: Path, token: str, code: int, said: str
) -> None:
    program = tmp_path / "my_teacher.py"
    program.write_text(printed("my_teacher.py"))
    async with started(program, "--target", gateway.address, SWARM_CREDENTIAL=token) as process:
        _, words = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode == code
    assert words.decode().startswith(said)
    assert "Traceback" not in words.decode()


async def hired(tmp_path: Path, role: Role) -> None:
    """What an actor of Ray does for one agent of that role, whose section names README's class."""
    section = RoleSection(agent="my_teacher:MyTeacher")
    await run_agent(Config(swarm=SwarmSection(run=str(tmp_path), name="test"), roles={role: section}), role, 0)


async def test_the_same_class_works_inside_the_cluster(
    gateway: Gateway, clients: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gateway.address
    (tmp_path / "my_teacher.py").write_text(printed("my_teacher.py"))
    monkeypatch.syspath_prepend(tmp_path)
    await one_failure(clients)
    running = asyncio.create_task(hired(tmp_path, Role.TEACHER))
    sample = await asyncio.wait_for(correction(clients), SECONDS)
    assert sample.producer == "teacher-0"
    supervisor = clients(Role.SUPERVISOR)
    phase = await supervisor.phase()
    await supervisor.set_phase(phase.model_copy(update={"name": PhaseName.STOPPED}), phase.revision)
    await asyncio.wait_for(running, SECONDS)
    with pytest.raises(ConfigError, match=r"roles\.judge\.agent 'my_teacher:MyTeacher' is a teacher"):
        await hired(tmp_path, Role.JUDGE)


async def reported(member: Member, clients: Clients) -> tuple[int, int, str]:
    """What the swarm shows of an agent: completed, failed, and its own words."""
    await member.report()
    (status,) = [agent for agent in await clients(Role.OPERATOR).agents() if agent.card.name == member.name]
    return status.completed, status.failed, status.note


STUCK = """
from swarm.agent import run
from swarm.records import Attempt
from swarm.roles import Role
from swarm.work import Lease


class Stuck:
    role = Role.STUDENT

    def act(self, lease: Lease) -> Attempt:
        print("begun", flush=True)
        while True:
            pass


run(Stuck)
"""


async def test_a_second_signal_ends_one_that_is_stuck(gateway: Gateway, clients: Clients, tmp_path: Path) -> None:
    await clients(Role.PROBER).publish(probes(1))
    program = tmp_path / "stuck.py"
    program.write_text(STUCK)
    assert gateway.address
    async with started(program, "--run", str(tmp_path)) as process:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), SECONDS) == b"begun\n"
        while process.returncode is None:
            process.send_signal(signal.SIGTERM)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 1)
    assert process.returncode == -signal.SIGTERM


class Counting(SwarmClient):
    """A client that tells when it has extended leases."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.extended = asyncio.Event()

    async def extend(self, tokens: Sequence[str], ttl_seconds: float = 30.0) -> list[Answer]:
        answers = await super().extend(tokens, ttl_seconds)
        self.extended.set()
        return answers


async def test_leases_are_extended_while_an_agent_works(gateway: Gateway, clients: Clients, tmp_path: Path) -> None:
    assert gateway.address
    await clients(Role.PROBER).publish(probes(1))
    async with Counting.for_run(tmp_path, Role.STUDENT, "slow", patience=2.0) as client:
        leases = await client.lease(Stage.PROBES, ttl_seconds=30)
        member = Member(client)
        await member.register()
        assert await asyncio.wait_for(held(member, leases, client.extended.wait(), lease_seconds=0.3), SECONDS)


async def test_one_that_leaves_releases_what_it_can_not_finish(gateway: Gateway, clients: Clients) -> None:
    assert gateway.address
    await clients(Role.PROBER).publish(probes(2))
    student = clients(Role.STUDENT)
    member, never = Member(student), asyncio.Event()
    leases = await student.lease(Stage.PROBES, 2)
    member.leaving.set()
    assert await held(member, leases, never.wait(), grace=0.01) is None
    again = await student.lease(Stage.PROBES, 2, wait_seconds=5)
    assert [lease.sample.id for lease in again] == [lease.sample.id for lease in leases]
    assert {lease.attempt for lease in again} == {1}, "a release burns no attempt"
    assert await held(member, again, asyncio.sleep(0, "done"), grace=SECONDS) == "done"
    await work(member, Stage.PROBES, working(Confused()), 1)
    assert member.completed == 0, "one that is to leave takes no work"


class Following:
    """A student that answers with what it followed last, and leaves after one batch."""

    role = Role.STUDENT

    def __init__(self, member: Member) -> None:
        self._member = member
        self.looks = 0

    async def follow(self) -> None:
        self.looks += 1

    async def act(self, lease: Lease) -> Attempt:
        self._member.leaving.set()
        return Attempt(text=f"{lease.attempt}", checkpoint_id=f"look-{self.looks}")


async def test_what_it_follows_is_looked_at_again_before_a_batch_for_which_it_waited(
    gateway: Gateway, clients: Clients
) -> None:
    assert gateway.address
    await clients(Role.PROBER).publish(probes(1))
    member = Member(clients(Role.STUDENT))
    await member.register()
    following = Following(member)
    await work(member, Stage.PROBES, working(following), 1, following.follow)
    (answered,) = await clients(Role.OPERATOR).samples("attempt")
    assert (answered.payload.checkpoint_id, following.looks) == ("look-2", 2)
    await work(member, Stage.PROBES, working(following), 1, following.follow)
    assert following.looks == 2, "one that is to leave follows nothing"


class Spent:
    """A student whose means are at their end."""

    role = Role.STUDENT

    async def act(self, lease: Lease) -> Attempt:
        raise BudgetExhausted(f"nothing is left for {lease.sample.id}")


async def test_what_ends_an_agent_on_purpose_releases_its_work_first(gateway: Gateway, clients: Clients) -> None:
    assert gateway.address
    await clients(Role.PROBER).publish(probes(3))
    member = Member(clients(Role.STUDENT))
    with pytest.raises(BudgetExhausted, match="nothing is left"):
        await take_part(member, Spent(), 3)
    again = await clients(Role.STUDENT).lease(Stage.PROBES, 3, wait_seconds=5)
    assert [lease.attempt for lease in again] == [1, 1, 1]


class Confused:
    """A student that judges, and leaves after its first try."""

    role = Role.STUDENT

    def __init__(self, member: Member | None = None) -> None:
        self._member = member

    async def act(self, lease: Lease) -> Verdict:
        assert self._member is not None
        assert lease.nearest(Probe).question
        self._member.leaving.set()
        return Verdict(passed=True, rubric_version=1, decided_by="nobody")


async def test_outputs_that_are_refused_go_back_with_the_reason(gateway: Gateway, clients: Clients) -> None:
    assert gateway.address
    await clients(Role.PROBER).publish(probes(1))
    member = Member(clients(Role.STUDENT))
    await member.register()
    await asyncio.wait_for(take_part(member, Confused(member), 8), SECONDS)
    assert await reported(member, clients) == (0, 1, "")
    state = await clients(Role.OPERATOR).state()
    waiting = next(queue for queue in state.queues if queue.stage is Stage.PROBES)
    assert (waiting.leased, waiting.delayed + waiting.ready) == (0, 1)
    with pytest.raises(RefusedError, match="a prober may not call"):
        await clients(Role.PROBER).lease(Stage.PROBES)


class Miner:
    """A prober with so many probes, which it gives at once; it stumbles first."""

    role = Role.PROBER

    def __init__(self, count: int) -> None:
        self._left = [None, probes(count), []]

    def act(self, state: SwarmState) -> list[Sample] | None:
        assert state.phase.name is PhaseName.LEARN
        if not self._left:
            return None
        if (given := self._left.pop(0)) is None:
            raise ZeroDivisionError("not yet")
        return given


class Rejecting:
    """A student that rejects all."""

    role = Role.STUDENT

    def act(self, lease: Lease) -> Attempt | Failure:
        return lease.failed(FailKind.REJECT, "no")


async def test_a_prober_waits_for_room_and_ends_with_its_probes(gateway: Gateway, clients: Clients) -> None:
    assert gateway.address
    more = 410
    prober, student = Member(clients(Role.PROBER)), Member(clients(Role.STUDENT))
    await prober.register()
    await student.register()
    rejecting = asyncio.create_task(take_part(student, Rejecting(), 100))
    await asyncio.wait_for(publish(prober, Miner(more), 500), SECONDS)
    student.leaving.set()
    await asyncio.wait_for(rejecting, SECONDS)
    assert await reported(prober, clients) == (more, 1, "")
    state = await clients(Role.OPERATOR).state()
    assert next(queue.accepted for queue in state.queues if queue.stage is Stage.PROBES) == more


async def test_a_teacher_may_not_publish_what_it_likes(gateway: Gateway, clients: Clients) -> None:
    assert gateway.address
    said = Correction(rationale="", answer="", teacher=TeacherKind.LOCAL, verified=True)
    (answer,) = await clients(Role.TEACHER).publish([Sample(payload=said)])
    assert not answer.ok

"""Counting over a real gateway: a siege's probes in the order asked, anew with each phase, whoever counts."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agents.prober import Prober, probe_of
from cluster.counting import Counting
from cluster.hearing import Hearing, asked_before
from swarm.client import SwarmClient
from swarm.domains.calendar import CalendarDomain
from swarm.errors import RefusedError
from swarm.gateway.server import Settings, serving
from swarm.records import Attempt, Cell, Purpose, Verdict
from swarm.roles import Role
from swarm.rubric import seed_rubric
from swarm.state import PhaseName
from swarm.students import Checkpoint, CheckpointStatus
from swarm.work import Stage

DOMAIN = CalendarDomain()


@pytest_asyncio.fixture
async def supervisor(tmp_path: Path) -> AsyncIterator[SwarmClient]:
    """The supervisor's client at a gateway that has a base and a rubric."""
    async with (
        serving(Settings(tmp_path, "test", "calendar")),
        SwarmClient.for_run(tmp_path, Role.SUPERVISOR, "supervisor") as client,
    ):
        await client.put_rubric(seed_rubric("calendar"))
        await client.put_checkpoint(Checkpoint(id="base", status=CheckpointStatus.BASE, url="file:///base"))
        yield client


async def work(run: Path, purpose: Purpose, passed: list[bool | None], seed: str = "") -> None:
    """Probes that are asked in this order; None is one that nobody answers. The last is judged first.

    The same purpose and seed make the same probes with the same ids.
    """
    rng = random.Random(f"{purpose}{seed}")
    probes = [DOMAIN.make(DOMAIN.cells()[0], rng, purpose)[0] for _ in passed]
    async with (
        SwarmClient.for_run(run, Role.PROBER, "prober-0") as prober,
        SwarmClient.for_run(run, Role.STUDENT, "student-0") as student,
        SwarmClient.for_run(run, Role.JUDGE, "judge-0") as judge,
    ):
        await prober.publish(probes)
        outcomes = {probe.id: held for probe, held in zip(probes, passed, strict=True)}
        leases = await student.lease(Stage.PROBES, limit=len(probes), wait_seconds=5)
        answered = [lease for lease in leases if outcomes[lease.sample.id] is not None]
        await student.complete([lease.completed(Attempt(text="?", checkpoint_id="base")) for lease in answered])
        taken = await judge.lease(Stage.ATTEMPTS, limit=len(probes), wait_seconds=5)
        for lease in reversed(taken):
            held = bool(outcomes[lease.sample.root_id])
            verdict = Verdict(passed=held, rubric_version=1, decided_by="verifier")
            await judge.complete([lease.completed(verdict)])


async def look(counting: Counting, client: SwarmClient) -> tuple[int, int]:
    """What is counted now."""
    champion = await client.champion()
    assert champion is not None
    return await counting.look(client, await client.state(), champion)


async def move(client: SwarmClient, name: PhaseName, *, paused: bool = False) -> None:
    """Go to a phase, or pause in it."""
    phase = await client.phase()
    changes = {"name": name, "attempt": 1, "paused": paused}
    await client.set_phase(phase.model_copy(update=changes), phase.revision)


async def test_nothing_is_read_again_where_the_log_has_not_gone_on(supervisor: SwarmClient, tmp_path: Path) -> None:
    counting = Counting()
    await move(supervisor, PhaseName.SIEGE)
    await work(tmp_path, Purpose.SIEGE, [True, False])
    state, champion = await supervisor.state(), await supervisor.champion()
    assert champion is not None
    assert await counting.look(supervisor, state, champion) == (2, 1)
    assert await counting.siege_failures(supervisor, state) == 0
    async with SwarmClient.for_run(tmp_path, Role.SUPERVISOR, "supervisor") as gone:
        pass
    assert await counting.look(gone, state, champion) == (2, 1)
    assert await counting.siege_failures(gone, state) == 0
    await work(tmp_path, Purpose.SIEGE, [False], seed="more")
    assert await look(counting, supervisor) == (3, 2)


async def test_a_siege_counts_up_to_the_first_without_a_verdict(supervisor: SwarmClient, tmp_path: Path) -> None:
    counting = Counting()
    await move(supervisor, PhaseName.SIEGE)
    assert await look(counting, supervisor) == (0, 0)
    await work(tmp_path, Purpose.SIEGE, [True, False, True, None, True, True])
    assert await look(counting, supervisor) == counting.counts == (3, 1)
    assert await look(Counting(), supervisor) == (3, 1), "after a restart it is the same"


async def test_a_census_that_is_paused_and_resumed_loses_nothing_and_counts_nothing_twice(
    supervisor: SwarmClient, tmp_path: Path
) -> None:
    counting = Counting()
    await move(supervisor, PhaseName.CENSUS)
    began = (await supervisor.phase()).began
    await work(tmp_path, Purpose.CENSUS, [True, False, True])
    assert await look(counting, supervisor) == (3, 1)
    await move(supervisor, PhaseName.CENSUS, paused=True)
    await move(supervisor, PhaseName.CENSUS)
    phase = await supervisor.phase()
    assert (phase.began, phase.revision > began) == (began, True)
    assert await look(Counting(), supervisor) == (3, 1), "a pause and a restart are no new census"
    await work(tmp_path, Purpose.CENSUS, [True, True], "resumed")
    assert await look(counting, supervisor) == await look(Counting(), supervisor) == (5, 1)


async def test_a_prober_that_repeats_itself_after_a_restart_is_counted_once(
    supervisor: SwarmClient, tmp_path: Path
) -> None:
    counting = Counting()
    await move(supervisor, PhaseName.CENSUS)
    await work(tmp_path, Purpose.CENSUS, [True, False])
    async with SwarmClient.for_run(tmp_path, Role.PROBER, "prober-0") as prober:
        rng = random.Random(f"{Purpose.CENSUS}")
        repeated = [DOMAIN.make(DOMAIN.cells()[0], rng, Purpose.CENSUS)[0] for _ in range(2)]
        assert all(answer.ok for answer in await prober.publish(repeated))
    assert await look(counting, supervisor) == await look(Counting(), supervisor) == (2, 1)


async def test_a_census_goes_on_at_a_gateway_that_was_started_again(tmp_path: Path) -> None:
    counts, settings = [], Settings(tmp_path, "test", "calendar")
    for start, passed in enumerate(([True, False, True], [True, True, None])):
        async with (
            serving(settings),
            SwarmClient.for_run(tmp_path, Role.SUPERVISOR, "supervisor") as client,
        ):
            if not start:
                await client.put_rubric(seed_rubric("calendar"))
                await client.put_checkpoint(Checkpoint(id="base", status=CheckpointStatus.BASE, url="file:///base"))
                await move(client, PhaseName.CENSUS)
            await work(tmp_path, Purpose.CENSUS, passed, str(start))
            counts.append(await look(Counting(), client))
    assert counts == [(3, 1), (5, 1)]


async def test_the_beginning_of_a_phase_is_the_gateways_to_say(supervisor: SwarmClient) -> None:
    await move(supervisor, PhaseName.CENSUS)
    phase = await supervisor.phase()
    told = await supervisor.set_phase(phase.model_copy(update={"paused": True, "began": 1}), phase.revision)
    assert told.began == phase.began
    with pytest.raises(RefusedError, match="the phase is census at revision"):
        await supervisor.set_phase(told.model_copy(update={"paused": False}), phase.revision)


async def test_each_phase_begins_anew_and_learn_counts_verdicts_as_they_come(
    supervisor: SwarmClient, tmp_path: Path
) -> None:
    counting = Counting()
    await work(tmp_path, Purpose.LEARN, [None, False, True])
    assert await look(counting, supervisor) == (2, 1)
    await move(supervisor, PhaseName.SIEGE)
    assert await look(counting, supervisor) == (0, 0)
    await move(supervisor, PhaseName.STOPPED)
    assert await look(counting, supervisor) == (0, 0)


async def test_a_prober_hears_of_each_verdict_once_and_after_a_restart_of_the_latest(
    supervisor: SwarmClient, tmp_path: Path
) -> None:
    hearing = Hearing(supervisor)
    assert await hearing.news() == []
    await work(tmp_path, Purpose.LEARN, [True, False, None])
    heard = await hearing.news()
    assert sorted(one.passed for one in heard) == [False, True]
    assert await hearing.news() == []
    again = await Hearing(supervisor).news()
    assert [one.key for one in again] == [one.key for one in heard]


@pytest.mark.usefixtures("supervisor")
async def test_a_restarted_prober_asks_nothing_that_was_asked_before(tmp_path: Path) -> None:
    cells = [Cell.parse("span/border/none")]
    before = Prober(DOMAIN, cells, "first").act([], Purpose.CENSUS, 40)
    async with SwarmClient.for_run(tmp_path, Role.PROBER, "prober-0") as client:
        assert all(answer.ok for answer in await client.publish(before))
        known = await asked_before(client)
    assert known == [probe_of(sample).question for sample in before]
    told = Prober(DOMAIN, cells, "first")
    told.recall(known)
    new = {probe_of(sample).question for sample in told.act([], Purpose.CENSUS, 40)}
    assert (len(new), new & {*known}) == (40, set())
    assert told.invalid["asked before"] >= 40, "by the same seed it drew all of them again"

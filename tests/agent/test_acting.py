"""A class with `act` at work: what it takes and gives, sync and async, and what becomes of its faults."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from swarm.agent.acting import acted, as_sample, consumed, load_agent, outcome, role_of, working
from swarm.errors import BudgetExhausted, ConfigError, EngineUnavailable
from swarm.records import Annotation, Attempt, Cell, Origin, Probe, Purpose, Sample, answer_to
from swarm.roles import Role
from swarm.state import SwarmState
from swarm.work import Completion, FailKind, Failure, Lease, Stage


class Stumbling:
    """A role that breaks on one sample and refuses by name on another."""

    def __init__(self, breaks_on: str, error: Exception) -> None:
        self.breaks_on, self.error = breaks_on, error

    async def act(self, leases: list[Lease]) -> list[Completion | Failure]:
        if any(lease.token == self.breaks_on for lease in leases):
            raise self.error
        return [Completion(token=lease.token) for lease in leases]


def leases() -> list[Lease]:
    samples = [Sample(payload=Annotation(schema_name="note", body=str(number))) for number in range(4)]
    return [
        Lease(token=str(number), stage=Stage.PROBES, sample=sample, chain=(sample,), attempt=1, ttl_seconds=30)
        for number, sample in enumerate(samples)
    ]


async def test_a_sample_that_breaks_its_role_goes_back_alone_with_what_was_raised() -> None:
    outcomes = await acted("judge-0", Stumbling("2", TypeError("date - datetime")), leases())
    assert [outcome.token for outcome in outcomes] == ["0", "1", "2", "3"]
    assert [isinstance(outcome, Failure) for outcome in outcomes] == [False, False, True, False]
    broken = outcomes[2]
    assert isinstance(broken, Failure)
    assert broken.kind is FailKind.RETRY
    assert broken.reason == "judge-0 failed on it by a fault of its own: TypeError: date - datetime"


async def test_an_error_raised_on_purpose_is_the_loops_to_handle() -> None:
    with pytest.raises(BudgetExhausted):
        await acted("teacher-0", Stumbling("2", BudgetExhausted("tokens spent")), leases())


class Echo:
    """A student that says the question again."""

    role = Role.STUDENT

    async def act(self, lease: Lease) -> Attempt:
        return Attempt(text=lease.nearest(Annotation).body, checkpoint_id="base")


class SlowEcho(Echo):
    """One whose answers wait for each other."""

    def __init__(self, parties: int) -> None:
        self.together = asyncio.Barrier(parties)

    async def act(self, lease: Lease) -> Attempt:
        await self.together.wait()
        return await super().act(lease)


class SyncEcho:
    """One that isn't async, and picky."""

    role = Role.STUDENT

    def __init__(self) -> None:
        self.threads: set[int] = set()

    def act(self, lease: Lease) -> Attempt | Failure:
        self.threads.add(threading.get_ident())
        body = lease.nearest(Annotation).body
        if body == "1":
            return lease.failed(FailKind.REJECT, "too small")
        if body == "2":
            raise EngineUnavailable("the model is away")
        if body == "3":
            raise KeyError(body)
        return Attempt(text=body, checkpoint_id="base")


class BatchEcho:
    """One that answers a batch at once, and forgets the last where there are four."""

    role = Role.STUDENT

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def act(self, leases: Sequence[Lease]) -> list[Attempt]:
        self.sizes.append(len(leases))
        return [Attempt(text=lease.token, checkpoint_id="base") for lease in leases[:3]]


class Asker:
    """A prober."""

    role = Role.PROBER

    def act(self, state: SwarmState) -> list[Probe]:
        raise NotImplementedError(state)


async def test_one_lease_at_a_time_is_answered_with_its_lineage() -> None:
    given = leases()
    found = await acted("student-1", working(Echo()), given)
    assert [one.token for one in found] == ["0", "1", "2", "3"]
    for lease, one in zip(given, found, strict=True):
        assert isinstance(one, Completion)
        said = Attempt(text=lease.token, checkpoint_id="base")
        (output,) = one.outputs
        assert (output.id, output.parent_id) == (answer_to(lease.sample, said).id, lease.sample.id)
        assert output.payload == said


async def test_async_answers_are_awaited_together() -> None:
    found = await asyncio.wait_for(acted("student-1", working(SlowEcho(4)), leases()), 10)
    assert all(isinstance(one, Completion) for one in found)


async def test_one_that_is_not_async_works_in_a_thread_and_its_faults_stay_its_own() -> None:
    agent = SyncEcho()
    found = await acted("student-1", working(agent), leases())
    assert threading.get_ident() not in agent.threads
    assert isinstance(found[0], Completion)
    kinds = [one.kind for one in found if isinstance(one, Failure)]
    assert kinds == [FailKind.REJECT, FailKind.RELEASE, FailKind.RETRY]
    assert [one.reason for one in found if isinstance(one, Failure)] == [
        "too small",
        "the model is away",
        "SyncEcho failed on it by a fault of its own: KeyError: '3'",
    ]


async def test_a_batch_with_an_answer_too_few_is_tried_lease_by_lease() -> None:
    agent = BatchEcho()
    found = await acted("student-1", working(agent), leases())
    assert agent.sizes == [4, 1, 1, 1, 1]
    assert [one.token for one in found if isinstance(one, Completion)] == ["0", "1", "2", "3"]


def test_several_payloads_complete_one_lease_under_ids_of_their_own() -> None:
    lease = leases()[0]
    said = Attempt(text="7", checkpoint_id="base")
    notes = [Annotation(schema_name="note", body=text) for text in "ab"]
    found = outcome(lease, (said, *notes))
    assert isinstance(found, Completion)
    assert [sample.payload for sample in found.outputs] == [said, *notes]
    assert len({sample.id for sample in found.outputs}) == 3
    assert found.outputs[0].id == answer_to(lease.sample, said).id
    assert outcome(lease, found) is found


@pytest.mark.parametrize("given", [None, "7", 7, [], ["7"], {"text": "7"}])
def test_anything_else_is_refused_and_shown(given: Any) -> None:
    with pytest.raises(TypeError, match=r"act gave .*; give one of Probe, Attempt"):
        outcome(leases()[0], given)


def test_what_is_not_in_a_chain_is_named() -> None:
    with pytest.raises(LookupError, match=r"the chain of .* has no probe, only annotation"):
        leases()[0].nearest(Probe)


def test_a_prober_makes_probes_and_nothing_else() -> None:
    probe = Probe(cell=Cell.parse("a/rain/b"), purpose=Purpose.LEARN, origin=Origin.MODEL, question="?")
    assert as_sample(probe).payload == probe
    sample = Sample(payload=probe)
    assert as_sample(sample) is sample
    with pytest.raises(TypeError, match="act gave '\\?'; give probes"):
        as_sample("?")  # type: ignore[arg-type]


class NoRole:
    def act(self, lease: Lease) -> Attempt:
        raise NotImplementedError(lease)


class Mute:
    role = Role.JUDGE


class Untyped:
    role = Role.TEACHER

    def act(self, lease):  # type: ignore[no-untyped-def]
        raise NotImplementedError(lease)


class Confused:
    role = Role.PROBER

    def act(self, lease: Lease) -> Attempt:
        raise NotImplementedError(lease)


class Examining:
    role = Role.EXAMINER


class Critic:
    """Of a role that some swarm's config declares."""

    role = "critic"

    def act(self, lease: Lease) -> Annotation:
        raise NotImplementedError(lease)


class Aimless:
    role = "critic"

    def act(self, probe: Probe) -> Annotation:
        raise NotImplementedError(probe)


class Shouting:
    role = "CRITIC"


def test_what_an_agent_takes_is_read_from_its_act() -> None:
    assert consumed(Echo()) is Lease
    assert consumed(BatchEcho()) == Sequence[Lease]
    assert consumed(Asker()) is SwarmState
    assert role_of(Asker()) is Role.PROBER
    assert role_of(Critic()) == "critic"
    assert consumed(Critic()) is Lease


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (NoRole(), r"NoRole\.role is None\. Give the class a `role`, one of Role.STUDENT"),
        (Examining(), "Examining.role is <Role.EXAMINER"),
        (Shouting(), "Shouting.role is 'CRITIC'.*or the name of one that the swarm's config declares"),
        (Aimless(), r"Aimless\.act takes .*Probe'> as a critic.*or SwarmState where it only publishes"),
        (Mute(), "Mute has no method `act`"),
        (Untyped(), r"Untyped\.act takes None as a teacher\. Give it one parameter, of type Lease"),
        (Confused(), r"Confused\.act takes .*Lease'> as a prober\. Give it one parameter, of type SwarmState"),
    ],
    ids=lambda value: "" if isinstance(value, str) else type(value).__name__,
)
def test_an_agent_that_does_not_say_what_it_is_is_told(agent: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        consumed(agent)


@pytest.mark.parametrize("place", ["nowhere:Agent", "swarm.agent:Agent", "swarm", "swarm.errors:RefusedError"])
def test_a_place_without_an_agent_is_named(place: str) -> None:
    with pytest.raises(ConfigError, match=f"no agent at '{place}': "):
        load_agent(place)


def test_an_agent_is_made_from_its_place() -> None:
    assert type(load_agent("collections:Counter")).__name__ == "Counter"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "ConfigError: no class was given. Say python -m swarm.agent MODULE:CLASS [--help]"),
        (["nowhere:Agent"], "ConfigError: no agent at 'nowhere:Agent': "),
        (["swarm.skeletons.teacher:NewTeacher"], "ConfigError: no target was given"),
    ],
    ids=["none", "no such class", "no gateway"],
)
def test_a_class_that_can_not_be_run_is_told_why(arguments: list[str], said: str) -> None:
    known = {name: value for name, value in os.environ.items() if not name.startswith("SWARM_")}
    started = [sys.executable, "-m", "swarm.agent", *arguments]
    done = subprocess.run(started, env=known, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == ConfigError.exit_code
    assert done.stderr.startswith(said)

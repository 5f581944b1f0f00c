"""The loops' decisions: when a prober may go on, and what is sent again when there was no room for it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from swarm.agent.loops import FULL, has_room, publish, sent
from swarm.agent.member import Member
from swarm.client import SwarmClient
from swarm.errors import ConfigError
from swarm.roles import Role
from swarm.state import PhaseName, PhaseRecord, SwarmState
from swarm.work import Answer, QueueCount, Stage


def state(ready: int, *, paused: bool = False) -> SwarmState:
    return SwarmState(
        name="test",
        domain="calendar",
        revision=1,
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        phase=PhaseRecord(name=PhaseName.LEARN, paused=paused),
        champion_id="base",
        rubric_version=1,
        queues=(QueueCount(stage=Stage.ATTEMPTS, ready=99), QueueCount(stage=Stage.PROBES, ready=ready, leased=99)),
    )


class Waiting(Member):
    """A member whose waits take no time, and are kept; it may be asked to leave after so many."""

    def __init__(self, most: int = 99) -> None:
        super().__init__(SwarmClient("nowhere:1", credential="", name="a", role=Role.PROBER))
        self.most, self.waited = most, list[float]()

    async def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        if len(self.waited) == self.most:
            self.leaving.set()

    async def report(self) -> None:
        """Nobody is there."""


class Queue:
    """Room for some, and for as many more at each call."""

    def __init__(self, room: int, code: str) -> None:
        self.room, self.code = room, code
        self.calls: list[list[str]] = []

    async def send(self, items: Sequence[str]) -> list[Answer]:
        self.calls.append(list(items))
        answers = [Answer(id=item, code="OK" if place < self.room else self.code) for place, item in enumerate(items)]
        return [Answer(id=item.id, code="INVALID") if item.id == "bad" else item for item in answers]


def test_probes_are_made_while_fewer_than_a_batch_wait() -> None:
    assert has_room(state(7), 8)
    assert not has_room(state(8), 8)
    assert not has_room(state(0, paused=True), 8)
    assert has_room(state(0).model_copy(update={"queues": ()}), 8)


@pytest.mark.parametrize("code", FULL)
async def test_what_there_was_no_room_for_is_sent_again_alone_after_its_delay(code: str) -> None:
    member, queue = Waiting(), Queue(2, code)
    answers = await sent(member, queue.send, ["a", "bad", "c", "d", "e"])
    assert queue.calls == [["a", "bad", "c", "d", "e"], ["c", "d", "e"], ["e"]]
    assert member.waited == [1.0, 1.0]
    assert [(answer.id, answer.code) for answer in answers] == [
        ("a", "OK"),
        ("bad", "INVALID"),
        ("c", "OK"),
        ("d", "OK"),
        ("e", "OK"),
    ]


async def test_one_that_is_to_leave_tries_once_more_at_most() -> None:
    member, queue = Waiting(most=1), Queue(0, "QUEUE_FULL")
    answers = await asyncio.wait_for(sent(member, queue.send, ["a"]), 10)
    assert [answer.code for answer in answers] == ["QUEUE_FULL"]
    assert len(queue.calls) == 2


async def test_a_prober_that_does_not_say_what_it_takes_is_refused_before_it_asks() -> None:
    with pytest.raises(ConfigError, match=r"object.role is None"):
        await publish(Waiting(), object(), 8)

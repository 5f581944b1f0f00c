"""The two ways of working: lease, act, hand in; and make, publish. They end when the swarm has ended, or the agent is
drained or was asked to leave."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from swarm.agent.acting import Working, acted, as_sample, called, consumed
from swarm.agent.member import Member
from swarm.books import Books
from swarm.errors import SwarmError, UnavailableError
from swarm.fields import as_note
from swarm.reasons import REASONS
from swarm.state import ENDED, SwarmState
from swarm.work import Answer, Completion, FailKind, Failure, Lease, Stage

LEASE_SECONDS = 30.0
WAIT_SECONDS = 3.0
"""How long an agent waits for work at the gateway before it looks whether the swarm goes on."""
POLL_SECONDS = 1.0
GRACE_SECONDS = LEASE_SECONDS / 3
"""What is under way when an agent is asked to leave may take so long; no lease of it runs out meanwhile."""
FULL = ("QUEUE_FULL", "CREDITS_SPENT")
"""Answers for single items that say to send them again."""
GONE = ("LEASE_LOST", "TOKEN_REFUSED")
"""Answers that say that there is no lease to hand back."""

T = TypeVar("T")
_LOG = logging.getLogger("swarm.agent")


async def nothing() -> None:
    """What a role does before a batch that has nothing to follow."""


async def work(
    member: Member, queue: str, role: Working, batch: int, before: Callable[[], Awaitable[None]] = nothing
) -> None:
    """Lease, act, hand in. Waits for work at the gateway; leases are extended at a third of their time.

    `before` runs before it waits, and again before a batch: something may have changed meanwhile.
    """

    async def followed(leases: list[Lease]) -> int:
        await before()
        return await _done(member, role, leases)

    while not await member.over():
        await before()
        leases = await member.client.lease(queue, batch, wait_seconds=WAIT_SECONDS, ttl_seconds=LEASE_SECONDS)
        if leases:
            started = time.monotonic()
            failed = await held(member, leases, followed(leases))
            member.busy_seconds += time.monotonic() - started
            member.books = getattr(role, "books", Books())
            if failed:
                await member.pause(POLL_SECONDS)
        await member.beat()


async def _done(member: Member, role: Working, leases: list[Lease]) -> int:
    """Act and hand in; how many leases went back."""
    outcomes = await acted(member.name, role, leases)
    done = [outcome for outcome in outcomes if isinstance(outcome, Completion)]
    back = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    answers = await sent(member, member.client.complete, done) if done else []
    for completion, answer in zip(done, answers, strict=True):
        if not answer.ok:
            _LOG.warning("%s: %s: %s", member.name, answer.code, answer.message)
        reason = as_note(f"{answer.code}: {answer.message}")
        if not answer.ok and answer.code not in GONE:
            back.append(Failure(token=completion.token, kind=FailKind.RETRY, reason=reason))
    if back:
        await member.client.fail(back)
    member.completed += sum(answer.ok for answer in answers)
    member.failed += len(back)
    return len(back)


async def held(
    member: Member,
    leases: list[Lease],
    working: Coroutine[Any, Any, T],
    lease_seconds: float = LEASE_SECONDS,
    grace: float = GRACE_SECONDS,
) -> T | None:
    """What the work comes to, its leases extended meanwhile at a third of their time.

    None where the agent was asked to leave and the work took longer than the grace: the leases were released.
    """
    task, left = asyncio.ensure_future(working), asyncio.ensure_future(member.leaving.wait())
    try:
        while not (task.done() or left.done()):
            await asyncio.wait([task, left], timeout=lease_seconds / 3, return_when=asyncio.FIRST_COMPLETED)
            if not (task.done() or left.done()):
                await member.client.extend([lease.token for lease in leases], lease_seconds)
                await member.beat()
        await asyncio.wait([task], timeout=grace)
        if task.done():
            return await task
        _LOG.warning("%s leaves; %d leases are released", member.name, len(leases))
        task.cancel()
        await asyncio.wait([task], timeout=1)
        await _release(member, leases, "the agent was asked to leave")
        return None
    except UnavailableError:
        raise
    except SwarmError as error:
        await _release(member, leases, str(error))
        raise
    finally:
        left.cancel()
        task.cancel()


async def _release(member: Member, leases: list[Lease], reason: str) -> None:
    await member.client.fail([lease.failed(FailKind.RELEASE, reason) for lease in leases])


async def sent(
    member: Member, send: Callable[[Sequence[T]], Awaitable[list[Answer]]], items: Sequence[T]
) -> list[Answer]:
    """The answers to all items. What there was no room for is sent again, each time after as long as its reason says,
    until there was or the agent is asked to leave."""
    answers = await send(items)
    while (
        again := [place for place, answer in enumerate(answers) if answer.code in FULL]
    ) and not member.leaving.is_set():
        await member.pause(max(REASONS[answers[place].code].retry_seconds or POLL_SECONDS for place in again))
        await member.beat()
        for place, answer in zip(again, await send([items[place] for place in again]), strict=True):
            answers[place] = answer
    return answers


def has_room(state: SwarmState, batch: int) -> bool:
    """Whether probes may be made now: the swarm isn't paused, and fewer than a batch wait for a student."""
    waiting = sum(queue.ready for queue in state.queues if queue.stage is Stage.PROBES)
    return not state.phase.paused and waiting < batch


async def publish(member: Member, prober: Any, batch: int) -> None:
    """Ask the prober for probes while fewer than a batch wait, and publish them; ends where it gives None."""
    consumed(prober)
    while not member.dismissed and (state := await member.client.state()).phase.name not in ENDED:
        if has_room(state, batch):
            started = time.monotonic()
            try:
                made = await called(prober.act, state)
                samples = None if made is None else [as_sample(one) for one in made]
            except SwarmError:
                raise
            except Exception as error:  # the edge to somebody's `act`: whatever it was is said, and tried again
                _LOG.exception("%s failed to make probes", member.name)
                member.note = f"alarm: {type(error).__name__}: {error}"
                member.failed += 1
                samples = []
            if samples is None:
                return
            await _publish(member, samples)
            member.busy_seconds += time.monotonic() - started
        await member.rest(POLL_SECONDS / 2)


async def _publish(member: Member, samples: list[Any]) -> None:
    if not samples:
        return
    answers = await sent(member, member.client.publish, samples)
    for answer in answers:
        if not answer.ok:
            _LOG.warning("%s: %s of %s: %s", member.name, answer.code, answer.id, answer.message)
    refused = [answer for answer in answers if not answer.ok]
    member.note = f"alarm: {refused[0].code}: {refused[0].message}" if refused else ""
    member.completed += len(answers) - len(refused)
    member.failed += len(refused)

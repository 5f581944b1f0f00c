"""Scenarios about the way to the gateway and the way out: away, torn, busy, and asked to leave."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from swarm.conformance.door import Call, Forward, at_first
from swarm.conformance.report import Finding, right, wrong
from swarm.conformance.stage import Stage
from swarm.conformance.steps import begun, brings, fed
from swarm.conformance.target import NAME
from swarm.errors import RefusedError, UnavailableError
from swarm.roles import Role
from swarm.v1 import exchange_pb2, state_pb2

AWAY_SECONDS = 2.0
MOST_TRIES = 20
"""Calls in that time that are still no hammering."""
DELAY_SECONDS = 1.5
EARLY_SECONDS = 0.1
"""How much too early a repeat may be: clocks and rounding."""
HOLD_SECONDS = 0.3
"""How long what it brings is under way when it is asked to leave."""


async def slow_start(stage: Stage) -> list[Finding]:
    """Be started before the gateway answers."""
    stage.away = True
    sample = await begun(stage)
    if await stage.until(lambda: stage.agent.code is not None, AWAY_SECONDS):
        hint = "Try again, with a pause that grows: who restarts a swarm starts its agents first as often as not"
        return [wrong(f"nobody answered yet, and it ended with exit code {stage.agent.code}", hint)]
    stage.away = False
    return [await brings(stage, sample, f"the gateway came {AWAY_SECONDS:g} s late")]


async def unavailable(stage: Stage) -> list[Finding]:
    """Have every call end with UNAVAILABLE for a while."""
    began = 0.0

    async def rule(call: Call, forward: Forward) -> Any:
        nonlocal began
        if not began and call.method == stage.hands_in:
            began = call.began
        if began and call.began < began + AWAY_SECONDS:
            raise UnavailableError("the gateway is stopping", "Send the same call again")
        return await forward()

    stage.door.rule = rule
    sample = await begun(stage)
    found = [await brings(stage, sample, f"all its calls were refused for {AWAY_SECONDS:g} s")]
    tries = sum(began <= call.began < began + AWAY_SECONDS for call in stage.door.calls)
    if began and tries > MOST_TRIES:
        said = f"it called {tries} times in {AWAY_SECONDS:g} s while the gateway was away"
        found.append(wrong(said, "Wait between tries: 50 ms at first, doubling, with jitter"))
    return found


async def torn(stage: Stage) -> list[Finding]:
    """Have the connection torn: with an answer under way that is lost, and again while there is nothing to do."""

    async def tear(_call: Call, forward: Forward) -> Any:
        await forward()
        stage.proxy.reset()
        raise UnavailableError("the connection broke", "Send the same call again")

    stage.door.rule = at_first((stage.hands_in,), tear)
    await begun(stage)
    await stage.until(lambda: any(call.ended for call in stage.calls(stage.hands_in)))
    sample = await fed(stage)
    found = [await brings(stage, sample, "the connection broke before an answer")]
    if stage.leases and found[0].right:
        stage.proxy.reset()
        sample = await fed(stage)
        found.append(await brings(stage, sample, "the connection broke while it waited"))
    return found


async def busy(stage: Stage) -> list[Finding]:
    """Be told RESOURCE_EXHAUSTED with a delay, and that there is no room for what you bring."""
    asks = "Lease" if stage.leases else "Register"

    async def limit(_call: Call, _forward: Forward) -> Any:
        said = "the caller makes too many calls"
        raise RefusedError("RATE_LIMITED", said, "Call again after the delay", retry_seconds=DELAY_SECONDS)

    async def no_room(call: Call, _forward: Forward) -> Any:
        answer = state_pb2.Answer(code="QUEUE_FULL", message="the queue is full: send it again later")
        if call.method == "Publish":
            answers = [answer for _ in call.request.samples]
            return exchange_pb2.PublishResponse(answers=answers, retry_delay_seconds=DELAY_SECONDS)
        return exchange_pb2.CompleteResponse(answers=[answer for _ in call.request.completions])

    limited, full = at_first((asks,), limit), at_first((stage.hands_in,), no_room)

    async def rule(call: Call, forward: Forward) -> Any:
        return await (limited if call.method == asks else full)(call, forward)

    stage.door.rule = rule
    sample = await begun(stage)
    hint = "QUEUE_FULL and CREDITS_SPENT say: keep it, and send the same again after the delay; the lease still stands"
    brought = await brings(stage, sample, "there was no room for what it brought at first", hint)
    return [_obeyed(stage, asks), brought]


def _obeyed(stage: Stage, method: str) -> Finding:
    calls = stage.calls(method)
    refused = next((call for call in calls if call.code == "RESOURCE_EXHAUSTED"), None)
    if refused is None:
        return right(f"it made no call of {method} to be told that it calls too often")
    later = [call.began - refused.ended for call in calls if call.began > refused.ended]
    hint = "google.rpc.RetryInfo in the status details says how long to wait before the same call"
    if not later:
        return wrong(f"it was told to call {method} again in {DELAY_SECONDS:g} s, and never did", hint)
    if min(later) < DELAY_SECONDS - EARLY_SECONDS:
        return wrong(f"it was told to wait {DELAY_SECONDS:g} s and called again after {min(later):.2f} s", hint)
    return right(f"it was told to wait {DELAY_SECONDS:g} s and waited {min(later):.2f} s")


async def sigterm(stage: Stage) -> list[Finding]:
    """Be sent SIGTERM in the middle of the work: finish or hand back, say good-bye, and end."""

    async def ask() -> None:
        stage.agent.ask_to_leave()
        await asyncio.sleep(HOLD_SECONDS)

    hint = "Handle SIGTERM: take no more work, finish or hand back what is held, call Leave, end with exit code 0"
    return await _leaves(stage, ask, "SIGTERM", hint)


async def drain(stage: Stage) -> list[Finding]:
    """Be drained by an operator in the middle of the work: bring what you hold, say good-bye, and end."""

    async def ask() -> None:
        await stage.company.client(Role.OPERATOR).drain(NAME)

    hint = "LeaseResponse.drain and HeartbeatResponse.drain say so: bring what is held, call Leave, end with code 0"
    return await _leaves(stage, ask, "it was drained", hint)


async def _leaves(stage: Stage, ask: Callable[[], Awaitable[None]], told: str, hint: str) -> list[Finding]:
    """How the agent leaves that is asked to while what it made is under way."""
    asked = 0.0

    async def asks(_call: Call, forward: Forward) -> Any:
        nonlocal asked
        asked = time.monotonic()
        await ask()
        return await forward()

    stage.door.rule = at_first((stage.hands_in,), asks)
    if stage.leases:
        await stage.company.feed(stage.role, 3)
    await stage.begin()
    if not await stage.until(lambda: bool(asked)):
        return [wrong("it brought nothing, so it was never in the middle of work", "See the scenario `work` first")]
    if not await stage.until(lambda: stage.agent.code is not None, stage.terms.leaving):
        return [wrong(f"it still ran {stage.terms.leaving:g} s after {told}", hint)]
    seconds = time.monotonic() - asked
    return await _left(stage, f"it ended {seconds:.1f} s after {told}, with exit code 0", hint)


async def _left(stage: Stage, well: str, hint: str) -> list[Finding]:
    """What an agent left behind that has ended."""
    found = [right(well)]
    if code := stage.agent.code:
        how = "by the signal itself" if code in (-15, 143) else f"with exit code {code}"
        found = [wrong(f"it ended {how}", hint)]
    if held := await stage.held():
        hint = (
            "Call Fail with RELEASE for what you can't finish: it goes to another agent at once, and burns no attempt"
        )
        found.append(wrong(f"it left {held} leases behind, which others get only once they run out", hint))
    elif stage.leases:
        found.append(right("nothing is leased to it any more"))
    if not stage.calls("Leave"):
        found.append(wrong("it didn't take itself off the roster", "Call AgentService.Leave before you end"))
    return found

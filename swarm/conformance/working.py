"""Scenarios about the work itself: done, delivered again, delivered twice, and lost."""

from contextlib import suppress
from typing import Any

from swarm.conformance.door import Call, Forward, at_each, at_first
from swarm.conformance.report import Finding, right, wrong
from swarm.conformance.stage import Stage
from swarm.conformance.steps import begun, brings, goes_on
from swarm.conformance.target import NAME
from swarm.errors import UnavailableError
from swarm.v1 import exchange_pb2, state_pb2

PIECES = 6
MOST_REPEATS = 3
"""How often work that is lost may be sent before it is stubbornness."""
LEASE_PASSES = 3601.0
"""Seconds after which every lease has run out, whatever was asked for."""


async def work(stage: Stage) -> list[Finding]:
    """Do ordinary work, and say who you are."""
    if not stage.leases:
        await stage.begin()
        await stage.until(lambda: any(code == "OK" for _, code in stage.published()))
        taken = [code for _, code in stage.published()]
        return [*_took(stage, "published", taken), *_registered(stage), *_allowed(stage)]
    wanted = set(await stage.company.feed(stage.role, PIECES))
    await stage.begin()
    await stage.until(lambda: wanted <= stage.completed() | set(stage.handed_back()))
    taken = [code for _, _, code in stage.outcomes()]
    found = [*_took(stage, "completed", taken), *_registered(stage), *_allowed(stage)]
    if back := stage.handed_back():
        reason = next(iter(back.values()))
        found.append(wrong(f"it handed {len(back)} back: {reason}", "See why: this is work as it comes every day"))
    return found


def _took(stage: Stage, verb: str, codes: list[str]) -> list[Finding]:
    good, refused = codes.count("OK"), sorted(set(codes) - {"OK"})
    if refused:
        return [
            wrong(f"the gateway refused what it brought: {', '.join(refused)}", "docs/errors.md says what each asks")
        ]
    if not good:
        called = ", ".join(sorted({call.method for call in stage.door.calls})) or "nothing"
        return [
            wrong(
                f"it {verb} nothing within {stage.terms.step:g} s; it called {called}{stage.ended()}",
                "It finds the gateway at SWARM_TARGET with the token SWARM_CREDENTIAL; see docs/conformance.md",
            )
        ]
    return [right(f"it {verb} {good}, and the gateway took them all")]


def _registered(stage: Stage) -> list[Finding]:
    calls = stage.calls("Register")
    if any(call.code == "OK" for call in calls):
        return [right("it announced itself")]
    said = f"Register was refused: {calls[-1].said}" if calls else "it never announced itself"
    return [wrong(said, "Call AgentService.Register with a card that has its own name and role")]


def _allowed(stage: Stage) -> list[Finding]:
    shut = {call.method for call in stage.door.calls if call.code in ("PERMISSION_DENIED", "UNAUTHENTICATED")}
    if shut:
        return [wrong(f"it may not call {', '.join(sorted(shut))}", "docs/api.md says which role may call what")]
    return []


async def redelivery(stage: Stage) -> list[Finding]:
    """Answer the same sample, delivered again, under the same id."""
    if not stage.leases:
        return await _published_again(stage)

    async def forget(call: Call, _forward: Forward) -> Any:
        """Say that all was taken, and lose it, as a gateway does that was put back to an older state."""
        stage.pass_time(LEASE_PASSES)
        return exchange_pb2.CompleteResponse(answers=[state_pb2.Answer(code="OK") for _ in call.request.completions])

    stage.door.rule = at_first(("Complete",), forget)
    sample = await begun(stage)
    outcomes = stage.outcomes
    await stage.until(lambda: sum(one == sample and code == "OK" for one, _, code in outcomes()) >= 2)
    answers = [item for one, item, _ in outcomes() if one == sample]
    if len(answers) < 2:
        said = f"the sample was delivered again, and in all it gave {len(answers)} answers{stage.ended()}"
        return [wrong(said, "A sample may come again under another token: answer it again, it is no fault")]
    first, again = ([output.id for output in item.outputs] for item in (answers[0], answers[-1]))
    if first == again:
        return [right("both deliveries were answered under the same ids"), *_alike(answers[0], answers[-1])]
    said = f"its answers to the same sample have the ids {', '.join(first)} and then {', '.join(again)}"
    hint = (
        "Make an output's id from the leased sample's id (swarm.records.child_id, or lease.completed): work is "
        "delivered at least once, and by its id a repeat is known to be one"
    )
    return [wrong(said, hint)]


def _alike(first: Any, again: Any) -> list[Finding]:
    """Whether a gate let the same sample go the same way both times; nothing for what is no gate."""
    one, two = ([out.annotation.decision for out in item.outputs if out.annotation.decision] for item in (first, again))
    if not one:
        return []
    if one == two:
        return [right("both times it let the sample go the same way")]
    hint = "Decide by what stands in the sample, or remember it by its id: work is delivered at least once"
    return [wrong("the same sample passed once, and once it was dropped", hint)]


async def _published_again(stage: Stage) -> list[Finding]:
    """For a source: the first Publish is taken and its answer lost, so that the agent must send it again."""

    async def lose(_call: Call, forward: Forward) -> Any:
        await forward()
        stage.proxy.reset()
        raise UnavailableError("the connection broke", "Send the same call again")

    stage.door.rule = at_first(("Publish",), lose)
    await stage.begin()
    await stage.until(lambda: len(stage.calls("Publish")) > 1)
    await stage.until(lambda: bool(stage.published()))
    stored = [sample.payload.model_dump_json() for sample in await stage.company.probes_of(NAME)]
    twice = len(stored) - len(set(stored))
    if twice:
        hint = "Draw a sample's id once, before it is first sent, and send it again under that id"
        return [wrong(f"after an answer that was lost, {twice} probes are stored twice", hint)]
    if len(stage.calls("Publish")) < 2:
        hint = "Send a call again whose answer didn't come; by its ids it has no second effect"
        return [wrong(f"it didn't send again what it had no answer to{stage.ended()}", hint)]
    return [right("what it had no answer to it sent again under the same ids, and all is stored once")]


async def duplicate(stage: Stage) -> list[Finding]:
    """Be handed the same lease twice in one answer."""

    async def double(_call: Call, forward: Forward) -> Any:
        reply = await forward()
        reply.leases.extend(list(reply.leases))
        return reply

    stage.door.rule = at_each(("Lease",), double)
    sample = await begun(stage)
    hint = "The same token may come twice: answer it once, or twice alike; the second answer is that of the first"
    return [await brings(stage, sample, "the same lease came twice", hint), await goes_on(stage)]


async def expired_lease(stage: Stage) -> list[Finding]:
    """Lose a lease to another agent before the work is done."""

    async def late(_call: Call, forward: Forward) -> Any:
        stage.pass_time(LEASE_PASSES)
        with suppress(LookupError):  # the agent itself, leasing beside its work, may have been faster
            await stage.company.take(stage.role)
        return await forward()

    stage.door.rule = at_first(("Complete",), late)
    sample = await begun(stage)

    def lost() -> int:
        return sum(one == sample and code == "LEASE_LOST" for one, _, code in stage.outcomes())

    if not await stage.until(lambda: lost() > 0):
        return [wrong(f"it brought nothing to be refused{stage.ended()}", "See the scenario `work` first")]
    found = [await goes_on(stage)]
    if lost() > MOST_REPEATS:
        hint = "LEASE_LOST is final for that token: drop the work"
        found.append(wrong(f"it sent the lost work {lost()} times", hint))
    return found

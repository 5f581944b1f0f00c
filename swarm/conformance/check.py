"""Plays the scenarios on an agent, one by one, each on a stage of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from swarm.conformance import outages, places, strange, working
from swarm.conformance.report import Finding, Played, Report, Result
from swarm.conformance.stage import Stage, Terms, staged
from swarm.conformance.target import Target, target_of
from swarm.errors import ConfigError
from swarm.flow import BUILT_IN, Place, RoleSpec


def _anyone(_role: RoleSpec) -> bool:
    return True


def _leases(role: RoleSpec) -> bool:
    return role.place is not Place.SOURCE


def _is_declared(role: RoleSpec) -> bool:
    return role not in BUILT_IN.specs


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing that happens to agents; its docstring says what it asks of them."""

    play: Callable[[Stage], Awaitable[list[Finding]]]
    fits: Callable[[RoleSpec], bool] = _anyone

    @property
    def about(self) -> str:
        """What it asks of an agent, in a sentence."""
        return (self.play.__doc__ or "").strip().splitlines()[0].rstrip(".")


SCENARIOS: dict[str, Scenario] = {
    "work": Scenario(working.work),
    "redelivery": Scenario(working.redelivery),
    "duplicate": Scenario(working.duplicate, _leases),
    "expired-lease": Scenario(working.expired_lease, _leases),
    "garbage": Scenario(strange.garbage, _leases),
    "version-skew": Scenario(strange.skew),
    "slow-start": Scenario(outages.slow_start),
    "unavailable": Scenario(outages.unavailable),
    "torn": Scenario(outages.torn),
    "busy": Scenario(outages.busy),
    "sigterm": Scenario(outages.sigterm),
    "drain": Scenario(outages.drain),
    "undeclared": Scenario(places.undeclared, _is_declared),
}


def chosen(role: RoleSpec, only: Collection[str]) -> list[str]:
    """The scenarios to play. Raises ConfigError naming one that isn't there, or isn't for that role."""
    fitting = [name for name, scenario in SCENARIOS.items() if scenario.fits(role)]
    for name in only:
        if name not in fitting:
            raise ConfigError(f"there is no scenario {name!r} for a {role.name}", f"Give some of {', '.join(fitting)}")
    return [name for name in fitting if name in only or not only]


async def played(
    target: Target, names: Collection[str], terms: Terms = Terms(), at_once: int = 1
) -> AsyncIterator[Played]:
    """The scenarios as they end, so many at once. Where ordinary work fails, the others would only say so again: they
    are skipped."""
    left = [name for name in names if name != "work"]
    if "work" in names:
        first = await _play(target, "work", terms)
        yield first
        if not first.findings[0].right:
            for name in left:
                yield Played(scenario=name, about=SCENARIOS[name].about, result=Result.SKIPPED)
            return
    places = asyncio.Semaphore(at_once)

    async def one(name: str) -> Played:
        async with places:
            return await _play(target, name, terms)

    async with asyncio.TaskGroup() as group:
        for ending in asyncio.as_completed([group.create_task(one(name)) for name in left]):
            yield await ending


async def _play(target: Target, name: str, terms: Terms) -> Played:
    began, scenario = time.monotonic(), SCENARIOS[name]
    async with staged(target, terms) as stage:
        findings = await scenario.play(stage)
        well = all(finding.right for finding in findings)
        words = "" if well else stage.agent.last_words()
    return Played(
        scenario=name,
        about=scenario.about,
        result=Result.RIGHT if well else Result.WRONG,
        findings=tuple(findings),
        seconds=round(time.monotonic() - began, 1),
        last_words=words,
    )


def checked(
    target: str,
    role: str = "",
    only: Collection[str] = (),
    terms: Terms = Terms(),
    at_once: int = 4,
    declared: Sequence[RoleSpec] = (),
) -> Report:
    """All that is to be said of an agent, for its own tests. Raises ConfigError as `target_of` and `chosen` do."""
    found = target_of(target, role, declared)
    names = chosen(found.role, only)

    async def all_played() -> list[Played]:
        return [one async for one in played(found, names, terms, at_once)]

    return Report(target=target, role=found.role.name, played=tuple(asyncio.run(all_played())))

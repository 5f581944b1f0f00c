"""The live view of a run: a table at a terminal, lines elsewhere, both drawn from the state that the gateway gives."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from swarm.client import SwarmClient
from swarm.errors import ConfigError, UnavailableError
from swarm.records import Weather
from swarm.roles import Role
from swarm.run_clock import CLOCK_FILE, seconds_of
from swarm.sections import BudgetSection
from swarm.state import ENDED, PhaseName, SwarmState
from swarm.students import PromotionDecision

TABLE_SECONDS = 2.0
LINE_SECONDS, REPEAT_SECONDS = 10.0, 60.0
"""From one line to the next, and until a line is said again that has nothing new."""
_WINDOW_SECONDS = 60.0
_PATIENCE_SECONDS = 2.0


class Pace:
    """What single states don't show: rates over the last minute, and time against the budget."""

    def __init__(self, budget: BudgetSection, run: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._budget = budget
        self._run = run
        self._clock = clock
        self._seen: deque[tuple[float, dict[str, int]]] = deque()

    def see(self, state: SwarmState) -> None:
        """Take a state in."""
        now = self._clock()
        done: dict[str, int] = {}
        for agent in state.agents:
            done[agent.card.role_name] = done.get(agent.card.role_name, 0) + agent.completed
        self._seen.append((now, done))
        while len(self._seen) > 2 and self._seen[1][0] < now - _WINDOW_SECONDS:
            self._seen.popleft()

    def rates(self) -> dict[str, float]:
        """Completions per second of each role."""
        if len(self._seen) < 2:
            return {}
        (begin, before), (end, after) = self._seen[0], self._seen[-1]
        seconds = max(end - begin, 1e-9)
        return {role: max(0, count - before.get(role, 0)) / seconds for role, count in after.items()}

    def elapsed(self, state: SwarmState, now: datetime) -> str:
        """Time that the swarm has worked, pauses left out, against the budget where there is one.

        Until a supervisor has kept time: from the start to the end, or to now.
        """
        over = state.phase.name in ENDED
        since = ((state.phase.since if over else now) - state.started_at).total_seconds()
        worked = seconds_of(self._run / CLOCK_FILE)
        spent = _minutes(since if worked is None else worked)
        return f"{spent} of {_minutes(self._budget.minutes * 60)}" if self._budget.minutes else spent


def failure_rates(state: SwarmState) -> dict[tuple[str, str], tuple[int, int]]:
    """(failed, judged) of the champion under the rubric in force, by (subdomain, weather)."""
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for count in state.cells:
        if count.checkpoint_id == state.champion_id and count.rubric_version == state.rubric_version:
            key = (count.cell.subdomain, count.cell.weather)
            failed, judged = counts.get(key, (0, 0))
            counts[key] = (failed + count.failed, judged + count.failed + count.passed)
    return counts


def line(state: SwarmState, pace: Pace, now: datetime) -> str:
    """The state in one line, with the time."""
    return f"[{pace.elapsed(state, now)}{_closing(state, now)}] {_news(state, pace)}"


def _news(state: SwarmState, pace: Pace) -> str:
    """The state in one line."""
    counts = failure_rates(state).values()
    failed, judged = sum(count[0] for count in counts), sum(count[1] for count in counts)
    rate = pace.rates().get(Role.STUDENT, 0.0)
    doing = state.trainer.doing() if state.trainer is not None and state.phase.name not in ENDED else ""
    parts = [
        _phase(state),
        f"{rate:.1f} attempts/s",
        f"failing {_share(failed, judged)}",
        f"corrections {state.corrections}, trained {state.corrections_trained}{f' ({doing})' if doing else ''}",
        f"champion {state.champion_id or '-'} ({_won(state)} of {len(state.promotions)} exams won)",
        f"rubric {state.rubric_version}",
        "waiting " + "/".join(str(queue.ready + queue.delayed) for queue in state.queues),
    ]
    return " | ".join(parts + [f"ALARM {alarm}" for alarm in state.alarms])


def decision_line(decision: PromotionDecision) -> str:
    """A decision over a candidate in one line."""
    outcome = "promoted" if decision.promoted else f"not promoted ({', '.join(decision.blocked_by)})"
    scores = f"{decision.champion_accuracy:.1%} -> {decision.candidate_accuracy:.1%}"
    pairs = f"{decision.wins} won, {decision.losses} lost, e {decision.e_value:.3g}"
    return f"exam: {decision.candidate_id} {outcome}: {scores}, {pairs}{breach_part(decision)}"


def breach_part(decision: PromotionDecision) -> str:
    """What of a decision's wins and losses comes from a breach; "" where nothing does."""
    breach = decision.breach
    if breach is None:
        return ""
    right = f"{breach.champion_passed} -> {breach.candidate_passed} of {breach.items} right"
    return f"; of them from a breach {breach.wins} won, {breach.losses} lost, {right}"


def picture(state: SwarmState, pace: Pace, now: datetime | None = None) -> RenderableType:
    """The state as tables."""
    moment = now or datetime.now(UTC)
    head = Table.grid(padding=(0, 2))
    head.add_row("swarm", f"{state.name} ({state.domain}), revision {state.revision}")
    head.add_row("phase", f"{_phase(state)}: {state.phase.reason}")
    head.add_row("elapsed", pace.elapsed(state, moment))
    head.add_row("champion", f"{state.champion_id or '-'}, {_won(state)} of {len(state.promotions)} exams won")
    head.add_row("corrections", f"{state.corrections}, trained {state.corrections_trained}")
    if state.trainer is not None and (words := state.trainer.words()):
        head.add_row("trainer", words)
    if state.engines:
        head.add_row("engines", "; ".join(engine.words() for engine in state.engines))
    head.add_row("rubric", f"version {state.rubric_version}")
    if state.yields:
        head.add_row("probes of", "; ".join(one.words() for one in state.yields))
    if state.progress is not None:
        progress = state.progress
        words = f"{progress.phase} {progress.attempt}: {progress.failures} failures in {progress.probes} probes"
        head.add_row("progress", f"{words}, bound {progress.bound:.4f}")
    parts: list[RenderableType] = [head, Text(), _queues(state), Text(), _map(state), Text(), _roles(state, pace)]
    for decision in state.promotions[-3:]:
        parts.append(Text(decision_line(decision)))
    parts += [Text(f"ALARM {alarm}", style="bold red") for alarm in state.alarms]
    return Group(*parts)


async def follow(
    run: Path,
    as_table: bool,
    budget: BudgetSection,
    ended: Callable[[], bool] = lambda: False,
    console: Console | None = None,
    *,
    every_seconds: float | None = None,
    repeat_seconds: float = REPEAT_SECONDS,
) -> None:
    """Show a run until cancelled or `ended`, whether its gateway is up yet, away for a while, or not.

    A line that has nothing new is said again after `repeat_seconds`.
    """
    screen, pace = console or Console(highlight=False), Pace(budget, run)
    pause = every_seconds if every_seconds is not None else (TABLE_SECONDS if as_table else LINE_SECONDS)
    if as_table:
        with Live(Text(f"{run} is starting"), console=screen, refresh_per_second=2) as live:
            async for state in _states(run, pause, ended):
                pace.see(state)
                live.update(picture(state, pace))
        return
    told, said, at = -1, "", 0.0
    async for state in _states(run, pause, ended):
        pace.see(state)
        for decision in state.promotions:
            if decision.revision > told >= 0:
                screen.print(decision_line(decision), markup=False, soft_wrap=True)
        told = state.revision
        news = _news(state, pace)
        if news != said or time.monotonic() >= at + repeat_seconds:
            screen.print(line(state, pace, datetime.now(UTC)), markup=False, soft_wrap=True)
            said, at = news, time.monotonic()


async def _states(run: Path, every_seconds: float, ended: Callable[[], bool]) -> AsyncIterator[SwarmState]:
    """States of a run, one every few seconds while its gateway answers."""
    while not ended():
        try:
            client = SwarmClient.for_run(run, Role.OPERATOR, "operator", patience=_PATIENCE_SECONDS)
        except ConfigError:
            await asyncio.sleep(0.5)
            continue
        async with client:
            try:
                while not ended():
                    yield await client.state()
                    await asyncio.sleep(every_seconds)
            except UnavailableError:
                continue


def _queues(state: SwarmState) -> Table:
    table = Table("queue", "ready", "leased", "delayed", "done", "dead", "expired", "oldest s", box=None)
    for queue in state.queues:
        numbers = (queue.ready, queue.leased, queue.delayed, queue.done, queue.dead, queue.expired)
        table.add_row(queue.name, *map(str, numbers), f"{queue.oldest_age_seconds:.0f}")
    return table


def _map(state: SwarmState) -> Table:
    counts = failure_rates(state)
    table = Table("failing", *Weather, box=None)
    for subdomain in dict.fromkeys(key[0] for key in counts):
        table.add_row(subdomain, *(_share(*counts.get((subdomain, weather), (0, 0))) for weather in Weather))
    return table


def _roles(state: SwarmState, pace: Pace) -> Table:
    given = state.rates.roles if state.rates else ()
    rates = pace.rates() or {rate.role_name: rate.completed for rate in given}
    table = Table("role", "agents", "done", "per s", "failed", "tokens", box=None)
    for role in dict.fromkeys(agent.card.role_name for agent in state.agents):
        members = [agent for agent in state.agents if agent.card.role_name == role]
        done, failed = sum(agent.completed for agent in members), sum(agent.failed for agent in members)
        tokens = sum(agent.tokens for agent in members)
        table.add_row(role, str(len(members)), str(done), f"{rates.get(role, 0.0):.1f}", str(failed), str(tokens))
    return table


def _phase(state: SwarmState) -> str:
    return f"{state.phase.name}{' (paused)' if state.phase.paused else ''}"


def _closing(state: SwarmState, now: datetime) -> str:
    """What a run that has ended still does while its gateway answers, and for how long."""
    if state.phase.name is not PhaseName.STOPPED:
        return ""
    return f", the candidate's exam and the frozen one for {_minutes((now - state.phase.since).total_seconds())}"


def _won(state: SwarmState) -> int:
    return sum(decision.promoted for decision in state.promotions)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%} of {whole}" if whole else "-"


def _minutes(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"

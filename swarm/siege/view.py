"""How a siege shows itself while it goes on: a bar at a terminal, else one line a round."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from swarm.approach import TargetKind
from swarm.siege.plan import SiegePlan
from swarm.siege.standing import Statement

_BAR = (TextColumn("{task.completed}/{task.total}"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))


def announced(plan: SiegePlan, asked: int) -> str:
    """What is about to happen, with what can be known of its length and price."""
    left = max(0, plan.calls - asked)
    lead = f"siege of {plan.target}: {left} probes of {plan.domain}"
    lead += f" ({asked} were asked before)" if asked else ""
    if plan.kind is not TargetKind.ENDPOINT:
        return f"{lead}; how long that takes shows after the first {plan.round}"
    return f"{lead}; at {plan.rate} calls a minute at least {clock(left * 60 / plan.rate)}"


def progress_line(plan: SiegePlan, said: Statement, species: int, seconds: float, before: int) -> str:
    """Where the siege stands; `before` probes had been answered when this start began `seconds` ago."""
    done = said.probes - before
    left = clock((plan.calls - said.probes) * seconds / done) if done > 0 else "?"
    line = f"{said.failures} failed, {species} species, failure rate at most {said.rate:.1%}"
    line += f", {said.unanswered} without an answer" if said.unanswered else ""
    return f"{line}, about {left} left" if said.probes < plan.calls else line


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class View:
    """Says things on stderr. `shown` False says nothing."""

    def __init__(self, progress: Progress, total: int, *, shown: bool, bar: bool) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=total)
        self._shown = shown
        self._bar = bar

    def say(self, line: str) -> None:
        """One line."""
        if self._shown:
            self._progress.console.print(Text(line), soft_wrap=True)

    def answered(self, count: int) -> None:
        """So many probes more have come back."""
        self._progress.advance(self._task, count)

    def stands(self, asked: int, seconds: float, line: str, *, quiet: bool) -> None:
        """A round has ended; a quiet one, which asked nothing new, moves the bar only."""
        self._progress.update(self._task, completed=asked, description=line)
        if not (self._bar or quiet):
            self.say(f"[{clock(seconds)}] {asked} asked, {line}")


@contextmanager
def view(total: int, *, plain: bool, shown: bool) -> Iterator[View]:
    """The view of a siege that asks `total` probes."""
    bar = shown and not plain and sys.stderr.isatty()
    with Progress(*_BAR, console=Console(stderr=True, highlight=False), disable=not bar) as progress:
        yield View(progress, total, shown=shown, bar=bar)

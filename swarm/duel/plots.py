"""The pictures of a duel as inline SVG: who did how well, how far from the student, and what an answer takes."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from swarm.duel.sides import Side
from swarm.report.charts import OTHER, STUDENT, drawn, lighten

_BETTER, _WORSE = "#2a9d5c", "#c05b4d"


def leads(sides: Sequence[Side]) -> str:
    """The student's lead over each contestant with its 95% interval, the strongest contestant on top."""
    rows = [(side.name, side.difference) for side in reversed(sides) if side.difference is not None]
    figure = Figure(figsize=(9.2, 0.8 + 0.36 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for place, (_, found) in enumerate(rows):
        colour = _BETTER if found.lower > 0 else _WORSE if found.upper < 0 else OTHER
        axes.plot([100 * found.lower, 100 * found.upper], [place, place], "-", color=colour, lw=2)
        axes.plot([100 * found.estimate], [place], "o", color=colour)
    axes.axvline(0, color="#3b4552", lw=1)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.set_xlabel("student minus contestant, percentage points on the same items, 95% interval")
    lighten(axes, "x")
    return drawn(figure, "leads")


def speed(sides: Sequence[Side]) -> str:
    """Accuracy against the seconds that one answer takes, asked for alone; "" where fewer than two were timed."""
    timed = [(side, side.latency) for side in sides if side.latency is not None]
    if len(timed) < 2:
        return ""
    figure = Figure(figsize=(9.2, 3.6), layout="constrained")
    axes = figure.subplots()
    for side, seconds in timed:
        colour = STUDENT if side.student else OTHER
        axes.plot([seconds], [side.accuracy], "o", color=colour, ms=9 if side.student else 6)
        axes.annotate(side.name, (seconds, side.accuracy), (7, 5), textcoords="offset points", fontsize=9)
    axes.set_xscale("log")
    axes.margins(x=0.25)
    axes.set_xlabel("seconds for one answer, asked for alone (median)")
    axes.set_ylabel("macro accuracy")
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    lighten(axes, "y")
    return drawn(figure, "speed")

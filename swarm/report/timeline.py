"""A run's profile for people: its tables for a terminal, and its timeline as inline SVG."""

from matplotlib.figure import Figure
from matplotlib.patches import Patch
from rich.console import Group, RenderableType
from rich.table import Column, Table

from swarm.report.charts import drawn, lighten
from swarm.report.profile import Profile
from swarm.spells import TRAINER

_COLOURS = (
    "#1f6feb",
    "#2a9d5c",
    "#c05b4d",
    "#7a4fbf",
    "#d99a2b",
    "#3aa6a0",
    "#b0578d",
    "#6b7a8f",
    "#8a6d3b",
    "#4c5fa8",
)
_WAITING = "#dde3ea"
NOT_MEASURED = (
    "This run was made before engines and trainer told their spells: an engine's rows are from lease to answer, and "
    "include waiting; the trainer's are sums, and who computed at the same time is not known."
)


def plot(profile: Profile) -> str:
    """The timeline: a lane for each place, a colour for each thing; what only waits is pale."""
    places = list(dict.fromkeys(bar.place for bar in profile.bars))
    waits = {row.what for row in profile.shares if row.place == TRAINER and not row.computes} | {"away"}
    kinds = [what for what in dict.fromkeys(bar.what for bar in profile.bars) if what not in waits]
    colours = {what: _COLOURS[number % len(_COLOURS)] for number, what in enumerate(kinds)}
    figure = Figure(figsize=(9.2, 1.6 + 0.5 * len(places)), layout="constrained")
    axes = figure.subplots()
    for bar in profile.bars:
        lane = len(places) - 1 - places.index(bar.place)
        stretch = [(bar.began / 60, (bar.ended - bar.began) / 60)]
        axes.broken_barh(stretch, (lane - 0.36, 0.72), color=colours.get(bar.what, _WAITING), lw=0)
    axes.set_yticks(range(len(places)), places[::-1])
    axes.set_xlim(0, max(1e-6, (profile.wall_seconds + profile.away_seconds) / 60))
    axes.set_xlabel("minutes after the gateway was up")
    legend = [Patch(color=colour, label=what) for what, colour in colours.items()]
    legend += [Patch(color=_WAITING, label="waiting")] if any(bar.what in waits for bar in profile.bars) else []
    if legend:
        axes.legend(handles=legend, frameon=False, fontsize=8, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    lighten(axes, "x")
    return drawn(figure, "timeline")


def tables(profile: Profile) -> RenderableType:
    """Moments, what each place spent its time on, and who computed at the same time."""
    moments = Table("", "after", box=None, title="moments", title_justify="left")
    for milestone in profile.milestones:
        moments.add_row(milestone.name, minutes(milestone.seconds))
    spent = Table(
        Column("where", no_wrap=True), Column("what", no_wrap=True), "seconds", "share", "tokens", "per s", box=None
    )
    spent.title, spent.title_justify = f"{minutes(profile.wall_seconds)} of wall time", "left"
    for cells in rows(profile):
        spent.add_row(*cells)
    parts: list[RenderableType] = [moments, "", spent]
    if profile.together:
        cores = Table("who computed", "seconds", "share", box=None)
        for who, seconds in profile.together:
            cores.add_row(who, f"{seconds:.1f}", percent(seconds, profile))
        parts += ["", cores]
    if not profile.measured:
        parts += ["", NOT_MEASURED]
    return Group(*parts)


def rows(profile: Profile) -> list[tuple[str, ...]]:
    """The shares as words, in their order."""
    return [
        (
            row.place,
            row.what.replace("_", " "),
            f"{row.seconds:.1f}",
            f"{row.share:.1%}",
            f"{row.tokens:,}" if row.tokens else "",
            f"{row.tokens_per_second:.0f}" if row.tokens else "",
        )
        for row in profile.shares
    ]


def percent(seconds: float, profile: Profile) -> str:
    """A part of the wall time."""
    return f"{seconds / profile.wall_seconds:.1%}" if profile.wall_seconds else "-"


def minutes(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"

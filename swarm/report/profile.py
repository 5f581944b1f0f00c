"""Where the wall time of a run went: a pure computation over spells and a few moments."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from swarm.records import Record
from swarm.spells import GATEWAY, TRAINER, Spell
from swarm.training import TrainerActivity

MOST_BARS = 2000
"""Of one place. Spells that lie closer together than such a part of the run are drawn as one."""

COMPUTING = frozenset({TrainerActivity.LOADING, TrainerActivity.TRAINING, TrainerActivity.PUBLISHING})
"""What a trainer does with the cores; all else of it is waiting."""

BOTH, ENGINE_ALONE, TRAINER_ALONE, NEITHER = "engine and trainer", "an engine alone", "the trainer alone", "neither"


class Milestone(Record):
    """Something that happened for the first or last time, so many seconds after the run began."""

    name: str
    seconds: float


class Share(Record):
    """What one place spent on one thing. `share` is of the wall time; rates are tokens a second of that thing."""

    place: str
    what: str
    seconds: float
    share: float
    tokens: int = 0
    tokens_per_second: float = 0.0
    computes: bool = False
    """Whether it took the cores; else it was waiting, or nobody was there."""


class Bar(Record):
    """One stretch of the timeline, in seconds after the run began."""

    place: str
    what: str
    began: float
    ended: float


class Profile(Record):
    """The run as a timeline. Wall time begins with the gateway, and leaves out when no gateway was up."""

    began: datetime
    ended: datetime
    wall_seconds: float
    away_seconds: float = 0.0
    measured: bool = True
    """Whether engines and trainer told their spells; else those of engines follow from leases, exams and decisions,
    the trainer's are sums, and who worked at the same time is not known."""
    milestones: tuple[Milestone, ...] = ()
    shares: tuple[Share, ...] = ()
    together: tuple[tuple[str, float], ...] = ()
    """Seconds of the wall time by who computed."""
    bars: tuple[Bar, ...] = ()


def shares(spells: Sequence[Spell], wall: float) -> list[Share]:
    """By place, what it spent its time on, the most first, and what is left of the wall time as idle."""
    made = []
    for place in dict.fromkeys(spell.place for spell in spells):
        of_it = [spell for spell in spells if spell.place == place]
        rows = [_share(place, what, of_it, wall) for what in dict.fromkeys(spell.what for spell in of_it)]
        made += sorted(rows, key=lambda row: -row.seconds)
        left = wall - covered((spell.began.timestamp(), spell.ended.timestamp()) for spell in of_it)
        name = "not there" if place == TRAINER else "idle"
        made.append(Share(place=place, what=name, seconds=max(0.0, left), share=_part(left, wall)))
    return made


def _share(place: str, what: str, spells: Sequence[Spell], wall: float) -> Share:
    mine = [spell for spell in spells if spell.what == what]
    seconds = sum(spell.seconds for spell in mine)
    tokens = sum(spell.prompt_tokens + spell.completion_tokens for spell in mine)
    computes = place != TRAINER or what in COMPUTING
    return Share(
        place=place, what=what, seconds=seconds, share=_part(seconds, wall), computes=computes,
        tokens=tokens, tokens_per_second=tokens / seconds if seconds else 0.0,
    )  # fmt: skip


def with_tokens(rows: Iterable[Share], place: str, what: str, tokens: int) -> list[Share]:
    """The rows, with the tokens of one that its spells don't have."""
    return [
        row.model_copy(update={"tokens": tokens, "tokens_per_second": tokens / row.seconds if row.seconds else 0.0})
        if (row.place, row.what) == (place, what)
        else row
        for row in rows
    ]


def covered(stretches: Iterable[tuple[float, float]]) -> float:
    """Seconds that lie in at least one of the stretches."""
    total, reached = 0.0, float("-inf")
    for began, ended in sorted(stretches):
        total += max(0.0, ended - max(began, reached))
        reached = max(reached, ended)
    return total


def together(spells: Iterable[Spell], began: datetime, wall: float) -> tuple[tuple[str, float], ...]:
    """How long engine and trainer computed at the same time, each alone, and neither of them."""
    trainer, engines = list[tuple[float, float]](), list[tuple[float, float]]()
    for spell in spells:
        stretch = ((spell.began - began).total_seconds(), (spell.ended - began).total_seconds())
        if spell.place == TRAINER and spell.what in COMPUTING:
            trainer.append(stretch)
        elif spell.place not in (TRAINER, GATEWAY):
            engines.append(stretch)
    either, one, other = covered([*trainer, *engines]), covered(engines), covered(trainer)
    both = one + other - either
    found = {BOTH: both, ENGINE_ALONE: one - both, TRAINER_ALONE: other - both, NEITHER: max(0.0, wall - either)}
    return tuple(found.items())


def bars(spells: Iterable[Spell], began: datetime, span: float) -> tuple[Bar, ...]:
    """The timeline's bars, by place and time; what lies too close together to be told apart is one."""
    made: dict[tuple[str, str], list[Bar]] = {}
    for spell in sorted(spells, key=lambda spell: spell.began):
        start, end = ((moment - began).total_seconds() for moment in (spell.began, spell.ended))
        drawn = made.setdefault((spell.place, spell.what), [])
        if drawn and start - drawn[-1].ended < span / MOST_BARS:
            drawn[-1] = drawn[-1].model_copy(update={"ended": max(drawn[-1].ended, end)})
        else:
            drawn.append(Bar(place=spell.place, what=spell.what, began=start, ended=end))
    return tuple(sorted((bar for each in made.values() for bar in each), key=lambda bar: (bar.place, bar.began)))


def from_totals(seconds: Mapping[TrainerActivity, float], wall: float) -> list[Share]:
    """A trainer's rows from sums alone, and the rest of the wall time."""
    rows = [
        Share(place=TRAINER, what=what, seconds=spent, share=_part(spent, wall), computes=what in COMPUTING)
        for what, spent in sorted(seconds.items(), key=lambda item: -item[1])
    ]
    left = wall - sum(seconds.values())
    return [*rows, Share(place=TRAINER, what="not there", seconds=max(0.0, left), share=_part(left, wall))]


def _part(seconds: float, wall: float) -> float:
    return max(0.0, seconds) / wall if wall else 0.0

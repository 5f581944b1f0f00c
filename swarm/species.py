"""Ways in which a student fails: failures of one cell, one trap, one deciding criterion and one kind of mistake.

The rule is fixed and deterministic, and blind to who found a failure: it reads the probe's cell and operator and the
verdict, never origin, purpose, producer, order or wording. So two arms that are compared are counted by the same rule.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from swarm.records import Cell, Probe, Record, Verdict, Weather

PLAIN = "plain"
"""The trap of a probe that is none."""
UNNAMED = "unnamed"
"""The mistake where the domain has no name for it."""

_WEATHERS = {Weather.RAIN: "plain questions", Weather.WIND: "twisted questions", Weather.BORDER: "border questions"}


class Failure(Record):
    """A probe, what was said to it, and the verdict that failed it. `id` is the probe's."""

    id: str
    probe: Probe
    text: str
    verdict: Verdict


class Kind(Record):
    """What failures of one species have in common."""

    cell: Cell
    trap: str
    criterion: str
    mistake: str

    @property
    def name(self) -> str:
        """The kind in one line, such as `absolute/wind/ask, impossible-date: should-ask/gave-date`."""
        return f"{self.cell.key}, {self.trap}: {self.mistake} ({self.criterion})"


class Species(Record):
    """One way of failing. `asked` is how many probes of its cell and trap were judged; `members` are probe ids.

    The first members have the shortest questions, which read best as examples.
    """

    name: str
    cell: Cell
    trap: str
    criterion: str
    mistake: str
    failures: int
    asked: int
    explanation: str
    members: tuple[str, ...]


def kind_of(probe: Probe, verdict: Verdict) -> Kind:
    """The kind of a failure. Raises ValueError where the verdict is a pass."""
    if verdict.passed:
        raise ValueError(f"a passed attempt at {probe.question[:60]!r} has no species; give failures only")
    mistake = verdict.species.removeprefix(f"{probe.cell.subdomain}/") or UNNAMED
    return Kind(cell=probe.cell, trap=probe.operator or PLAIN, criterion=verdict.decided_by, mistake=mistake)


def cluster(failures: Sequence[Failure], judged: Iterable[Probe]) -> tuple[Species, ...]:
    """The species of some failures, the most frequent first; `judged` are all probes that were judged, passes too."""
    asked = Counter((probe.cell.key, probe.operator or PLAIN) for probe in judged)
    groups: dict[str, tuple[Kind, list[Failure]]] = {}
    for failure in failures:
        kind = kind_of(failure.probe, failure.verdict)
        groups.setdefault(kind.name, (kind, []))[1].append(failure)
    found = [_species(kind, members, asked[kind.cell.key, kind.trap]) for kind, members in groups.values()]
    return tuple(sorted(found, key=lambda one: (-one.failures, one.name)))


def _species(kind: Kind, members: Sequence[Failure], asked: int) -> Species:
    ordered = sorted(members, key=lambda failure: (len(failure.probe.question), failure.probe.question, failure.id))
    return Species(
        name=kind.name,
        **{name: getattr(kind, name) for name in Kind.model_fields},
        failures=len(members),
        asked=asked,
        explanation=explained(kind, len(members), asked),
        members=tuple(failure.id for failure in ordered),
    )


def explained(kind: Kind, failures: int, asked: int) -> str:
    """A species in words."""
    trap = "" if kind.trap == PLAIN else f" with the trap “{_words(kind.trap)}”"
    return (
        f"{_WEATHERS[kind.cell.weather].capitalize()} of {_words(kind.cell.subdomain)}{trap}, which want the answer "
        f"form {kind.cell.form}: {_words(kind.mistake)}. Criterion {kind.criterion} decided. "
        f"{failures} of {asked} such questions failed this way."
    )


def _words(name: str) -> str:
    return name.replace("/", ", ").replace("-", " ")

"""The ways of probing that are compared, and one run of one of them on one student."""

from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from agents.prober import WIDTH, Prober
from agents.rewording import Reworder
from swarm.domains.base import Domain
from swarm.probing.course import SearchPoint, course, yields
from swarm.probing.draws import alone, probe_of
from swarm.probing.evidence import Tried, tried
from swarm.probing.families import FAMILIES
from swarm.rates import FamilyYield
from swarm.records import Cell, Origin, Purpose, Record, Sample
from swarm.rubric import SEEDS, judge_attempt, load_rubric
from swarm.state import CellCount

ROUND = 30
"""Probes between two looks at what failed, as in a siege."""

Answers = Callable[[Sequence[Sample]], Awaitable[list[str]]]
"""What a student says to some probes, one sample each."""
Hole = Callable[[Tried], str]
"""The planted hole that a failure shows; "" for none."""


@dataclass(frozen=True)
class Arm:
    """A way of probing: by families, or by the domain's generators alone, cells uniform or steered by what failed."""

    name: str
    families: tuple[Origin, ...] = ()
    steered: bool = False
    width: int = WIDTH
    late: int = 0
    """Rounds that verdicts come late, as in a swarm, where other probes wait and are judged meanwhile."""
    worded: bool = False
    """Whether a model says every probe in other words, as far as it can."""

    @property
    def plain(self) -> bool:
        """Whether it is no variant of another arm."""
        return self.width == WIDTH and not self.late


ARMS = (
    Arm("uniform sampling"),
    Arm("steering alone", steered=True),
    Arm("systematic alone", (Origin.GRAMMAR,)),
    Arm("mutation alone", (Origin.MUTATION,)),
    Arm("replay alone", (Origin.REPLAY,)),
    Arm("weather alone", (Origin.WEATHER,)),
    Arm("model's words alone", (Origin.GRAMMAR,), worded=True),
    Arm("whole swarm", tuple(FAMILIES)),
    Arm("whole swarm, 2 draws for each probe", tuple(FAMILIES), width=2),
    Arm("whole swarm, verdicts a round late", tuple(FAMILIES), late=1),
)


class Trail(Record):
    """What one arm found of one student."""

    arm: str
    student: str
    seed: int
    calls: int
    failures: int
    species: int
    holes_at: tuple[tuple[str, int], ...] = ()
    """Each planted hole that was found, with the number of the call that showed it."""
    yields: tuple[FamilyYield, ...] = ()
    """What each family's probes brought."""
    course: tuple[SearchPoint, ...] = ()
    """Species, failures, coverage and evenness after each round."""
    refused: tuple[tuple[str, int], ...] = ()

    def holes(self, calls: int) -> int:
        """Holes found within so many calls."""
        return sum(at <= calls for _, at in self.holes_at)

    def within(self, calls: int) -> "Trail":
        """The same with its species and failures as they were after so many calls, a multiple of a round."""
        point = next((point for point in self.course if point.probes >= calls), self)
        return self.model_copy(update={"species": point.species, "failures": point.failures})


@dataclass(frozen=True)
class Student:
    """Who is probed: its kind, what it answers, and the planted hole that a failure shows."""

    kind: str
    answers: Answers
    hole: Hole = lambda _: ""


async def trail(
    arm: Arm, domain: Domain, student: Student, seed: int, calls: int, reworder: Reworder | None = None
) -> Trail:
    """Run an arm: rounds of 30 probes, each asked once, until there were so many calls; a worded arm has a reworder."""
    prober = prober_of(arm, domain, f"bench/{seed}", Purpose.SIEGE)
    rubric = load_rubric(SEEDS / "siege.yaml")
    asked: list[Tried] = []
    unheard: deque[list[Tried]] = deque()
    while len(asked) < calls:
        made = prober.act(counts(asked) if arm.steered else [], Purpose.SIEGE, min(ROUND, calls - len(asked)))
        drawn = [alone(sample) for sample in made[: calls - len(asked)]]
        if not drawn:
            raise ValueError(f"{arm.name} has no new question after {len(asked)} of {calls} calls: ask for fewer")
        if reworder:
            drawn = await reworder.act(drawn)
        said = await student.answers(drawn)
        probes = map(probe_of, drawn)
        unheard.append([tried(p, judge_attempt(domain, rubric, p, text)) for p, text in zip(probes, said, strict=True)])
        asked += unheard[-1]
        if len(unheard) > arm.late:
            prober.learn(unheard.popleft())
    refused = Counter(prober.invalid) + (reworder.refused if reworder else Counter())
    return _found(arm, domain, student, seed, asked).model_copy(update={"refused": tuple(sorted(refused.items()))})


def _found(arm: Arm, domain: Domain, student: Student, seed: int, asked: Sequence[Tried]) -> Trail:
    holes: dict[str, int] = {}
    for number, one in enumerate(asked, 1):
        if not one.passed:
            holes.setdefault(student.hole(one), number)
    path = course(asked, len(domain.cells()), ROUND)
    return Trail(
        arm=arm.name,
        student=student.kind,
        seed=seed,
        calls=len(asked),
        failures=path[-1].failures,
        species=path[-1].species,
        holes_at=tuple((name, at) for name, at in holes.items() if name),
        yields=yields(asked),
        course=path,
    )


def prober_of(arm: Arm, domain: Domain, seed: str, purpose: Purpose, cells: Sequence[Cell] = ()) -> Prober:
    """The prober of an arm, its families making the probes of that purpose; all cells where none are named."""
    return Prober(domain, cells, seed, {purpose: arm.families} if arm.families else None, arm.width)


def counts(asked: Sequence[Tried]) -> list[CellCount]:
    """What passed and failed by cell, as steering reads it."""
    tallies: Counter[tuple[str, bool]] = Counter((one.probe.cell.key, one.passed) for one in asked)
    cells = {one.probe.cell.key: one.probe.cell for one in asked}
    return [
        CellCount(cell=cell, checkpoint_id="", rubric_version=0, passed=tallies[key, True], failed=tallies[key, False])
        for key, cell in cells.items()
    ]

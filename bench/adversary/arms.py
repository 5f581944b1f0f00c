"""The ways of probing that are compared, and one run of one of them on one student."""

from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from agents.prober import WIDTH, Prober
from swarm.domains.base import Domain
from swarm.probing.course import SearchPoint, course, yields
from swarm.probing.draws import alone, probe_of
from swarm.probing.evidence import Tried, tried
from swarm.probing.families import FAMILIES
from swarm.rates import FamilyYield
from swarm.records import Origin, Purpose, Record, Sample
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
    curve: tuple[int, ...]
    """Species after each round."""
    failed: tuple[int, ...]
    """Failures after each round."""
    holes_at: tuple[tuple[str, int], ...] = ()
    """Each planted hole that was found, with the number of the call that showed it."""
    yields: tuple[FamilyYield, ...] = ()
    """What each family's probes brought."""
    course: tuple[SearchPoint, ...] = ()
    """Coverage and evenness after each round."""
    refused: tuple[tuple[str, int], ...] = ()

    def holes(self, calls: int) -> int:
        """Holes found within so many calls."""
        return sum(at <= calls for _, at in self.holes_at)

    def within(self, calls: int) -> "Trail":
        """The same with its species and failures as they were after so many calls, a multiple of a round."""
        rounds = calls // ROUND
        if len(self.curve) <= rounds:
            return self
        return self.model_copy(update={"species": self.curve[rounds - 1], "failures": self.failed[rounds - 1]})


async def trail(
    arm: Arm, domain: Domain, student: str, answers: Answers, seed: int, calls: int, hole: Hole = lambda _: ""
) -> Trail:
    """Run an arm: rounds of 30 probes, each asked once, until there were so many calls."""
    prober = Prober(domain, (), f"bench/{seed}", {Purpose.SIEGE: arm.families} if arm.families else None, arm.width)
    rubric = load_rubric(SEEDS / "siege.yaml")
    known: set[str] = set()
    holes: dict[str, int] = {}
    asked: list[Tried] = []
    curve: list[int] = []
    failed: list[int] = []
    unheard: deque[list[Tried]] = deque()
    while len(asked) < calls:
        made = prober.act(_counts(asked) if arm.steered else [], Purpose.SIEGE, min(ROUND, calls - len(asked)))
        drawn = [alone(sample) for sample in made[: calls - len(asked)]]
        if not drawn:
            raise ValueError(f"{arm.name} has no new question after {len(asked)} of {calls} calls: ask for fewer")
        said = await answers(drawn)
        probes = map(probe_of, drawn)
        news = [tried(p, judge_attempt(domain, rubric, p, text)) for p, text in zip(probes, said, strict=True)]
        for one in news:
            asked.append(one)
            if not one.passed:
                known.add(one.species)
                holes.setdefault(hole(one), len(asked))
        unheard.append(news)
        if len(unheard) > arm.late:
            prober.learn(unheard.popleft())
        curve.append(len(known))
        failed.append(sum(not one.passed for one in asked))
    return Trail(
        arm=arm.name,
        student=student,
        seed=seed,
        calls=len(asked),
        failures=sum(not one.passed for one in asked),
        species=len(known),
        curve=tuple(curve),
        failed=tuple(failed),
        holes_at=tuple((name, at) for name, at in holes.items() if name),
        yields=yields(asked),
        course=course(asked, len(domain.cells()), ROUND),
        refused=tuple(sorted(prober.invalid.items())),
    )


def _counts(asked: Sequence[Tried]) -> list[CellCount]:
    tallies: Counter[tuple[str, bool]] = Counter((one.probe.cell.key, one.passed) for one in asked)
    cells = {one.probe.cell.key: one.probe.cell for one in asked}
    return [
        CellCount(cell=cell, checkpoint_id="", rubric_version=0, passed=tallies[key, True], failed=tallies[key, False])
        for key, cell in cells.items()
    ]

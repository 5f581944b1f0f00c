"""What a siege has found, as one record: siege.json is this, and the page shows nothing else."""

from collections.abc import Sequence

from swarm.answer_log import Spent
from swarm.probing.course import SearchPoint, course, yields
from swarm.probing.evidence import tried
from swarm.rates import FamilyYield
from swarm.records import Cell, Record
from swarm.report.model import BoundaryMap, Square
from swarm.report.standings import squares
from swarm.siege.plan import SiegePlan
from swarm.siege.standing import Outcome, Statement, cell_counts, failures, judged, statement
from swarm.siege.words import sentences
from swarm.species import Species, cluster
from swarm.statistics import chao1, good_turing

EXAMPLES = 3
"""Failures of each species that a report shows, and that an export makes cases of."""


class Turn(Record):
    """One turn of the chat in which questions were put."""

    role: str
    content: str


class Example(Record):
    """A failure in full."""

    probe_id: str
    cell: Cell
    operator: str
    question: str
    wanted: str
    steps: str
    """The worked way to the answer that is wanted."""
    said: str
    answer: str
    species: str
    decided_by: str
    explanation: str


class BoundPoint(Record):
    """The bound on the failure rate after so many probes."""

    probes: int
    rate: float


class SiegeReport(Record):
    """A siege, ended or interrupted."""

    plan: SiegePlan
    ending: str
    """Why no more was asked."""
    turns: tuple[Turn, ...]
    """What stood before each question, where it was asked in a chat."""
    student: str
    """What answered, where the target says it."""
    rubric: str
    statement: Statement
    sentences: tuple[str, ...]
    map: BoundaryMap
    species: tuple[Species, ...]
    examples: tuple[Example, ...]
    curve: tuple[BoundPoint, ...]
    singletons: int
    unseen: float
    """Good and Turing's estimate; like `chao1` a diagnostic only, since the search is adaptive."""
    chao1: float
    spent: Spent
    yields: tuple[FamilyYield, ...] = ()
    """What the probes of each family brought."""
    course: tuple[SearchPoint, ...] = ()
    """How evenly cells and species were covered, after each round."""
    refused: tuple[tuple[str, int], ...] = ()
    """Probes that the prober's gate refused, by reason."""
    problems: tuple[tuple[str, int], ...] = ()
    """Why probes got no answer, and how often."""

    @property
    def squares(self) -> tuple[Square, ...]:
        """The squares of the boundary map."""
        return self.map.squares


def report_of(
    plan: SiegePlan,
    outcomes: Sequence[Outcome],
    spent: Spent,
    *,
    cells: int,
    ending: str,
    rubric: str,
    sensitivity: float,
    refused: dict[str, int],
    turns: Sequence[Turn] = (),
) -> SiegeReport:
    """The report over what a siege of so many cells asked so far."""
    failed, said = failures(outcomes), statement(plan, outcomes, sensitivity)
    species = cluster(failed, [outcome.probe for outcome, _ in judged(outcomes)])
    counts = [(c.cell.subdomain, c.cell.weather.value, c.passed, c.passed + c.failed) for c in cell_counts(outcomes)]
    asked = [tried(outcome.probe, verdict) for outcome, verdict in judged(outcomes)]
    once, twice = (sum(one.failures == number for one in species) for number in (1, 2))
    source = "answers of this siege, which is aimed at what fails: share right, Wilson's 95% interval, number of probes"
    students = sorted({o.answer.student for o in outcomes if o.answer is not None and o.answer.student})
    return SiegeReport(
        plan=plan,
        ending=ending,
        turns=tuple(turns),
        student=", ".join(students),
        rubric=rubric,
        statement=said,
        sentences=tuple(sentences(said)),
        map=BoundaryMap(title=plan.target, source=source, squares=squares(sorted(counts))),
        species=species,
        examples=_examples(species, outcomes),
        curve=_curve(plan, outcomes, sensitivity),
        singletons=once,
        unseen=good_turing(once, len(failed)),
        chao1=chao1(len(species), once, twice),
        spent=spent,
        yields=yields(asked),
        course=course(asked, cells, plan.round),
        refused=tuple(sorted(refused.items())),
        problems=_problems(outcomes),
    )


def _examples(species: Sequence[Species], outcomes: Sequence[Outcome]) -> tuple[Example, ...]:
    by_id = {outcome.sample.id: outcome for outcome in outcomes}
    return tuple(_example(by_id[member], one) for one in species for member in one.members[:EXAMPLES])


def _example(outcome: Outcome, species: Species) -> Example:
    probe, verdict, answer = outcome.probe, outcome.verdict, outcome.answer
    assert verdict is not None, "a member of a species was judged"
    assert answer is not None, "what was judged was answered"
    assert probe.reference is not None, "what was judged has a reference"
    return Example(
        probe_id=outcome.sample.id, cell=probe.cell, operator=probe.operator, question=probe.question,
        wanted=probe.reference.answer, steps=probe.reference.rationale, said=answer.text, answer=verdict.answer,
        species=species.name, decided_by=verdict.decided_by, explanation=verdict.explanation,
    )  # fmt: skip


def _curve(plan: SiegePlan, outcomes: Sequence[Outcome], sensitivity: float) -> tuple[BoundPoint, ...]:
    ends = [*range(plan.round, len(outcomes), plan.round), *([len(outcomes)] if outcomes else [])]
    return tuple(BoundPoint(probes=end, rate=statement(plan, outcomes[:end], sensitivity).rate) for end in ends)


def _problems(outcomes: Sequence[Outcome]) -> tuple[tuple[str, int], ...]:
    counted: dict[str, int] = {}
    for outcome in outcomes:
        if outcome.verdict is None:
            counted[outcome.problem] = counted.get(outcome.problem, 0) + 1
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))

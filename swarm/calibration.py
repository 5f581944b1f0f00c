"""The calibration of a rubric: attempts of known truth, and how often it judges them right."""

import random
from collections import Counter
from collections.abc import Sequence

from swarm import statistics
from swarm.criteria import Criterion, Rubric
from swarm.defects import CITED, CITING, DEFECTS, RIGHT, Draw, Maker
from swarm.domains.base import Domain
from swarm.records import Cell, Probe, Purpose, Record, Reference
from swarm.rubric import open_criteria, outcome_of, turned
from swarm.rubric_cases import Case

REQUIRED_Q0 = 0.90
"""A rubric version may judge only while the lower bound of q0 is at least this (METHODS.md, Judge)."""

CALIBRATED_ON = 240
"""Items of known truth for a rubric version, half of them wrong; fixed, so that nobody adds some until it passes."""

MODEL_CALIBRATED_ON = 480
"""The same for a model that judges by it: of 120 defects a model with q0 = .95 would be suspended two times in five,
of 240 one time in ten."""

TRIES = 40
"""Probes that are tried for one kind of item."""


class CalibrationItem(Record):
    """An attempt of known truth. `defect` names what was planted; for a right one, how it was spelled."""

    probe: Probe
    text: str
    right: bool
    defect: str


class Calibration(Record):
    """How a rubric version judged items of known truth, by program alone or with a model where no program can tell."""

    rubric_version: int
    judge: str = ""
    """The model's name; empty for programs alone."""
    wrong_items: int
    wrong_caught: int
    right_items: int
    right_passed: int
    missed: tuple[tuple[str, int], ...] = ()
    """Planted defects that it passed, by kind, the most frequent first."""

    @property
    def q0(self) -> float:
        """P(fail | wrong), the defect recall."""
        return self.wrong_caught / self.wrong_items if self.wrong_items else 0.0

    @property
    def q1(self) -> float:
        """P(pass | right)."""
        return self.right_passed / self.right_items if self.right_items else 0.0

    @property
    def q0_lower(self) -> float:
        """Exact 95% lower bound of q0: the judge's sensitivity that certificates count with."""
        return statistics.rate_lower_bound(self.wrong_caught, self.wrong_items)

    @property
    def q1_lower(self) -> float:
        """Exact 95% lower bound of q1."""
        return statistics.rate_lower_bound(self.right_passed, self.right_items)

    @property
    def may_judge(self) -> bool:
        """Whether the rubric may judge; if not, it is suspended.

        Besides the bound on q0 it must tell right from wrong (q0 + q1 > 1, by the bounds): failing all has q0 = 1 too.
        """
        return self.q0_lower >= REQUIRED_Q0 and self.q0_lower + self.q1_lower > 1

    def truth(self, passed: int, judged: int) -> statistics.Interval:
        """The true rate of right attempts behind a pass count. Raises ValueError where the judge tells nothing."""
        wrong, right = (self.wrong_caught, self.wrong_items), (self.right_passed, self.right_items)
        return statistics.calibrated_rate((passed, judged), wrong, right)


def calibration_items(
    domain: Domain,
    cells: Sequence[Cell],
    rng: random.Random,
    n: int,
    purpose: Purpose = Purpose.LEARN,
    planted: dict[str, Maker] = DEFECTS,
) -> list[CalibrationItem]:
    """Make n items, half of them wrong, all kinds of defect about as often; the same rng state gives the same items.

    Probes are drawn with the wording of `purpose`. Raises ValueError where the cells give no probe with a reference.
    """
    probes = [probe for _ in range(max(32, n // 2)) for probe in _drawn(domain, rng.choice(cells), rng, purpose)]
    references = tuple(probe.reference for probe in probes if probe.reference is not None)
    if len(references) < 2:
        raise ValueError(f"{len(cells)} cells gave {len(references)} references; give cells of domain {domain.name!r}")
    sides: list[CalibrationItem] = []
    defects = planted | CITING if any(CITED.search(reference.rationale) for reference in references) else planted
    for makers, right, count in ((RIGHT, True, n - n // 2), (defects, False, n // 2)):
        kinds = list(makers)
        for number in range(count):
            sides.append(_item(domain, probes, references, rng, turn=_turn(kinds, number, makers), right=right))
    rng.shuffle(sides)
    return sides


def items_of_version(domain: Domain, cells: Sequence[Cell], seed: int, version: int) -> list[CalibrationItem]:
    """The items on which a swarm measures a version of its rubric: as many as planned, and the same each time."""
    return calibration_items(domain, cells, random.Random(f"{seed}/calibration/{version}"), CALIBRATED_ON)


def _drawn(domain: Domain, cell: Cell, rng: random.Random, purpose: Purpose) -> list[Probe]:
    """The probes with a reference that one draw of the cell gives."""
    payloads = [sample.payload for sample in domain.make(cell, rng, purpose)]
    return [payload for payload in payloads if isinstance(payload, Probe) and payload.reference is not None]


def _turn(kinds: list[str], number: int, makers: dict[str, Maker]) -> list[tuple[str, Maker]]:
    """All kinds, the one whose turn it is first."""
    start = number % len(kinds)
    return [(kind, makers[kind]) for kind in kinds[start:] + kinds[:start]]


def _item(
    domain: Domain,
    probes: Sequence[Probe],
    references: tuple[Reference, ...],
    rng: random.Random,
    *,
    turn: list[tuple[str, Maker]],
    right: bool,
) -> CalibrationItem:
    """One item of the first kind that some of the probes allow."""
    for kind, maker in turn:
        for probe in rng.sample(probes, min(TRIES, len(probes))):
            if probe.reference is None:
                continue
            others = tuple(rng.sample(references, min(8, len(references))))
            text = maker(Draw(domain, probe, probe.reference, others, rng))
            if text is not None:
                return CalibrationItem(probe=probe, text=text, right=right, defect=kind)
    raise ValueError(f"no probe of domain {domain.name!r} allows any of {[kind for kind, _ in turn]}")


class Bench:
    """Items of known truth on which many rubrics are judged: each criterion looks at each item once.

    It passes an item exactly where `judge_attempt` does without a model: where all criteria hold and no clause fires.
    """

    def __init__(self, domain: Domain, items: Sequence[CalibrationItem]) -> None:
        self.items = tuple(items)
        self._cases = [Case(domain, item.probe, item.text) for item in items]
        self._seen: dict[tuple[str, bool, tuple[tuple[str, str], ...]], tuple[bool, ...]] = {}

    def decisions(self, criterion: Criterion, *, clause: bool = False) -> tuple[bool, ...]:
        """What a criterion decides on each item; a failure clause, whether it stays silent."""
        key = (criterion.check, clause, tuple(sorted(criterion.params.items())))
        if key not in self._seen:
            found = (outcome_of(case, criterion) for case in self._cases)
            self._seen[key] = tuple((turned(outcome) if clause else outcome).passed for outcome in found)
        return self._seen[key]

    def passed(self, rubric: Rubric) -> list[bool]:
        """Which items a rubric passes."""
        columns = [self.decisions(criterion) for criterion in rubric.criteria]
        columns += [self.decisions(clause, clause=True) for clause in rubric.clauses]
        return [all(column[row] for column in columns) for row in range(len(self.items))]

    def calibration(self, rubric: Rubric) -> Calibration:
        """How a rubric judges the items, counted."""
        return counted(rubric, self.items, self.passed(rubric))


def counted(rubric: Rubric, items: Sequence[CalibrationItem], passed: Sequence[bool], judge: str = "") -> Calibration:
    """The calibration that lies in which items passed; the two are of one order."""
    missed = Counter(item.defect for item, held in zip(items, passed, strict=True) if held and not item.right)
    right = [held for item, held in zip(items, passed, strict=True) if item.right]
    wrong_items = len(items) - len(right)
    return Calibration(
        rubric_version=rubric.version,
        judge=judge,
        wrong_items=wrong_items,
        wrong_caught=wrong_items - missed.total(),
        right_items=len(right),
        right_passed=sum(right),
        missed=tuple(missed.most_common()),
    )


def asks_model(domain: Domain, rubric: Rubric, items: Sequence[CalibrationItem]) -> bool:
    """Whether some attempts like these are left to a model: no program decides them by this rubric."""
    return any(open_criteria(Case(domain, item.probe, item.text), rubric) for item in items)


def calibrate(domain: Domain, rubric: Rubric, items: Sequence[CalibrationItem]) -> Calibration:
    """Judge items of known truth by a rubric, and count."""
    return Bench(domain, items).calibration(rubric)

"""What a run has come to: each arm round by round, by cell and against the swarm; transfer; cost."""

from collections.abc import Mapping, Sequence

from bench.calendar.exams import Exams
from bench.calendar.ledger import Base, CalendarBooks, Played
from bench.calendar.plan import Arm, CalendarPlan
from bench.paired import Difference, Hits, mean_interval, paired_difference
from swarm.domains.base import Domain
from swarm.domains.exam import best_constant_per_form
from swarm.records import Probe, Record
from swarm.statistics import Interval, holm, mcnemar

EXAM, NEAR, FAR, GENERAL = "exam", "other cells of its subdomains", "other subdomains", "general skill"
"""The trained cells; the domain's others, by whether their subdomain has a trained one; and what the base could do."""
BASE, CONSTANT = "base", "best constant per form"
PlayedRounds = Mapping[tuple[Arm, int, int], Played]


class Score(Record):
    """Mean accuracy over cells on the exam after a round, of all seeds that came to it."""

    who: str
    round: int
    seeds: int
    interval: Interval


class Against(Record):
    """The swarm against another arm after the last round; `p` is McNemar's for the first seed, adjusted by Holm."""

    other: Arm
    set: str
    seeds: int
    difference: Difference
    p: float


class CellScore(Record):
    """Of a cell's items, those that each got right, of all seeds together."""

    cell: str
    right: dict[str, int]
    asked: dict[str, int]


class Moved(Record):
    """An arm beside its cells of training: its accuracy, and how far that is from the base's."""

    arm: Arm
    set: str
    items: int
    seeds: int
    base: float
    interval: Interval
    difference: Difference


class Cost(Record):
    """The books of one student after its last round so far."""

    arm: Arm
    seed: int
    round: int
    books: CalendarBooks


class Results(Record):
    """All of it."""

    plan: CalendarPlan
    scores: tuple[Score, ...]
    against: tuple[Against, ...]
    cells: tuple[CellScore, ...]
    moved: tuple[Moved, ...]
    costs: tuple[Cost, ...]
    failed: dict[str, tuple[int, ...]]
    """For each arm, the share of failures among its probes, in percent, round by round, of all seeds."""


def results_of(plan: CalendarPlan, base: Base, played: PlayedRounds, exams: Exams, domain: Domain) -> Results:
    """What was measured so far."""
    return Results(
        plan=plan,
        scores=tuple(_scores(plan, base, played, exams, domain)),
        against=tuple(_against(plan, played, exams)),
        cells=tuple(_cells(plan, base, played, exams, domain)),
        moved=tuple(_moved(plan, base, played, exams)),
        costs=tuple(_costs(played)),
        failed={arm: _failed(plan, played, arm) for arm in plan.arms},
    )


def bits(digits: str) -> list[bool]:
    """Whether each item was right. Raises ValueError for a digit that is neither 0 nor 1."""
    if set(digits) - {"0", "1"}:
        raise ValueError(f"{sorted(set(digits) - {'0', '1'})[0]!r} is no mark; an item has 0 or 1")
    return [digit == "1" for digit in digits]


def constants(domain: Domain, probes: Sequence[Probe]) -> list[bool]:
    """What the best constant answer of each form gets right."""
    best = {one.form: one.answer for one in best_constant_per_form(domain, probes)}
    return [domain.verify(probe, best[probe.cell.form]).correct for probe in probes]


def _ended(plan: CalendarPlan, played: PlayedRounds, arm: Arm, number: int = 0) -> dict[int, Played]:
    """By seed, an arm after a round, the last one by default."""
    number = number or plan.rounds
    return {seed: played[arm, seed, number] for seed in plan.seeds if (arm, seed, number) in played}


def _strata(probes: Sequence[Probe]) -> tuple[list[str], list[str]]:
    """The cells of an exam's items, and a name for each item."""
    return [probe.cell.key for probe in probes], [f"{place:05d}" for place in range(len(probes))]


def _scores(plan: CalendarPlan, base: Base, played: PlayedRounds, exams: Exams, domain: Domain) -> list[Score]:
    strata, names = _strata(exams.exam)

    def score(who: str, number: int, hits: Hits) -> Score:
        return Score(who=who, round=number, seeds=len(hits), interval=mean_interval(hits, strata, names))

    found = [score(BASE, 0, [bits(base.exam)]), score(CONSTANT, 0, [constants(domain, exams.exam)])]
    for arm in plan.arms:
        for number in range(1, plan.rounds + 1):
            if hits := [bits(one.exam) for one in _ended(plan, played, arm, number).values()]:
                found.append(score(arm, number, hits))
    return found


def _against(plan: CalendarPlan, played: PlayedRounds, exams: Exams) -> list[Against]:
    ours, found = _ended(plan, played, Arm.SWARM), list[Against]()
    for name in (EXAM, NEAR, FAR):
        rows = list[tuple[Arm, int, Difference]]()
        for other in (arm for arm in plan.arms if arm is not Arm.SWARM):
            theirs = _ended(plan, played, other)
            seeds = [seed for seed in plan.seeds if seed in ours and seed in theirs]
            strata, places = _of_set(plan, exams, name)
            if not seeds or not places:
                continue
            first, second = ([_marks(each[seed], name, places) for seed in seeds] for each in (ours, theirs))
            names = [f"{place:05d}" for place in places]
            rows.append((other, len(seeds), paired_difference(first, second, strata, names)))
        adjusted = holm([mcnemar(difference.wins, difference.losses) for _, _, difference in rows])
        for row, p in zip(rows, adjusted, strict=True):
            found.append(Against(other=row[0], set=name, seeds=row[1], difference=row[2], p=p))
    return found


def _of_set(plan: CalendarPlan, exams: Exams, name: str) -> tuple[list[str], list[int]]:
    """The strata of a set of items, and their places in the exam that holds them."""
    if name == GENERAL:
        return [item.kind for item in exams.general], [*range(len(exams.general))]
    probes = exams.exam if name == EXAM else exams.neighbours
    trained = {key.split("/")[0] for key in plan.cells}
    places = [
        place for place, probe in enumerate(probes)
        if name == EXAM or (probe.cell.subdomain in trained) is (name == NEAR)
    ]  # fmt: skip
    return [probes[place].cell.key for place in places], places


def _marks(entry: Played | Base, name: str, places: Sequence[int]) -> list[bool]:
    """Whether each item of a set was right."""
    if name == EXAM:
        digits = entry.exam
    elif entry.transfer is None:
        raise ValueError("a student has sat no exam beside its cells before its last round")
    else:
        digits = entry.transfer.general if name == GENERAL else entry.transfer.neighbours
    found = bits(digits)
    return [found[place] for place in places]


def _cells(plan: CalendarPlan, base: Base, played: PlayedRounds, exams: Exams, domain: Domain) -> list[CellScore]:
    hits: dict[str, Hits] = {BASE: [bits(base.exam)], CONSTANT: [constants(domain, exams.exam)]}
    for arm in plan.arms:
        if ended := _ended(plan, played, arm):
            hits[arm] = [bits(one.exam) for one in ended.values()]
    found = []
    for key in plan.cells:
        places = [place for place, probe in enumerate(exams.exam) if probe.cell.key == key]
        right = {who: sum(marks[place] for marks in each for place in places) for who, each in hits.items()}
        asked = {who: len(each) * len(places) for who, each in hits.items()}
        found.append(CellScore(cell=key, right=right, asked=asked))
    return found


def _moved(plan: CalendarPlan, base: Base, played: PlayedRounds, exams: Exams) -> list[Moved]:
    found = []
    for name in (NEAR, FAR, GENERAL):
        strata, places = _of_set(plan, exams, name)
        for arm in plan.arms:
            ended = _ended(plan, played, arm)
            if not ended or not places:
                continue
            names, marks = [f"{place:05d}" for place in places], _marks(base, name, places)
            hits = [_marks(one, name, places) for one in ended.values()]
            difference = paired_difference(hits, [marks] * len(hits), strata, names)
            found.append(
                Moved(
                    arm=arm, set=name, items=len(places), seeds=len(hits), base=difference.second,
                    interval=mean_interval(hits, strata, names), difference=difference,
                )
            )  # fmt: skip
    return found


def _costs(played: PlayedRounds) -> list[Cost]:
    last: dict[tuple[Arm, int], Played] = {}
    for (arm, seed, number), entry in played.items():
        if (arm, seed) not in last or number > last[arm, seed].round:
            last[arm, seed] = entry
    order = sorted(last.items(), key=lambda one: ([*Arm].index(one[0][0]), one[0][1]))
    return [Cost(arm=arm, seed=seed, round=entry.round, books=entry.books) for (arm, seed), entry in order]


def _failed(plan: CalendarPlan, played: PlayedRounds, arm: Arm) -> tuple[int, ...]:
    shares = []
    for number in range(1, plan.rounds + 1):
        if ended := _ended(plan, played, arm, number):
            asked = sum(len(one.said) for one in ended.values())
            shares.append(round(100 * sum(one.failed for one in ended.values()) / asked))
    return tuple(shares)

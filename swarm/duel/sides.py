"""How each contestant did: its accuracy, how far from the student's, and what an answer took."""

import statistics as plain
from collections.abc import Mapping, Sequence

from swarm.answer_log import Answer
from swarm.approach import Asking
from swarm.domains.base import Domain
from swarm.duel.plan import Entrant, how
from swarm.exam_report import CellScore, Contestant, ContestantKind, ItemAnswer, Scoring, answered_right, scored
from swarm.records import Probe, Record, Sample
from swarm.statistics import holm, macro_difference, mcnemar

SLOW = 0.95
"""The share of answers that a slow one is slower than."""


class Difference(Record):
    """The student's accuracy minus a contestant's on the items that both answered, cells weighing the same.

    `lower` and `upper` are the ends of its 95% interval; `p` is McNemar's exact one, `adjusted` by Holm for all
    contestants of the page.
    """

    items: int
    wins: int
    losses: int
    estimate: float
    lower: float
    upper: float
    p: float
    adjusted: float = 1.0


class Side(Record):
    """One contestant. Who has not answered an item is neither right nor wrong there."""

    name: str
    kind: ContestantKind
    how: str
    student: bool = False
    scoring: Scoring
    asked: int
    items: int
    """Items that it answered, of those that it was to be asked."""
    passed: int
    unreadable: int = 0
    """Answers in which there is none of the domain's form; they are wrong."""
    accuracy: float
    lower: float
    upper: float
    cells: tuple[CellScore, ...]
    difference: Difference | None = None
    """None for the student, and where the two have no item in common."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    dollars: float = 0.0
    seconds: float = 0.0
    """Of this machine, or of the endpoint, for all answers."""
    local: bool = False
    """Whether those seconds are this machine's."""
    latency: float | None = None
    """Seconds of an answer that was asked for alone, the median; None where none was."""
    slowest: float | None = None
    """The 95th of 100 such answers."""
    parameters: int = 0
    ending: str = ""
    """Why it has not answered everything."""

    @property
    def given(self) -> bool:
        """Whether nobody was asked: constants, parsers, baselines and recorded answers."""
        return self.scoring is Scoring.GIVEN


class Sheet(Record):
    """What a contestant answered, item by item in the exam's order, and its line without a comparison."""

    side: Side
    answers: tuple[ItemAnswer, ...]


def passed(domain: Domain, probe: Probe, text: str, *, bare: bool) -> bool:
    """Whether an attempt is right: a student's as the gateway sees it, a generalist's by the last answer that it gives.

    A chat's earlier lines may hold answers that it drops again; a student is held to say one thing.
    """
    if bare:
        return answered_right(domain, probe, text)
    answers = domain.read(text).answers
    return domain.verify(probe, answers[-1] if answers else text.strip()).correct


def asked_sheet(
    entrant: Entrant,
    domain: Domain,
    exam: Sequence[Sample],
    answers: Mapping[str, Answer],
    *,
    ending: str,
    student: bool,
) -> Sheet:
    """The sheet of a model from what it said so far."""
    assert entrant.approach is not None, f"{entrant.name} was not asked"
    bare = entrant.approach.ask is Asking.RAW
    said = [(item, answers[item.id]) for item in exam if item.id in answers]
    marked = [
        ItemAnswer(sample_id=item.id, text=one.text, passed=passed(domain, _probe(item), one.text, bare=bare))
        for item, one in said
    ]
    chosen = bool(said) and all(one.by_likelihood for _, one in said)
    contestant = scored(
        entrant.name, entrant.kind, [item for item, _ in said], marked,
        seconds=sum(one.seconds for _, one in said),
        prompt_tokens=sum(one.prompt_tokens for _, one in said),
        completion_tokens=sum(one.completion_tokens for _, one in said),
        dollars=sum(one.dollars for _, one in said),
        scoring=Scoring.LIKELIHOOD if chosen else Scoring.GENERATION,
    )  # fmt: skip
    alone = sorted(one.seconds for _, one in said if one.batch == 1 and one.seconds)
    more = {
        "how": how(entrant), "student": student, "asked": len(exam), "ending": ending, "parameters": entrant.parameters,
        "unreadable": sum(not domain.read(one.text).answers for _, one in said),
        "latency": plain.median(alone) if alone else None,
        "slowest": alone[min(len(alone) - 1, int(SLOW * len(alone)))] if alone else None,
        "local": entrant.approach.kind != "endpoint",
    }  # fmt: skip
    return Sheet(side=_side(contestant, **more), answers=contestant.answers)


def given_sheet(contestant: Contestant, told: str, parameters: int = 0, ending: str = "") -> Sheet:
    """The sheet of one that nobody had to ask."""
    side = _side(contestant, how=told, asked=contestant.items, parameters=parameters, ending=ending)
    # Reading answers out of a file, or a program's microseconds, is no latency of whoever once gave them.
    return Sheet(side=side.model_copy(update={"seconds": 0.0}), answers=contestant.answers)


def _side(contestant: Contestant, **more: object) -> Side:
    kept = contestant.model_dump(exclude={"answers", "checkpoint_id", "cells"})
    return Side.model_validate({**kept, "cells": contestant.cells, **more})


def compared(sheets: Sequence[Sheet], exam: Sequence[Sample]) -> list[Side]:
    """All sides, each but the first compared with the first, the student; the best first."""
    cell_of = {item.id: _probe(item).cell.key for item in exam}
    ours = {answer.sample_id: answer.passed for answer in sheets[0].answers}
    rows = [(sheet.side, _difference(ours, sheet.answers, cell_of)) for sheet in sheets[1:]]
    known = [row for row in rows if row[1] is not None]
    adjusted = iter(holm([difference.p for _, difference in known if difference is not None]))
    sides = [sheets[0].side]
    for side, found in rows:
        difference = found and found.model_copy(update={"adjusted": next(adjusted)})
        sides.append(side.model_copy(update={"difference": difference}))
    return sorted(sides, key=lambda side: -side.accuracy)


def _difference(
    ours: Mapping[str, bool], theirs: Sequence[ItemAnswer], cell_of: Mapping[str, str]
) -> Difference | None:
    cells: dict[str, list[int]] = {}
    for answer in theirs:
        if answer.sample_id in ours:
            won, lost, pairs = cells.setdefault(cell_of[answer.sample_id], [0, 0, 0])
            us = ours[answer.sample_id]
            cells[cell_of[answer.sample_id]] = [
                won + (us and not answer.passed),
                lost + (answer.passed and not us),
                pairs + 1,
            ]
    if not cells:
        return None
    found = macro_difference([(won, lost, pairs) for won, lost, pairs in cells.values()])
    wins, losses = sum(cell[0] for cell in cells.values()), sum(cell[1] for cell in cells.values())
    return Difference(
        items=sum(cell[2] for cell in cells.values()), wins=wins, losses=losses, estimate=found.estimate,
        lower=found.lower, upper=found.upper, p=mcnemar(wins, losses),
    )  # fmt: skip


def _probe(sample: Sample) -> Probe:
    assert isinstance(sample.payload, Probe), f"exam item {sample.id} is a {sample.kind}"
    return sample.payload

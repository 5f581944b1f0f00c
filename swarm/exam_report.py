"""The frozen exam's report: what every contestant answered, and its accuracy over all cells with an interval."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from swarm.domains.base import Domain
from swarm.errors import ConfigError
from swarm.records import Cell, Probe, Record, Sample
from swarm.statistics import Interval, macro_accuracy
from swarm.whole_files import write_whole


class ContestantKind(StrEnum):
    """What sat the exam."""

    STUDENT = "student"
    ZERO_SHOT = "zero-shot"
    FEW_SHOT = "few-shot"
    PARSER = "parser"
    CONSTANT = "constant"
    BASELINE = "baseline"
    RECORDED = "recorded"


class Scoring(StrEnum):
    """How an answer came about: as the likeliest of the domain's choices, written by a model, or given otherwise."""

    LIKELIHOOD = "likelihood"
    GENERATION = "generation"
    GIVEN = "given"


class CellScore(Record):
    """How many items of a cell were passed."""

    cell: Cell
    passed: int
    total: int


class ItemAnswer(Record):
    """What a contestant wrote to one item, and whether that is right."""

    sample_id: str
    text: str
    passed: bool


class Contestant(Record):
    """One that sat the exam. `accuracy` is the mean over cells, with the ends of its 95% interval.

    One of kind RECORDED has answered those items only that it was once asked.
    """

    name: str
    kind: ContestantKind
    checkpoint_id: str = ""
    cells: tuple[CellScore, ...]
    items: int
    passed: int
    accuracy: float
    lower: float
    upper: float
    seconds: float
    prompt_tokens: int = 0
    completion_tokens: int = 0
    dollars: float = 0.0
    scoring: Scoring = Scoring.GENERATION
    answers: tuple[ItemAnswer, ...]


class ExamReport(Record):
    """The exam's items, and everyone who sat it on the same ones."""

    domain: str
    seed: int
    probes: tuple[Sample, ...]
    contestants: tuple[Contestant, ...] = ()

    def add(self, contestant: Contestant) -> "ExamReport":
        """The report with this contestant, in the place of one of the same name.

        Raises ValueError where it sat another exam.
        """
        asked = [probe.id for probe in self.probes]
        answered = [answer.sample_id for answer in contestant.answers]
        if contestant.kind is ContestantKind.RECORDED:
            asked = [name for name in asked if name in set(answered)]
        if answered != asked:
            raise ValueError(f"{contestant.name!r} answered other items than the {len(self.probes)} of this exam")
        others = tuple(other for other in self.contestants if other.name != contestant.name)
        return self.model_copy(update={"contestants": (*others, contestant)})


def answered_right(domain: Domain, probe: Probe, text: str) -> bool:
    """Whether a raw attempt is right as the gateway sees it: it answers, and everything that it answers is right."""
    answers = domain.read(text).answers
    return bool(answers) and all(domain.verify(probe, answer).correct for answer in answers)


def macro(scores: Sequence[CellScore]) -> Interval:
    """Mean accuracy over cells, with its 95% interval."""
    return macro_accuracy([(score.passed, score.total) for score in scores])


def scored(
    name: str,
    kind: ContestantKind,
    probes: Sequence[Sample],
    answers: Sequence[ItemAnswer],
    *,
    seconds: float,
    checkpoint_id: str = "",
    prompt_tokens: int = 0,
    completion_tokens: int = 0,
    dollars: float = 0.0,
    scoring: Scoring = Scoring.GENERATION,
) -> Contestant:
    """A contestant's line of the report, from its answers in the order of the probes."""
    tallies: dict[str, list[bool]] = {}
    for probe, answer in zip(probes, answers, strict=True):
        assert isinstance(probe.payload, Probe), f"exam item {probe.id} is a {probe.kind}"
        tallies.setdefault(probe.payload.cell.key, []).append(answer.passed)
    scores = tuple(CellScore(cell=Cell.parse(key), passed=sum(hits), total=len(hits)) for key, hits in tallies.items())
    accuracy = macro(scores)
    return Contestant(
        name=name,
        kind=kind,
        checkpoint_id=checkpoint_id,
        cells=scores,
        items=len(answers),
        passed=sum(answer.passed for answer in answers),
        accuracy=accuracy.estimate,
        lower=accuracy.lower,
        upper=accuracy.upper,
        seconds=seconds,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        dollars=dollars,
        scoring=scoring,
        answers=tuple(answers),
    )


def save_report(report: ExamReport, path: Path) -> None:
    """Write a report as JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, report.model_dump_json(indent=1))


def load_report(path: Path) -> ExamReport:
    """Read a report. Raises ConfigError where there is none, or where it is something else."""
    if not path.is_file():
        raise ConfigError(f"there is no exam report at {str(path)!r}", "a run writes it when it ends")
    try:
        return ExamReport.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise ConfigError(f"{path.name} is no exam report: {error.errors()[0]['msg']}", "run the exam again") from error

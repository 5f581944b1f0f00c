"""The exam of a duel: the one that the student's run sat at its end, or one drawn in the same way."""

from hashlib import blake2b
from pathlib import Path

from swarm.config import load
from swarm.domains.base import Domain
from swarm.domains.exam import report_exam
from swarm.errors import ConfigError
from swarm.exam_report import load_report
from swarm.gateway.run_folder import CONFIG_FILE
from swarm.probing.draws import alone, probe_of
from swarm.records import Cell, Record, Sample

ITEMS = 240
"""Items where neither a run nor a person says how many."""
SAT_FILE = "exam-after.json"


class Exam(Record):
    """The items, each under an id that follows from its question."""

    items: tuple[Sample, ...]
    own: bool
    """Whether the student's run sat these very items at its end."""


def identified(item: Sample) -> Sample:
    """The item under an id that follows from its question, letter by letter: items may differ in capitals alone."""
    said = blake2b(probe_of(item).question.encode(), digest_size=16).hexdigest()
    return alone(item).model_copy(update={"id": said})


def exam_of(domain: Domain, run: Path | None, items: int) -> Exam:
    """So many items of every cell together, or (0) as the run had. Raises ConfigError where cells have too few."""
    if run is not None and not items and (run / SAT_FILE).is_file():
        return Exam(items=tuple(map(identified, load_report(run / SAT_FILE).probes)), own=True)
    cells: tuple[Cell, ...] = ()
    if run is not None:
        section = load(run / CONFIG_FILE).exam
        cells, items = tuple(map(Cell.parse, section.cells)), items or section.items
    try:
        drawn = report_exam(domain, cells or domain.cells(), items or ITEMS)
    except ValueError as error:
        raise ConfigError(str(error), "Give a smaller --items") from error
    return Exam(items=tuple(map(identified, drawn)), own=False)

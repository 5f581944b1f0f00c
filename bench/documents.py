"""What documents and growth each bring: `python -m bench.documents RUN [--items N] [--to FILE]`.

Base and grown student of a run whose domain rests on documents, on the same questions about things that no training
asked about: with the documents that a probe shows, with those that BM25 retrieves, and closed-book; the best constants
and a reader without a model beside them. Then what each makes up, and the judge's error by the seed rubric and by the
run's last one. What is done is kept in FILE, and a second start goes on from there.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console

from agents.champion import open_champion
from agents.contest import sit, sit_constant
from agents.engines.base import Engine
from bench.documents_table import SEED, Figures, Standing, judge_errors, shown
from swarm.config import load
from swarm.documents.store import Library
from swarm.domains import load_domain
from swarm.domains.documents import DocumentsDomain
from swarm.domains.documents.asking import with_documents
from swarm.domains.documents.audit import audit
from swarm.domains.documents.extractive import Extractor
from swarm.domains.documents.opening import library_of
from swarm.domains.documents.passages import without_passages
from swarm.domains.exam import frozen_exam
from swarm.errors import ConfigError, SwarmError
from swarm.exam_report import Contestant, ContestantKind, ItemAnswer, Scoring, scored
from swarm.gateway.run_folder import CONFIG_FILE
from swarm.records import Cell, Probe, Sample
from swarm.report.reading import snapshot
from swarm.students import Checkpoint

SHOWN, ORACLE, RETRIEVED, CLOSED = "all, shown", "by heart, shown", "by heart, retrieved", "by heart, closed book"
BASE, STUDENT, READER = "base, 3-shot", "student", "BM25 and a span"
BY_HEART = ("parameter/", "default/rain", "default/wind", "raises/rain")
"""Cells whose questions make sense without documents."""
_SENSIBLE = ("", "fabricated", "neighbour-takes-it", "other-default")


def by_heart(items: Sequence[Sample]) -> list[Sample]:
    """The items that can be asked without documents.

    What is merely not shown is out: it exists, and without documents nothing is silent on it.
    """
    return [i for i in items if _probe(i).cell.key.startswith(BY_HEART) and _probe(i).operator in _SENSIBLE]


def asked_anew(items: Sequence[Sample], ask: Callable[[str], str]) -> list[Sample]:
    """The items with their questions turned into others of the same answer; `ask` is given the bare question."""
    found = []
    for item in items:
        probe = _probe(item)
        asked = probe.model_copy(update={"question": ask(without_passages(probe.question))})
        found.append(item.model_copy(update={"payload": asked}))
    return found


def _probe(item: Sample) -> Probe:
    assert isinstance(item.payload, Probe), f"{item.id} is a {item.kind}"
    return item.payload


class Benchmark:
    """Lets base, student, a reader without a model and constants sit every set of questions."""

    def __init__(
        self, engine: Engine, domain: DocumentsDomain, champion: Checkpoint, cells: Sequence[Cell], longest: int
    ) -> None:
        self._engine = engine
        self._domain = domain
        self._champion = champion
        self._cells = cells
        self._longest = longest

    def sets(self, items: Sequence[Sample]) -> dict[str, list[Sample]]:
        """The questions by what is shown with them. Those that show what the probe was made with are in the first."""
        kept = by_heart(items)
        return {
            SHOWN: list(items),
            RETRIEVED: asked_anew(kept, lambda text: with_documents(self._domain.name, text)[0]),
            CLOSED: asked_anew(kept, lambda text: text),
        }

    async def missing(self, items: Sequence[Sample], kept: Sequence[Standing] = ()) -> AsyncIterator[Standing]:
        """The standings that are not kept yet, one after the other."""
        known = {(one.questions, one.contestant.name) for one in kept}
        heart = {item.id for item in by_heart(items)}
        for name, questions in self.sets(items).items():
            for who in (BASE, STUDENT, READER, "best constant per form"):
                if (name, who) in known:
                    continue
                contestant = await self._sit(who, questions)
                yield self._standing(name, contestant, questions)
                if name == SHOWN:
                    yield self._standing(ORACLE, part(contestant, questions, heart), by_heart(items))

    async def _sit(self, who: str, questions: Sequence[Sample]) -> Contestant:
        if who == READER:
            return read(self._domain, questions)
        if who not in (BASE, STUDENT):
            return sit_constant(self._domain, questions)
        student = who == STUDENT
        return await sit(
            self._engine, self._domain, questions, who, checkpoint=self._champion if student else None,
            shots=-1 if student else 3, max_new_tokens=self._longest, cells=self._cells,
        )  # fmt: skip

    def _standing(self, name: str, contestant: Contestant, questions: Sequence[Sample]) -> Standing:
        said = [(_probe(q), answer.text) for q, answer in zip(questions, contestant.answers, strict=True)]
        return Standing(questions=name, contestant=contestant, faults=audit(self._domain, said))


def part(one: Contestant, questions: Sequence[Sample], kept: set[str]) -> Contestant:
    """A contestant's line over some of its questions."""
    pairs = [(q, a) for q, a in zip(questions, one.answers, strict=True) if q.id in kept]
    items, answers = [q for q, _ in pairs], [a for _, a in pairs]
    return scored(
        one.name, one.kind, items, answers, seconds=one.seconds, checkpoint_id=one.checkpoint_id, scoring=one.scoring
    )


def read(domain: DocumentsDomain, questions: Sequence[Sample]) -> Contestant:
    """What a reader without a model answers."""
    started = time.monotonic()
    with Library(library_of(domain.name)) as library:
        reader = Extractor(library)
        said = [reader.answer(_probe(q).cell.form, _probe(q).question) for q in questions]
    answers = [
        ItemAnswer(sample_id=q.id, text=text, passed=domain.verify(_probe(q), text).correct)
        for q, text in zip(questions, said, strict=True)
    ]
    seconds = time.monotonic() - started
    return scored(READER, ContestantKind.BASELINE, questions, answers, seconds=seconds, scoring=Scoring.GIVEN)


def begun(path: Path | None, wanted: Figures) -> Figures:
    """What an earlier start of the same measurement left, else nothing done yet."""
    if path is None or not path.is_file():
        return wanted
    try:
        found = Figures.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError:
        return wanted
    same = found.model_copy(update={"standings": (), "judged": ()}) == wanted
    return found if same else wanted


async def measure(run: Path, count: int, to: Path | None = None) -> Figures:
    """Everything, of the champion of a run. Raises ConfigError where its domain rests on no documents."""
    domain = load_domain(load(run / CONFIG_FILE).swarm.domain)
    if not isinstance(domain, DocumentsDomain):
        raise ConfigError(
            f"the domain of {str(run)!r} is {domain.name!r}", "Give a run of pystdlib or documents:LIBRARY"
        )
    config, champion, engine = await open_champion(run)
    cells = [Cell.parse(key) for key in config.exam.cells] or list(domain.cells())
    items = frozen_exam(domain, cells, -(-count // len(cells)), SEED)
    figures = begun(to, Figures(run=str(run), domain=domain.name, checkpoint=champion.id, items=len(items)))
    work = Benchmark(engine, domain, champion, cells, config.student.max_new_tokens)
    async for one in work.missing(items, figures.standings):
        figures = figures.model_copy(update={"standings": (*figures.standings, one)})
        _keep(figures, to)
        print(f"{one.questions}: {one.contestant.name}, {one.contestant.seconds:.0f} s", file=sys.stderr, flush=True)
    with snapshot(run) as exchange:
        last = exchange.rubric()
    figures = figures.model_copy(update={"judged": tuple(judge_errors(domain, cells, last))})
    _keep(figures, to)
    return figures


def _keep(figures: Figures, to: Path | None) -> None:
    if to is not None:
        part_file = to.with_suffix(".part")
        part_file.write_text(figures.model_dump_json(indent=1), encoding="utf-8")
        part_file.replace(to)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench.documents", description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument(
        "--items", type=int, default=132, help="questions, spread evenly over the cells of the run's exam"
    )
    parser.add_argument("--to", type=Path, help="keep everything as JSON, answers included, and go on from there")
    given = parser.parse_args()
    try:
        figures = asyncio.run(measure(given.run, given.items, given.to))
    except SwarmError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    for table in shown(figures):
        Console(width=200).print(table)


if __name__ == "__main__":
    main()

"""What documents and growth each bring: `python -m bench.documents RUN [--items N] [--to FILE]`.

Base and grown student of a run whose domain rests on documents, each with documents and without, on the same questions
about things that no training asked about; what they make up; and the judge's error by the seed rubric and the last one.
"""

import argparse
import asyncio
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from agents.champion import open_champion
from agents.contest import sit
from agents.engines.base import Engine
from swarm.calibration import Calibration, calibrate, calibration_items
from swarm.config import load
from swarm.domains import load_domain
from swarm.domains.documents import DocumentsDomain
from swarm.domains.documents.audit import Rate, audit
from swarm.domains.documents.passages import without_passages
from swarm.domains.exam import frozen_exam
from swarm.errors import ConfigError, SwarmError
from swarm.exam_report import Contestant
from swarm.gateway.run_folder import CONFIG_FILE
from swarm.records import Cell, Probe, Purpose, Record, Sample
from swarm.report.reading import snapshot
from swarm.rubric import seed_rubric
from swarm.students import Checkpoint

SEED = 20_260_102
CLOSED = ("parameter/", "default/rain", "default/wind", "raises/rain")
"""Cells whose questions make sense without documents."""
DEFECTS = 240


class Standing(Record):
    """One contestant on one set of questions: its line, and what it made up."""

    questions: str
    contestant: Contestant
    faults: tuple[Rate, ...]


class Figures(Record):
    """All that the benchmark measured."""

    run: str
    domain: str
    checkpoint: str
    standings: tuple[Standing, ...]
    judged: tuple[tuple[str, Calibration], ...]


def closed_book(items: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
    """The items that can be asked without documents, with them and without.

    What is merely not shown is out: it exists, and without documents nothing is silent on it.
    """
    kept = [item for item in items if _by_heart(_probe(item))]
    return kept, [_bare(item) for item in kept]


def _by_heart(probe: Probe) -> bool:
    return probe.cell.key.startswith(CLOSED) and probe.operator in (
        "",
        "fabricated",
        "neighbour-takes-it",
        "other-default",
    )


def _bare(item: Sample) -> Sample:
    probe = _probe(item)
    return item.model_copy(update={"payload": probe.model_copy(update={"question": without_passages(probe.question)})})


def _probe(item: Sample) -> Probe:
    assert isinstance(item.payload, Probe), f"{item.id} is a {item.kind}"
    return item.payload


async def standings(
    engine: Engine,
    domain: DocumentsDomain,
    champion: Checkpoint,
    items: Sequence[Sample],
    cells: Sequence[Cell],
    longest: int,
) -> list[Standing]:
    """Base and student on all items with documents, and on those that make sense without, both ways."""
    both, bare = closed_book(items)
    sets = (("all, with documents", items), ("by heart, with documents", both), ("by heart, without", bare))
    found = []
    for name, questions in sets:
        for who in ("base, 3-shot", "student"):
            student = who == "student"
            sitting = sit(
                engine, domain, questions, who, checkpoint=champion if student else None, shots=-1 if student else 3,
                max_new_tokens=longest, cells=cells,
            )  # fmt: skip
            contestant = await sitting
            said = [(_probe(q), answer.text) for q, answer in zip(questions, contestant.answers, strict=True)]
            found.append(Standing(questions=name, contestant=contestant, faults=audit(domain, said)))
            print(f"{name}: {who} done in {contestant.seconds:.0f} s", file=sys.stderr, flush=True)
    return found


def judge_errors(run: Path, domain: DocumentsDomain, cells: Sequence[Cell]) -> list[tuple[str, Calibration]]:
    """The seed rubric and the run's last one on the same fresh planted defects, in the wording of exams."""
    items = calibration_items(domain, cells, random.Random(f"{SEED}/judge"), DEFECTS, Purpose.EXAM)
    with snapshot(run) as exchange:
        last = exchange.rubric()
    rubrics = (("seed", seed_rubric(domain.name)), (f"version {last.version}", last))
    return [(name, calibrate(domain, rubric, items)) for name, rubric in rubrics]


async def measure(run: Path, count: int) -> Figures:
    """Everything, of the champion of a run. Raises ConfigError where its domain rests on no documents."""
    domain = load_domain(load(run / CONFIG_FILE).swarm.domain)
    if not isinstance(domain, DocumentsDomain):
        raise ConfigError(
            f"the domain of {str(run)!r} is {domain.name!r}", "Give a run of pystdlib or documents:LIBRARY"
        )
    config, champion, engine = await open_champion(run)
    cells = [Cell.parse(key) for key in config.exam.cells] or list(domain.cells())
    items = frozen_exam(domain, cells, -(-count // len(cells)), SEED)
    return Figures(
        run=str(run),
        domain=domain.name,
        checkpoint=champion.id,
        standings=tuple(await standings(engine, domain, champion, items, cells, config.student.max_new_tokens)),
        judged=tuple(judge_errors(run, domain, cells)),
    )


def shown(figures: Figures) -> list[Table]:
    """The figures for a terminal."""
    names = [rate.fault for rate in figures.standings[0].faults]
    table = Table("questions", "contestant", "right", "accuracy", "95% interval", box=None)
    faults = Table("questions", "contestant", *names, box=None)
    for row in figures.standings:
        one = row.contestant
        table.add_row(
            row.questions,
            one.name,
            f"{one.passed} of {one.items}",
            f"{one.accuracy:.1%}",
            f"{one.lower:.1%} to {one.upper:.1%}",
        )
        said = [f"{rate.found}/{rate.of} ({rate.lower:.0%}-{rate.upper:.0%})" for rate in row.faults]
        faults.add_row(row.questions, one.name, *said)
    judge = Table("rubric", "defects missed", "right failed", "missed most", box=None)
    for name, found in figures.judged:
        missed = ", ".join(f"{kind} {count}" for kind, count in found.missed[:3])
        judge.add_row(
            name, f"{1 - found.q0:.1%} of {found.wrong_items}", f"{1 - found.q1:.1%} of {found.right_items}", missed
        )
    return [table, faults, judge]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench.documents", description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument(
        "--items", type=int, default=132, help="questions, spread evenly over the cells of the run's exam"
    )
    parser.add_argument("--to", type=Path, help="write everything as JSON, answers included")
    given = parser.parse_args()
    try:
        figures = asyncio.run(measure(given.run, given.items))
    except SwarmError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    if given.to:
        given.to.write_text(figures.model_dump_json(indent=1))
    for table in shown(figures):
        Console(width=200).print(table)


if __name__ == "__main__":
    main()

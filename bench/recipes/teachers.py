"""How much does the teacher matter? `python -m bench.recipes.teachers [--teacher WEIGHTS ...] [--folder F]`.

The same probes go to a weak teacher (the base itself, shown worked examples), to a student that `cot` taught, to any
other weights that are named, and to the domain's worked solutions. Of each teacher it says which share of the probes
it has a verified chain for, what such a chain costs, and how often a student fails that `cot` taught from its chains.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from agents.engines.transformers_engine import TransformersEngine
from agents.teacher import ModelTeacher
from bench.alone import alone
from bench.recipes.__main__ import found
from bench.recipes.ledger import Ledger
from bench.recipes.plan import QUICK, grown_teacher
from bench.recipes.trial import CELLS, DOMAIN, Outcome, Trial, made, tried
from cluster.joining import ENVIRONMENT
from swarm import weights
from swarm.domains import load_domain
from swarm.errors import WeightsError
from swarm.records import (
    Attempt,
    Correction,
    Probe,
    Purpose,
    Record,
    Reference,
    Sample,
    TeacherKind,
    answer_to,
)
from swarm.statistics import proportion
from swarm.work import Completion, Lease, Stage

PROBES = 50
"""As many for every teacher."""
DRAWS = 2
"""Answers that a model teacher draws for each."""
LENGTH = 96
"""Tokens of a drawn answer."""
CHAIN_TOKENS = 600
"""Most training tokens for each chain, about ten times over it: more of a few chains is learning them by heart."""
ORACLE = "worked solutions"
GROWN = "student that cot taught"


class Lessons(Record):
    """What a teacher made of the probes. `kept` is parallel to them; an empty answer stands where no chain holds."""

    kept: tuple[Reference, ...]
    tokens: int
    """Read and written, all draws together."""

    @property
    def count(self) -> int:
        """Probes for which it has a chain."""
        return sum(bool(each.answer) for each in self.kept)


class Row(NamedTuple):
    """One teacher. `failing` is None where it kept no chain at all, so that there is nothing to learn."""

    teacher: str
    probes: int
    kept: int
    share: float
    tokens_per_chain: float | None
    failing: float | None
    low: float | None
    high: float | None


def lessons(teacher: str, trial: Trial) -> Lessons:
    """The verified chains of a teacher, by name: the oracle's, or those that weights of a folder write."""
    domain = load_domain(DOMAIN)
    probes = made(trial.pool, Purpose.LEARN, f"learn/{trial.seed}", domain)
    if teacher == ORACLE:
        return Lessons(kept=tuple(domain.solve(probe) for probe in probes), tokens=0)
    drawing = ModelTeacher(
        domain,
        TransformersEngine(weights.folder(teacher)),
        kind=TeacherKind.LOCAL,
        samples=DRAWS,
        max_new_tokens=LENGTH,
    )
    given = asyncio.run(drawing.act([failed(probe, str(place)) for place, probe in enumerate(probes)]))
    chains = {outcome.token: outcome.outputs[0].payload for outcome in given if isinstance(outcome, Completion)}
    kept = [chains.get(str(place)) for place in range(len(probes))]
    return Lessons(kept=tuple(map(_reference, kept)), tokens=drawing.books.tokens)


def failed(probe: Probe, token: str) -> Lease:
    """The failure of a probe, as a teacher leases it."""
    asked = Sample(payload=probe)
    said = answer_to(asked, Attempt(text="I don't know.", checkpoint_id="base"))
    return Lease(token=token, stage=Stage.FAILURES, sample=said, chain=(said, asked), attempt=1, ttl_seconds=30)


def _reference(payload: object) -> Reference:
    if not isinstance(payload, Correction):
        return Reference(answer="")
    return Reference(answer=payload.answer, rationale=payload.rationale)


def row(name: str, learned: Lessons, outcome: Outcome | None) -> Row:
    """The figures of a teacher and of the student that it taught."""
    probes, kept = len(learned.kept), learned.count
    rate, low, high = proportion(sum(outcome.right), len(outcome.right)) if outcome else (None, None, None)
    return Row(
        teacher=name,
        probes=probes,
        kept=kept,
        share=kept / probes,
        tokens_per_chain=learned.tokens / kept if kept else None,
        failing=None if rate is None else 1 - rate,
        low=None if high is None else 1 - high,
        high=None if low is None else 1 - low,
    )


def table(rows: Sequence[Row]) -> Table:
    """For a terminal."""
    shown = Table(title="teachers: the same probes, then a student that learns what each kept", title_justify="left")
    for head in ("teacher", "kept", "tokens a chain", "student failing, 95% interval"):
        shown.add_column(head, justify="left" if head == "teacher" else "right")
    for each in rows:
        failing = "nothing to learn"
        if each.failing is not None:
            failing = f"{each.failing:.1%} ({each.low:.0%} to {each.high:.0%})"
        cost = "" if each.tokens_per_chain is None else f"{each.tokens_per_chain:,.0f}"
        shown.add_row(each.teacher, f"{each.kept} of {each.probes}, {each.share:.0%}", cost, failing)
    return shown


def main(given: list[str]) -> int:
    """Ask each teacher, teach a student from what it kept, and print the table; 2 where weights are not to be found."""
    parser = argparse.ArgumentParser(prog="bench.recipes.teachers", description=__doc__)
    parser.add_argument("--teacher", action="append", default=[], help="weights of one more: a known name or a folder")
    parser.add_argument("--folder", type=Path, default=Path("build/recipes-quick"), help="where ledger and table lie")
    asked = parser.parse_args(given)
    os.environ |= ENVIRONMENT
    ledger, console = Ledger(asked.folder), Console()
    grown = str((asked.folder / "teacher").absolute())
    student = Trial(name="", stages=(("cot", 1.0),), tokens=QUICK.tokens, items=QUICK.items, pool=PROBES)
    try:
        named = {path: str(weights.folder(path)) for path in asked.teacher}
    except WeightsError as error:
        print(error, file=sys.stderr)
        return 2
    teachers = {f"{student.base}, untaught": student.base, GROWN: grown, **named, ORACLE: ORACLE}
    found(ledger, grown_teacher(grown, QUICK))
    rows = [taught(ledger, name, teacher, student) for name, teacher in teachers.items()]
    console.print(table(rows))
    whole = {"cells": CELLS, "draws": DRAWS, "tokens": QUICK.tokens, "rows": [each._asdict() for each in rows]}
    (asked.folder / "teachers.json").write_text(json.dumps(whole, indent=1))
    print(f"saved in {asked.folder / 'teachers.json'}")
    return 0


def taught(ledger: Ledger, name: str, teacher: str, student: Trial) -> Row:
    """The row of a teacher, from the folder where it was asked before or by asking it."""
    said = ledger.folder / f"lessons-{name.replace('/', '_').replace(' ', '-')}-{student.seed}-{student.pool}.json"
    if not said.exists():
        said.write_text(alone(lessons, teacher, student).model_dump_json())
    learned = Lessons.model_validate_json(said.read_text())
    tokens = min(student.tokens, CHAIN_TOKENS * learned.count)
    trial = student.model_copy(update={"name": f"taught by {name}", "tokens": tokens})
    outcome = ledger.find(trial)
    if outcome is None and learned.count:
        outcome = alone(tried, trial, [""] * trial.pool, learned.kept)
        ledger.add(outcome)
    return row(name, learned, outcome)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The folder of a duel: its plan, its exam, everybody's answers, its report and its page."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from swarm.duel.exam import Exam
from swarm.duel.page import render
from swarm.duel.plan import (
    ANSWERS_FOLDER,
    EXAM_FILE,
    PAGE_FILE,
    PLAN_FILE,
    REPORT_FILE,
    DuelPlan,
    checked,
    continued,
)
from swarm.duel.report import DuelReport
from swarm.errors import ConfigError
from swarm.records import Sample
from swarm.whole_files import read_record, write_whole

BEGIN = "swarm duel RUN"


def prepare(folder: Path, plan: DuelPlan, exam: Exam, *, resume: bool, fresh: bool) -> DuelPlan:
    """Write plan and exam down; returns the plan, with those who sat before. Raises ConfigError where that can't be."""
    file = folder / PLAN_FILE
    if file.is_file() and fresh:
        for name in (PLAN_FILE, EXAM_FILE, REPORT_FILE, PAGE_FILE):
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder / ANSWERS_FOLDER, ignore_errors=True)
    elif file.is_file() and not resume:
        raise ConfigError(
            f"{str(folder)!r} holds a duel already", "Add --resume to go on with it, or --fresh to begin anew"
        )
    elif file.is_file():
        plan = continued(read_plan(folder), checked(plan))
        if questions(read_exam(folder).items) != questions(exam.items):
            raise ConfigError(
                f"the exam of {str(folder)!r} is another one than the domain gives today", "Begin anew with --fresh"
            )
    elif resume:
        raise ConfigError(f"there is no duel in {str(folder)!r} to go on with", "Leave --resume away, or give its --to")
    plan = checked(plan)
    (folder / ANSWERS_FOLDER).mkdir(parents=True, exist_ok=True)
    write_whole(folder / EXAM_FILE, exam.model_dump_json())
    write_whole(file, plan.model_dump_json(indent=1))
    return plan


def questions(items: Sequence[Sample]) -> list[str]:
    """The ids of an exam, which follow from its questions."""
    return [item.id for item in items]


def read_plan(folder: Path) -> DuelPlan:
    """The plan of a duel. Raises ConfigError where there is none."""
    return read_record(folder / PLAN_FILE, DuelPlan, BEGIN)


def read_exam(folder: Path) -> Exam:
    """The exam of a duel. Raises ConfigError where there is none."""
    return read_record(folder / EXAM_FILE, Exam, BEGIN)


def write_report(folder: Path, report: DuelReport) -> None:
    """Write the report as JSON and as a page."""
    write_whole(folder / REPORT_FILE, report.model_dump_json(indent=1))
    write_whole(folder / PAGE_FILE, render(report))

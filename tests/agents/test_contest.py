"""Everyone sits the same items, and the report says what each of them wrote."""

from pathlib import Path

import pytest

from agents.contest import parsers, sit, sit_constant, sit_parser
from agents.engines.base import Request
from agents.prober import probe_of
from swarm.domains import load_domain
from swarm.domains.exam import frozen_exam
from swarm.errors import ConfigError
from swarm.exam_report import ContestantKind, ExamReport, load_report, save_report
from swarm.statistics import macro_accuracy
from swarm.students import Checkpoint, CheckpointStatus
from tests.fakes import ScriptedEngine, SumDomain

CELLS = SumDomain().cells()
ITEMS = frozen_exam(SumDomain(), CELLS, 4, seed=1)
STUDENT = Checkpoint(id="grown", status=CheckpointStatus.CHAMPION, url="file:///grown")


def none_of_it(request: Request) -> str:
    return "NONE" if request.regex else "Answer: NONE"


def engine() -> ScriptedEngine:
    made = ScriptedEngine(none_of_it)
    made.held.append("grown")
    return made


async def test_a_student_gets_its_own_prompt() -> None:
    model = engine()
    student = await sit(model, SumDomain(), ITEMS, "student", checkpoint=STUDENT, max_new_tokens=5)
    assert (student.kind, student.checkpoint_id) == (ContestantKind.STUDENT, "grown")
    assert (student.items, student.passed, student.completion_tokens) == (12, 4, 24)
    assert student.accuracy == pytest.approx(1 / 3)
    assert (student.lower, student.upper) == macro_accuracy([(0, 4), (0, 4), (4, 4)])[1:]
    assert [score.passed for score in student.cells] == [0, 0, 4]
    first = model.requests[0]
    assert (first.prompt, first.regex) == (SumDomain().prompt(probe_of(ITEMS[0]).question), "")


async def test_the_base_is_told_its_task_and_forced_into_form() -> None:
    model = engine()
    zero = await sit(model, SumDomain(), ITEMS, "zero", shots=0)
    few = await sit(model, SumDomain(), ITEMS, "few", shots=5)
    assert (zero.kind, few.kind) == (ContestantKind.ZERO_SHOT, ContestantKind.FEW_SHOT)
    assert zero.passed == few.passed == 4
    told, shown = model.requests[0], model.requests[12]
    assert [turn.role for turn in told.messages] == ["system", "user"]
    assert SumDomain.instructions in told.messages[0].content
    assert len(shown.messages) == 12
    assert all("Answer" not in turn.content for turn in shown.messages[1:])
    assert {request.regex for request in model.requests} == {SumDomain.answer_regex}
    assert shown.messages[:-1] == model.requests[-1].messages[:-1]


async def test_examples_never_come_from_the_exam() -> None:
    model = engine()
    await sit(model, SumDomain(), ITEMS, "few", shots=30)
    asked = {probe_of(item).question for item in ITEMS}
    assert not asked & {turn.content for turn in model.requests[0].messages[:-1]}


def test_the_best_constant_knows_forms_only() -> None:
    constant = sit_constant(SumDomain(), ITEMS)
    assert [score.passed for score in constant.cells] == [2, 4, 4]
    assert constant.kind is ContestantKind.CONSTANT


def test_outside_parsers_sit_where_a_domain_has_them() -> None:
    calendar = load_domain("calendar")
    assert parsers(SumDomain()) == {}
    with pytest.raises(ValueError, match="'dateparser' is not installed for sums"):
        sit_parser(SumDomain(), ITEMS, "dateparser")
    pytest.importorskip("parsedatetime")
    items = frozen_exam(calendar, calendar.cells()[:6], 3, seed=1)
    found = sit_parser(calendar, items, "parsedatetime")
    assert (found.kind, found.items) == (ContestantKind.PARSER, 18)
    assert 0 < found.passed < 18


async def test_the_report_comes_back_as_it_was_written(tmp_path: Path) -> None:
    report = ExamReport(domain="sums", seed=1, probes=tuple(ITEMS)).add(sit_constant(SumDomain(), ITEMS))
    report = report.add(await sit(engine(), SumDomain(), ITEMS, "zero", shots=0)).add(sit_constant(SumDomain(), ITEMS))
    assert [contestant.name for contestant in report.contestants] == ["zero", "best constant per form"]
    save_report(report, tmp_path / "run" / "exam.json")
    assert load_report(tmp_path / "run" / "exam.json") == report


def test_foreign_answers_and_files_are_refused(tmp_path: Path) -> None:
    other = frozen_exam(SumDomain(), CELLS, 4, seed=2)
    with pytest.raises(ValueError, match="answered other items"):
        ExamReport(domain="sums", seed=1, probes=tuple(ITEMS)).add(sit_constant(SumDomain(), other))
    with pytest.raises(ConfigError, match="no exam report"):
        load_report(tmp_path / "exam.json")
    (tmp_path / "exam.json").write_text("{}")
    with pytest.raises(ConfigError, match="is no exam report"):
        load_report(tmp_path / "exam.json")

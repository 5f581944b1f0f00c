"""What a duel says: leads over the same items, what growing has cost, and no more than was shown."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from swarm.domains.calendar import CalendarDomain
from swarm.domains.exam import frozen_exam
from swarm.duel.exam import exam_of, identified
from swarm.duel.growth import Growth, growth_of
from swarm.duel.page import render
from swarm.duel.plan import DuelPlan, Entrant
from swarm.duel.report import DuelReport, repaid, report_of
from swarm.duel.sides import Sheet, given_sheet
from swarm.duel.summary import summary
from swarm.duel.words import duration, sentences, size
from swarm.errors import ConfigError
from swarm.exam_report import ContestantKind, ItemAnswer, scored
from swarm.records import Sample
from swarm.report.reading import snapshot
from tests.fakes import SumDomain, probe_of
from tests.report_rig import make_run

DOMAIN = SumDomain()
ITEMS = frozen_exam(DOMAIN, DOMAIN.cells(), 20, 1)
GROWTH = Growth(
    minutes=30, corrections=900, corrections_trained=400, tokens_trained=1, train_seconds=1, references=800,
    teacher="<b>t</b>", teacher_tokens=0, dollars=1.0,
)  # fmt: skip


def sheet(
    name: str, right: int, kind: ContestantKind = ContestantKind.ZERO_SHOT, items: Sequence[Sample] = ITEMS
) -> Sheet:
    """One that got every item right but those from number `right` on."""
    answers = [
        ItemAnswer(sample_id=item.id, text="<script>", passed=number < right) for number, item in enumerate(items)
    ]
    made = given_sheet(scored(name, kind, items, answers, seconds=1.0), "chat")
    student = kind is ContestantKind.STUDENT
    return made.model_copy(update={"side": made.side.model_copy(update={"student": student, "asked": len(ITEMS)})})


def report(*others: Sheet, right: int = 50, growth: Growth | None = GROWTH, machine: float = 0.0) -> DuelReport:
    student = Entrant(name="student", kind=ContestantKind.STUDENT)
    plan = DuelPlan(target="runs/<x>", domain="sums", items=60, student=student, machine=machine)
    sheets = [sheet("student", right, ContestantKind.STUDENT), *others]
    return report_of(plan, DOMAIN, ITEMS, sheets, growth, own_exam=True, ending="")


def test_leads_are_over_the_same_items_and_corrected_for_their_number() -> None:
    made = report(sheet("weak", 20), sheet("near", 48), sheet("few", 15, items=ITEMS[:20]))
    known = {side.name: side for side in made.sides}
    assert made.sides[0] is known["near"] or made.sides[0].accuracy >= known["near"].accuracy
    weak, near, few = (known[name].difference for name in ("weak", "near", "few"))
    assert weak is not None and near is not None and few is not None  # noqa: PT018
    assert (weak.wins, weak.losses, weak.items, few.items) == (30, 0, 60, 20)
    assert weak.estimate == pytest.approx(0.5)
    assert weak.lower < 0.5 < weak.upper
    assert weak.adjusted == pytest.approx(3 * weak.p)
    assert near.adjusted >= near.p == pytest.approx(0.5)
    said = "\n".join(sentences(made))
    assert (
        "30 items only the student got right, 0 only the other, p = 5.6e-09: the student is shown to be better" in said
    )
    assert re.search(r"Against near .* neither is shown to be better", said)
    assert "on the 20 items that both answered" in said


def test_a_student_that_loses_is_said_to() -> None:
    said = "\n".join(sentences(report(sheet("big", 60), right=20)))
    assert "-66.7 points" in said
    assert "the student is shown to be worse" in said


def test_growing_is_priced_and_repaid_where_both_prices_are_known() -> None:
    priced = sheet("big", 60)
    side = priced.side.model_copy(update={"scoring": "generation", "dollars": 0.6})
    made = report(priced.model_copy(update={"side": side}), machine=2.0)
    ours = made.student.model_copy(update={"scoring": "generation", "local": True, "seconds": 6.0})
    made = made.model_copy(update={"sides": (ours, *(one for one in made.sides if not one.student))})
    assert made.growth_dollars == pytest.approx(2.0)
    assert repaid(made, side) == round(2.0 / (0.01 - 0.1 * 2 / 3600))
    assert "2.00 dollars in all" in "\n".join(sentences(made))
    assert repaid(report(priced), side) is None


def test_the_page_shows_everything_fetches_nothing_and_lets_nobody_write_html(tmp_path: Path) -> None:
    made = report(sheet("big<b>", 20), sheet("constant", 10, ContestantKind.CONSTANT))
    page = render(made.model_copy(update={"ending": "big is away"}))
    assert not re.search(r'<(?:script|link|img|iframe)\b|(?:src|href)="https?:|url\(http', page)
    for words in ("big&lt;b&gt;", "&lt;b&gt;t&lt;/b&gt;", "runs/&lt;x&gt;", "big is away", "the best constant answers"):
        assert words in page
    assert page.count("<svg") == 2
    printed = summary(made, tmp_path)
    assert "* student" in printed
    assert "add/rain/number" in printed


def test_a_student_that_has_not_answered_is_claimed_nothing_about() -> None:
    student = sheet("student", 0, ContestantKind.STUDENT, items=())
    made = report_of(report().plan, DOMAIN, ITEMS, [student, sheet("big", 60)], None, own_exam=False, ending="")
    assert sentences(made) == ["The student has answered nothing yet, so nothing is said."]
    assert "Nobody" not in render(made)


def test_growth_is_what_the_run_booked(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    (run / "clock.json").write_text('{"seconds": 90}')
    with snapshot(run) as exchange:
        found = growth_of(exchange, run, "c1")
        state = exchange.state()
    assert found.minutes == 1.5
    assert (found.corrections, found.dollars) == (state.corrections, sum(cost.dollars for cost in state.costs))
    assert found.references >= 18, "each judged probe of the rig is another question"
    assert found.teacher == "the domain's worked solutions"


def test_the_exam_is_the_runs_own_or_drawn_alike(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    own, drawn = exam_of(CalendarDomain(), run, 0), exam_of(CalendarDomain(), run, 50)
    assert (own.own, drawn.own, len(drawn.items)) == (True, False, 92)
    with pytest.raises(ConfigError, match=r"gave \d+ distinct questions"):
        exam_of(DOMAIN, None, 3000)


def test_items_that_differ_in_capitals_alone_are_two() -> None:
    spelled = [Sample(payload=probe_of("7", question)) for question in ("What is 3+4?", "what is 3+4?", "What is 3+4?")]
    one, two, again = map(identified, spelled)
    assert one.id != two.id
    assert one.id == again.id


def test_figures_are_said_as_people_read_them() -> None:
    assert [size(count) for count in (0, 134_515_008, 540_000_000_000)] == ["", "135M", "540B"]
    assert [duration(seconds) for seconds in (None, 0.0123, 2.34)] == ["", "12 ms", "2.3 s"]

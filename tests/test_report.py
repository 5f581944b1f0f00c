"""The report of a run made through a real exchange: its numbers, its page, and what it does not claim."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from swarm.errors import ConfigError, StoreError, UnavailableError
from swarm.exam_report import load_report, save_report
from swarm.gateway.run_folder import STORE_FILE
from swarm.records import Purpose
from swarm.report.model import ExamPoint, Report
from swarm.report.reading import snapshot
from swarm.report.standings import squares
from swarm.report.words import how_it_ended
from swarm.report.writing import write_report
from swarm.state import PhaseName
from tests.postgres import ask, database
from tests.report_rig import INJECTION, make_run

VOID = {"meta", "br", "path", "use"}


class Page(HTMLParser):
    """Reads a page, and notes what isn't closed and what would be fetched."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetched += [value for name, value in attrs if name in ("src", "href") and value and value[0] != "#"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("report") / "run")


@pytest.fixture(scope="module")
def report(run: Path) -> Report:
    return write_report(run)


def test_the_headline_compares_the_student_on_the_same_items(report: Report) -> None:
    assert [line.name for line in report.lines] == ["student", "base zero-shot", "constant"]
    student, base, _ = report.lines
    assert (student.student, student.passed, student.items, student.wins) == (True, 18, 24, None)
    assert (base.passed, base.wins, base.losses) == (6, 18, 6)
    assert base.lower < base.accuracy < base.upper


def test_maps_add_up_to_what_was_counted(report: Report) -> None:
    totals = {found.title: sum(square.total for square in found.squares) for found in report.maps}
    assert totals == {"before: base zero-shot": 24, "after: student": 24, "before: base": 12, "after: c1": 6}
    (square,) = squares([("relative", "rain", 1, 4), ("relative", "rain", 2, 4)])
    assert (square.passed, square.total, square.rate) == (3, 8, 3 / 8)
    assert 0 < square.lower < 3 / 8 < square.upper < 1


def test_promotions_curve_ledger_and_stories_are_told(report: Report) -> None:
    assert [(point.corrections_trained, point.promoted) for point in report.curve] == [(9, True), (14, False)]
    assert report.promotions[1].blocked_by == ("improvement: 4 won, 2 lost",)
    assert [item.outcome for item in report.experiments] == ["discarded"]
    assert report.species == (("relative/off-by-7-days", 10),)
    (story,) = report.stories
    assert (story.purpose, story.checkpoint_id, INJECTION in story.attempt) == (Purpose.LEARN, "c1", True)
    assert [step.phase.name for step in report.phases] == [PhaseName.LEARN, PhaseName.STOPPED]
    assert report.seed == 7
    assert {cost.role: cost.prompt_tokens for cost in report.costs} == {"student": 800}


def test_the_page_stands_alone_and_runs_nothing(report: Report, run: Path) -> None:
    page = Page((run / "report.html").read_text())
    assert page.open == []
    assert page.fetched == []
    assert "script" not in page.tags
    assert "svg" in page.tags
    assert json.loads((run / "report.json").read_text()) == report.model_dump(mode="json")


def test_reading_leaves_the_store_as_it_is(run: Path) -> None:
    before = (run / STORE_FILE).read_bytes()
    with snapshot(run) as first, snapshot(run) as second:
        assert first.state().revision == second.state().revision
    assert (run / STORE_FILE).read_bytes() == before


def test_a_run_in_postgresql_has_the_same_report(report: Report, tmp_path: Path) -> None:
    with database() as url:
        store = url.replace("postgres:@", "postgres@")
        other = make_run(tmp_path / "other", store=store)
        told = write_report(other)
        assert ask(url, "SELECT count(*) FROM samples") == [(len_samples(other),)]
    for same in ("revision", "ending", "lines", "maps", "curve", "species", "costs", "burned", "origins"):
        assert getattr(told, same) == getattr(report, same), same
    assert [queue.accepted for queue in told.queues] == [queue.accepted for queue in report.queues]
    assert not (other / STORE_FILE).exists()
    with pytest.raises(StoreError, match="postgresql://postgres@"):
        write_report(other)


def test_a_database_without_a_swarm_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[swarm]\nstore = "postgresql+psycopg://nobody@localhost:1/nothing"\n')
    with pytest.raises(StoreError, match="localhost:1/nothing"):
        write_report(tmp_path)
    with database() as url:
        (tmp_path / "config.toml").write_text(f'[swarm]\nstore = "{url.replace("postgres:@", "postgres@")}"\n')
        with pytest.raises(StoreError, match="holds no swarm"):
            write_report(tmp_path)


def len_samples(run: Path) -> int:
    with snapshot(run) as exchange:
        return len(exchange.samples(limit=1000))


def test_no_more_is_claimed_than_was_shown(report: Report, run: Path) -> None:
    said = " ".join(report.ending)
    assert "Stopped before certification: stopped by budget" in said
    assert "too little evidence" in said, "18 against 6 is an e-value of 9.9"
    with snapshot(run) as exchange:
        state = exchange.state()
    census = report.phases[0].model_copy(update={"phase": state.phase.model_copy(update={"name": PhaseName.CENSUS})})
    besieged = " ".join(how_it_ended(state, (*report.phases, census), (), ()))
    assert "That is not graduation" in besieged
    assert "has not sat the frozen exam" in besieged
    certified = state.model_copy(update={"phase": state.phase.model_copy(update={"name": PhaseName.CERTIFIED})})
    assert how_it_ended(certified, (*report.phases, census), (), ())[0].startswith("Certified")


def test_a_run_that_has_only_begun_has_a_report(tmp_path: Path) -> None:
    report = write_report(make_run(tmp_path / "new", learned=False, stopped=False))
    assert report.ending[0] == "The run has not ended: it is in phase learn."
    assert (report.lines, report.curve, len(report.maps)) == ((), (), 1)
    assert "The untouched base serves" in report.ending[2]
    assert Page((tmp_path / "new" / "report.html").read_text()).open == []


def test_exams_taken_meanwhile_are_drawn(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    point = ExamPoint(checkpoint_id="c1", corrections_trained=9, accuracy=0.5, lower=0.4, upper=0.6)
    (run / "exam-during.json").write_text(f"[{point.model_dump_json()}]")
    assert write_report(run).during == (point,)
    (run / "exam-during.json").write_text("[{}]")
    with pytest.raises(ConfigError, match="exam-during"):
        write_report(run)


def test_what_can_not_be_reported_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no store"):
        write_report(tmp_path)
    (tmp_path / STORE_FILE).write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match="not a database"):
        write_report(tmp_path)
    run = make_run(tmp_path / "run")
    other = load_report(run / "exam-after.json")
    save_report(other.model_copy(update={"probes": other.probes[1:]}), run / "exam-after.json")
    with pytest.raises(ConfigError, match="different items"):
        write_report(run)

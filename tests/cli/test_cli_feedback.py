"""From a bad answer to what the champion answers now: only steps that are known, told by report and command line."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from swarm.domains.calendar import CalendarDomain
from swarm.errors import RefusedError
from swarm.exchange import Exchange
from swarm.exchange.feedback import Report
from swarm.feedback import FeedbackReport, Thumb
from swarm.gateway.feedback_service import lesson_of, samples_of
from swarm.gateway.run_folder import STORE_FILE, Credentials
from swarm.records import Attempt, Correction, Origin, Probe, Purpose, Sample, TeacherKind, Verdict, answer_to
from swarm.report.production import ProductionStory, again_id, story_of
from swarm.report.reading import stored_told
from swarm.report.writing import write_report
from swarm.roles import Role
from swarm.students import Checkpoint, CheckpointStatus, ExamRecord, PromotionDecision
from swarm.work import Completion, Stage
from tests.cli.conftest import Cli
from tests.report_rig import AGENTS, SEED_RUBRIC, Clock

DOMAIN = CalendarDomain()
QUESTION = "Now: Tue 2026-03-10 14:30\nText: lunch with <b>Ana</b> next Friday"
WRONG, RIGHT = "= 2026-03-13", "= 2026-03-20"
LAST_WEEK = datetime(2025, 12, 25, 9, 30, tzinfo=UTC)
SAID = FeedbackReport(
    id="a" * 32, question=QUESTION, answer=WRONG, checkpoint_id="base", thumb=Thumb.DOWN, consent=True,
    asked_at=LAST_WEEK,
)  # fmt: skip


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    """A run whose base answered wrong in production; an operator has said what is right."""
    url = f"sqlite:///{tmp_path / STORE_FILE}"
    with Exchange(url, "test", "calendar", Clock(), Credentials(tmp_path).lease_key) as opened:
        opened.put_rubric(SEED_RUBRIC)
        opened.put_checkpoint(Checkpoint(id="base", status=CheckpointStatus.BASE, url="file:///base"))
        said = samples_of(SAID)
        opened.report_feedback(AGENTS[Role.REPORTER], Report(SAID.id, "base", Thumb.DOWN, said))
        yield opened


def work(exchange: Exchange, role: Role, stage: Stage, payload: Attempt | Verdict | Correction) -> Sample:
    (lease,) = exchange.lease(AGENTS[role], stage, 1)
    output = answer_to(lease.sample, payload)
    assert exchange.complete(AGENTS[role], [Completion(token=lease.token, outputs=(output,))])[0].ok
    return output


def taught(exchange: Exchange) -> Sample:
    """The question is asked again, answered wrong, and corrected; returns the correction."""
    question = exchange.reported(SAID.id)[0]
    exchange.answer_feedback(AGENTS[Role.OPERATOR], SAID.id, lesson_of(question, "2026-03-20", DOMAIN))
    work(exchange, Role.STUDENT, Stage.PROBES, Attempt(text=WRONG, checkpoint_id="base"))
    failed = Verdict(passed=False, rubric_version=1, decided_by="verifier", species="relative/off-by-7-days")
    work(exchange, Role.JUDGE, Stage.ATTEMPTS, failed)
    right = Correction(rationale="10+10=20", answer="2026-03-20", teacher=TeacherKind.WORKED, verified=True)
    return work(exchange, Role.TEACHER, Stage.FAILURES, right)


def candidate(exchange: Exchange, name: str, parent: str, learned: list[str], promoted: bool) -> None:
    made = Checkpoint(
        id=name, parent_id=parent, status=CheckpointStatus.CANDIDATE, url=f"file:///{name}",
        created_at=datetime(2026, 1, 1, 12, tzinfo=UTC),
    )  # fmt: skip
    exchange.put_checkpoint(made, learned=learned)
    champion = exchange.champion()
    assert champion is not None
    record = ExamRecord(id=f"exam-{name}", champion_id=champion.id, candidate_id=name, items=())
    decision = PromotionDecision(
        exam_id=record.id, candidate_id=name, champion_id=champion.id, promoted=promoted, wins=9, losses=0,
        champion_accuracy=0.1, candidate_accuracy=0.9, e_value=30.0, threshold=20.0, regression=False,
    )  # fmt: skip
    exchange.submit_exam(record, decision)


def asked_again(exchange: Exchange, checkpoint_id: str, text: str) -> None:
    probe = Probe(cell=SAID.cell or _cell(exchange), purpose=Purpose.ASK, origin=Origin.PRODUCTION, question=QUESTION)
    asked = Sample(id=again_id(SAID.id, checkpoint_id), payload=probe)
    assert exchange.publish(AGENTS[Role.OPERATOR], [asked])[0].ok
    work(exchange, Role.STUDENT, Stage.PROBES, Attempt(text=text, checkpoint_id=checkpoint_id))


def _cell(exchange: Exchange) -> object:
    probe = exchange.reported(SAID.id)[0].payload
    assert isinstance(probe, Probe)
    return probe.cell


def story(exchange: Exchange) -> ProductionStory:
    return story_of(stored_told(exchange, SAID.id), DOMAIN)


def names(exchange: Exchange) -> list[str]:
    return [step.name for step in story(exchange).steps]


def test_a_bad_answer_of_last_week_became_a_skill(exchange: Exchange, tmp_path: Path) -> None:
    assert names(exchange) == ["answered", "called wrong"]
    assert "Nobody has said yet" in story(exchange).steps[1].text
    correction = taught(exchange)
    before = ["answered", "called wrong", "asked again", "answered again", "judged wrong", "corrected"]
    assert names(exchange) == [*before, "answers wrong now"], "the base serves still"
    candidate(exchange, "c1", "base", [correction.id], promoted=True)
    assert names(exchange) == [*before, "learned", "serves"], "and nobody has asked c1"
    asked_again(exchange, "c1", RIGHT)
    told = story(exchange)
    assert names(exchange) == [*before, "learned", "serves", "answers right now"]
    assert (told.asked_at, told.steps[0].by, told.steps[0].text) == (LAST_WEEK, "base", WRONG)
    assert told.steps[2].text == "right is 2026-03-20"
    assert told.steps[5].text == "10+10=20\n= 2026-03-20"
    assert (told.steps[6].by, told.steps[6].at) == ("c1", datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert all(step.at for step in told.steps)
    candidate(exchange, "c2", "c1", [], promoted=True)
    assert story(exchange).steps[-1].text == "c2 was trained from one that did."
    made = write_report(tmp_path)
    assert made.production == (story(exchange),)
    page = (tmp_path / "report.html").read_text()
    assert "What production called wrong" in page
    assert "<b>Ana" not in page
    assert "next Friday" in page


def test_nothing_is_claimed_that_is_not_known(exchange: Exchange) -> None:
    correction = taught(exchange)
    candidate(exchange, "c1", "base", [correction.id], promoted=False)
    assert names(exchange)[-2:] == ["learned", "answers wrong now"]
    candidate(exchange, "c2", "base", [], promoted=True)
    assert "serves" not in names(exchange), "c2 was trained from the base, not from c1"
    asked_again(exchange, "c2", "I can't say")
    assert names(exchange)[-1] == "answers wrong now"
    exchange.forget(AGENTS[Role.OPERATOR], sample_id=SAID.id)
    gone = story(exchange)
    assert gone.forgotten
    assert not any(word in gone.model_dump_json() for word in ("Friday", "2026-03-20", "can't say"))
    with pytest.raises(RefusedError, match="no report"):
        stored_told(exchange, "b" * 32)


def test_the_command_line_tells_it(exchange: Exchange, tmp_path: Path, cli: Cli) -> None:
    correction = taught(exchange)
    candidate(exchange, "c1", "base", [correction.id], promoted=True)
    code, out, error = cli("feedback", "show", SAID.id, "--run", tmp_path)
    assert code == 0, error
    assert "next Friday" in out
    assert out.index("answered, base") < out.index("called wrong, reporter-1") < out.index("learned, c1")
    told = json.loads(cli("feedback", "show", SAID.id, "--run", tmp_path, "--json")[1])
    assert [step["name"] for step in told["steps"]] == names(exchange)
    code, _, error = cli("feedback", "show", "b" * 32, "--run", tmp_path)
    assert (code, "no report" in error) == (77, True)


def test_an_operator_reports_answers_and_dismisses(cli: Cli, live_run: Path) -> None:
    at = ("--now", "Tue 2026-03-10 14:30", "--run", live_run)
    words = ("feedback", "report", "--question", "lunch next Friday", "--answer", WRONG, *at)
    code, _, error = cli(*words)
    assert (code, "nothing of it was stored" in error) == (77, True)
    code, _, error = cli(*words, "--consent", "--correct", "soon")
    assert (code, "can't be the right answer" in error) == (77, True)
    opened = json.loads(cli(*words, "--consent", "--json")[1])
    assert (opened["state"], opened["checkpoint_id"], opened["reporter"]) == ("open", "c1", "operator")
    assert "asked again" in cli(*words, "--consent", "--correct", "2026-03-20")[1]
    assert "counted for c1" in cli(*words, "--consent", "--good")[1]
    listed = cli("feedback", "list", "--run", live_run)[1]
    assert "lunch next Friday" in listed
    assert "c1: 1 up, 2 down" in listed
    still = json.loads(cli("feedback", "list", "--state", "open", "--json", "--run", live_run)[1])
    assert [item["id"] for item in still["feedback"]] == [opened["id"]]
    assert (
        "is dismissed: a joke" in cli("feedback", "dismiss", opened["id"], "--reason", "a joke", "--run", live_run)[1]
    )
    code, _, error = cli("feedback", "answer", opened["id"], "--correct", "2026-03-20", "--run", live_run)
    assert (code, "is dismissed already" in error) == (77, True)

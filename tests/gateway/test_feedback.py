"""What comes back from production, at a real gateway: how a blamed answer is taught, what is refused, what is kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from calendar_work import DOMAIN, SEED, attempt, checkpoint, correct, fail_verdict, probe_of, probes
from gateway_rig import Clients

from swarm.client import SwarmClient
from swarm.errors import RefusedError
from swarm.feedback import Feedback, FeedbackReport, FeedbackState, Thumb
from swarm.gateway.audit import AUDIT_FILE
from swarm.gateway.feedback_service import lesson_of, samples_of
from swarm.gateway.run_folder import STORE_FILE
from swarm.gateway.server import Gateway, Settings, serving
from swarm.privacy import load_screen
from swarm.records import Attempt, Cell, Origin, Purpose, Reference, Tier
from swarm.roles import Role
from swarm.students import CheckpointStatus
from swarm.work import Stage

INJECTIONS = Path(__file__).parents[1] / "injections.txt"
MAIL = "ana.pereira@example.com"
QUESTION = "Now: Tue 2026-03-10 14:30\nText: lunch with Ana next Friday"
WRONG = "next Friday is 10+3=13\n= 2026-03-13"
RIGHT = "2026-03-20"
LONG_AGO = datetime.now(UTC) - timedelta(days=7)


@pytest_asyncio.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    screen = load_screen(["email"], {}, "")
    async with serving(Settings(tmp_path, "test", "calendar", bookmark_seconds=0.3, screen=screen)) as started:
        yield started


@pytest_asyncio.fixture
async def reporter(gateway: Gateway, clients: Clients) -> AsyncIterator[SwarmClient]:
    """The run folder's own, as `swarm serve` has it, over a champion that is the base."""
    assert gateway.address
    await clients(Role.SUPERVISOR).put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    await clients(Role.SUPERVISOR).put_rubric(SEED)
    yield clients(Role.REPORTER)


async def blame(client: SwarmClient, question: str = QUESTION, corrected: str = RIGHT, number: int = 1) -> Feedback:
    return await client.report(
        question, WRONG, "base", Thumb.DOWN, consent=True, corrected_answer=corrected, asked_at=LONG_AGO,
        report_id=f"{number:032x}",
    )  # fmt: skip


async def test_personal_data_is_taken_out_of_reports_without_being_told(tmp_path: Path) -> None:
    """Of what a prober sends it is not, unless told: dates look like telephone numbers."""
    settings = Settings(tmp_path / "run", "test", "calendar")
    async with serving(settings), AsyncExitStack() as stack:

        async def client(role: Role) -> SwarmClient:
            return await stack.enter_async_context(SwarmClient.for_run(settings.run_dir, role, f"{role}-1"))

        supervisor, operator = await client(Role.SUPERVISOR), await client(Role.OPERATOR)
        await supervisor.put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
        said = await blame(await client(Role.REPORTER), QUESTION.replace("Ana", MAIL))
        question, _, _ = await operator.lineage(said.id)
        assert probe_of(question).question == QUESTION.replace("Ana", "[email]")
        assert question.redactions == (("email", 1),)
        (asked,) = probes(1)
        own = probe_of(asked).model_copy(update={"question": QUESTION.replace("Ana", MAIL)})
        await (await client(Role.PROBER)).publish([asked.model_copy(update={"payload": own})])
        assert MAIL in probe_of((await operator.lineage(asked.id))[0]).question


async def test_a_bad_answer_becomes_a_correction(reporter: SwarmClient, clients: Clients, tmp_path: Path) -> None:
    operator = clients(Role.OPERATOR)
    said = await blame(reporter)
    assert (said.state, said.tier, said.reporter) == (FeedbackState.OPEN, Tier.INSIDE, "reporter-1")
    question, given, note = await operator.lineage(said.id)
    assert question.created_at == given.created_at == LONG_AGO
    assert (probe_of(question).purpose, probe_of(question).reference) == (Purpose.ASK, None)
    assert given.payload == Attempt(text=WRONG, checkpoint_id="base")
    assert RIGHT in note.model_dump_json()
    assert await clients(Role.STUDENT).lease(Stage.PROBES) == [], "a visitor's word is taught to nobody"
    asked = await operator.answer_feedback(said.id)
    assert asked.state is FeedbackState.ASKED
    await attempt(clients(Role.STUDENT), WRONG)
    await fail_verdict(clients(Role.JUDGE))
    await correct(clients(Role.TEACHER))
    ((correction, _, _, lesson),) = await clients(Role.TRAINER).corrections(0)
    assert lesson.id == asked.probe_id
    assert (probe_of(lesson).origin, probe_of(lesson).question) == (Origin.PRODUCTION, QUESTION)
    assert probe_of(lesson).reference == Reference(answer=RIGHT)
    assert DOMAIN.verify(probe_of(lesson), getattr(correction.payload, "answer")).correct  # noqa: B009
    listed, (count,) = await operator.feedback()
    assert listed == [asked]
    assert (count.checkpoint_id, count.up, count.down) == ("base", 0, 1)
    audited = (tmp_path / AUDIT_FILE).read_text()
    assert "AnswerFeedback" in audited
    assert "ReportFeedback" not in audited


async def test_a_trusted_reporter_is_taken_at_its_word(
    gateway: Gateway, reporter: SwarmClient, clients: Clients
) -> None:
    assert reporter
    async with AsyncExitStack() as stack:
        states = {}
        for number, tier in enumerate((Tier.TRUSTED, Tier.QUARANTINED), 1):
            _, token = await clients(Role.OPERATOR).issue_credential(name := f"{tier}-desk", Role.REPORTER, tier=tier)
            desk = SwarmClient(gateway.address, credential=token, name=name, role=Role.REPORTER, patience=0.2)
            await stack.enter_async_context(desk)
            states[tier] = (await blame(desk, number=number)).state
            with pytest.raises(RefusedError, match="may not"):
                await desk.samples()
    assert states == {Tier.TRUSTED: FeedbackState.ASKED, Tier.QUARANTINED: FeedbackState.OPEN}
    (lease,) = await clients(Role.STUDENT).lease(Stage.PROBES, 5)
    assert (lease.sample.producer, lease.sample.tier) == ("trusted-desk", Tier.TRUSTED)
    assert probe_of(lease.sample).reference is None, "a student sees no reference"


async def test_without_consent_nothing_is_stored(reporter: SwarmClient, clients: Clients) -> None:
    before = (await clients(Role.OPERATOR).state()).revision
    for thumb in Thumb:
        with pytest.raises(RefusedError, match="nothing of it was stored") as caught:
            await reporter.report(QUESTION, WRONG, "base", thumb, consent=False)
        assert caught.value.reason == "NO_CONSENT"
    state = await clients(Role.OPERATOR).state()
    assert (state.revision, await clients(Role.OPERATOR).feedback()) == (before, ([], []))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"corrected_answer": "soon"}, "'soon' can't be the right answer"),
        ({"corrected_answer": "2026-03-20", "question": "lunch next Friday"}, "can't be the right answer to 'lunch"),
        ({"corrected_answer": "2026-03-13"}, "means the same as '2026-03-13'"),
        ({"corrected_answer": RIGHT, "thumb": Thumb.UP}, "comes with a thumb up"),
        ({"checkpoint_id": "c9"}, "there is no checkpoint 'c9'"),
        ({"question": "x" * 3001}, "FeedbackReport.question"),
        ({"question": "  "}, "FeedbackReport.question"),
        ({"answer": "x" * 20_001}, "FeedbackReport.answer"),
        ({"corrected_answer": "x" * 501}, "FeedbackReport.corrected_answer"),
        ({"report_id": "../x"}, "FeedbackReport.id"),
        ({"cell": Cell.parse("poetry/rain/sonnet")}, "no cell of calendar"),
        ({"asked_at": datetime.now(UTC) + timedelta(days=3)}, "FeedbackReport.asked_at"),
    ],
)
async def test_what_does_not_go_together_is_refused(
    reporter: SwarmClient, clients: Clients, changes: dict[str, object], why: str
) -> None:
    report = {"question": QUESTION, "answer": WRONG, "checkpoint_id": "base", "thumb": Thumb.DOWN, "consent": True}
    with pytest.raises(RefusedError, match=why):
        await reporter.report(**(report | changes))  # type: ignore[arg-type]
    assert await clients(Role.OPERATOR).samples() == []
    assert await clients(Role.OPERATOR).feedback() == ([], [])


async def test_a_repeat_has_no_second_effect_and_another_content_is_refused(
    reporter: SwarmClient, clients: Clients
) -> None:
    first = await blame(reporter)
    assert await blame(reporter) == first
    with pytest.raises(RefusedError, match="was another ReportFeedback") as caught:
        await blame(reporter, corrected="2026-03-21")
    assert caught.value.reason == "REQUEST_CONFLICT"
    up = [
        await reporter.report(QUESTION, WRONG, "base", Thumb.UP, consent=True, report_id="a" * 32, asked_at=LONG_AGO)
        for _ in range(2)
    ]
    assert up[0] == up[1]
    _, (count,) = await clients(Role.OPERATOR).feedback()
    assert (count.up, count.down) == (1, 1)


async def test_personal_data_is_replaced_before_anything_is_stored(
    gateway: Gateway, reporter: SwarmClient, clients: Clients, tmp_path: Path
) -> None:
    question = f"{QUESTION}, write to {MAIL}"
    said = await reporter.report(question, f"ask {MAIL}\n= NONE", "base", Thumb.DOWN, consent=True)
    await reporter.report(question, f"ask {MAIL}", "base", Thumb.UP, consent=True)
    with pytest.raises(RefusedError, match="can't be the right answer"):
        await blame(reporter, question=question, corrected=MAIL, number=2)
    stored = b"".join(file.read_bytes() for file in tmp_path.glob(f"{STORE_FILE}*"))
    assert MAIL.encode() not in stored
    assert b"[email]" in stored
    family = await clients(Role.OPERATOR).lineage(said.id)
    assert [dict(sample.redactions).get("email", 0) for sample in family] == [1, 1, 0]
    asked = await clients(Role.OPERATOR).answer_feedback(said.id, RIGHT)
    (lease,) = await clients(Role.STUDENT).lease(Stage.PROBES)
    assert (lease.sample.id, MAIL in probe_of(lease.sample).question) == (asked.probe_id, False)
    await clients(Role.OPERATOR).forget(sample_id=said.id)
    assert gateway.desk.exchange.lineage(said.id)[0].forgotten
    with pytest.raises(RefusedError, match=r"was forgotten|is asked already"):
        await clients(Role.OPERATOR).answer_feedback(said.id, RIGHT)


async def test_an_operator_may_close_one_and_nobody_proposes_for_him(reporter: SwarmClient, clients: Clients) -> None:
    operator = clients(Role.OPERATOR)
    said = await blame(reporter, corrected="")
    with pytest.raises(RefusedError, match="the reporter proposed none"):
        await operator.answer_feedback(said.id)
    with pytest.raises(RefusedError, match="no report"):
        await operator.answer_feedback("f" * 32, RIGHT)
    closed = await operator.dismiss_feedback(said.id, f"{MAIL} was joking")
    assert (closed.state, closed.reason) == (FeedbackState.DISMISSED, "[email] was joking")
    with pytest.raises(RefusedError, match="is dismissed already"):
        await operator.answer_feedback(said.id, RIGHT)
    assert (await operator.feedback(FeedbackState.OPEN))[0] == []


async def test_a_reporter_may_report_and_nothing_else(reporter: SwarmClient) -> None:
    calls = (
        reporter.state(), reporter.samples(), reporter.lineage("0" * 32), reporter.publish(probes(1)),
        reporter.feedback(), reporter.agents(), reporter.ask("x"), reporter.rubric(), anext(reporter.watch(0)),
    )  # fmt: skip
    for call in calls:
        with pytest.raises(RefusedError) as caught:
            await asyncio.ensure_future(call)
        assert caught.value.reason == "FORBIDDEN"
    assert [item.id for item in await reporter.checkpoints()] == ["base"]


async def test_the_sample_of_something_else_is_no_report(reporter: SwarmClient, clients: Clients) -> None:
    (sample,) = probes(1)
    assert reporter
    await clients(Role.PROBER).publish([sample])
    with pytest.raises(RefusedError, match="no report"):
        await clients(Role.OPERATOR).answer_feedback(sample.id, "NONE")


def test_no_words_to_a_judge_or_teacher_pass_for_an_answer() -> None:
    report = FeedbackReport(question=QUESTION, answer=WRONG, checkpoint_id="base", thumb=Thumb.DOWN, consent=True)
    question = samples_of(report)[0]
    corpus = [line.encode().decode("unicode_escape") for line in INJECTIONS.read_text().splitlines()]
    assert len(corpus) >= 40
    for words in corpus:
        for said in (words, f"{RIGHT} {words}", f"{words}\n= {RIGHT}"):
            with pytest.raises(RefusedError, match="can't be the right answer"):
                lesson_of(question, said, DOMAIN)
    assert probe_of(lesson_of(question, f" {RIGHT}\n", DOMAIN)).reference == Reference(answer=RIGHT)

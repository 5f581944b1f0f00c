"""What comes back from production: answers that were praised or blamed, and how their questions become probes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, insert, select, update

from swarm.errors import RefusedError
from swarm.exchange.bulk import add_rows
from swarm.exchange.flow import Code, Identity
from swarm.exchange.flows import current_flow
from swarm.exchange.intake import Intake
from swarm.exchange.part import Part
from swarm.exchange.rows import depths, samples_by_id
from swarm.exchange.schema import LIVE, feedback, queue, tallies
from swarm.exchange.store import moment
from swarm.exchange.students import checkpoint_of
from swarm.feedback import Feedback, FeedbackCount, FeedbackState, Thumb
from swarm.fields import Note
from swarm.records import Sample, Tier, child_id
from swarm.roles import Role

OPEN_OVER_ALL = 10
"""So many times what one reporter may have open may all of them have together."""
_TOPIC = "feedback"


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it may be stored. `said` is the question, the answer that was given and the note, in this order; a
    thumb up has none. `lesson` is the probe that asks it again, where a right answer was given."""

    id: str
    checkpoint_id: str
    thumb: Thumb
    said: tuple[Sample, ...] = ()
    lesson: Sample | None = None


def vouches(agent: Identity) -> bool:
    """Whether an answer that this caller calls right may be taught: an operator's, or a trusted outsider's.

    The run folder's own reporter speaks for whoever reaches the endpoint that serves, so it doesn't.
    """
    return agent.tier is Tier.TRUSTED or (agent.role is Role.OPERATOR and agent.tier is Tier.INSIDE)


class Feedbacks(Part):
    """Thumbs up are counted. A thumb down is kept with question and answer, which wait in no queue: nothing rests on
    what a reporter says that a checkpoint said. Its question becomes a probe once somebody who may says what is right.
    """

    def report_feedback(self, agent: Identity, report: Report) -> Feedback:
        """Take one report. A thumb down that is stored already is answered as it stands.

        Raises RefusedError: NOT_FOUND for an unknown checkpoint, DIGEST_CONFLICT, FEEDBACK_FULL, and what Intake says.
        """
        with self._store.write() as connection:
            if checkpoint_of(connection, report.checkpoint_id) is None:
                said = f"there is no checkpoint {report.checkpoint_id!r}"
                raise RefusedError(Code.NOT_FOUND, said, "Send the checkpoint that came with the answer")
            now, state = self._store.now(), FeedbackState.COUNTED
            lesson = report.lesson if vouches(agent) else None
            if report.thumb is Thumb.DOWN:
                if self._store_samples(connection, agent, report.said, waits=False):
                    return _feedback(_row(connection, report.id))
                state = FeedbackState.ASKED if lesson else FeedbackState.OPEN
                self._check_room(connection, agent, state)
                if lesson:
                    self._store_samples(connection, agent, [lesson])
            if agent.tier is not Tier.QUARANTINED:
                add_rows(connection, tallies, [_count(report.checkpoint_id, report.thumb)])
            row = {
                "id": report.id,
                "reporter": agent.name,
                "tier": agent.tier,
                "at": now,
                "checkpoint_id": report.checkpoint_id,
                "state": state,
                "probe_id": lesson.id if lesson else "",
                "reason": "",
            }
            if report.thumb is Thumb.DOWN:
                connection.execute(insert(feedback), row)
        return Feedback.model_validate({**row, "at": moment(now), "thumb": report.thumb})

    def reported(self, report_id: str) -> list[Sample]:
        """What a thumb down said: question, answer and note. Raises RefusedError NOT_FOUND."""
        with self._store.read() as connection:
            _row(connection, report_id)
            given = child_id(report_id, "attempt")
            ids = [report_id, given, child_id(given, "annotation")]
            stored = samples_by_id(connection, ids)
        return [stored[name] for name in ids]

    def answer_feedback(self, agent: Identity, report_id: str, lesson: Sample) -> Feedback:
        """Put the question of an open report to the student, by a probe that knows what is right.

        Raises RefusedError: NOT_FOUND, CONFLICT where it is open no more, FORGOTTEN, FEEDBACK_FULL.
        """
        with self._store.write() as connection:
            row = _row(connection, report_id)
            stored = samples_by_id(connection, [report_id, lesson.id])
            if lesson.id in stored and stored[lesson.id].payload == lesson.payload:
                return _feedback(row)
            _check_open(row)
            if stored[report_id].forgotten:
                said = f"the question of report {report_id} was forgotten"
                raise RefusedError(Code.FORGOTTEN, said, "Dismiss the report")
            self._check_room(connection, agent, FeedbackState.ASKED)
            self._store_samples(connection, agent, [lesson])
            return _changed(connection, report_id, state=FeedbackState.ASKED, probe_id=lesson.id)

    def dismiss_feedback(self, report_id: str, reason: Note) -> Feedback:
        """Close an open report. Raises RefusedError: NOT_FOUND, CONFLICT where it was asked."""
        with self._store.write() as connection:
            row = _row(connection, report_id)
            if row.state == FeedbackState.DISMISSED:
                return _feedback(row)
            _check_open(row)
            return _changed(connection, report_id, state=FeedbackState.DISMISSED, reason=reason)

    def feedback(
        self, state: FeedbackState | None = None, limit: int = 100, before_id: str = "", report_id: str = ""
    ) -> list[Feedback]:
        """Thumbs down, the latest first. Raises RefusedError NOT_FOUND where one that is named isn't there."""
        query = select(feedback).order_by(feedback.c.number.desc()).limit(limit)
        if state is not None:
            query = query.where(feedback.c.state == state)
        with self._store.read() as connection:
            if before_id:
                query = query.where(feedback.c.number < _row(connection, before_id).number)
            if report_id:
                query = query.where(feedback.c.number == _row(connection, report_id).number)
            return [_feedback(row) for row in connection.execute(query)]

    def feedback_counts(self) -> list[FeedbackCount]:
        """Thumbs by checkpoint."""
        query = select(tallies.c.key, tallies.c.total).where(tallies.c.topic == _TOPIC).order_by(tallies.c.key)
        counts: dict[str, dict[str, int]] = {}
        with self._store.read() as connection:
            for key, total in connection.execute(query):
                checkpoint_id, _, thumb = key.rpartition("/")
                counts.setdefault(checkpoint_id, {})[thumb] = total
        return [
            FeedbackCount(checkpoint_id=name, up=found.get(Thumb.UP, 0), down=found.get(Thumb.DOWN, 0))
            for name, found in counts.items()
        ]

    def _store_samples(
        self, connection: Connection, agent: Identity, wanted: Sequence[Sample], waits: bool = True
    ) -> bool:
        """Store these, parents first; whether they were there already. Raises RefusedError with why they can't be."""
        flow = current_flow(connection)
        intake = Intake(connection, self._store.now(), flow, self._limits)
        intake.load(wanted)
        for sample in wanted:
            answer = intake.admit(agent, [sample], waits)
            if not answer.ok:
                raise RefusedError(answer.code, answer.message)
        return not intake.write()

    def _check_room(self, connection: Connection, agent: Identity, state: FeedbackState) -> None:
        """Raise RefusedError FEEDBACK_FULL where as many wait as may."""
        most = self._limits.credits.production
        if state is FeedbackState.ASKED:
            asked = select(1).where(feedback.c.probe_id == queue.c.sample_id).exists()
            waiting = select(func.count()).where(LIVE, asked)
            if sum(depths(connection).values()) >= most and (connection.scalar(waiting) or 0) >= most:
                raise _full(f"{most} questions from production wait for the student", "Report it again later")
            return
        still = select(func.count()).where(feedback.c.state == FeedbackState.OPEN)
        own = connection.scalar(still.where(feedback.c.reporter == agent.name)) or 0
        if own >= most or (connection.scalar(still) or 0) >= most * OPEN_OVER_ALL:
            said = f"{own} reports of {agent.name} are open, and nobody has said what is right"
            raise _full(said, "Have an operator answer or dismiss some: swarm feedback list --state open")


def _full(said: str, fix: str) -> RefusedError:
    return RefusedError(Code.FEEDBACK_FULL, said, fix)


def _count(checkpoint_id: str, thumb: Thumb) -> dict[str, object]:
    return {"topic": _TOPIC, "key": f"{checkpoint_id}/{thumb}", "total": 1}


def _row(connection: Connection, report_id: str) -> Row[tuple[object, ...]]:
    row = connection.execute(select(feedback).where(feedback.c.id == report_id)).first()
    if row is None:
        said = f"there is no report {report_id!r} of a thumb down"
        raise RefusedError(Code.NOT_FOUND, said, "See `swarm feedback list`")
    return row


def _check_open(row: Row[tuple[object, ...]]) -> None:
    if row.state != FeedbackState.OPEN:
        said = f"report {row.id} is {row.state} already"
        raise RefusedError(Code.CONFLICT, said, "See `swarm feedback list`")


def _changed(connection: Connection, report_id: str, **values: object) -> Feedback:
    connection.execute(update(feedback).where(feedback.c.id == report_id).values(**values))
    return _feedback(_row(connection, report_id))


def _feedback(row: Row[tuple[object, ...]]) -> Feedback:
    return Feedback(
        id=row.id,
        reporter=row.reporter,
        tier=row.tier,
        at=moment(row.at),
        checkpoint_id=row.checkpoint_id,
        thumb=Thumb.DOWN,
        state=row.state,
        probe_id=row.probe_id,
        reason=row.reason,
    )

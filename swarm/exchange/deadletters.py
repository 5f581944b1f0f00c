"""Dead letters: what nobody could work on, with its whole history, and the two ways out of there."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, func, insert, select, update

from swarm.exchange.flow import Code, Identity, State
from swarm.exchange.flows import current_flow
from swarm.exchange.held import Held, Place, held_by_place
from swarm.exchange.part import Part
from swarm.exchange.rows import chunks, count_stage, depths, of_samples, samples_by_id
from swarm.exchange.schema import DEAD, history, queue
from swarm.exchange.store import moment
from swarm.work import Answer, Burned, DeadLetter, stage_of

REQUEUED, DISCARDED = "requeued", "discarded"
"""Lines of the history that are no burned deliveries, but an operator's acts."""


class DeadLetters(Part):
    """Lists them, lets them wait again, or gives them up. Nothing else moves a sample out of `dead`."""

    def dead_letters(
        self,
        stage: str | None = None,
        *,
        reason: str = "",
        sample_id: str = "",
        after_revision: int = 0,
        limit: int = 100,
    ) -> list[DeadLetter]:
        """Those that fit all filters given, ascending by their samples' revision, the first `limit` after a revision.

        `reason` is looked for, in any case, in kind and reason of the last line of the history. A
        sample whose body is lost has in its payload what forgetting would leave.
        """
        dead = select(queue.c.sample_id, queue.c.stage, queue.c.attempt).where(DEAD, queue.c.revision > after_revision)
        if stage is not None:
            dead = dead.where(queue.c.stage == stage)
        if sample_id:
            dead = dead.where(of_samples([sample_id]))
        if reason:
            its_line = (history.c.sample_id == queue.c.sample_id) & (history.c.stage == queue.c.stage)
            last = select(func.max(history.c.number)).where(its_line)
            said = func.lower(history.c.kind + ": " + history.c.reason)
            dead = dead.join(history, its_line)
            dead = dead.where(history.c.number == last.correlate(queue).scalar_subquery())
            dead = dead.where(said.contains(reason.lower(), autoescape=True))
        with self._store.read() as connection:
            rows = connection.execute(dead.order_by(queue.c.revision).limit(limit)).all()
            ids = [row.sample_id for row in rows]
            found, lines = samples_by_id(connection, ids, lost={}), _histories(connection, ids)
        return [
            DeadLetter(
                sample=found[row.sample_id],
                stage=stage_of(row.stage),
                queue=row.stage,
                attempt=row.attempt,
                history=tuple(lines[row.sample_id, row.stage]),
            )
            for row in rows
        ]

    def requeue_dead(self, agent: Identity, ids: Sequence[str], note: str = "") -> list[Answer]:
        """Let dead letters wait again, all their deliveries before them. Codes: NOT_FOUND, QUEUE_FULL, CONFLICT."""
        with self._store.write() as connection:
            room = {stage: self._limits.queue - depth for stage, depth in depths(connection).items()}
            queues = current_flow(connection).queues

            def take_up(row: Held) -> Answer | None:
                stage = row.stage
                if stage not in queues:
                    said = f"{row.sample_id} died in the queue of {stage}, a role that is gone: discard it"
                    return Answer(id=row.sample_id, code=Code.CONFLICT, message=said)
                if room[stage] < 1:
                    said = f"queue {stage} holds all of its {self._limits.queue}: send it again later"
                    return Answer(id=row.sample_id, code=Code.QUEUE_FULL, message=said)
                room[stage] -= 1
                return None

            answers, moved = _move(connection, ids, take_up)
            now = self._store.now()
            waiting = {"state": State.READY, "attempt": 0, "ready_at": now, "enqueued_at": now}
            _write(connection, moved, waiting, _lines(moved, agent, now, REQUEUED, note))
            for stage, count in Counter(row.stage for row in moved).items():
                count_stage(connection, stage, closed=-count)
        return answers

    def discard_dead(self, agent: Identity, ids: Sequence[str], note: str = "") -> list[Answer]:
        """Give dead letters up for good. Code: NOT_FOUND."""
        with self._store.write() as connection:
            answers, moved = _move(connection, ids, lambda _: None)
            lines = _lines(moved, agent, self._store.now(), DISCARDED, note)
            _write(connection, moved, {"state": State.DISCARDED}, lines)
        return answers


def _move(
    connection: Connection, ids: Sequence[str], refuse: Callable[[Held], Answer | None]
) -> tuple[list[Answer], list[Held]]:
    """An answer for each id, and the rows that are dead letters and that `refuse` has nothing against, each once.

    One that died in several queues is moved in all of them.
    """
    waited, answers, moved = defaultdict[str, list[Held]](list), list[Answer](), dict[Place, Held]()
    for (sample_id, _), row in held_by_place(connection, ids).items():
        waited[sample_id].append(row)
    for sample_id in ids:
        dead = [row for row in waited[sample_id] if row.state == State.DEAD]
        if not dead:
            where = " and ".join(f"{row.state} in {row.stage}" for row in waited[sample_id])
            seen = f"it is {where}" if where else "it never waited in a queue"
            said = f"{sample_id!r} is no dead letter, {seen}: see `swarm dead list`"
            answers.append(Answer(id=sample_id, code=Code.NOT_FOUND, message=said))
            continue
        answer = Answer(id=sample_id)
        for row in dead:
            if (sample_id, row.stage) in moved:
                continue
            if (refusal := refuse(row)) is not None:
                answer = refusal
            else:
                moved[sample_id, row.stage] = row
        answers.append(answer)
    return answers, list(moved.values())


def _lines(moved: Sequence[Held], agent: Identity, now: int, kind: str, note: str) -> list[dict[str, object]]:
    return [
        {
            "sample_id": row.sample_id,
            "stage": row.stage,
            "at": now,
            "agent": agent.name,
            "attempt": row.attempt,
            "kind": kind,
            "reason": note,
        }
        for row in moved
    ]


def _write(
    connection: Connection, moved: Sequence[Held], values: dict[str, object], lines: list[dict[str, object]]
) -> None:
    for group in chunks(row.revision for row in moved):
        connection.execute(update(queue).where(queue.c.revision.in_(group), DEAD).values(values))
    if lines:
        connection.execute(insert(history), lines)


def _histories(connection: Connection, ids: Sequence[str]) -> dict[Place, list[Burned]]:
    lines = defaultdict[Place, list[Burned]](list)
    for group in chunks(ids):
        query = select(history).where(history.c.sample_id.in_(group)).order_by(history.c.number)
        for row in connection.execute(query):
            burned = Burned(at=moment(row.at), agent=row.agent, attempt=row.attempt, kind=row.kind, reason=row.reason)
            lines[row.sample_id, row.stage].append(burned)
    return lines

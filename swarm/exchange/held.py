"""Rows of the queue while a batch decides over them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, update

from swarm.exchange.flow import State
from swarm.exchange.rows import chunks, count_stage, of_samples
from swarm.exchange.schema import DELAYED, LEASED, queue, trials
from swarm.work import Answer

SECOND = 1_000_000
"""In the store's microseconds."""

_SETTLE = (
    update(queue)
    .where(queue.c.revision == bindparam("key"), queue.c.stage == bindparam("place"))
    .values(
        state=bindparam("to_state"),
        attempt=bindparam("burned"),
        lease_until=bindparam("until"),
        ready_at=bindparam("not_before"),
        answered=bindparam("call"),
        answer=bindparam("said"),
    )
)


@dataclass(slots=True)
class Held:
    """One row that a token points at, or a lease that ran out."""

    sample_id: str
    revision: int
    stage: str
    state: str
    attempt: int
    generation: int
    lease_agent: str
    lease_until: int
    ready_at: int
    answered: str
    answer: str
    touched: bool = False

    def is_held(self, generation: int, now: int) -> bool:
        """Whether this delivery still holds the sample."""
        return self.state == State.LEASED and self.generation == generation and now <= self.lease_until

    def settle(self, state: State, answer: Answer, call: str) -> Answer:
        """Leave the lease for `state`, keeping the answer for a repeat of the call."""
        self.state, self.answered, self.answer, self.touched = state, call, answer.model_dump_json(), True
        return answer

    def note(self, now: int, kind: str, reason: str) -> dict[str, object]:
        """A line of history: this delivery is burned."""
        about = {"sample_id": self.sample_id, "stage": self.stage, "agent": self.lease_agent, "attempt": self.attempt}
        return {**about, "at": now, "kind": kind, "reason": reason}


_COLUMNS = [queue.c[name] for name in Held.__dataclass_fields__ if name != "touched"]


Place = tuple[str, str]
"""A sample's id and the queue that it waits in; it may wait in several."""


def held_by_place(connection: Connection, ids: Iterable[str]) -> dict[Place, Held]:
    """The rows of those samples that ever waited, by id and queue."""
    found: dict[Place, Held] = {}
    for group in chunks(ids):
        for row in connection.execute(select(*_COLUMNS).where(of_samples(group))):
            found[row.sample_id, row.stage] = Held(*row)
    return found


def settle_all(connection: Connection, rows: Iterable[Held]) -> None:
    """Write the rows that changed, and count those whose wait is over."""
    changed = [row for row in rows if row.touched]
    if not changed:
        return
    values = [
        {
            "key": row.revision,
            "place": row.stage,
            "to_state": row.state,
            "burned": row.attempt,
            "until": row.lease_until,
            "not_before": row.ready_at,
            "call": row.answered,
            "said": row.answer,
        }
        for row in changed
    ]
    connection.execute(_SETTLE, values)
    for stage, count in Counter(row.stage for row in changed if row.state in (State.DONE, State.DEAD)).items():
        count_stage(connection, stage, closed=count)


def hand_back(connection: Connection, agent: str) -> None:
    """Put back what an agent holds, which burns nothing; its loans end."""
    connection.execute(update(queue).where(LEASED, queue.c.lease_agent == agent).values(state=State.READY))
    connection.execute(update(trials).where(trials.c.agent == agent).values(open=False))


def run_out(connection: Connection, agent: str, now: int) -> None:
    """Let the leases and loans of an agent end now, as if their time had passed."""
    connection.execute(update(queue).where(LEASED, queue.c.lease_agent == agent).values(lease_until=now - 1))
    connection.execute(update(trials).where(trials.c.agent == agent, trials.c.open).values(until=now - 1))


def wake(connection: Connection, now: int) -> None:
    """Make ready what has waited out its delay."""
    connection.execute(update(queue).where(DELAYED, queue.c.ready_at <= now).values(state=State.READY))

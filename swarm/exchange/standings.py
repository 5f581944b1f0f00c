"""How far agents from outside are trusted: set by an operator or by the gateway's review, with all that follows."""

from sqlalchemy import Connection, Select, case, insert, select, update

from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.exchange.conduct import standings_of
from swarm.exchange.drafts import queue_row
from swarm.exchange.flow import TAUGHT_PURPOSES, Code, State
from swarm.exchange.flows import current_flow
from swarm.exchange.held import hand_back
from swarm.exchange.log import current_revision
from swarm.exchange.part import Part
from swarm.exchange.rows import count_stage, depths
from swarm.exchange.schema import conduct, events, queue, samples, standings, trials
from swarm.fields import Note
from swarm.records import Purpose, Tier
from swarm.roles import Standing
from swarm.work import Outcome, Stage

_SETTABLE = (Tier.TRUSTED, Tier.QUARANTINED, Tier.SUSPENDED)


class Standings(Part):
    """Each name that a credential was ever issued to has one."""

    def standings(self) -> list[Standing]:
        """All of them, by name."""
        with self._store.read() as connection:
            return list(standings_of(connection).values())

    def set_tier(self, name: str, tier: Tier, reason: Note) -> Standing:
        """Trust, quarantine or suspend an agent from outside; its gold checks are counted anew.

        Who isn't trusted any more loses its leases, which burns nothing. Who is trusted has what it made in quarantine
        released. Raises RefusedError: NOT_FOUND for a name without a credential, INVALID for the tier `inside`.
        """
        with self._store.write() as connection:
            if not standings_of(connection, [name]):
                said = f"no credential was issued to {name!r}"
                raise RefusedError(Code.NOT_FOUND, said, "See `swarm credentials list`")
            place(connection, name, tier, reason, self._store.now())
            if tier is Tier.TRUSTED:
                self._release(connection, name)
                connection.execute(update(trials).where(trials.c.agent == name).values(open=False))
            else:
                hand_back(connection, name)
            return standings_of(connection, [name])[name]

    def _release(self, connection: Connection, name: str) -> None:
        """Let a producer's learn probes be asked, as many as there is room for, and its right corrections be taught."""
        now = self._store.now()
        theirs = samples.c.withheld, samples.c.producer == name, samples.c.forgotten_at.is_(None)
        entry = current_flow(connection).entry(Stage.PROBES, Purpose.LEARN)
        room = max(0, self._limits.queue - depths(connection)[entry])
        asked = select(samples.c.id, samples.c.revision, samples.c.ordering_key).where(*theirs)
        asked = (
            asked.where(samples.c.kind == "probe", samples.c.purpose == Purpose.LEARN)
            .order_by(samples.c.revision)
            .limit(room)
        )
        rows = connection.execute(asked).all()
        waiting = [queue_row(row.id, entry, Purpose.LEARN, row.revision, now, row.ordering_key, name) for row in rows]
        if waiting:
            connection.execute(insert(queue), waiting)
            count_stage(connection, entry, accepted=len(waiting))
        lessons = connection.execute(_lessons(name)).all()
        for lesson in lessons:
            failure = queue.c.revision == lesson.failure, queue.c.stage == Stage.FAILURES
            connection.execute(update(queue).where(*failure).values(state=State.DONE))
        count_stage(connection, Stage.FAILURES, closed=len(lessons))
        self._log_again(connection, [row.id for row in rows] + [lesson.id for lesson in lessons], now)

    def _log_again(self, connection: Connection, released: list[str], now: int) -> None:
        """Released samples come once more in the total order; there a correction enters the log of corrections."""
        for revision, sample_id in enumerate(released, current_revision(connection) + 1):
            line = {"revision": revision, "kind": EventKind.SAMPLE, "ref": sample_id, "at": now, "body": None}
            connection.execute(insert(events), line)
            taught = case((samples.c.kind == "correction", revision))
            chosen = update(samples).where(samples.c.id == sample_id)
            connection.execute(chosen.values(withheld=False, taught_at=taught))


def place(connection: Connection, name: str, tier: Tier, reason: Note, now: int) -> None:
    """Write down where an agent stands. Raises RefusedError INVALID for the tier `inside`."""
    if tier not in _SETTABLE:
        said = f"the tier of {name} would be {tier}"
        raise RefusedError(Code.INVALID, said, f"Give one of {', '.join(_SETTABLE)}; inside needs no credential")
    values = {"tier": tier, "reason": reason, "since": now}
    if not connection.execute(update(standings).where(standings.c.name == name).values(values)).rowcount:
        connection.execute(insert(standings), {"name": name, **values})


def _lessons(name: str) -> Select[tuple[str, int]]:
    """A producer's withheld corrections that passed their check and whose failure still waits for a teacher."""
    delivery = (str(Stage.FAILURES) + "/") + samples.c.parent_id + "/0"
    checked = conduct.c.agent == name, conduct.c.delivery == delivery, conduct.c.outcome == Outcome.RIGHT
    failure = samples.alias("failure")
    joined = samples.join(failure, failure.c.id == samples.c.parent_id).join(conduct, checked[1])
    joined = joined.join(queue, queue.c.revision == failure.c.revision)
    found = select(samples.c.id, failure.c.revision.label("failure")).select_from(joined).where(*checked)
    found = found.where(samples.c.withheld, samples.c.producer == name, samples.c.kind == "correction")
    found = found.where(samples.c.forgotten_at.is_(None))
    found = found.where(samples.c.purpose.in_(TAUGHT_PURPOSES), ~failure.c.withheld)
    found = found.where(queue.c.stage == Stage.FAILURES, queue.c.state.in_((State.READY, State.DELAYED)))
    return found.order_by(samples.c.revision)

"""The phase, the progress of siege and census, and the state of the whole swarm at one revision."""

from collections.abc import Iterable, Iterator, Sequence

from pydantic import TypeAdapter
from sqlalchemy import Connection, func, insert, select, update

from swarm.engine_states import EngineStanding
from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.exchange.conduct import standings_of
from swarm.exchange.flow import Code
from swarm.exchange.flows import flow_record
from swarm.exchange.ledger import current_version, rubric_alarm
from swarm.exchange.library import cell_counts_of
from swarm.exchange.log import append, current_revision
from swarm.exchange.roster import all_costs
from swarm.exchange.schema import TAUGHT, checkpoints, progress, samples, tallies
from swarm.exchange.statuses import statuses
from swarm.exchange.store import moment, read_meta, write_meta
from swarm.exchange.students import Students, all_checkpoints, all_promotions
from swarm.exchange.sweeps import queue_counts
from swarm.exchange.yields import yields_of
from swarm.flow import FlowRecord
from swarm.records import Origin, Tier
from swarm.roles import AgentStatus, Standing
from swarm.state import ENDED, PhaseName, PhaseRecord, Progress, SwarmState
from swarm.students import CheckpointStatus
from swarm.training import TrainerMishap, TrainerReport, TrainerStanding, trainer_alarms
from swarm.work import QueueCount

ALARMS = ("alarm:", "rubric suspended:", "judge model suspended:")
"""How the note of an agent begins that needs a person."""


_ENGINES = TypeAdapter(tuple[EngineStanding, ...])


class Overview(Students):
    """What everyone may ask about the swarm."""

    def phase(self) -> PhaseRecord:
        """Where the swarm stands."""
        with self._store.read() as connection:
            return _phase(connection)

    def set_phase(self, record: PhaseRecord, expected_revision: int) -> PhaseRecord:
        """Move to another phase, or pause; `since` is the gateway's. Certifying makes the champion a graduate.

        Raises RefusedError CONFLICT where the phase has changed since `expected_revision`.
        """
        with self._store.write() as connection:
            current = _phase(connection)
            if current.revision != expected_revision:
                raise RefusedError(
                    Code.CONFLICT,
                    f"the phase is {current.name} at revision {current.revision}, not at {expected_revision}",
                    "Read it again and decide again",
                )
            now = self._store.now()
            goes_on = record.name is current.name
            start = {"since": current.since if goes_on else moment(now), "began": current.began if goes_on else 0}
            stored = _store_phase(connection, record.model_copy(update=start), now)
            if record.name is PhaseName.CERTIFIED:
                self.graduate(connection)
        return stored

    def put_progress(self, report: Progress) -> None:
        """Report how far an attempt at siege or census has come; the latest report of each attempt is kept."""
        with self._store.write() as connection:
            key = progress.c.phase == report.phase, progress.c.attempt == report.attempt
            values = {"at": self._store.now(), "body": report.model_dump_json()}
            if not connection.execute(update(progress).where(*key).values(values)).rowcount:
                row = {"phase": report.phase, "attempt": report.attempt, **values}
                connection.execute(insert(progress), row)

    def progress_reports(self) -> list[Progress]:
        """The latest report of every attempt at siege and census, in the order of the reports."""
        with self._store.read() as connection:
            return _progress(connection)

    def report_trainer(self, report: TrainerReport | None, mishap: TrainerMishap | None = None) -> None:
        """Keep what the trainer group says of itself, in place of what it said before, and count how it ended."""
        with self._store.write() as connection:
            standing = _trainer(connection)
            standing = standing if report is None else standing.model_copy(update={"report": report})
            standing = standing if mishap is None else standing.with_mishap(mishap)
            write_meta(connection, "trainer", standing.model_dump_json())

    def report_engines(self, engines: Sequence[EngineStanding]) -> None:
        """Keep how the engines stand, in place of what was kept before."""
        with self._store.write() as connection:
            write_meta(connection, "engines", _ENGINES.dump_json(tuple(engines)).decode())

    def state(self) -> SwarmState:
        """Everything live, read at one revision. Cells are those of the base and of the champion, by rubric version."""
        with self._store.read() as connection:
            known = all_checkpoints(connection)
            champion_id = read_meta(connection, "champion_id")
            shown = {item.id for item in known if item.status is CheckpointStatus.BASE} | {champion_id}
            queues = queue_counts(connection, self._store.now())
            reports = _progress(connection)
            counts = _tallies(connection)
            roster = statuses(connection)
            phase, trainer = _phase(connection), _trainer(connection)
            corrections, trained = _corrections(connection), _corrections_trained(connection)
            learning = phase.name is PhaseName.LEARN and not phase.paused
            over = phase.name in ENDED
            now = moment(self._store.now())
            return SwarmState(
                name=read_meta(connection, "swarm"),
                domain=read_meta(connection, "domain"),
                revision=current_revision(connection),
                started_at=moment(int(read_meta(connection, "started_at"))),
                phase=phase,
                champion_id=champion_id,
                rubric_version=current_version(connection),
                queues=tuple(queues),
                cells=tuple(item for name in sorted(shown) for item in cell_counts_of(connection, name)),
                agents=tuple(roster),
                checkpoints=tuple(known),
                promotions=tuple(all_promotions(connection)),
                costs=tuple(all_costs(connection)),
                progress=reports[-1] if reports else None,
                corrections=corrections,
                corrections_trained=trained,
                invalid_probes=tuple((key, count) for (topic, key), count in counts.items() if topic == "invalid"),
                origins=tuple((Origin(key), count) for (topic, key), count in counts.items() if topic == "origin"),
                yields=yields_of(counts),
                flow=flow_record(connection) or FlowRecord(at=moment(int(read_meta(connection, "started_at")))),
                trainer=trainer,
                engines=_ENGINES.validate_json(read_meta(connection, "engines") or "[]"),
                alarms=(
                    *_alarms(queues, standings_of(connection).values()),
                    *_raised(roster, over),
                    *rubric_alarm(connection),
                    *trainer_alarms(trainer, queues, corrections - trained, learning, now),
                ),
            )


def _missing(roster: Sequence[AgentStatus]) -> Iterator[str]:
    """Roles that have agents on the roster, and none of them has reported in its time."""
    for role in dict.fromkeys(agent.card.role_name for agent in roster):
        members = [agent for agent in roster if agent.card.role_name == role]
        if all(agent.absent for agent in members):
            last = max(members, key=lambda agent: agent.last_seen_at)
            yield f"no {role} is here: {last.card.name}, the last one, was heard of at {last.last_seen_at:%H:%M:%S} UTC"


def begin_phase(connection: Connection, now: int) -> None:
    """Set the first phase of a new swarm; later calls change nothing."""
    if not read_meta(connection, "phase"):
        _store_phase(connection, PhaseRecord(name=PhaseName.LEARN, reason="a new swarm", since=moment(now)), now)


def _phase(connection: Connection) -> PhaseRecord:
    record = PhaseRecord.model_validate_json(read_meta(connection, "phase"))
    # A store from before there was the field.
    return record if record.began else record.model_copy(update={"began": record.revision})


def _trainer(connection: Connection) -> TrainerStanding:
    said = read_meta(connection, "trainer")
    return TrainerStanding.model_validate_json(said) if said else TrainerStanding()


def _store_phase(connection: Connection, record: PhaseRecord, now: int) -> PhaseRecord:
    record = record.model_copy(update={"began": record.began or current_revision(connection) + 1})
    revision = append(connection, EventKind.PHASE, record.name, now, record)
    stored = record.model_copy(update={"revision": revision})
    write_meta(connection, "phase", stored.model_dump_json())
    return stored


def _progress(connection: Connection) -> list[Progress]:
    bodies = connection.scalars(select(progress.c.body).order_by(progress.c.at, progress.c.attempt))
    return [Progress.model_validate_json(body) for body in bodies]


def _tallies(connection: Connection) -> dict[tuple[str, str], int]:
    rows = connection.execute(select(tallies).order_by(tallies.c.topic, tallies.c.key))
    return {(row.topic, row.key): row.total for row in rows}


def _corrections(connection: Connection) -> int:
    """Corrections in the log that trainers read."""
    return connection.scalar(select(func.count(samples.c.taught_at)).where(TAUGHT)) or 0


def _corrections_trained(connection: Connection) -> int:
    """Corrections up to the furthest cursor: each is counted once, however many checkpoints read on from it."""
    furthest = select(func.max(checkpoints.c.cursor)).scalar_subquery()
    read = select(func.count(samples.c.taught_at)).where(TAUGHT, samples.c.taught_at <= furthest)
    return connection.scalar(read) or 0


def _alarms(queues: Sequence[QueueCount], placed: Iterable[Standing]) -> list[str]:
    """Unaccounted samples, dead letters, and who is suspended."""
    lost = [f"queue {c.name}: {c.unaccounted} samples unaccounted for" for c in queues if c.unaccounted]
    lost += [f"queue {c.name}: {c.dead} dead letters, which nobody could work on" for c in queues if c.dead]
    return lost + [f"{s.name} is suspended: {s.reason}" for s in placed if s.tier is Tier.SUSPENDED]


def _raised(roster: Sequence[AgentStatus], over: bool) -> list[str]:
    """What agents raise in their notes, and roles of which all fell silent, which says nothing once the run is over."""
    raised = [f"{agent.card.name}: {agent.note}" for agent in roster if agent.note.startswith(ALARMS)]
    return raised if over else [*raised, *_missing(roster)]

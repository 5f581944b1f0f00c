"""The rubric in force, and the ledger of every experiment that tried to change it."""

import hashlib

from pydantic import BaseModel
from sqlalchemy import Connection, func, insert, select, update

from swarm.criteria import Experiment, ExperimentOutcome, Rubric
from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.exchange.flow import Code, Identity
from swarm.exchange.log import append
from swarm.exchange.part import Part
from swarm.exchange.schema import experiments, rubrics
from swarm.exchange.store import read_meta, write_meta
from swarm.fields import as_note
from swarm.rubric_watch import alarm_after

ALARM = "rubric_alarm"
"""Where the alarm stands that stops experiments."""
_BY_HAND = "by hand:"


def digest_of(record: BaseModel, without: set[str]) -> str:
    """SHA-256 of a record's JSON, without the fields named."""
    return hashlib.sha256(record.model_dump_json(exclude=without).encode()).hexdigest()


def stored_rubric(connection: Connection, version: int) -> Rubric | None:
    """A version of the rubric, if it was ever in force."""
    body = connection.scalar(select(rubrics.c.body).where(rubrics.c.version == version))
    return None if body is None else Rubric.model_validate_json(body)


class Ledger(Part):
    """A rubric changes only by an experiment that was kept, or by an operator who rolls back."""

    def rubric(self, version: int | None = None) -> Rubric:
        """A version of the rubric, or the one in force. Raises RefusedError NOT_FOUND."""
        with self._store.read() as connection:
            wanted = current_version(connection) if version is None else version
            found = stored_rubric(connection, wanted)
        if found is None:
            raise RefusedError(Code.NOT_FOUND, f"there is no rubric version {wanted}", "Put the seed rubric first")
        return found

    def put_rubric(self, seed: Rubric) -> Rubric:
        """Put the seed in force. Repeating it returns the stored one; any other rubric is a CONFLICT."""
        with self._store.write() as connection:
            if current_version(connection):
                stored = self.rubric(seed.version) if seed.version <= current_version(connection) else None
                if stored is not None and _same(stored, seed):
                    return stored
                raise RefusedError(
                    Code.CONFLICT,
                    f"rubric {seed.version} isn't the seed that is in force since the start",
                    "Change the rubric by an experiment, or begin a new run folder",
                )
            return self._enact(connection, seed)

    def answered_experiment(self, sent: Experiment) -> Experiment | None:
        """The line that was stored for just this experiment; None where its number is free.

        Raises RefusedError CONFLICT where another one has the number, RUBRIC_ALARM where none may be made now.
        """
        with self._store.read() as connection:
            return _answered(connection, sent)

    def put_experiment(self, experiment: Experiment, sent: Experiment | None = None) -> Experiment:
        """Write one line of the ledger; a kept proposal comes into force as the version after its incumbent.

        Where the incumbent is no longer current, it is stored as discarded. `sent` is the experiment as its evolver
        sent it, where that isn't this one; repeating it returns the stored line. What the line shows may raise an
        alarm, which stands until a rollback. Raises RefusedError as `answered_experiment` does.
        """
        sent = sent or experiment
        with self._store.write() as connection:
            if (stored := _answered(connection, sent)) is not None:
                return stored
            experiment = _timely(experiment, current_version(connection))
            stored = self._log(connection, experiment)
            body = {"number": stored.number, "sent": _digest(sent), "body": stored.model_dump_json()}
            connection.execute(insert(experiments), body)
            if stored.outcome is ExperimentOutcome.KEPT:
                self._enact(connection, stored.proposal)
            write_meta(connection, ALARM, alarm_after(_lines(connection)))
        return stored

    def decide_experiment(self, agent: Identity, number: int, approve: bool, note: str = "") -> Experiment:
        """Put a proposal that waits in force, or discard it. Deciding the same again changes nothing.

        Raises RefusedError NOT_FOUND, or CONFLICT where it doesn't wait or its incumbent is no longer current.
        """
        wanted = ExperimentOutcome.KEPT if approve else ExperimentOutcome.DISCARDED
        with self._store.write() as connection:
            line = next((one for one in _lines(connection) if one.number == number), None)
            if line is None:
                raise RefusedError(Code.NOT_FOUND, f"there is no experiment {number}", "See `swarm rubric history`")
            if line.outcome is not ExperimentOutcome.WAITING:
                if line.outcome is wanted and line.reason.startswith(_BY_HAND):
                    return line
                fix = "Only one that waits can be decided; see `swarm rubric history`"
                raise RefusedError(Code.CONFLICT, f"experiment {number} is {line.outcome}", fix)
            said = f"{_BY_HAND} {'approved' if approve else 'refused'} by {agent.name}{f', {note}' if note else ''}: "
            changed = {"outcome": wanted, "reason": as_note(said + line.reason)}
            decided = _timely(line.model_copy(update=changed), current_version(connection))
            if approve and decided.outcome is not wanted:
                raise RefusedError(Code.CONFLICT, decided.reason, "Refuse it; the evolver proposes again")
            stored = self._log(connection, decided)
            body = stored.model_dump_json()
            connection.execute(update(experiments).where(experiments.c.number == number).values(body=body))
            if approve:
                self._enact(connection, stored.proposal)
            write_meta(connection, ALARM, alarm_after(_lines(connection)))
        return stored

    def roll_back_rubric(self, agent: Identity, version: int, note: str = "") -> Rubric:
        """Put the criteria of a stored version in force again, as the next one, and end an alarm.

        The version in force stays as it is; only the alarm ends. Raises RefusedError NOT_FOUND.
        """
        with self._store.write() as connection:
            current, former = current_version(connection), stored_rubric(connection, version)
            if former is None:
                raise RefusedError(
                    Code.NOT_FOUND, f"there is no rubric version {version}", "`swarm rubric list` names those there are"
                )
            write_meta(connection, ALARM, "")
            if version == current:
                return former
            said = as_note(f"rolled back to version {version} by {agent.name}{f': {note}' if note else ''}")
            numbered = {"version": current + 1, "parent_version": version, "note": said}
            return self._enact(connection, former.model_copy(update=numbered))

    def ledger(self) -> list[Experiment]:
        """Every experiment, by number."""
        with self._store.read() as connection:
            return _lines(connection)

    def _enact(self, connection: Connection, rubric: Rubric) -> Rubric:
        revision = append(connection, EventKind.RUBRIC, str(rubric.version), self._store.now(), rubric)
        stored = rubric.model_copy(update={"revision": revision})
        connection.execute(insert(rubrics), {"version": stored.version, "body": stored.model_dump_json()})
        return stored

    def _log(self, connection: Connection, experiment: Experiment) -> Experiment:
        revision = append(connection, EventKind.EXPERIMENT, str(experiment.number), self._store.now(), experiment)
        return experiment.model_copy(update={"revision": revision})


def current_version(connection: Connection) -> int:
    """The version in force, 0 before the seed."""
    return connection.scalar(select(func.max(rubrics.c.version))) or 0


def rubric_alarm(connection: Connection) -> list[str]:
    """Why no experiment may be made, as an alarm of the swarm; none while some may."""
    alarm = read_meta(connection, ALARM)
    return [f"evolution of the rubric stopped: {alarm}"] if alarm else []


def _answered(connection: Connection, sent: Experiment) -> Experiment | None:
    taken = connection.execute(select(experiments).where(experiments.c.number == sent.number)).first()
    if taken is not None:
        if taken.sent == _digest(sent):
            return Experiment.model_validate_json(taken.body)
        said = f"experiment {sent.number} is in the ledger already"
        raise RefusedError(Code.CONFLICT, said, "Take the next number")
    if alarm := read_meta(connection, ALARM):
        fix = "An operator looks at `swarm rubric history` and ends it by `swarm rubric rollback VERSION`"
        raise RefusedError(Code.RUBRIC_ALARM, alarm, fix)
    return None


def _timely(experiment: Experiment, current: int) -> Experiment:
    """The experiment with its place in the lineage; discarded where its incumbent is no longer current."""
    hopeful = (ExperimentOutcome.KEPT, ExperimentOutcome.WAITING, ExperimentOutcome.PROPOSED)
    if experiment.outcome not in hopeful:
        return experiment
    if experiment.incumbent_version == current:
        numbered = {"version": current + 1, "parent_version": current}
        return experiment.model_copy(update={"proposal": experiment.proposal.model_copy(update=numbered)})
    late = f"incumbent {experiment.incumbent_version} is no longer current ({current} is); "
    changed = {"outcome": ExperimentOutcome.DISCARDED, "reason": as_note(late + experiment.reason)}
    return experiment.model_copy(update=changed)


def _lines(connection: Connection) -> list[Experiment]:
    bodies = connection.scalars(select(experiments.c.body).order_by(experiments.c.number)).all()
    return [Experiment.model_validate_json(body) for body in bodies]


def _digest(sent: Experiment) -> str:
    return digest_of(sent, {"revision", "at"})


def _same(stored: Rubric, given: Rubric) -> bool:
    return digest_of(stored, {"revision"}) == digest_of(given, {"revision"})

"""The rubric in force, and the ledger of every experiment that tried to change it."""

import hashlib

from pydantic import BaseModel
from sqlalchemy import Connection, func, insert, select

from swarm.criteria import Experiment, ExperimentOutcome, Rubric
from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.exchange.flow import Code
from swarm.exchange.log import append
from swarm.exchange.part import Part
from swarm.exchange.schema import experiments, rubrics
from swarm.fields import as_note


def digest_of(record: BaseModel, without: set[str]) -> str:
    """SHA-256 of a record's JSON, without the fields named."""
    return hashlib.sha256(record.model_dump_json(exclude=without).encode()).hexdigest()


def stored_rubric(connection: Connection, version: int) -> Rubric | None:
    """A version of the rubric, if it was ever in force."""
    body = connection.scalar(select(rubrics.c.body).where(rubrics.c.version == version))
    return None if body is None else Rubric.model_validate_json(body)


class Ledger(Part):
    """A rubric changes only by an experiment that was kept."""

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

    def put_experiment(self, experiment: Experiment) -> Experiment:
        """Write one line of the ledger; a kept proposal comes into force as the version after its incumbent.

        Where the incumbent is no longer current, it is stored as discarded. Repeating it returns the stored line;
        another experiment under a number that is taken is a CONFLICT.
        """
        sent = digest_of(experiment, {"revision", "at"})
        with self._store.write() as connection:
            taken = connection.execute(select(experiments).where(experiments.c.number == experiment.number)).first()
            if taken is not None:
                if taken.sent == sent:
                    return Experiment.model_validate_json(taken.body)
                raise RefusedError(
                    Code.CONFLICT, f"experiment {experiment.number} is in the ledger already", "Take the next number"
                )
            current = current_version(connection)
            kept = experiment.outcome is ExperimentOutcome.KEPT
            if kept and experiment.incumbent_version == current:
                numbered = {"version": current + 1, "parent_version": current}
                proposal = experiment.proposal.model_copy(update=numbered)
                experiment = experiment.model_copy(update={"proposal": proposal})
            elif kept:
                kept = False
                late = f"incumbent {experiment.incumbent_version} is no longer current ({current} is); "
                changed = {"outcome": ExperimentOutcome.DISCARDED, "reason": as_note(late + experiment.reason)}
                experiment = experiment.model_copy(update=changed)
            stored = self._log(connection, experiment)
            body = {"number": stored.number, "sent": sent, "body": stored.model_dump_json()}
            connection.execute(insert(experiments), body)
            if kept:
                self._enact(connection, stored.proposal)
        return stored

    def ledger(self) -> list[Experiment]:
        """Every experiment, by number."""
        with self._store.read() as connection:
            bodies = connection.scalars(select(experiments.c.body).order_by(experiments.c.number)).all()
        return [Experiment.model_validate_json(body) for body in bodies]

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


def _same(stored: Rubric, given: Rubric) -> bool:
    return digest_of(stored, {"revision"}) == digest_of(given, {"revision"})

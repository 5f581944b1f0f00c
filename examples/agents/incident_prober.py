"""incident_prober.py: asks what went wrong before. Each row of a CSV of past incidents becomes a probe, once.

    INCIDENTS=incidents.csv SWARM_CREDENTIAL=TOKEN python incident_prober.py --target HOST:PORT --ca ca.pem

The columns are cell (`relative/rain/date`), question, answer and rationale; the last may be empty.
"""

import csv
import os
import uuid

from swarm.agent import run
from swarm.errors import ConfigError
from swarm.records import Cell, Origin, Probe, Purpose, Reference, Sample
from swarm.roles import Role
from swarm.state import SwarmState

AT_A_TIME = 16
SPACE = uuid.UUID("6f0e2c5a-8f56-4d0b-9a63-8f2f6a1f7c11")
"""Names samples by their questions, so that a prober that is started again asks nothing twice."""


class IncidentProber:
    """Publishes the incidents of the file INCIDENTS, then leaves."""

    role = Role.PROBER

    def __init__(self) -> None:
        self._left = read(os.environ.get("INCIDENTS", "incidents.csv"))

    def act(self, _state: SwarmState) -> list[Sample] | None:
        given, self._left = self._left[:AT_A_TIME], self._left[AT_A_TIME:]
        return given or None


def read(file: str) -> list[Sample]:
    """The incidents of a file. Raises ConfigError naming the row that can't be read."""
    try:
        with open(file, newline="", encoding="utf-8") as opened:
            rows = list(csv.DictReader(opened))
    except OSError as error:
        raise ConfigError(f"INCIDENTS is {file!r}: {error.strerror}", "Name a CSV file") from error
    found = []
    for number, row in enumerate(rows, 2):
        try:
            found.append(incident(row))
        except (KeyError, ValueError) as error:
            raise ConfigError(
                f"{file!r}, row {number}: {error!r}", "See the columns at the head of this program"
            ) from error
    return found


def incident(row: dict[str, str]) -> Sample:
    """The probe of one row."""
    right = Reference(answer=row["answer"], rationale=row["rationale"] or "")
    cell, question = Cell.parse(row["cell"]), row["question"]
    probe = Probe(cell=cell, purpose=Purpose.LEARN, origin=Origin.PRODUCTION, question=question, reference=right)
    return Sample(id=uuid.uuid5(SPACE, f"{cell.key}\n{question}").hex, payload=probe)


if __name__ == "__main__":
    run(IncidentProber)

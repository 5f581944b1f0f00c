"""How fast a swarm works, what its work came to nothing by, and how its student fails."""

from datetime import datetime

from swarm.records import Origin, Record
from swarm.roles import Role, role_name
from swarm.work import Stage


class StageRate(Record):
    """Samples a second that a queue took in, and that left it for good."""

    stage: Stage
    accepted: float
    closed: float
    queue: str = ""
    """The queue's name."""


class RoleRate(Record):
    """Leases a second that agents of a role report to have completed, and to have handed back or lost."""

    role: Role
    completed: float
    failed: float
    declared_role: str = ""

    @property
    def role_name(self) -> str:
        """What the role is called, whether it is the swarm's own or a declared one."""
        return role_name(self.role, self.declared_role)


class Rates(Record):
    """Rates over the last seconds, `window_seconds` of them, as this gateway saw them since it started."""

    window_seconds: float
    stages: tuple[StageRate, ...] = ()
    roles: tuple[RoleRate, ...] = ()


class FamilyYield(Record):
    """What the probes of one origin brought: how many were judged, how many failed, and how many species they were the
    first to show. Only the first verdict on an attempt counts."""

    origin: Origin
    judged: int = 0
    failed: int = 0
    first: int = 0

    def words(self) -> str:
        """In a few words, such as `replay 41 of 120 failed, 7 species first`."""
        return f"{self.origin} {self.failed:,} of {self.judged:,} failed, {self.first:,} species first"


class ErrorGroup(Record):
    """Burned deliveries of one queue that failed alike: how many, when first and last, and the last one's."""

    stage: Stage
    kind: str
    """As in the history: retry, reject, expired or lost."""
    reason: str
    count: int
    first_at: datetime
    last_at: datetime
    last_sample_id: str
    agents: tuple[str, ...] = ()
    """Who held them, each once, the latest first."""
    queue: str = ""
    """The queue's name."""


class SpeciesCount(Record):
    """One way in which the student fails, with the verdicts that name it; none is of an agent in quarantine."""

    name: str
    failures: int
    first_revision: int
    last_revision: int
    last_sample_id: str

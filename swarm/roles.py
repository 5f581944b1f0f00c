"""Who takes part in a swarm: roles, credentials, what agents say of themselves, and what each role has used."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from swarm.fields import AgentName, Line, MaybeRoleName, Note, Number
from swarm.records import Record, Tier


class Role(StrEnum):
    """Who a caller is. What each may do is decided by its credential, in swarm.gateway.doors."""

    PROBER = "prober"
    STUDENT = "student"
    JUDGE = "judge"
    TEACHER = "teacher"
    EVOLVER = "evolver"
    EXAMINER = "examiner"
    TRAINER = "trainer"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    REPORTER = "reporter"
    DECLARED = "declared"
    """One that a config declares; its name travels beside this word."""


OWN_ROLES = tuple(role for role in Role if role is not Role.DECLARED)
"""The swarm's own, each of which has a credential in the run folder."""


def role_of(name: str) -> tuple[Role, str]:
    """The role of that name, and the name itself where it is a declared one's."""
    return (Role(name), "") if name in OWN_ROLES else (Role.DECLARED, name)


def role_name(role: Role, declared_role: str) -> str:
    """The inverse of `role_of`."""
    return declared_role if role is Role.DECLARED else role


class Standing(Record):
    """How far an agent from outside is trusted, and what that rests on: the gold checks of its work since then."""

    name: AgentName
    tier: Tier
    reason: Note
    since: datetime
    checked: int = 0
    right: int = 0


class Credential(Record):
    """What one agent attaches with; the token itself is kept by nobody but the agent."""

    id: str
    name: AgentName
    role: Role
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    standing: Standing
    declared_role: MaybeRoleName = ""

    @property
    def role_name(self) -> str:
        """What the role is called, whether it is the swarm's own or a declared one."""
        return role_name(self.role, self.declared_role)

    def ended(self, now: datetime) -> str:
        """Why it is good no longer, with the time; "" while it is good."""
        if self.revoked_at is not None:
            return f"was revoked at {self.revoked_at:%Y-%m-%d %H:%M:%S} UTC"
        return f"expired at {self.expires_at:%Y-%m-%d %H:%M:%S} UTC" if self.expires_at <= now else ""


class AgentCard(Record):
    """What an agent announces about itself. It informs; the credential decides."""

    name: AgentName
    role: Role
    version: Line = ""
    model_family: Line = ""
    capabilities: tuple[Line, ...] = Field((), max_length=64)
    lease_limit: Number = 0
    """Most leases that it wants to hold at a time; 0 leaves it to the gateway's own limit, which this never raises."""
    declared_role: MaybeRoleName = ""

    @property
    def role_name(self) -> str:
        """What the role is called, whether it is the swarm's own or a declared one."""
        return role_name(self.role, self.declared_role)


class AgentStatus(Record):
    """A registered agent, with its own last report."""

    card: AgentCard
    registered_at: datetime
    last_seen_at: datetime
    completed: int = 0
    failed: int = 0
    tokens: int = 0
    busy_seconds: float = 0.0
    note: str = ""
    standing: Standing | None = None
    """None for the swarm's own agents."""
    absent: bool = False
    """It has been silent for longer than it may."""
    draining: bool = False
    """It gets no more work, by an operator's word."""
    gone: bool = False
    """It is off the roster."""
    leases: int = 0
    oldest_lease_at: datetime | None = None
    per_second: float = 0.0
    """Leases completed in a second, over about the last minute before its last report."""
    life_seconds: float = 0.0
    """How long it may be silent before it is absent."""


class Cost(Record):
    """Books of one role: tokens read and written, seconds busy, money spent (US dollars, endpoints only)."""

    role: Role
    prompt_tokens: int = 0
    completion_tokens: int = 0
    busy_seconds: float = 0.0
    dollars: float = 0.0
    declared_role: str = ""

    @property
    def role_name(self) -> str:
        """What the role is called, whether it is the swarm's own or a declared one."""
        return role_name(self.role, self.declared_role)

"""Where a swarm stands: its phase, how far siege or census has come, the counts of its cells, and all of it at once."""

from datetime import UTC, datetime
from enum import StrEnum

from pydantic import Field

from swarm.engine_states import EngineStanding
from swarm.fields import Count, Line, Note, Number
from swarm.flow.spec import FlowRecord
from swarm.rates import FamilyYield, Rates
from swarm.records import Cell, Origin, Record
from swarm.roles import AgentStatus, Cost
from swarm.students import Checkpoint, PromotionDecision
from swarm.training import TrainerStanding
from swarm.work import QueueCount


class PhaseName(StrEnum):
    """Where the swarm stands. STOPPED carries its reason in the phase record."""

    LEARN = "learn"
    SIEGE = "siege"
    CENSUS = "census"
    CERTIFIED = "certified"
    STOPPED = "stopped"


ENDED = frozenset({PhaseName.CERTIFIED, PhaseName.STOPPED})
"""Where nothing follows by itself."""


class PhaseRecord(Record):
    """The phase, as a revisioned record. `paused` stops probers and trainer, not the gateway."""

    name: PhaseName
    reason: Note = ""
    paused: bool = False
    epoch: Number = 0
    attempt: Number = 0
    """The number of siege and census attempts so far in this run; the next one spends alpha_(attempt+1)."""
    revision: int = 0
    since: datetime = Field(default_factory=lambda: datetime.now(UTC))
    began: Count = 0
    """The revision at which the phase began. A pause within it begins nothing anew."""


class CellCount(Record):
    """Passes and failures of one cell under one checkpoint and one rubric version."""

    cell: Cell
    checkpoint_id: str
    rubric_version: int
    passed: int = 0
    failed: int = 0


class Progress(Record):
    """How far siege or census has come. `bound` is the upper bound on the failure rate; `log_ratio` the SPRT's."""

    phase: PhaseName
    attempt: Number = 0
    probes: Count = 0
    failures: Count = 0
    alpha: float = 0.0
    bound: float = 1.0
    log_ratio: float = 0.0
    decided: Line = ""


class SwarmState(Record):
    """Everything live about a swarm, at one revision."""

    name: str
    domain: str
    revision: int
    started_at: datetime
    phase: PhaseRecord
    champion_id: str
    rubric_version: int
    queues: tuple[QueueCount, ...] = ()
    cells: tuple[CellCount, ...] = ()
    agents: tuple[AgentStatus, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    promotions: tuple[PromotionDecision, ...] = ()
    costs: tuple[Cost, ...] = ()
    progress: Progress | None = None
    corrections: int = 0
    """Corrections in the log."""
    corrections_trained: int = 0
    """Corrections that some checkpoint has learned from; each counts once."""
    invalid_probes: tuple[tuple[str, int], ...] = ()
    """Probes that probers refused themselves, by reason."""
    origins: tuple[tuple[Origin, int], ...] = ()
    yields: tuple[FamilyYield, ...] = ()
    """What the probes of each origin brought."""
    alarms: tuple[str, ...] = ()
    rates: Rates | None = None
    """None where no gateway has measured any yet, as of a run that is down."""
    flow: FlowRecord | None = None
    """The roles that are declared; None from a gateway that knows none."""
    trainer: TrainerStanding | None = None
    """None from a gateway that knows none."""
    engines: tuple[EngineStanding, ...] = ()

"""The records that the gateway keeps about a swarm, from agents and queues to checkpoints, exams and events."""

from datetime import UTC, datetime
from enum import StrEnum

from pydantic import Field

from swarm.fields import AgentName, Count, Id, Line, MaybeId, Note, Number, Seconds, Sha256, Text
from swarm.records import Cell, Origin, Record, Sample


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


class Stage(StrEnum):
    """The queues of the exchange, each named by what waits in it."""

    PROBES = "probes"
    ATTEMPTS = "attempts"
    FAILURES = "failures"


class FailKind(StrEnum):
    """Why an agent hands work back: try again later, not my fault (burns no attempt), or never again."""

    RETRY = "retry"
    RELEASE = "release"
    REJECT = "reject"


class PhaseName(StrEnum):
    """Where the swarm stands. STOPPED carries its reason in the phase record."""

    LEARN = "learn"
    SIEGE = "siege"
    CENSUS = "census"
    CERTIFIED = "certified"
    STOPPED = "stopped"


class CheckpointStatus(StrEnum):
    """The life of a student version. BASE is the untouched model that a run starts from."""

    BASE = "base"
    CANDIDATE = "candidate"
    CHAMPION = "champion"
    RETIRED = "retired"
    REJECTED = "rejected"
    GRADUATE = "graduate"


class EngineState(StrEnum):
    """Whether a model engine may serve. Nothing but HEALTHY answers requests."""

    HEALTHY = "healthy"
    SUSPECT = "suspect"
    STALE = "stale"
    DEAD = "dead"
    RESTARTING = "restarting"


class Lease(Record):
    """Work handed to one agent. `chain` holds the sample and its ancestors, nearest first, redacted by role.

    `token` is opaque and must come back with complete, fail or extend. `ttl_seconds` counts from the answer.
    """

    token: str
    stage: Stage
    sample: Sample
    chain: tuple[Sample, ...]
    attempt: int
    ttl_seconds: float


class Completion(Record):
    """The outcome of one lease: the samples that it produced."""

    token: Line
    outputs: tuple[Sample, ...] = Field((), max_length=64)


class Failure(Record):
    """One lease handed back."""

    token: Line
    kind: FailKind
    reason: Note


class Answer(Record):
    """The gateway's answer for one item of a batch; `code` is "OK" or a reason such as LEASE_LOST."""

    id: str
    code: str = "OK"
    message: str = ""
    revision: int = 0

    @property
    def ok(self) -> bool:
        """Whether this item was taken (now or by an earlier call)."""
        return self.code == "OK"


class Credential(Record):
    """What one agent attaches with; the token itself is kept by nobody but the agent."""

    id: str
    name: AgentName
    role: Role
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

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


class QueueCount(Record):
    """The books of one queue: accepted = ready + leased + delayed + done + dead + expired + discarded."""

    stage: Stage
    accepted: int = 0
    ready: int = 0
    leased: int = 0
    delayed: int = 0
    done: int = 0
    dead: int = 0
    expired: int = 0
    discarded: int = 0
    oldest_age_seconds: float = 0.0

    @property
    def unaccounted(self) -> int:
        """What the equation misses; anything but 0 is a defect."""
        held = self.ready + self.leased + self.delayed + self.done + self.dead + self.expired + self.discarded
        return self.accepted - held


class CellCount(Record):
    """Passes and failures of one cell under one checkpoint and one rubric version."""

    cell: Cell
    checkpoint_id: str
    rubric_version: int
    passed: int = 0
    failed: int = 0


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


class Criterion(Record):
    """One atomic, binary criterion. `check` names a programmatic check of swarm.rubric; `params` are its settings."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    text: Note
    check: Line
    params: dict[Line, Note] = Field(default_factory=dict, max_length=64)
    veto: bool = False


class Rubric(Record):
    """A version of the criteria by which the judge decides; `parent_version` 0 is the seed's."""

    version: Number
    parent_version: Number = 0
    domain: Line
    criteria: tuple[Criterion, ...] = Field(max_length=256)
    note: Note = ""
    revision: int = 0


class ExperimentOutcome(StrEnum):
    """How an experiment of the evolver ended."""

    KEPT = "kept"
    DISCARDED = "discarded"
    CRASHED = "crashed"


class Experiment(Record):
    """One line of the rubric ledger. Wins and losses are the proposal's against the incumbent on paired fresh items."""

    number: Number
    incumbent_version: Number
    proposal: Rubric
    outcome: ExperimentOutcome
    reason: Note
    items: Number
    wins: Number
    losses: Number
    e_value: float
    threshold: float
    defect_recall: float
    """Share of planted defects that the proposal caught (q0)."""
    false_failure_rate: float
    """Share of right answers that the proposal failed (1 - q1)."""
    incumbent_defect_recall: float
    incumbent_false_failure_rate: float
    revision: int = 0
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class TensorFile(Record):
    """One file of a checkpoint, relative to its folder, with its SHA-256."""

    path: Line
    sha256: Sha256
    size_bytes: int = Field(ge=0, le=2**60)


class Checkpoint(Record):
    """A student version. `url` is a filesystem URL; `files` is the manifest that every engine verifies on arrival.

    `cursor` is the revision up to which the log of corrections had been read. `canary_logprob` is the trainer's mean
    log-probability (nats per token) of the canary completion, which an engine must reproduce.
    """

    id: Id
    parent_id: MaybeId = ""
    status: CheckpointStatus
    url: Line
    adapter: bool = True
    files: tuple[TensorFile, ...] = Field((), max_length=1024)
    cursor: Count = 0
    corrections_trained: Count = 0
    tokens_trained: Count = 0
    train_seconds: Seconds = 0.0
    loss: float = 0.0
    kl_to_base: float = 0.0
    canary_logprob: float = 0.0
    recipe: Line = ""
    reason: Note = ""
    """Why it was promoted or rejected."""
    revision: int = 0
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class ExamItem(Record):
    """One exam probe with what champion and candidate answered to it."""

    probe: Sample
    champion_text: Text
    candidate_text: Text
    champion_passed: bool
    candidate_passed: bool


class ExamRecord(Record):
    """What the examiner publishes. The gateway judges every item again and recomputes the decision."""

    id: Id
    champion_id: Id
    candidate_id: Id
    items: tuple[ExamItem, ...]
    retention_correct_base: Number = 0
    retention_correct_champion: Number = 0
    retention_correct_candidate: Number = 0
    retention_items: Number = 0
    retention_choices: int = Field(2, ge=2, le=1000)
    """Number of options of each retention item, for the chance correction."""
    revision: int = 0


class PromotionDecision(Record):
    """The gateway's own computation over an exam. `blocked_by` names every condition that failed."""

    exam_id: str
    candidate_id: str
    champion_id: str
    promoted: bool
    wins: int
    losses: int
    champion_accuracy: float
    candidate_accuracy: float
    e_value: float
    threshold: float
    regression: bool
    """True where the candidate is worse; the trainer then goes back to the champion's weights."""
    blocked_by: tuple[str, ...] = ()
    revision: int = 0
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class Cost(Record):
    """Books of one role: tokens read and written, seconds busy, money spent (US dollars, endpoints only)."""

    role: Role
    prompt_tokens: int = 0
    completion_tokens: int = 0
    busy_seconds: float = 0.0
    dollars: float = 0.0


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
    alarms: tuple[str, ...] = ()


class EventKind(StrEnum):
    """What an event of the log is about; the changed object travels with it."""

    SAMPLE = "sample"
    PHASE = "phase"
    RUBRIC = "rubric"
    EXPERIMENT = "experiment"
    CHECKPOINT = "checkpoint"
    EXAM = "exam"
    PROMOTION = "promotion"
    AGENT = "agent"
    BOOKMARK = "bookmark"


class Event(Record):
    """One change, at one revision of the total order. Exactly one of the objects is set; a bookmark has none."""

    revision: int
    kind: EventKind
    at: datetime
    sample: Sample | None = None
    phase: PhaseRecord | None = None
    rubric: Rubric | None = None
    experiment: Experiment | None = None
    checkpoint: Checkpoint | None = None
    promotion: PromotionDecision | None = None
    agent: AgentStatus | None = None

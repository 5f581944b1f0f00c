"""What a report says, as records: report.json is this model, and the page shows nothing else."""

from datetime import datetime

from swarm.criteria import Experiment
from swarm.exam_report import ContestantKind, Scoring
from swarm.feedback import FeedbackCount
from swarm.rates import FamilyYield
from swarm.records import Cell, Purpose, Record
from swarm.report.production import ProductionStory
from swarm.report.profile import Profile
from swarm.roles import Cost
from swarm.state import PhaseRecord, Progress
from swarm.students import Checkpoint, PromotionDecision
from swarm.work import QueueCount


class Line(Record):
    """One contestant of the frozen exam; `wins` and `losses` are the student's against it on the same items."""

    name: str
    kind: ContestantKind
    checkpoint_id: str
    items: int
    passed: int
    accuracy: float
    """Mean over cells, each weighing the same, with its 95% interval."""
    lower: float
    upper: float
    seconds: float
    prompt_tokens: int
    completion_tokens: int
    dollars: float
    scoring: Scoring = Scoring.GENERATION
    student: bool = False
    """Whether this is the trained student."""
    wins: int | None = None
    losses: int | None = None
    e_value: float | None = None


class AuditLine(Record):
    """How often a contestant of the frozen exam showed a fault, among the answers that could; a 95% interval."""

    contestant: str
    fault: str
    found: int
    of: int
    rate: float
    lower: float
    upper: float


class Square(Record):
    """One square of a boundary map: passes of a subdomain under a weather, with Wilson's 95% interval."""

    subdomain: str
    weather: str
    passed: int
    total: int
    rate: float
    lower: float
    upper: float


class BoundaryMap(Record):
    """Who was measured on what, square by square."""

    title: str
    source: str
    squares: tuple[Square, ...]


class CurvePoint(Record):
    """One candidate's exam against the champion, at what the candidate had been trained on."""

    candidate_id: str
    corrections_trained: int
    champion_accuracy: float
    candidate_accuracy: float
    pairs_discordant: int
    promoted: bool


class ExamPoint(Record):
    """The frozen exam taken by a checkpoint while the run went on."""

    checkpoint_id: str
    corrections_trained: int
    accuracy: float
    lower: float
    upper: float


class Story(Record):
    """A failure and what was taught about it."""

    sample_id: str
    cell: Cell
    purpose: Purpose
    question: str
    attempt: str
    checkpoint_id: str
    species: str
    explanation: str
    answer: str
    rationale: str


class PhaseStep(Record):
    """A move of the phase, and when."""

    at: datetime
    phase: PhaseRecord


class Report(Record):
    """A run, as of one revision of its store."""

    name: str
    domain: str
    run: str
    seed: int | None
    revision: int
    started_at: datetime
    last_change_at: datetime
    phase: PhaseRecord
    ending: tuple[str, ...]
    """How it ended, in sentences that claim no more than was shown."""
    certificate: str = ""
    """The page of its certificate, beside the report; "" where there is none."""
    exam_items: int = 0
    lines: tuple[Line, ...] = ()
    audits: tuple[AuditLine, ...] = ()
    """What the exam's contestants made up, where the domain is made of documents."""
    maps: tuple[BoundaryMap, ...] = ()
    curve: tuple[CurvePoint, ...] = ()
    during: tuple[ExamPoint, ...] = ()
    stories: tuple[Story, ...] = ()
    production: tuple[ProductionStory, ...] = ()
    """The latest answers that were called wrong in production."""
    thumbs: tuple[FeedbackCount, ...] = ()
    species: tuple[tuple[str, int], ...] = ()
    """Ways of failing and how often, over the latest failures."""
    champion_id: str
    checkpoints: tuple[Checkpoint, ...] = ()
    promotions: tuple[PromotionDecision, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    rubric_version: int
    phases: tuple[PhaseStep, ...] = ()
    profile: Profile | None = None
    """None in a report that was written before there were any."""
    progress: tuple[Progress, ...] = ()
    corrections: int
    corrections_trained: int
    costs: tuple[Cost, ...] = ()
    queues: tuple[QueueCount, ...] = ()
    burned: tuple[tuple[str, int], ...] = ()
    """Deliveries that came to nothing, by queue and kind."""
    origins: tuple[tuple[str, int], ...] = ()
    yields: tuple[FamilyYield, ...] = ()
    invalid_probes: tuple[tuple[str, int], ...] = ()
    alarms: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    commands: tuple[str, ...] = ()
    config: str = ""

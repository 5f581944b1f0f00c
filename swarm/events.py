"""The log of events: one change at one revision, with the object that it changed."""

from datetime import datetime
from enum import StrEnum

from swarm.criteria import Experiment, Rubric
from swarm.flow.spec import FlowRecord
from swarm.forgetting import Forgetting
from swarm.records import Record, Sample
from swarm.roles import AgentStatus
from swarm.state import PhaseRecord
from swarm.students import Checkpoint, PromotionDecision


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
    FORGETTING = "forgetting"
    BOOKMARK = "bookmark"
    FLOW = "flow"


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
    forgetting: Forgetting | None = None
    flow: FlowRecord | None = None

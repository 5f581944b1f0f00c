"""The words of the exchange, and its small rules: what answers what, what goes first, how long a retry waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from swarm.flow import Flow
from swarm.records import Annotation, Correction, Decision, Purpose, Sample, Tier
from swarm.roles import Role, role_name
from swarm.work import Answer

MAX_ATTEMPTS = 10
MAX_LEASE_SECONDS = 3600.0
BACKOFF_CAP_SECONDS = 100.0


class Code(StrEnum):
    """What became of one item of a batch, or why a call was refused."""

    OK = "OK"
    DIGEST_CONFLICT = "DIGEST_CONFLICT"
    UNKNOWN_PARENT = "UNKNOWN_PARENT"
    WRONG_PARENT = "WRONG_PARENT"
    QUEUE_FULL = "QUEUE_FULL"
    CREDITS_SPENT = "CREDITS_SPENT"
    LEASE_LOST = "LEASE_LOST"
    TOKEN_REFUSED = "TOKEN_REFUSED"
    REFUSED_OUTPUT = "REFUSED_OUTPUT"
    FORBIDDEN = "FORBIDDEN"
    CONFLICT = "CONFLICT"
    NOT_FOUND = "NOT_FOUND"
    REQUEST_CONFLICT = "REQUEST_CONFLICT"
    INVALID = "INVALID"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    FORGOTTEN = "FORGOTTEN"
    FEEDBACK_FULL = "FEEDBACK_FULL"
    FLOW_REFUSED = "FLOW_REFUSED"
    QUEUE_IN_USE = "QUEUE_IN_USE"
    HELD_OUT = "HELD_OUT"
    RUBRIC_ALARM = "RUBRIC_ALARM"


class State(StrEnum):
    """Where one row of a queue stands; the first three are live."""

    READY = "ready"
    LEASED = "leased"
    DELAYED = "delayed"
    DONE = "done"
    DEAD = "dead"
    EXPIRED = "expired"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a caller is, by its credential."""

    name: str
    role: Role
    credential_id: str = ""
    """Empty for the credentials of the run folder, which the swarm's own agents use."""
    tier: Tier = Tier.INSIDE
    declared_role: str = ""

    @property
    def role_name(self) -> str:
        """What the role is called, whether it is the swarm's own or a declared one."""
        return role_name(self.role, self.declared_role)


TAUGHT_PURPOSES = frozenset({Purpose.LEARN, Purpose.SIEGE})
"""Purposes of probes whose failures may be taught; those of a siege once they are released."""

_ANSWERS: Mapping[str, str] = {"attempt": "probe", "verdict": "attempt", "correction": "verdict"}


def refused_output(flow: Flow, agent: Identity, leased_id: str, outputs: Sequence[Sample]) -> Answer | None:
    """Why these outputs don't complete the lease of a sample; None where they do."""
    wanted = flow.completes_with(agent.role_name)
    for output in outputs:
        if output.kind not in (wanted, "annotation"):
            said = f"a {agent.role_name} completes with {wanted or 'nothing'} or annotations, not with a {output.kind}"
        elif output.parent_id != leased_id:
            said = f"output {output.id} answers {output.parent_id!r}, not the leased {leased_id}"
        else:
            continue
        return Answer(id=leased_id, code=Code.REFUSED_OUTPUT, message=said)
    if all(output.kind != wanted for output in outputs):
        said = f"no {wanted} among the outputs: send one, or hand the lease back with fail"
        return Answer(id=leased_id, code=Code.REFUSED_OUTPUT, message=said)
    if flow.is_gate(agent.role_name) and decision_of(outputs) is None:
        said = f"the {agent.role_name} is a gate and doesn't say whether it may pass: set one annotation's decision"
        return Answer(id=leased_id, code=Code.REFUSED_OUTPUT, message=said)
    return _refused_lessons(agent, leased_id, [output for output in outputs if output.kind == wanted])


def _refused_lessons(agent: Identity, leased_id: str, outputs: Sequence[Sample]) -> Answer | None:
    """What is checked of an outsider's work is its one answer to what was asked; more would go by unchecked."""
    payloads = [output.payload for output in outputs]
    own = any(isinstance(payload, Correction) and payload.question for payload in payloads)
    if agent.tier is Tier.INSIDE or (len(outputs) == 1 and not own):
        return None
    said = f"{agent.name} is from outside: send one {outputs[0].kind}, to what was asked, not {len(outputs)}" + (
        " with questions of your own" if own else ""
    )
    return Answer(id=leased_id, code=Code.REFUSED_OUTPUT, message=said)


def decision_of(outputs: Sequence[Sample]) -> Decision | None:
    """What a gate says of the sample that it leased: pass or drop; None where no output, or more than one, says so."""
    notes = [output.payload for output in outputs if isinstance(output.payload, Annotation)]
    said = [note.decision for note in notes if note.decision is not None]
    return said[0] if len(said) == 1 else None


def refused_token(agent: Identity) -> Answer:
    """What a token that can't be read as the agent's is answered."""
    said = f"this token isn't {agent.name}'s: send the one that came with your own lease"
    return Answer(id="", code=Code.TOKEN_REFUSED, message=said)


def answers(kind: str, parent_kind: str) -> bool:
    """Whether a sample of `kind` may stand under one of `parent_kind`; an annotation may stand under any."""
    return kind == "annotation" or _ANSWERS.get(kind) == parent_kind


def priority(purpose: Purpose) -> int:
    """Lower goes first: a person waits for ASK; measurements come before learning."""
    match purpose:
        case Purpose.ASK:
            return 0
        case Purpose.LEARN:
            return 2
        case _:
            return 1


def backoff_seconds(attempt: int, draw: float) -> float:
    """Seconds that a retry waits after its `attempt`-th failure (from 1): 1 doubling to 100, less up to half.

    `draw` is uniform in [0, 1); the jitter keeps retries of one outage from coming back together.
    """
    return min(BACKOFF_CAP_SECONDS, 2.0 ** (attempt - 1)) * (1.0 - draw / 2)

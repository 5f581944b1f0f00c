"""Why the gateway says no: every reason that a status or an answer may carry, with what it means and what to do.

docs/errors.md is written from this table, and swarm.codec takes the status of a reason from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. `status` is the gRPC status; `retry_seconds` says how long to wait before the same call is sent
    again, and is None where sending it again can't help."""

    status: str
    meaning: str
    remedy: str
    retry_seconds: float | None = None


REASONS: Mapping[str, Reason] = {
    "INVALID": Reason(
        "INVALID_ARGUMENT",
        "A field has a value that isn't allowed, or the bytes are no such message.",
        "Send what the message allows; `google.rpc.BadRequest` names the field.",
    ),
    "UNAUTHENTICATED": Reason(
        "UNAUTHENTICATED",
        "The call carries no credential, or one that isn't good (any more).",
        "Read the credential again, or have another issued.",
    ),
    "FORBIDDEN": Reason(
        "PERMISSION_DENIED",
        "The credential is good, but its role or name may not do this.",
        "Use the credential of a role that may.",
    ),
    "SUSPENDED": Reason(
        "PERMISSION_DENIED",
        "The agent is suspended: its answers were wrong, it failed too often, or an operator said so.",
        "Mend what the message names, then ask the operator to put it back in quarantine.",
    ),
    "MISSING_FEATURE": Reason(
        "UNIMPLEMENTED",
        "The agent can't work without something that this gateway's contract lacks; the message names it.",
        "Upgrade the gateway, or register without that need.",
    ),
    "NOT_FOUND": Reason(
        "NOT_FOUND",
        "What the call names isn't there.",
        "List what there is; store or register it first.",
    ),
    "CONFLICT": Reason(
        "ABORTED",
        "What the call rests on has changed, or its id is taken by something else.",
        "Read again and decide again; sending the same once more is refused again.",
    ),
    "REQUEST_CONFLICT": Reason(
        "ALREADY_EXISTS",
        "The request id stands for another request of this agent, which was answered already. Nothing was done.",
        "Use a new id for a new request; a repeat is the same to the byte, with the same credential.",
    ),
    "OUT_OF_RANGE": Reason(
        "OUT_OF_RANGE",
        "The log doesn't hold this revision (any more, or yet); the message names the oldest and the newest.",
        "List again, and watch from the revision of that list.",
    ),
    "DIGEST_CONFLICT": Reason(
        "ALREADY_EXISTS",
        "A sample of this id is stored with another content.",
        "Use a new id for a new sample.",
    ),
    "UNKNOWN_PARENT": Reason(
        "FAILED_PRECONDITION",
        "The sample that this one answers isn't stored.",
        "Publish the parent first; in one batch, parents come before their children.",
    ),
    "WRONG_PARENT": Reason(
        "FAILED_PRECONDITION",
        "A sample of this kind can't answer one of the parent's kind.",
        "Name the sample that it answers.",
    ),
    "FORGOTTEN": Reason(
        "FAILED_PRECONDITION",
        "The sample that this one answers was forgotten; its text must not come back by what quotes it.",
        "Drop this work.",
    ),
    "NO_CONSENT": Reason(
        "FAILED_PRECONDITION",
        "The report doesn't say that the person who asked agrees to it. Nothing of it was stored.",
        "Ask the person; report it with `consent` if they agree, and not at all if they don't.",
    ),
    "PRIVACY_FAILED": Reason(
        "FAILED_PRECONDITION",
        "Personal data could not be taken out of the sample: a pattern took too long on it, or the run's own function "
        "failed. Nothing of it was stored.",
        "Have the operator mend `[privacy]` in the run's config, or send the text in shorter samples.",
    ),
    "BODY_LOST": Reason(
        "DATA_LOSS",
        "The text of a large sample, which lies beside the store, is missing or isn't what was stored.",
        "Put the file back from a backup, or have the sample forgotten.",
    ),
    "FLOW_REFUSED": Reason(
        "FAILED_PRECONDITION",
        "The roles that are declared don't fit together: the message names every fault. Nothing was changed.",
        "Mend what the message names; docs/roles.md says what a role may be.",
    ),
    "QUEUE_IN_USE": Reason(
        "FAILED_PRECONDITION",
        "A role that would be gone, or would stand elsewhere, has samples in its queue. Nothing was changed.",
        "Let it finish them, or apply with `drain`: what a gate holds then goes on unseen.",
    ),
    "RUBRIC_ALARM": Reason(
        "FAILED_PRECONDITION",
        "An alarm stopped the evolution of the rubric: an experiment would have credited wrong attempts, or the score "
        "that decides rose while the sealed one fell. The experiment was neither made nor stored.",
        "Wait. An operator looks at `swarm rubric history` and ends it by `swarm rubric rollback VERSION`.",
    ),
    "QUEUE_FULL": Reason(
        "RESOURCE_EXHAUSTED",
        "The queue where the sample would wait is full. Nothing was stored.",
        "Send it again after the delay.",
        1.0,
    ),
    "CREDITS_SPENT": Reason(
        "RESOURCE_EXHAUSTED",
        "This agent holds as many leases, or has as many samples waiting, as one agent may. Nothing was stored.",
        "Complete leases or hand them back, or wait until samples were worked on; send it again after the delay.",
        1.0,
    ),
    "FEEDBACK_FULL": Reason(
        "RESOURCE_EXHAUSTED",
        "As many reports from production wait as may: for the student, or for somebody who says what is right. Nothing "
        "was stored.",
        "Have an operator answer or dismiss what is open, or report it later.",
    ),
    "RATE_LIMITED": Reason(
        "RESOURCE_EXHAUSTED",
        "This caller calls too often, or has too many streams open.",
        "Call again after the delay, in larger batches.",
        1.0,
    ),
    "LEASE_LOST": Reason(
        "FAILED_PRECONDITION",
        "The lease ran out, or was handed back; somebody else may hold the work now.",
        "Drop this work and lease again.",
    ),
    "TOKEN_REFUSED": Reason(
        "FAILED_PRECONDITION",
        "The lease token is nobody's, or another agent's.",
        "Send the token that came with your own lease, under the same name.",
    ),
    "REFUSED_OUTPUT": Reason(
        "FAILED_PRECONDITION",
        "The outputs aren't what completing this lease must bring. The lease still stands.",
        "Send one output of the role's kind under the leased sample, or hand the lease back.",
    ),
    "HELD_OUT": Reason(
        "FAILED_PRECONDITION",
        "The probe is to be learned from, but its family is held out for certification.",
        "Make it for a siege, or give it the origin of the family that made it.",
    ),
    "NO_STUDENT": Reason(
        "FAILED_PRECONDITION",
        "A question was asked and no student is attached.",
        "Start one (`swarm up`), then ask again.",
    ),
    "NO_ANSWER": Reason(
        "DEADLINE_EXCEEDED",
        "No student answered in time. The question stays stored.",
        "Ask again with the same request id to wait for the same answer.",
        1.0,
    ),
    "TOO_LARGE": Reason(
        "RESOURCE_EXHAUSTED",
        "The message is larger than 16 MiB. The client refuses to send it; the gateway, where it arrives all the same, "
        "answers RESOURCE_EXHAUSTED without details.",
        "Send smaller batches.",
    ),
    "STORE_FAILED": Reason(
        "UNAVAILABLE",
        "The database can't be read or written: full or read-only disk, damaged file. Nothing of the call was stored.",
        "Mend what the message names; the same call may be sent again then.",
        1.0,
    ),
    "UNAVAILABLE": Reason(
        "UNAVAILABLE",
        "The gateway is stopping, or away.",
        "Send the same call again; the next gateway answers.",
        1.0,
    ),
    "INTERNAL": Reason(
        "INTERNAL",
        "A fault of the gateway itself. It is counted, logged and shown as an alarm by GetState.",
        "Report it with the gateway's log.",
    ),
}
"""By the code that `google.rpc.ErrorInfo.reason` and `Answer.code` carry."""

FALLBACK = "FAILED_PRECONDITION"
"""The status of a reason that isn't in the table, such as one of a newer gateway."""

BARE: Mapping[str, Reason] = {
    "UNIMPLEMENTED": Reason(
        "UNIMPLEMENTED", "There is no such method.", "See docs/api.md; the gateway may be older than the client."
    ),
    "RESOURCE_EXHAUSTED": Reason(
        "RESOURCE_EXHAUSTED",
        "Message or metadata over their limits, or more than 4096 calls at once.",
        "Send less at once; wait, where it is the number of calls.",
        1.0,
    ),
    "DEADLINE_EXCEEDED": Reason(
        "DEADLINE_EXCEEDED",
        "The client's own deadline has passed. Whether the call took effect isn't known.",
        "Send the same call again: what it does, it does once.",
        0.0,
    ),
    "CANCELLED": Reason(
        "CANCELLED", "The client gave the call up, or the connection broke.", "Send the same call again.", 0.0
    ),
}
"""Statuses that gRPC gives by itself, without details."""

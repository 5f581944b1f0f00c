"""How the trainer group stands: what it does, why it idles, how it last ended, and what calls for a person."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from swarm.fields import Count, Note, Number
from swarm.records import Record
from swarm.work import QueueCount, Stage

EXAM_LATE_SECONDS = 300.0
PILE_SECONDS = 120.0
"""How old a failure gets before an empty log of corrections is an alarm: ten of a teacher's leases could have ended."""
RECENT_SECONDS = 600.0
MISHAPS = 3
"""Ends of the group within RECENT_SECONDS that a restart alone does not mend."""
LATEST = 20


class TrainerActivity(StrEnum):
    """What the group does. All but TRAINING and PUBLISHING is idle time; PAUSED, a person's word, counts as neither."""

    LOADING = "loading"
    """Until it can learn: the process, the weights, the state, what was learned before."""
    TRAINING = "training"
    PUBLISHING = "publishing"
    """A candidate's weights and the group's state are written."""
    NO_WORK = "no_work"
    """Too few corrections for a round."""
    EXAM = "exam"
    """On one machine, its candidate's exam has the cores."""
    TURN = "turn"
    """On one machine, an engine's batch has the cores."""
    PAUSED = "paused"

    @property
    def words(self) -> str:
        """For a person."""
        return _WAITS.get(self.value, self.value)


_WAITS = {"no_work": "waiting for corrections", "exam": "waiting for an exam", "turn": "waiting for its turn"}

BUSY = frozenset({TrainerActivity.TRAINING, TrainerActivity.PUBLISHING})


class MishapKind(StrEnum):
    """How a group came to its end."""

    DEATH = "death"
    """A process ended without a word, as by SIGKILL or with its machine."""
    HANG = "hang"
    """No step for longer than `trainer.hang_seconds`; ended by its own watchdog, or silent to Ray."""
    MEMORY = "memory"
    """Out of memory, on the machine or on a GPU."""
    ERROR = "error"
    """An exception; the words say which."""


class TrainerReport(Record):
    """What the group says of itself, by rank 0."""

    activity: TrainerActivity
    since: datetime
    workers: Number = 1
    rounds: Count = 0
    idle_fraction: float = Field(0.0, ge=0, le=1)
    """Of about the last ten minutes, pauses left out."""
    seconds: tuple[tuple[TrainerActivity, float], ...] = Field((), max_length=len(TrainerActivity))
    """Since this group came up."""
    note: Note = ""


class TrainerMishap(Record):
    """One end of the group that nobody asked for. It is started again."""

    kind: MishapKind
    at: datetime
    detail: Note = ""


class TrainerStanding(Record):
    """The latest report, all ends counted by kind, and the latest of them, the newest first."""

    report: TrainerReport | None = None
    counts: tuple[tuple[MishapKind, int], ...] = ()
    mishaps: tuple[TrainerMishap, ...] = ()

    def with_mishap(self, mishap: TrainerMishap) -> "TrainerStanding":
        """The standing after one more end."""
        counts = dict(self.counts)
        counts[mishap.kind] = counts.get(mishap.kind, 0) + 1
        return self.model_copy(update={"counts": tuple(counts.items()), "mishaps": (mishap, *self.mishaps)[:LATEST]})

    def doing(self) -> str:
        """What it last said that it does; empty before it has said anything."""
        return self.report.activity.words if self.report is not None else ""

    def words(self) -> str:
        """In one line, for a person."""
        said = [_report_words(self.report)] if self.report is not None else []
        said += [f"ended by {', '.join(f'{kind} {count}x' for kind, count in self.counts)}"] if self.counts else []
        return "; ".join(said)


def _report_words(report: TrainerReport) -> str:
    idle = {activity: seconds for activity, seconds in report.seconds if activity not in BUSY and seconds >= 1}
    why = ", ".join(f"{activity.words} {seconds:.0f} s" for activity, seconds in idle.items())
    several = f" with {report.workers} workers" if report.workers > 1 else ""
    words = f"{report.activity.words}{several}, idle {report.idle_fraction:.0%} of the last ten minutes"
    return f"{words} ({why} since it came up)" if why else words


def trainer_alarms(
    standing: TrainerStanding, queues: Sequence[QueueCount], unread: int, learning: bool, now: datetime
) -> Iterator[str]:
    """What a person should look at: an empty log while failures pile up, an exam that doesn't come, ends in a row.

    `unread` corrections are in the log that no checkpoint has learned from; `learning` is whether the phase is learn,
    and not paused.
    """
    failures = next((queue for queue in queues if queue.stage is Stage.FAILURES), None)
    if learning and failures is not None and unread == 0 and failures.oldest_age_seconds > PILE_SECONDS:
        waiting = failures.ready + failures.leased + failures.delayed
        yield (
            f"the trainer has nothing to learn: no correction came while {waiting} failures wait, the oldest for "
            f"{failures.oldest_age_seconds:.0f} s; see whether a teacher is here and what it says"
        )
    report = standing.report
    if learning and report is not None and report.activity is TrainerActivity.EXAM:
        waited = (now - report.since).total_seconds()
        if waited > EXAM_LATE_SECONDS:
            yield f"the trainer has waited {waited:.0f} s for its candidate's exam; see what the examiner says"
    late = [mishap for mishap in standing.mishaps if (now - mishap.at).total_seconds() < RECENT_SECONDS]
    if len(late) >= MISHAPS:
        yield (
            f"the trainer group ended {len(late)} times in {RECENT_SECONDS / 60:.0f} minutes, the last time by "
            f"{late[0].kind}: {late[0].detail}"
        )

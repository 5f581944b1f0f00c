"""Tells apart how a group came to its end: a death, a hang, out of memory, or an error of the program's own."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path

from swarm.fields import as_note
from swarm.training import MishapKind, TrainerMishap

_MEMORY = re.compile(
    r"out[ -]of[ -]memory|can't allocate memory|cannot allocate memory|OutOfMemory|low on memory", re.I
)
_HANG = re.compile(r"HealthCheckTimeout|CollectiveTimeout|NCCLHang|DistBackendError.*[Tt]imeout", re.S)
_DEATH = re.compile(r"ActorDied|RayActorError|WorkerCrashed|HealthCheckFailed|NodeDied|ActorUnavailable", re.S)
_SHOWN = 300
_VMSTAT = Path("/proc/vmstat")


def mishap(errors: Collection[BaseException | str], hung: str, oom_kills: int, at: datetime) -> TrainerMishap:
    """The kind of an end, by its errors and the traces that it left, and what to say of it.

    `hung` is what the watchdogs left, "" where none bit. `oom_kills` is how many processes the kernel ended for want of
    memory on this machine meanwhile; such an end itself looks like any other death.
    """
    texts = [error if isinstance(error, str) else f"{_names(error)} {error}" for error in errors]
    whole = "\n".join(texts)
    said = _first_line(errors)
    if hung:
        return TrainerMishap(kind=MishapKind.HANG, at=at, detail=as_note(hung))
    if _MEMORY.search(whole) or "MemoryError" in whole:
        return TrainerMishap(kind=MishapKind.MEMORY, at=at, detail=said)
    if _HANG.search(whole):
        return TrainerMishap(kind=MishapKind.HANG, at=at, detail=said)
    if not texts or _DEATH.search(whole):
        if oom_kills > 0:
            said = f"the kernel ended {oom_kills} processes of this machine for want of memory"
            return TrainerMishap(kind=MishapKind.MEMORY, at=at, detail=said)
        return TrainerMishap(kind=MishapKind.DEATH, at=at, detail=said)
    return TrainerMishap(kind=MishapKind.ERROR, at=at, detail=said)


def oom_kills(vmstat: Path = _VMSTAT) -> int:
    """How many processes the kernel of this machine has ended for want of memory since it started; 0 where it doesn't
    say."""
    found = re.search(r"^oom_kill (\d+)$", vmstat.read_text(), re.M) if vmstat.is_file() else None
    return int(found[1]) if found else 0


def _names(error: BaseException) -> str:
    """The error's type with those that it is made from, which tells more than the words of some libraries."""
    inner = _inner(error)
    own = " ".join(cls.__name__ for cls in type(error).__mro__[:-3])
    return own if inner is error else f"{own} {_names(inner)}"


def _inner(error: BaseException) -> BaseException:
    """What Ray found when it looked at a worker that failed; else the error itself."""
    found = vars(error).get("health_check_failure")
    return found if isinstance(found, BaseException) else error


def _first_line(errors: Iterable[BaseException | str]) -> str:
    """Ray's errors go on for many lines after the one that says what was the matter."""
    texts = [error if isinstance(error, str) else str(_inner(error)) or type(error).__name__ for error in errors]
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    return as_note(lines[0][:_SHOWN]) if lines else "it ended without a word"

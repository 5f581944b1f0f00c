"""Tells apart how a group came to its end: a death, a hang, out of memory, or an error of the program's own."""

import re
from collections.abc import Iterable
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


def mishap(errors: Iterable[BaseException | str], hung: str, oom_kills: int, at: datetime) -> TrainerMishap:
    """The kind of an end, by its errors and the traces that it left, and what to say of it.

    `hung` is what the watchdogs left, "" where none bit. `oom_kills` is how many processes the kernel ended for want of
    memory on this machine meanwhile; such an end itself looks like any other death.
    """
    texts = [error if isinstance(error, str) else f"{_names(error)} {error}" for error in errors]
    whole = "\n".join(texts)
    last = _last_line(texts)
    if hung:
        return TrainerMishap(kind=MishapKind.HANG, at=at, detail=as_note(hung))
    if _MEMORY.search(whole) or "MemoryError" in whole:
        return TrainerMishap(kind=MishapKind.MEMORY, at=at, detail=last)
    if _HANG.search(whole):
        return TrainerMishap(kind=MishapKind.HANG, at=at, detail=last)
    if not texts or _DEATH.search(whole):
        if oom_kills > 0:
            said = f"the kernel ended {oom_kills} processes of this machine for want of memory"
            return TrainerMishap(kind=MishapKind.MEMORY, at=at, detail=said)
        return TrainerMishap(kind=MishapKind.DEATH, at=at, detail=last)
    return TrainerMishap(kind=MishapKind.ERROR, at=at, detail=last)


def oom_kills(vmstat: Path = _VMSTAT) -> int:
    """How many processes the kernel of this machine has ended for want of memory since it started; 0 where it doesn't
    say."""
    found = re.search(r"^oom_kill (\d+)$", vmstat.read_text(), re.M) if vmstat.is_file() else None
    return int(found[1]) if found else 0


def _names(error: BaseException) -> str:
    """The error's type with those that it is made from, which tells more than the words of some libraries."""
    inner = getattr(error, "health_check_failure", None) or getattr(error, "cause", None) or error.__cause__
    own = " ".join(cls.__name__ for cls in type(error).__mro__[:-3])
    return f"{own} {_names(inner)}" if isinstance(inner, BaseException) and inner is not error else own


def _last_line(texts: Iterable[str]) -> str:
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    return as_note(lines[-1][-_SHOWN:]) if lines else "it ended without a word"

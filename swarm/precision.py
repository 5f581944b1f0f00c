"""In what format of numbers a model computes here: bfloat16, unless this processor multiplies quicker in float32."""

import time
from collections.abc import Callable
from functools import cache
from typing import Any, Literal

Format = Literal["bfloat16", "float32"]
Precision = Literal["auto", "bfloat16", "float32"]

ROWS, WIDTH_IN, WIDTH_OUT = 64, 576, 1536
"""One multiplication of the 135M student: a batch's rows by a matrix of its feed-forward layers."""

TIMES = 12
"""Multiplications that are timed; the first ones are slow."""

MARGIN = 1.2
"""Float32 must be so many times as quick, since it takes twice the memory."""


def settled(wanted: Precision) -> Format:
    """What `auto` stands for: bfloat16 beside a GPU; on a CPU what it is quicker in, measured once in a process.

    With AVX-512 and no AMX that was float32, by half and more: docs/lab-notes.md, bfloat16 without AMX.
    """
    return _measured() if wanted == "auto" else wanted


def dtype(wanted: Precision) -> Any:
    """The same as a `torch.dtype`."""
    import torch

    return getattr(torch, settled(wanted))


def quicker(float32: float, bfloat16: float) -> Format:
    """By the seconds that each takes: float32 where it is a fifth quicker at least."""
    return "float32" if float32 * MARGIN < bfloat16 else "bfloat16"


@cache
def _measured() -> Format:
    # Here, since a config is read by what works without torch.
    import torch

    if torch.cuda.is_available():
        return "bfloat16"
    return quicker(seconds("float32"), seconds("bfloat16"))


def seconds(of: Format) -> float:
    """Seconds of one core that the quickest of some multiplications takes in this format.

    Of one core, so that it is no matter what else computes, as an engine does while a trainer comes up.
    """
    import torch

    kind, threads = dtype(of), torch.get_num_threads()
    rows, matrix = torch.ones(ROWS, WIDTH_IN, dtype=kind), torch.ones(WIDTH_OUT, WIDTH_IN, dtype=kind)
    torch.set_num_threads(1)
    try:
        return min(_spent(lambda: torch.nn.functional.linear(rows, matrix)) for _ in range(TIMES))
    finally:
        torch.set_num_threads(threads)


def _spent(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began

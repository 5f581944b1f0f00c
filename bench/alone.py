"""Computing in a process of its own, so that what torch holds is gone when it ends."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Found = TypeVar("Found")


def alone(work: Callable[Given, Found], *given: Given.args, **named: Given.kwargs) -> Found:
    """Call it in a process of its own: what computes there leaves no thread and no memory here."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given, **named).result()

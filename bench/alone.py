"""Computing in a process of its own, so that what torch holds is gone when it ends."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Found = TypeVar("Found")


def alone(work: Callable[Given, Found], *given: Given.args, **named: Given.kwargs) -> Found:
    """Call it in a process of its own: what computes there leaves no thread and no memory here."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _end_with_parent) as pool:
        return pool.submit(work, *given, **named).result()


def _end_with_parent() -> None:
    """End when the process ends that asked, however it ends: another one may go on in the same folder."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None, "nobody has spawned this process"
    parent.join()
    os._exit(1)

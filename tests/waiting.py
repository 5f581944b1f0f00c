"""Waiting for something that another process does: as long as it takes, and no longer than is sensible."""

import threading
import time
from collections.abc import Callable


def until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Return once it holds. Fails after `seconds`."""
    deadline, never = time.monotonic() + seconds, threading.Event()
    while not holds():
        assert time.monotonic() < deadline, f"{getattr(holds, '__name__', holds)} did not come true in {seconds} s"
        never.wait(0.01)

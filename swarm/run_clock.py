"""The time that a swarm has worked, over pauses and resumes, in a file of its run folder."""

import json
import time
from pathlib import Path

from swarm.whole_files import write_whole

CLOCK_FILE = "clock.json"


class RunClock:
    """Minutes that the swarm has run; what a budget in minutes is compared with."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._before = seconds_of(file) or 0.0
        self._last = time.monotonic()

    @property
    def minutes(self) -> float:
        """Minutes in all."""
        return self._before / 60

    def tick(self, paused: bool) -> None:
        """Add the time since the last tick, unless paused."""
        now = time.monotonic()
        self._before += 0.0 if paused else now - self._last
        self._last = now
        write_whole(self._file, json.dumps({"seconds": self._before}))


def seconds_of(file: Path) -> float | None:
    """What such a file says; None where there is none yet. Raises ValueError where it can't be read."""
    return float(json.loads(file.read_text())["seconds"]) if file.is_file() else None

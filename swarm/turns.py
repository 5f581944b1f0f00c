"""Taking turns on one machine: engine and trainer each get all cores for a while instead of half of them all the time.

Two processes that each spread one matrix product over the same cores wait for each other at every barrier; on two cores
that costs more than half of both.
"""

import fcntl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from swarm.config import Config


class Turn:
    """A lock between processes that is given out in order of arrival. It goes with the process that holds it."""

    def __init__(self, path: Path) -> None:
        self._turn = path
        self._next = path.with_suffix(".next")
        path.parent.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn and hold it. Whoever waits first holds `next`, so nobody overtakes."""
        with self._turn.open("w") as turn:
            with self._next.open("w") as following:
                fcntl.flock(following, fcntl.LOCK_EX)
                fcntl.flock(turn, fcntl.LOCK_EX)
            yield


def takes_turns(config: Config) -> bool:
    """Whether engine and trainer share the cores of one machine, one after the other."""
    return config.trainer.gpus == 0 and config.trainer.workers == 1


def trainer_turn(config: Config) -> Turn | None:
    """The turn that the trainer of a run takes, None where it needs none."""
    return Turn(config.run_dir / "turn") if takes_turns(config) else None


def taken(turn: Turn | None) -> AbstractContextManager[None]:
    """The turn's context, or none at all."""
    return turn.taken() if turn else nullcontext()

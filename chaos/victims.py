"""`python -m chaos.victims KIND ...` is `python -m swarm.gateway ...` with one thing changed.

`sound` only syncs slowly while the file that CHAOS_SLOW_FILE names holds a number of seconds. The others are broken on
purpose, so that the checker can show that it sees it: `early` answers before the commit, `fenceless` takes completions
of leases that were lost, `skipping` leaves events out of a watch.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from swarm.events import Event
from swarm.exchange.exchange import Exchange
from swarm.exchange.held import Held
from swarm.exchange.store import Store
from swarm.gateway import server
from swarm.gateway.__main__ import main as serve
from swarm.gateway.writer import Writer
from swarm.roles import Role

SLOW_FILE = "CHAOS_SLOW_FILE"
EARLY_SECONDS = 0.3
SKIPPED = 20


def sound() -> None:
    """Commits take as long as the file says."""
    file, inside, transaction = Path(os.environ[SLOW_FILE]), threading.local(), Store.transaction

    @contextmanager
    def slow(store: Store) -> Iterator[None]:
        outermost, inside.depth = not getattr(inside, "depth", 0), getattr(inside, "depth", 0) + 1
        try:
            with transaction(store):
                yield
                if outermost and file.exists():
                    time.sleep(float(file.read_text()))
        finally:
            inside.depth -= 1

    Store.transaction = slow  # type: ignore[method-assign, assignment]


def early() -> None:
    """Answers go out while the commit is still to come."""

    class EarlyWriter(Writer):
        def _commit(self, calls: list[Any]) -> list[Any]:
            with self._exchange.transaction():
                outcomes = [self._run(call) for call in calls]
                self._loop.call_soon_threadsafe(self._answer, outcomes)
                time.sleep(EARLY_SECONDS)
            return outcomes

    server.Writer = EarlyWriter  # type: ignore[attr-defined]


def fenceless() -> None:
    """Whoever was given a sample may complete it, whoever has it now and whatever has become of it."""

    def is_held(held: Held, generation: int, _now: int) -> bool:
        return generation != held.generation or held.state != "done"

    Held.is_held = is_held  # type: ignore[method-assign, assignment]


def skipping() -> None:
    """A watch that has begun leaves out some events."""
    whole = Exchange.events

    def events(exchange: Exchange, after_revision: int, limit: int = 500, role: Role = Role.OPERATOR) -> list[Event]:
        found = whole(exchange, after_revision, limit, role)
        return [event for event in found if not after_revision or event.revision % SKIPPED]

    Exchange.events = events  # type: ignore[method-assign, assignment]


VICTIMS: Mapping[str, Callable[[], None]] = {
    "sound": sound,
    "early": early,
    "fenceless": fenceless,
    "skipping": skipping,
}


def main() -> int:
    """Change one thing, then serve."""
    VICTIMS[sys.argv.pop(1)]()
    return serve()


if __name__ == "__main__":
    sys.exit(main())

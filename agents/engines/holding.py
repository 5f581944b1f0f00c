"""Which checkpoints an engine holds for whom: an adapter goes when nobody holds it and no request that uses it runs."""

from collections import Counter
from collections.abc import Collection

from swarm.errors import EngineUnavailable


class Holding:
    """The books of one engine. The base, "", is held for everyone, and always."""

    def __init__(self) -> None:
        self._holders: dict[str, set[str]] = {}
        self._running = Counter[str]()

    @property
    def held(self) -> tuple[str, ...]:
        """The base, and what somebody holds or a request still uses."""
        return ("", *sorted(self._holders))

    def take(self, checkpoint_id: str, holder: str) -> None:
        """It was verified, and is held for this one, too."""
        if checkpoint_id:
            self._holders.setdefault(checkpoint_id, set()).add(holder)

    def drop(self, checkpoint_id: str, holder: str) -> bool:
        """This one needs it no longer. Whether it is to go now; if requests use it, the last one's `end` says so."""
        if checkpoint_id not in self._holders:
            return False
        self._holders[checkpoint_id].discard(holder)
        return self._goes(checkpoint_id)

    def begin(self, checkpoint_ids: Collection[str]) -> None:
        """A request that uses these begins. Raises EngineUnavailable for one that was not taken."""
        for checkpoint_id in checkpoint_ids:
            if checkpoint_id and not self._holders.get(checkpoint_id):
                raise EngineUnavailable(f"checkpoint {checkpoint_id!r} is not held", "take it first; work is released")
        self._running.update(set(checkpoint_ids))

    def end(self, checkpoint_ids: Collection[str]) -> list[str]:
        """It has ended; which of them are to go now."""
        self._running.subtract(set(checkpoint_ids))
        return [checkpoint_id for checkpoint_id in sorted(set(checkpoint_ids)) if self._goes(checkpoint_id)]

    def _goes(self, checkpoint_id: str) -> bool:
        gone = self._holders.get(checkpoint_id) == set() and not self._running[checkpoint_id]
        if gone:
            del self._holders[checkpoint_id]
        return gone

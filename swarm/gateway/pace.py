"""Rates over the last minute, from counters that are read now and then."""

from collections import deque
from collections.abc import Mapping

from swarm.rates import Rates, RoleRate, StageRate
from swarm.roles import role_of
from swarm.work import stage_of

WINDOW_SECONDS = 60.0

Totals = Mapping[tuple[str, str], int]
"""Running counters: `accepted` and `closed` by queue, `completed` and `failed` by role."""


class Pace:
    """Keeps the readings of a window. Times are seconds of a clock that only goes forward."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, Totals]] = deque()

    def take(self, now: float, totals: Totals) -> None:
        """Take a reading in; what the window no longer needs goes."""
        self._seen.append((now, totals))
        while len(self._seen) > 2 and self._seen[1][0] <= now - WINDOW_SECONDS:
            self._seen.popleft()

    def rates(self) -> Rates | None:
        """Between the oldest reading of the window and the newest; None before there are two.

        A counter that went down, as where a dead letter waits again, has no rate below zero.
        """
        if len(self._seen) < 2:
            return None
        (begin, before), (end, after) = self._seen[0], self._seen[-1]
        seconds = max(end - begin, 1e-9)

        def rate(name: str, of: str) -> float:
            return max(0, after.get((name, of), 0) - before.get((name, of), 0)) / seconds

        return Rates(
            window_seconds=end - begin,
            stages=tuple(
                StageRate(stage=stage_of(of), queue=of, accepted=rate("accepted", of), closed=rate("closed", of))
                for name, of in after
                if name == "accepted"
            ),
            roles=tuple(
                _role_rate(of, rate("completed", of), rate("failed", of)) for name, of in after if name == "completed"
            ),
        )


def _role_rate(name: str, completed: float, failed: float) -> RoleRate:
    role, declared_role = role_of(name)
    return RoleRate(role=role, declared_role=declared_role, completed=completed, failed=failed)

"""Rates over the last minute, from counters that are read now and then."""

from collections import deque
from collections.abc import Mapping

from swarm.rates import Rates, RoleRate, StageRate
from swarm.roles import Role
from swarm.work import STAGES, Stage

WINDOW_SECONDS = 60.0

Totals = Mapping[tuple[str, Stage | Role], int]
"""Running counters: `accepted` and `closed` by stage, `completed` and `failed` by role."""


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

        def rate(name: str, of: Stage | Role) -> float:
            return max(0, after.get((name, of), 0) - before.get((name, of), 0)) / seconds

        roles = [role for role in Role if ("completed", role) in after]
        return Rates(
            window_seconds=end - begin,
            stages=tuple(
                StageRate(stage=stage, accepted=rate("accepted", stage), closed=rate("closed", stage))
                for stage in (*STAGES, *((Stage.DECLARED,) if ("accepted", Stage.DECLARED) in after else ()))
            ),
            roles=tuple(
                RoleRate(role=role, completed=rate("completed", role), failed=rate("failed", role)) for role in roles
            ),
        )

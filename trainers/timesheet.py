"""What the group spends its time on: a book of activities that the loop switches, read as seconds and idle share."""

from collections import deque
from datetime import UTC, datetime, timedelta

from swarm.spells import MOST_SPELLS, TRAINER, Spell
from swarm.training import BUSY, TrainerActivity

WINDOW_SECONDS = 600.0


class Timesheet:
    """Begins with LOADING at a time, in seconds of a monotonic clock, that the caller reads."""

    def __init__(self, began: float) -> None:
        self.activity = TrainerActivity.LOADING
        self._since = began
        self._totals = dict.fromkeys(TrainerActivity, 0.0)
        self._past: deque[tuple[float, float, TrainerActivity]] = deque()
        self._untold: deque[tuple[float, float, TrainerActivity]] = deque(maxlen=MOST_SPELLS)

    def switch(self, activity: TrainerActivity, now: float) -> None:
        """From now on the group does this."""
        if activity is not self.activity:
            self._close(now)
            self.activity, self._since = activity, now

    def took(self, activity: TrainerActivity, seconds: float) -> None:
        """So many seconds of what is going on were spent on something else, as on waiting for a turn."""
        begin = self._since
        self._since = min(begin + max(0.0, seconds), float("inf"))
        self._add(begin, self._since, activity)

    def seconds(self, now: float) -> dict[TrainerActivity, float]:
        """Since the beginning, by activity; those that never were are left out."""
        found = dict(self._totals)
        found[self.activity] += max(0.0, now - self._since)
        return {activity: spent for activity, spent in found.items() if spent}

    def idle_fraction(self, now: float) -> float:
        """Of the last ten minutes, or since the beginning; pauses are left out. 0 where there is nothing but pauses."""
        begin = now - WINDOW_SECONDS
        idle = counted = 0.0
        for start, end, activity in (*self._past, (self._since, now, self.activity)):
            spent = max(0.0, end - max(start, begin))
            if activity is not TrainerActivity.PAUSED:
                counted += spent
                idle += 0.0 if activity in BUSY else spent
        return idle / counted if counted else 0.0

    def told(self, now: float, moment: datetime | None = None) -> tuple[Spell, ...]:
        """What has ended since this was last asked for, on the clock that `moment` (by default the present) is of."""
        there = moment or datetime.now(UTC)
        spells = tuple(
            Spell(
                place=TRAINER,
                what=activity,
                began=there - timedelta(seconds=now - start),
                ended=there - timedelta(seconds=now - end),
            )
            for start, end, activity in self._untold
        )
        self._untold.clear()
        return spells

    def mark(self, now: float) -> None:
        """What the group does from now on is told apart from what it did, be it the same."""
        self._close(now)
        self._since = now

    def since(self, now: float, moment: datetime | None = None) -> datetime:
        """When the present activity began, on the clock that `moment` (by default the present) is of."""
        return (moment or datetime.now(UTC)) - timedelta(seconds=max(0.0, now - self._since))

    def _close(self, now: float) -> None:
        self._add(self._since, now, self.activity)
        while self._past and self._past[0][1] < now - WINDOW_SECONDS:
            self._past.popleft()

    def _add(self, start: float, end: float, activity: TrainerActivity) -> None:
        if end > start:
            self._totals[activity] += end - start
            self._past.append((start, end, activity))
            self._untold.append((start, end, activity))

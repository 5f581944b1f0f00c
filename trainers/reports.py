"""What rank 0 tells the gateway of the group's time: at every change of activity, and every ten seconds between."""

import time

from swarm.client import SwarmClient
from swarm.training import TrainerActivity, TrainerReport
from trainers.timesheet import Timesheet

EVERY_SECONDS = 10.0


class Reports:
    """The timesheet of one group, and how much of it was told."""

    def __init__(self, client: SwarmClient, timesheet: Timesheet, workers: int) -> None:
        self.timesheet = timesheet
        self._client = client
        self._workers = workers
        self._told: TrainerActivity | None = None
        self._told_at = 0.0

    async def doing(self, activity: TrainerActivity, rounds: int, note: str = "") -> None:
        """From now on the group does this, with so many rounds behind it."""
        now = time.monotonic()
        self.timesheet.switch(activity, now)
        if activity is self._told and now - self._told_at < EVERY_SECONDS:
            return
        self._told, self._told_at = activity, now
        report = TrainerReport(
            activity=activity,
            since=self.timesheet.since(now),
            workers=self._workers,
            rounds=rounds,
            idle_fraction=self.timesheet.idle_fraction(now),
            seconds=tuple(self.timesheet.seconds(now).items()),
            note=note,
        )
        await self._client.report_trainer(report, spells=self.timesheet.told(now))

    async def end(self) -> None:
        """The group ends: tell what it did last, too."""
        now = time.monotonic()
        self.timesheet.mark(now)
        await self._client.report_trainer(spells=self.timesheet.told(now))

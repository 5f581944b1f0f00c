"""Holds histories against the final store: a pure function. Each check says how much it examined and what it found.

A check that examined nothing has shown nothing, and fails.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chaos import answers, books, sights
from chaos.final import FinalStore, Findings
from chaos.history import History

MOST_SHOWN = 5


@dataclass(frozen=True)
class Check:
    """What one check examined, and every violation that it found."""

    name: str
    examined: int
    violations: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether it examined something and found nothing."""
        return self.examined > 0 and not self.violations


def check(history: History, final: FinalStore) -> list[Check]:
    """All checks, each over the whole history."""
    found = []
    for name, examine in CHECKS.items():
        findings = list(examine(history, final))
        found.append(Check(name, len(findings), tuple(text for text in findings if text is not None)))
    return found


CHECKS: Mapping[str, Callable[[History, FinalStore], Findings]] = {
    "acknowledged is stored": answers.acknowledged,
    "no effect twice": answers.effects,
    "repeats get the first answer": answers.repeats,
    "no late completion": answers.fence,
    "tokens are their agent's": answers.ownership,
    "conflicts are not stored": answers.conflicts,
    "nothing that nobody sent": answers.strangers,
    "watches gap-free": sights.watches,
    "watchers caught up": sights.caught_up,
    "lists complete": sights.lists,
    "conservation": sights.conservation,
    "no fault of the gateway's own": sights.alarms,
    "order of real time": answers.order,
    "one log": books.log,
    "cells count verdicts": books.cells,
    "queues count samples": books.queues,
}

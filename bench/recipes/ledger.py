"""What was tried already: one line for each trial, so that a run that was cut off goes on where it was."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter

from bench.ledger import Lines
from bench.recipes.trial import Outcome, Trial


class Ledger(Lines[Outcome]):
    """A folder with the outcomes, and the base's attempts beside them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "ledger.jsonl", TypeAdapter(Outcome))
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def find(self, trial: Trial) -> Outcome | None:
        """The outcome of exactly this trial."""
        return next((found for found in self.entries if found.trial == trial), None)


def best(outcomes: Sequence[Outcome], count: int) -> list[Trial]:
    """The trials that fail least, best first; of equals the one that took less time."""
    return [each.trial for each in sorted(outcomes, key=lambda found: (found.failing, found.seconds))[:count]]

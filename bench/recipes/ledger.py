"""What was tried already: one line for each trial, so that a run that was cut off goes on where it was."""

from collections.abc import Sequence
from pathlib import Path

from bench.recipes.trial import Outcome, Trial


class Ledger:
    """A folder with the outcomes, and the base's attempts beside them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "ledger.jsonl"

    def outcomes(self) -> list[Outcome]:
        """All that is known, in the order in which it was found. Raises ValueError for a line that is none."""
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        return [Outcome.model_validate_json(line) for line in lines]

    def find(self, trial: Trial) -> Outcome | None:
        """The outcome of exactly this trial."""
        return next((found for found in self.outcomes() if found.trial == trial), None)

    def add(self, outcome: Outcome) -> None:
        """Write one down."""
        with self._file.open("a") as file:
            file.write(outcome.model_dump_json() + "\n")


def best(outcomes: Sequence[Outcome], count: int) -> list[Trial]:
    """The trials that fail least, best first; of equals the one that took less time."""
    return [each.trial for each in sorted(outcomes, key=lambda found: (found.failing, found.seconds))[:count]]

"""The trails that were run already, so that a comparison which was cut off goes on where it was."""

from pathlib import Path

from pydantic import TypeAdapter

from bench.adversary.arms import Trail
from bench.ledger import Lines, digest_of

CODE = ("agents", "bench/adversary", "rubrics", "swarm/domains", "swarm/planted", "swarm/probing", "swarm/weather")
"""Where it is written what is asked, who answers, and what counts as right."""


class Ledger(Lines[Trail]):
    """A file of trails beside the results, one a line. Its name has a digest of the code: other code starts anew."""

    def __init__(self, results: Path, code: str) -> None:
        super().__init__(results.with_suffix(f".{code}.jsonl"), TypeAdapter(Trail))

    def find(self, student: str, arm: str, seed: int, calls: int) -> Trail | None:
        """The trail of exactly this run."""
        wanted = (student, arm, seed, calls)
        return next((one for one in self.entries if (one.student, one.arm, one.seed, one.calls) == wanted), None)


def code_digest() -> str:
    """Twelve digits that differ where any file of CODE does."""
    return digest_of(CODE)[:12]

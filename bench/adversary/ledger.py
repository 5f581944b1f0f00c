"""The trails that were run already, so that a comparison which was cut off goes on where it was."""

from hashlib import sha256
from pathlib import Path

from bench.adversary.arms import Trail

ROOT = Path(__file__).parents[2]
CODE = ("agents", "bench/adversary", "rubrics", "swarm/domains", "swarm/planted", "swarm/probing", "swarm/weather")
"""Where it is written what is asked, who answers, and what counts as right."""


class Ledger:
    """A file of trails beside the results, one a line. Its name has a digest of the code: other code starts anew."""

    def __init__(self, results: Path, code: str) -> None:
        self._file = results.with_suffix(f".{code}.jsonl")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        self._trails = [Trail.model_validate_json(line) for line in lines]

    def find(self, student: str, arm: str, seed: int, calls: int) -> Trail | None:
        """The trail of exactly this run."""
        wanted = (student, arm, seed, calls)
        return next((one for one in self._trails if (one.student, one.arm, one.seed, one.calls) == wanted), None)

    def add(self, trail: Trail) -> Trail:
        """Write one down; returns it."""
        self._trails.append(trail)
        with self._file.open("a") as file:
            file.write(trail.model_dump_json() + "\n")
        return trail


def code_digest() -> str:
    """Twelve digits that differ where any file of CODE does."""
    whole = sha256()
    for file in sorted(file for name in CODE for file in (ROOT / name).rglob("*.*") if file.suffix in (".py", ".yaml")):
        whole.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return whole.hexdigest()[:12]

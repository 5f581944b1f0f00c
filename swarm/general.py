"""The general exam: frozen two-choice items that tell whether a student keeps what its base could do."""

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path

from swarm.errors import ConfigError
from swarm.records import Record

ITEMS = Path(__file__).resolve().parent / "general" / "items.jsonl"
SHA256 = "ed7222990530ba61b0e7fe5f8c2b19c458ef08fa3e928d60e6274faee775b89b"
CHOICES = 2


class GeneralItem(Record):
    """A beginning, and two ways to go on: the right one and the wrong one, each with its leading space."""

    kind: str
    prompt: str
    right: str
    wrong: str


def load_general(limit: int | None = None, path: Path = ITEMS) -> list[GeneralItem]:
    """The first `limit` items (all 300 by default); their order mixes the kinds, so that any beginning is balanced.

    Raises ConfigError where the file is missing or isn't the one that all results refer to.
    """
    if not path.is_file():
        raise ConfigError(f"there is no general exam at {str(path)!r}", "install the package again")
    body = path.read_bytes()
    found = hashlib.sha256(body).hexdigest()
    if found != SHA256:
        raise ConfigError(f"{path.name} has SHA-256 {found}, expected {SHA256}", "restore the file; it is frozen")
    items = [GeneralItem.model_validate_json(line) for line in body.decode().splitlines()]
    return items[:limit]


def pairs(items: Sequence[GeneralItem]) -> list[tuple[str, str]]:
    """What an engine scores: (prompt, completion), right and wrong in turn."""
    return [(item.prompt, ending) for item in items for ending in (item.right, item.wrong)]


def correct(logprobs: Sequence[float]) -> int:
    """In how many items the right ending is the likelier one, from the scores of `pairs`; a NaN counts as wrong.

    Raises ValueError on an odd number of scores.
    """
    if len(logprobs) % 2:
        raise ValueError(f"{len(logprobs)} scores can't be pairs of right and wrong")
    scored = zip(logprobs[::2], logprobs[1::2], strict=True)
    return sum(right > wrong for right, wrong in scored if not (math.isnan(right) or math.isnan(wrong)))

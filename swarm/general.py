"""The general exam: multiple-choice items that tell whether a student keeps what its base could do.

The project's own 300 are frozen. A run may have others (`exam.general`): a JSONL file whose items all have as many
endings, which `swarm general` writes from a task of lm-evaluation-harness.
"""

import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from swarm.errors import ConfigError
from swarm.records import Record

ITEMS = Path(__file__).resolve().parent / "general" / "items.jsonl"
SHA256 = "ed7222990530ba61b0e7fe5f8c2b19c458ef08fa3e928d60e6274faee775b89b"
GENERAL_FILE = "general.jsonl"
"""What a run's copy of an exam of one's own is called in its folder."""
LEAST = 50
"""Items of an exam of one's own. Of 50 with two endings, all right show at least .88 of a perfect base's skill, where a
promotion asks .85; forty show .856."""


def _several(given: object) -> object:
    return (given,) if isinstance(given, str) else given


class GeneralItem(Record):
    """A beginning, and ways to go on: the right one and wrong ones, each with its leading space."""

    kind: str = ""
    prompt: str = Field(min_length=1, max_length=4000)
    right: str = Field(min_length=1, max_length=1000)
    wrong: Annotated[tuple[str, ...], BeforeValidator(_several)] = Field(min_length=1, max_length=25)

    @model_validator(mode="after")
    def _differ(self) -> "GeneralItem":
        if len({self.right, *self.wrong}) < 1 + len(self.wrong):
            raise ValueError(f"two endings of {self.prompt!r} are the same; each must differ")
        return self


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


def general_exam(file: str) -> list[GeneralItem]:
    """The items of a run: those of `file`, or the project's own where it names none.

    Raises ConfigError that names the line where a file doesn't hold such an exam.
    """
    if not file:
        return load_general()
    try:
        lines = Path(file).read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"exam.general is {file!r}: {error}", "name a JSONL file of items, UTF-8") from error
    return sound([_item(line, f"{file}, line {number}") for number, line in enumerate(lines, 1) if line.strip()], file)


def sound(items: list[GeneralItem], name: str) -> list[GeneralItem]:
    """The items themselves. Raises ConfigError where they are too few, or not all have as many endings."""
    if len(items) < LEAST:
        raise ConfigError(f"{name} has {len(items)} items", f"give {LEAST} at least")
    sizes = sorted({1 + len(item.wrong) for item in items})
    if len(sizes) > 1:
        said = f"{name} has items of {' and '.join(map(str, sizes))} endings"
        raise ConfigError(said, "give all of them as many: what chance gets right is one number for all")
    return items


def kept_exam(file: str, run: Path, folder: Path) -> str:
    """The path of a run's own copy of its exam, "" for the project's: whatever becomes of the original, it stays.

    The copy is made once, in `folder`, which is the run's or becomes it. Raises ConfigError as `general_exam` does.
    """
    if not file:
        return ""
    copy = folder / GENERAL_FILE
    if not copy.is_file():
        general_exam(file)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(Path(file).read_bytes())
    return str(run.absolute() / GENERAL_FILE)


def exam_of_run(file: str, run: Path) -> str:
    """Where a run's exam is now that the run lies in this folder."""
    copy = run.absolute() / GENERAL_FILE
    return str(copy) if Path(file).name == GENERAL_FILE and copy.is_file() else file


def _item(line: str, place: str) -> GeneralItem:
    fix = 'each line is {"prompt": "...", "right": " ...", "wrong": [" ...", ...]}'
    try:
        return GeneralItem.model_validate(json.loads(line))
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(f"{place}: {'.'.join(map(str, first['loc']))}: {first['msg']}", fix) from error
    except ValueError as error:
        raise ConfigError(f"{place}: {error}", fix) from error


def choices(items: Sequence[GeneralItem]) -> int:
    """How many endings each item of an exam has; 2 for an empty one."""
    return 1 + len(items[0].wrong) if items else 2


def pairs(items: Sequence[GeneralItem]) -> list[tuple[str, str]]:
    """What an engine scores: (prompt, completion), of each item the right ending first."""
    return [(item.prompt, ending) for item in items for ending in (item.right, *item.wrong)]


def correct(logprobs: Sequence[float], endings: int = 2) -> int:
    """In how many items the right ending is the likeliest one, from the scores of `pairs`; a NaN counts as wrong.

    Raises ValueError on scores that aren't so many for each item.
    """
    if len(logprobs) % endings:
        raise ValueError(f"{len(logprobs)} scores can't be those of items with {endings} endings")
    items = (logprobs[start : start + endings] for start in range(0, len(logprobs), endings))
    return sum(right > max(wrong) for right, *wrong in items if not any(map(math.isnan, (right, *wrong))))

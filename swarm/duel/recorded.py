"""Answers that were recorded elsewhere, read strictly: each is to one item of the exam, and each item needs one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swarm.domains.base import Domain
from swarm.domains.labelled.loading import MOST_SHOWN, Fault
from swarm.errors import ConfigError

_FIX = "Give one object a line with `id` (or `question`) and `prediction`, as `swarm duel --questions` writes them"


def questions(exam: Mapping[str, str]) -> str:
    """The exam for those who answer elsewhere, as JSONL: id to question. What is to be added is `prediction`."""
    return "".join(json.dumps({"id": key, "question": said}, ensure_ascii=False) + "\n" for key, said in exam.items())


def predictions(path: Path, exam: Mapping[str, str], domain: Domain) -> dict[str, str]:
    """What a file says to each item of an exam (id to question); "" where it holds null, which counts as wrong.

    The order of lines is free, since each says which item it answers. Raises ConfigError that names the lines at fault.
    """
    reading = _Reading(exam, {said: key for key, said in exam.items()}, domain)
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise ConfigError(f"answers {str(path)!r} can't be read: {error.strerror}", _FIX) from error
    for number, line in enumerate(lines, 1):
        if line.strip() and (problem := reading.take(number, line)):
            reading.faults.append(Fault(number, problem))
    _complain(path, reading.faults, len(exam), [key for key in exam if key not in reading.said])
    return {key: reading.said[key][1] for key in exam}


@dataclass
class _Reading:
    exam: Mapping[str, str]
    ids: Mapping[str, str]
    domain: Domain
    said: dict[str, tuple[int, str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def take(self, number: int, line: bytes) -> str:
        """What is wrong with a line; "" where it was taken."""
        try:
            row = json.loads(line.decode("utf-8"))
        except ValueError as error:
            return f"not JSON in UTF-8: {error}"
        if not isinstance(row, dict) or "prediction" not in row:
            return "holds no `prediction`"
        key = self._item(row)
        if key not in self.exam:
            return key
        if key in self.said:
            return f"answers the same item as line {self.said[key][0]}"
        text = row["prediction"]
        if not isinstance(text, str | None):
            return f"prediction {text!r} is no text"
        if problem := self._strange(text or ""):
            return problem
        self.said[key] = number, text or ""
        return ""

    def _item(self, row: dict[str, Any]) -> str:
        """The id of the item that is meant, or what is wrong."""
        if "id" not in row and "question" not in row:
            return "says neither `id` nor `question`, so nobody knows what it answers"
        if "id" in row and row["id"] not in self.exam:
            return f"id {row['id']!r} is none of the exam's"
        if "question" in row and row["question"] not in self.ids:
            return f"question {str(row['question'])[:60]!r} is none of the exam's"
        if "id" in row and "question" in row and self.ids[row["question"]] != row["id"]:
            return f"has the id {row['id']!r} and the question of {self.ids[row['question']]!r}: the order was mixed up"
        return str(row["id"]) if "id" in row else self.ids[row["question"]]

    def _strange(self, text: str) -> str:
        """Labels outside the set are refused: what is only spelled otherwise would count as wrong."""
        said = text.strip()
        if not (self.domain.choices and said) or said in self.domain.choices or self.domain.read(text).answers:
            return ""
        return f"prediction {text[:40]!r} is none of {list(self.domain.choices)}; null stands for no answer"


def _complain(path: Path, faults: Sequence[Fault], items: int, missing: Sequence[str]) -> None:
    if faults:
        shown = "; ".join(map(str, faults[:MOST_SHOWN]))
        rest = f"; and {len(faults) - MOST_SHOWN} more" if len(faults) > MOST_SHOWN else ""
        raise ConfigError(f"{path.name}: {len(faults)} fault{'s' if len(faults) > 1 else ''}: {shown}{rest}", _FIX)
    if missing:
        some = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
        raise ConfigError(
            f"{path.name} has answers to {items - len(missing)} of the exam's {items} items; missing: {some}",
            "Answer them, with null where no answer was given",
        )

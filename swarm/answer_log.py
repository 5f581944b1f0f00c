"""What a target said, probe by probe, in an append-only file: who asks may be interrupted, and goes on from it."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from swarm.approach import Approach
from swarm.errors import ConfigError, StoreError
from swarm.records import Record


class Answer(Record):
    """One call: what came back for a probe, or the problem for which nothing did. A problem is no wrong answer."""

    probe_id: str
    text: str = ""
    student: str = ""
    """What answered, where the target says it: a checkpoint's id."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    truncated: bool = False
    dollars: float = 0.0
    seconds: float = 0.0
    batch: int = 1
    """How many probes shared the time: `seconds` is its part of it."""
    by_likelihood: bool = False
    problem: str = ""


class Spent(Record):
    """What all calls so far have cost; `dearest` is the most tokens that one of them took."""

    calls: int = 0
    failed_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    dollars: float = 0.0
    seconds: float = 0.0
    dearest: int = 0

    @property
    def tokens(self) -> int:
        """Tokens read and written."""
        return self.prompt_tokens + self.completion_tokens

    def plus(self, answer: Answer) -> "Spent":
        """With one call more."""
        tokens = answer.prompt_tokens + answer.completion_tokens
        return Spent(
            calls=self.calls + 1,
            failed_calls=self.failed_calls + bool(answer.problem),
            prompt_tokens=self.prompt_tokens + answer.prompt_tokens,
            completion_tokens=self.completion_tokens + answer.completion_tokens,
            dollars=self.dollars + answer.dollars,
            seconds=self.seconds + answer.seconds,
            dearest=max(self.dearest, tokens),
        )


class AnswerLog:
    """All calls so far. One line of JSON each; synced before it counts."""

    def __init__(self, file: IO[bytes], answers: Sequence[Answer]) -> None:
        self._file = file
        self._answers: dict[str, Answer] = {}
        self.spent = Spent()
        for answer in answers:
            self._take(answer)

    @property
    def answered(self) -> int:
        """How many probes have an answer."""
        return len(self._answers)

    def answer(self, probe_id: str) -> Answer | None:
        """What was said to a probe; None where it was not asked, or where no call brought an answer."""
        return self._answers.get(probe_id)

    def add(self, answers: Sequence[Answer]) -> None:
        """Write calls down."""
        self._file.write(b"".join(answer.model_dump_json().encode() + b"\n" for answer in answers))
        self._file.flush()
        os.fsync(self._file.fileno())
        for answer in answers:
            self._take(answer)

    def _take(self, answer: Answer) -> None:
        self.spent = self.spent.plus(answer)
        if not answer.problem:
            self._answers[answer.probe_id] = answer


@contextmanager
def answer_log(path: Path) -> Iterator[AnswerLog]:
    """The log in a file, held by this process alone. A last line that a kill has cut off is dropped.

    Raises ConfigError where another process holds it, StoreError where a line is no call.
    """
    with path.open("ab+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(f"{str(path)!r} is in use", "wait for who else asks, or give another --to") from None
        file.seek(0)
        whole, _, torn = file.read().rpartition(b"\n")
        if torn:
            file.truncate(len(whole) + 1 if whole else 0)
        yield AnswerLog(file, _read(path, whole.splitlines()))


def stored_answers(path: Path) -> list[Answer]:
    """The calls in a file that nobody is writing to."""
    return _read(path, path.read_bytes().rpartition(b"\n")[0].splitlines())


def _read(path: Path, lines: Sequence[bytes]) -> list[Answer]:
    read = []
    for number, line in enumerate(lines, 1):
        try:
            read.append(Answer.model_validate_json(line))
        except ValidationError as error:
            said = error.errors()[0]["msg"]
            raise StoreError(f"{str(path)!r}, line {number} is no call: {said}", "Begin anew with --fresh") from error
    return read


def affordable(approach: Approach, spent: Spent, wanted: int, guess: int) -> tuple[int, str]:
    """How many of so many calls the caps leave room for, and which cap it is that leaves no more.

    A call is taken to cost what the dearest one so far did (`guess` tokens before the first), so a cap on tokens or
    money is passed by no more than what one round costs beyond that.
    """
    each, caps = max(1, spent.dearest or guess), []
    if approach.max_calls:
        caps.append((approach.max_calls - spent.calls, f"{spent.calls} of {approach.max_calls} calls"))
    if approach.max_tokens:
        caps.append(((approach.max_tokens - spent.tokens) // each, f"{spent.tokens} of {approach.max_tokens} tokens"))
    if approach.max_dollars:
        left = int((approach.max_dollars - spent.dollars) / (each * approach.price / 1e6))
        caps.append((left, f"{spent.dollars:.4f} of {approach.max_dollars:g} dollars"))
    room, words = min(caps, default=(wanted, ""))
    return (wanted, "") if room >= wanted else (max(0, room), f"a cap leaves no more: {words} were spent")

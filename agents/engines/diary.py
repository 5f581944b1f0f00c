"""What an engine has computed, for whom and how long: two clock readings a batch, read every few seconds."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from swarm.books import Books
from swarm.spells import MOST_SPELLS, Spell

BRIEF_SECONDS = 0.5
"""Two spells of the same kind with less between them are one."""


class Diary:
    """An engine writes down each batch while it has the cores; who was served signs for what was written since.

    An engine that writes serves one call at a time, so what was written since is that call's. Of what nobody reads, the
    latest is kept. An engine that writes nothing itself has its calls as a whole.
    """

    def __init__(self, place: str = "engine", clock: Callable[[], float] = time.monotonic) -> None:
        self._place = place
        self._clock = clock
        self._unsigned = deque[Spell](maxlen=MOST_SPELLS)
        self._signed = deque[Spell](maxlen=MOST_SPELLS)

    @contextmanager
    def computing(self, what: str, checkpoint_id: str) -> Iterator[Books]:
        """The engine computes inside, with these weights; the tokens are what is put into the books."""
        books, began = Books(), self._clock()
        yield books
        self._unsigned.append(self._spell(what, checkpoint_id, self._clock() - began, books))

    @contextmanager
    def serving(self, who: str, what: str) -> Iterator[Books]:
        """A call for `who` is served inside. The books matter where the engine writes nothing down."""
        books, began = Books(), self._clock()
        try:
            yield books
            taken = self._clock() - began
            if not self._unsigned and taken >= BRIEF_SECONDS / 10:
                self._unsigned.append(self._spell(what, "", taken, books))
        finally:
            while self._unsigned:
                self._sign(self._unsigned.popleft().model_copy(update={"who": who}))

    def read(self) -> tuple[Spell, ...]:
        """What was signed since the last reading, in order."""
        found = tuple(self._signed)
        self._signed.clear()
        return found

    def loaded(self, seconds: float) -> None:
        """The process came up in so many seconds, until now."""
        self._sign(self._spell("load", "", seconds, Books()))

    def _spell(self, what: str, checkpoint_id: str, seconds: float, books: Books) -> Spell:
        ended = datetime.now(UTC)
        return Spell(
            place=self._place,
            what=what,
            checkpoint_id=checkpoint_id,
            began=ended - timedelta(seconds=seconds),
            ended=ended,
            prompt_tokens=books.prompt_tokens,
            completion_tokens=books.completion_tokens,
        )

    def _sign(self, spell: Spell) -> None:
        if self._signed and (joined := _joined(self._signed[-1], spell)):
            self._signed[-1] = joined
        else:
            self._signed.append(spell)


def _joined(before: Spell, after: Spell) -> Spell | None:
    """Both as one; None where they are of another kind, or too far apart."""
    kinds = [(spell.what, spell.who, spell.checkpoint_id) for spell in (before, after)]
    if kinds[0] != kinds[1] or (after.began - before.ended).total_seconds() > BRIEF_SECONDS:
        return None
    return before.model_copy(
        update={
            "began": min(before.began, after.began),
            "ended": max(before.ended, after.ended),
            "prompt_tokens": before.prompt_tokens + after.prompt_tokens,
            "completion_tokens": before.completion_tokens + after.completion_tokens,
        }
    )

"""A random source that remembers what was chosen, and can choose the same again but for some of it.

A generator is a function of its random source, so an edit of its choices is an edit of what it makes, with an answer
that is right by construction: parametric generators, as in Zest (Padhye et al., ISSTA 2019).
"""

import random
from collections.abc import MutableSequence, Sequence
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")

NAME_BITS = 64
"""Draws of at least so many bits name things, such as samples: never remembered, never the same again."""


class Choice(NamedTuple):
    """One draw: `value` below `size`; a size of 0 means a number in [0, 1)."""

    size: int
    value: float


class Choices(random.Random):
    """Gives the choices of a script as long as they fit, else those of a seed; `made` is what it gave.

    Where the next choice of the script has another size than is asked for, the script goes on at its next one of that
    size. With an empty script it gives what `random.Random(seed)` gives by choice, randint, randrange and random.
    """

    def __init__(self, seed: str, script: Sequence[Choice] = ()) -> None:
        super().__init__()
        self.made: list[Choice] = []
        self._fresh = random.Random(seed)
        self._script = tuple(script)
        self._at = 0

    def random(self) -> float:
        """A number in [0, 1)."""
        return self._give(0)

    def getrandbits(self, k: int, /) -> int:
        """So many random bits."""
        return self._fresh.getrandbits(k) if k >= NAME_BITS else self._below(1 << k)

    def choice(self, seq: Sequence[T]) -> T:  # type: ignore[override]
        """One of several. Raises IndexError where there is none."""
        if not seq:
            raise IndexError("0 options to choose from: give at least one")
        return seq[self._below(len(seq))]

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        """One of a range. Raises ValueError where it is empty."""
        span = range(start) if stop is None else range(start, stop, step)
        if not span:
            raise ValueError(f"{span} is empty: give a range with at least one number")
        return span[self._below(len(span))]

    def shuffle(self, x: MutableSequence[Any]) -> None:
        """Put a list into another order."""
        x[:] = self.sample(list(x), len(x))

    def _below(self, size: int) -> int:
        return int(self._give(size))

    def _give(self, size: int) -> float:
        value = self._scripted(size)
        if value is None:
            value = self._fresh.randrange(size) if size else self._fresh.random()
        self.made.append(Choice(size, value))
        return value

    def _scripted(self, size: int) -> float | None:
        for place in range(self._at, len(self._script)):
            if self._script[place].size == size:
                self._at = place + 1
                return self._script[place].value
        return None


def edited(script: Sequence[Choice], rng: random.Random) -> tuple[Choice, ...]:
    """The script with one of its choices made otherwise. Raises ValueError where there is nothing to choose."""
    open_places = [place for place, choice in enumerate(script) if choice.size != 1]
    if not open_places:
        raise ValueError(f"none of {len(script)} choices can be made otherwise: give a script with a real choice")
    place = rng.choice(open_places)
    size, value = script[place]
    other = rng.random() if not size else (value + 1 + rng.randrange(size - 1)) % size
    return (*script[:place], Choice(size, other), *script[place + 1 :])

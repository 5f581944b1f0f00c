"""What an agent has spent on engines: tokens and money, for its heartbeats and its caps."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


class Charged(Protocol):
    """What an engine's answer cost, or several of them together."""

    @property
    def prompt_tokens(self) -> int:
        """Tokens read."""

    @property
    def completion_tokens(self) -> int:
        """Tokens written."""

    @property
    def dollars(self) -> float:
        """Money, US dollars."""


@dataclass
class Books:
    """Running totals of one agent; `dollars` is 0 unless an endpoint charges."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    dollars: float = 0.0

    @property
    def tokens(self) -> int:
        """Tokens read and written."""
        return self.prompt_tokens + self.completion_tokens

    def add(self, charged: Iterable[Charged]) -> None:
        """Book what these cost."""
        for one in charged:
            self.prompt_tokens += one.prompt_tokens
            self.completion_tokens += one.completion_tokens
            self.dollars += one.dollars

    def since(self, earlier: "Books") -> "Books":
        """What came on top of an earlier copy (a heartbeat reports increments)."""
        return Books(
            prompt_tokens=self.prompt_tokens - earlier.prompt_tokens,
            completion_tokens=self.completion_tokens - earlier.completion_tokens,
            dollars=self.dollars - earlier.dollars,
        )

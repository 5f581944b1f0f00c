"""What an agent has spent on engines: tokens and money, for its heartbeats and its caps."""

from collections.abc import Iterable
from dataclasses import dataclass

from agents.engines.base import Generation


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

    def add(self, generations: Iterable[Generation]) -> None:
        """Book what these generations cost."""
        for generation in generations:
            self.prompt_tokens += generation.prompt_tokens
            self.completion_tokens += generation.completion_tokens
            self.dollars += generation.dollars

    def since(self, earlier: "Books") -> "Books":
        """What came on top of an earlier copy (a heartbeat reports increments)."""
        return Books(
            prompt_tokens=self.prompt_tokens - earlier.prompt_tokens,
            completion_tokens=self.completion_tokens - earlier.completion_tokens,
            dollars=self.dollars - earlier.dollars,
        )

"""What every model engine can do, and the records in which it is asked."""

from collections.abc import Sequence
from typing import Literal, Protocol

from swarm.records import Record
from swarm.students import Checkpoint


class Message(Record):
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


class Request(Record):
    """One generation. Either `prompt` (raw text) or `messages` (the engine applies its chat template) is set.

    `checkpoint_id` "" means the untouched base. `regex`, where set, forces the whole output to match it.
    `choices`, where set, are the only texts that may come back: the likeliest after the prompt does, unless the
    engine can't score texts: then it writes, as without them. Temperature 0 is greedy.
    """

    prompt: str = ""
    messages: tuple[Message, ...] = ()
    checkpoint_id: str = ""
    max_new_tokens: int = 72
    temperature: float = 0.0
    regex: str = ""
    choices: tuple[str, ...] = ()


class Generation(Record):
    """What came back, with the books: tokens read and written, and US dollars where an endpoint charges."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    truncated: bool = False
    dollars: float = 0.0
    by_likelihood: bool = False
    """Whether the text is the likeliest of the request's choices; else it was written."""
    seconds: float = 0.0
    """How long an endpoint took for this very call, without waits and earlier tries; 0 where an engine can't tell."""


class Engine(Protocol):
    """A model that generates, several checkpoints side by side. Raises EngineUnavailable when it can't serve."""

    async def generate(self, requests: Sequence[Request]) -> list[Generation]:
        """Generate for every request, in order."""

    async def logprobs(self, pairs: Sequence[tuple[str, str]], checkpoint_id: str) -> list[float]:
        """Mean log-probability (nats per token) of each completion after its prompt."""

    async def take(self, checkpoint: Checkpoint) -> None:
        """Hold a checkpoint: read it, verify checksums and canary. Raises WeightsError where it is not what it says."""

    async def drop(self, checkpoint_id: str) -> None:
        """Let go of a checkpoint once nobody needs it."""

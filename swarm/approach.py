"""How a model is asked that nobody here serves: what it is, in which words, and what that may cost."""

from enum import StrEnum

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from swarm.records import Record

RAW_TOKENS, CHAT_TOKENS = 72, 256
"""Tokens of an answer by default: of what was grown on bare questions, and of a model that works in a chat."""


class TargetKind(StrEnum):
    """What is asked: weights on this machine, an OpenAI-compatible endpoint, or a run's champion."""

    WEIGHTS = "weights"
    ENDPOINT = "endpoint"
    RUN = "run"


class Asking(StrEnum):
    """How a question is put: bare, as students are grown on it, or in a chat with instructions and examples.

    In a chat, weights on this machine are forced to give an answer alone; in `cot` they write their steps first.
    """

    RAW = "raw"
    CHAT = "chat"
    COT = "cot"


class Approach(Record):
    """One model and how it is asked. The first group decides what it says; the second what may be spent on it."""

    target: str
    kind: TargetKind
    checkpoint: str = ""
    """Of a run: this one, by its weights; "" asks whom it serves, through its gateway where that answers."""
    model: str = ""
    """The endpoint's name of the model; "" takes the one that it lists."""
    ask: Asking
    shots: int = Field(4, ge=0, le=64)
    """Worked examples in a chat."""
    seed: int = Field(1, ge=0)
    new_tokens: int = Field(RAW_TOKENS, ge=1)

    max_calls: int = Field(0, ge=0)
    max_tokens: int = Field(0, ge=0)
    max_dollars: float = Field(0, ge=0)
    """Caps over all starts; 0 means none."""
    price: float = Field(0, ge=0)
    """US dollars for a million tokens."""
    key: str = ""
    """Environment variable or file that holds the endpoint's key; never the key."""
    rate: int = Field(120, ge=1)
    """Calls to an endpoint in a minute."""
    at_once: int = Field(8, ge=1, le=256)
    timeout: float = Field(60, gt=0)
    threads: int = Field(2, ge=1)

    @model_validator(mode="after")
    def _money_has_a_price(self) -> "Approach":
        if self.max_dollars and not self.price:
            said = f"max_dollars is {self.max_dollars:g} but no price is known; give --price, dollars for 1M tokens"
            raise PydanticCustomError("price", "{said}", {"said": said})
        return self


def differing(names: tuple[str, ...], before: Record, now: Record) -> str:
    """The first of these settings that two records have otherwise; "" where there is none."""
    return next((name for name in names if getattr(before, name) != getattr(now, name)), "")


SAID_BY = ("target", "kind", "checkpoint", "model", "ask", "shots", "seed", "new_tokens")
"""Settings that decide what is said: answers are kept for as long as these stay."""

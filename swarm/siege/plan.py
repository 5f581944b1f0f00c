"""What a siege is to do, as one record that is written down before its first call."""

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from swarm.domains.base import Domain
from swarm.errors import ConfigError
from swarm.records import Cell, Record

PLAN_FILE, ANSWERS_FILE, REPORT_FILE, PAGE_FILE = "plan.json", "answers.jsonl", "siege.json", "siege.html"
"""What lies in the folder of a siege."""

MANY_FAILURES = 0.25
"""The siege bound's lambda that tells most where a third of some hundreds of probes fail."""

RAW_TOKENS, CHAT_TOKENS = 72, 256
"""Tokens of an answer by default: of what was grown on bare questions, and of a model that works in a chat."""


class TargetKind(StrEnum):
    """What is besieged: weights on this machine, an OpenAI-compatible endpoint, or a run's champion."""

    WEIGHTS = "weights"
    ENDPOINT = "endpoint"
    RUN = "run"


class Asking(StrEnum):
    """How a question is put: bare, as students are grown on it, or in a chat with instructions and examples."""

    RAW = "raw"
    CHAT = "chat"


class SiegePlan(Record):
    """A siege. The first group decides what is asked and said; a siege that goes on keeps it as it was."""

    target: str
    kind: TargetKind
    domain: str
    model: str = ""
    """The endpoint's name of the model; "" takes the one that it lists."""
    ask: Asking
    shots: int = Field(4, ge=0, le=64)
    """Worked examples in a chat."""
    seed: int = Field(1, ge=0)
    cells: tuple[str, ...] = ()
    """Cells that are besieged, or subdomains of them (`besieged`); () means all."""
    round: int = Field(30, ge=1, le=1000)
    """Probes between two looks at what failed."""
    new_tokens: int = Field(RAW_TOKENS, ge=1)
    alpha: float = Field(0.05, gt=0, lt=0.5)
    attempt: int = Field(0, ge=0)
    """Of sieges that are repeated until one passes, the j-th, which spends alpha_j; 0 stands alone at alpha."""
    lam: float = Field(MANY_FAILURES, gt=0)
    """The siege bound's lambda, fixed before the first call; see `standing.fitting_lambda`."""
    rubric: str = ""
    """File of the rubric that is judged by; "" means rubrics/siege.yaml."""

    calls: int = Field(300, ge=1)
    """Probes to be asked in all."""
    max_calls: int = Field(0, ge=0)
    max_tokens: int = Field(0, ge=0)
    max_dollars: float = Field(0, ge=0)
    """Caps over all starts of the siege; 0 means none."""
    price: float = Field(0, ge=0)
    """US dollars for a million tokens."""
    key: str = ""
    """Environment variable or file that holds the endpoint's key; never the key."""
    rate: int = Field(120, ge=1)
    """Calls to an endpoint in a minute."""
    at_once: int = Field(8, ge=1, le=256)
    timeout: float = Field(60, gt=0)
    threads: int = Field(2, ge=1)
    max_failure_rate: float | None = Field(None, gt=0, lt=1)

    @model_validator(mode="after")
    def _money_has_a_price(self) -> "SiegePlan":
        if self.max_dollars and not self.price:
            said = f"max_dollars is {self.max_dollars:g} but no price is known; give --price, dollars for 1M tokens"
            raise PydanticCustomError("price", "{said}", {"said": said})
        return self

    def differs(self, other: "SiegePlan") -> str:
        """The first setting that another plan has otherwise, although a siege that goes on must keep it; else ""."""
        return next((name for name in KEPT if getattr(self, name) != getattr(other, name)), "")


KEPT = (
    "target", "kind", "domain", "model", "ask", "shots", "seed", "cells", "round", "new_tokens", "alpha", "attempt",
    "lam", "rubric",
)  # fmt: skip
"""Settings that a siege keeps when it goes on."""


def besieged(domain: Domain, keys: Sequence[str]) -> tuple[Cell, ...]:
    """The cells that are meant: `subdomain`, `subdomain/weather` or a whole key; none means all. Raises ConfigError."""
    known = tuple(domain.cells())
    for key in keys:
        if not any(_within(cell, key) for cell in known):
            names = ", ".join(dict.fromkeys(cell.subdomain for cell in known))
            raise ConfigError(f"{domain.name} has no cell {key!r}", f"Give a cell, or a subdomain: {names}")
    return tuple(cell for cell in known if not keys or any(_within(cell, key) for key in keys))


def _within(cell: Cell, key: str) -> bool:
    return f"{cell.key}/".startswith(f"{key.rstrip('/')}/")


def default_folder(target: str, seed: int) -> Path:
    """Where a siege lies unless it is told otherwise: `runs/siege-TARGET-seedN`."""
    plain = re.sub(r"^https?://", "", target.rstrip("/"))
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", plain).strip("-.")[-60:].strip("-.")
    return Path("runs") / f"siege-{slug or 'target'}-seed{seed}"

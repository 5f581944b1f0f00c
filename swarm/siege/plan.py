"""What a siege is to do, as one record that is written down before its first call."""

import re
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from swarm.approach import SAID_BY, Approach, differing
from swarm.domains.base import Domain
from swarm.errors import ConfigError
from swarm.records import Cell

PLAN_FILE, ANSWERS_FILE, REPORT_FILE, PAGE_FILE = "plan.json", "answers.jsonl", "siege.json", "siege.html"
"""What lies in the folder of a siege."""

MANY_FAILURES = 0.25
"""The siege bound's lambda that tells most where a third of some hundreds of probes fail."""


class SiegePlan(Approach):
    """A siege: whom it is laid to and how that is asked, and what is asked and said."""

    domain: str
    cells: tuple[str, ...] = ()
    """Cells that are besieged, or subdomains of them (`besieged`); () means all."""
    round: int = Field(30, ge=1, le=1000)
    """Probes between two looks at what failed."""
    alpha: float = Field(0.05, gt=0, lt=0.5)
    attempt: int = Field(0, ge=0)
    """Of sieges that are repeated until one passes, the j-th, which spends alpha_j; 0 stands alone at alpha."""
    lam: float = Field(MANY_FAILURES, gt=0)
    """The siege bound's lambda, fixed before the first call; see `standing.fitting_lambda`."""
    rubric: str = ""
    """File of the rubric that is judged by; "" means rubrics/siege.yaml."""
    calls: int = Field(300, ge=1)
    """Probes to be asked in all."""
    max_failure_rate: float | None = Field(None, gt=0, lt=1)

    def differs(self, other: "SiegePlan") -> str:
        """The first setting that another plan has otherwise, although a siege that goes on must keep it; else ""."""
        return differing(KEPT, self, other)


KEPT = (*SAID_BY, "domain", "cells", "round", "alpha", "attempt", "lam", "rubric")
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

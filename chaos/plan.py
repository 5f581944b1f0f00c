"""Which fault comes when: a function of seed, number and length, so that a run can be planned again."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What can be done to a gateway, its clients, and what lies between and beneath them."""

    GATEWAY_KILL = "gateway killed"
    GATEWAY_STOP = "gateway stopped"
    CLIENT_KILL = "client killed"
    CLIENT_STOP = "client stopped beyond its leases"
    RESET = "connections reset"
    STALL = "connections stalled"
    ANSWERS_LOST = "answers lost, then reset"
    DISK_FULL = "disk full"
    CLOCK_FORWARD = "clock steps forward"
    CLOCK_BACK = "clock steps back"
    SLOW_SYNC = "slow sync"


LEASE_SECONDS = 2.5
"""What workers ask for."""

SECONDS: Mapping[Kind, tuple[float, float]] = {
    Kind.GATEWAY_KILL: (0.0, 0.5),
    Kind.GATEWAY_STOP: (0.5, 3.0),
    Kind.CLIENT_KILL: (0.0, 0.0),
    Kind.CLIENT_STOP: (LEASE_SECONDS + 1.5, LEASE_SECONDS + 4.0),
    Kind.RESET: (0.0, 0.0),
    Kind.STALL: (0.5, 5.0),
    Kind.ANSWERS_LOST: (0.2, 2.0),
    Kind.DISK_FULL: (0.5, 3.0),
    Kind.CLOCK_FORWARD: (5.0, 60.0),
    Kind.CLOCK_BACK: (5.0, 60.0),
    Kind.SLOW_SYNC: (1.0, 4.0),
}
"""How long each lasts; for the clock, how far it steps; after a kill, how long until the gateway is started again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `draw` in [0, 1) picks whom it meets."""

    at: float
    kind: Kind
    seconds: float
    draw: float


def plan(seed: int, count: int, seconds: float) -> list[Fault]:
    """`count` faults over `seconds`, every kind as often as every other (within one), in a drawn order."""
    rng = random.Random(f"chaos/{seed}")
    kinds = [list(Kind)[number % len(Kind)] for number in range(count)]
    rng.shuffle(kinds)
    step = seconds / max(1, count)
    return [
        Fault((number + rng.random()) * step, kind, rng.uniform(*SECONDS[kind]), rng.random())
        for number, kind in enumerate(kinds)
    ]

"""What every part of the exchange stands on: the store, and the settings that the exchange was opened with."""

import random
from collections.abc import Callable, Sequence

from swarm.criteria import Rubric
from swarm.exchange.credits import Credits, Limits
from swarm.exchange.store import Store
from swarm.exchange.tokens import TokenSigner
from swarm.records import Sample

Gold = Callable[[Sequence[Sample], Sample, Rubric | None], bool | None]
"""Whether an output that answers a chain is right; None where that can't be known. The rubric is a verdict's own."""


class Part:
    """Methods over one store. Each method is one unit of its own, or joins the transaction that its thread has open."""

    def __init__(
        self,
        store: Store,
        signer: TokenSigner,
        queue_limit: int,
        rng: random.Random,
        credits: Credits,
        gold: Gold,
        held_out: str,
    ) -> None:
        self._store = store
        self._signer = signer
        self._rng = rng
        self._gold = gold
        self._limits = Limits(queue_limit, credits, held_out)

"""What every part of the exchange stands on: the store, and the settings that the exchange was opened with."""

import random

from swarm.exchange.credits import Credits
from swarm.exchange.store import Store
from swarm.exchange.tokens import TokenSigner


class Part:
    """Methods over one store. Each method is one unit of its own, or joins the transaction that its thread has open."""

    def __init__(
        self, store: Store, signer: TokenSigner, queue_limit: int, rng: random.Random, credits: Credits
    ) -> None:
        self._store = store
        self._signer = signer
        self._queue_limit = queue_limit
        self._rng = rng
        self._credits = credits

"""A process that is killed after it has put a body and before its row is there."""

import os
import signal
import sys
from datetime import UTC, datetime

from exchange_rig import KEY, PROBER, probe

from swarm.exchange import Exchange
from swarm.exchange.bodies import Bodies


class Cut(Bodies):
    """Puts one body and is no more."""

    def put(self, body: str) -> str:
        print(super().put(body), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


url, place = sys.argv[1:]
exchange = Exchange(url, "swarm", "calendar", lambda: datetime(2026, 1, 1, tzinfo=UTC), KEY, bodies=place)
exchange.store.bodies.__class__ = Cut
exchange.publish(PROBER, [probe(question="long " * 10_000).model_copy(update={"id": "1" * 32})])

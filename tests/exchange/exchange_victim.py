"""A process that publishes without end, telling each acknowledged id, until it is killed."""

import sys
from datetime import UTC, datetime

from exchange_rig import KEY, PROBER, probe

from swarm.exchange import Exchange

exchange = Exchange(sys.argv[1], "swarm", "calendar", lambda: datetime(2026, 1, 1, tzinfo=UTC), KEY)
while True:
    (answer,) = exchange.publish(PROBER, [probe()])
    print(answer.id, flush=True)

"""What a published sample costs the gateway's processor: `python -m bench.cost [--profile] [--gateway] [--growth]`.

CPU time, not time on a clock, so that a busy machine says nearly the same as an idle one: stage by stage in one thread,
where the fastest of several rounds counts; and of a whole gateway, with its network, encryption and threads.
"""

import argparse
import cProfile
import itertools
import pstats
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bench import load, servers
from bench.load import Plan, publish_requests
from swarm.codec import to_wire
from swarm.exchange import Credits, Exchange, Identity
from swarm.gateway.desk import sound_records
from swarm.gateway.soundness import check_sample
from swarm.records import Sample, new_id
from swarm.roles import Role
from swarm.v1 import exchange_pb2

BATCH = 32
GROUP = 4
"""Calls in one commit: about what a gateway has with eight under way."""
STAGES = ("parse", "read", "store", "commit", "answer")
_PROBER = Identity("prober-1", Role.PROBER)
_LIMIT = 100_000_000


class Costs:
    """Seconds of CPU time by stage; the stages of one round are added up, and the least round of each is kept."""

    def __init__(self) -> None:
        self.least = dict.fromkeys(STAGES, float("inf"))
        self._round = dict.fromkeys(STAGES, 0.0)

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Count what is done inside to a stage, and not to one around it."""
        began, others = time.thread_time(), sum(self._round.values())
        yield
        self._round[stage] += time.thread_time() - began - (sum(self._round.values()) - others)

    def close_round(self) -> float:
        """Keep what was cheaper in this round than in all before it; what it cost, all stages together."""
        self.least = {stage: min(self.least[stage], spent) for stage, spent in self._round.items()}
        whole, self._round = sum(self._round.values()), dict.fromkeys(STAGES, 0.0)
        return whole


def publish_group(exchange: Exchange, requests: list[bytes], costs: Costs) -> None:
    """What a gateway does for these calls between network and network, in one commit."""
    with costs.of("parse"):
        parsed = [exchange_pb2.PublishRequest.FromString(request) for request in requests]
    with costs.of("read"):
        calls = [sound_records(message.samples, Sample, "id", _checked)[0] for message in parsed]
    with costs.of("commit"), exchange.transaction(), costs.of("store"):
        answers = [exchange.publish(_PROBER, samples) for samples in calls]
    with costs.of("answer"):
        for given in answers:
            exchange_pb2.PublishResponse(answers=map(to_wire, given)).SerializeToString()


def measure(
    folder: Path,
    samples: int,
    rounds: int,
    tell: Callable[[int, float], None] = lambda *_: None,
    named: Callable[[], str] = new_id,
) -> Costs:
    """The costs of so many samples in each round, on a store of its own that grows from round to round. `tell` hears
    after each how many samples are stored, and the seconds that the latest ones took; `named` gives them their ids."""
    costs = Costs()
    limits: dict[str, Any] = {"queue_limit": _LIMIT, "credits": Credits(samples=_LIMIT)}
    url = f"sqlite:///{folder / 'cost.db'}"
    with Exchange(url, "bench", load.DOMAIN, lambda: datetime.now(UTC), bytes(32), **limits) as exchange:
        made = (request.SerializeToString() for request in publish_requests(BATCH, named))
        for number in range(1, rounds + 1):
            groups = [list(itertools.islice(made, GROUP)) for _ in range(samples // (BATCH * GROUP))]
            for group in groups:
                publish_group(exchange, group, costs)
            tell(number * samples, costs.close_round())
    return costs


def of_gateway(folder: Path, samples: int) -> float:
    """Seconds of CPU time that a gateway with TLS takes for so many samples, in all its threads."""
    with servers.gateway(folder, tls=True, store="") as served:
        servers.client(load.publish, served.run, Plan(BATCH, 8, 3600.0), samples // 10)
        before = served.process.cpu_times()
        servers.client(load.publish, served.run, Plan(BATCH, 8, 3600.0), samples)
        after = served.process.cpu_times()
    return float(after.user + after.system - before.user - before.system)


def _checked(sample: Sample) -> Sample:
    check_sample(sample)
    return sample


def main(arguments: list[str]) -> int:
    """Measure and print milliseconds of CPU time for 1,000 samples."""
    parser = argparse.ArgumentParser(prog="python -m bench.cost", description=__doc__.split("\n")[0])
    parser.add_argument("--samples", type=int, default=5_120, help="in each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true", help="which functions it goes to, too")
    parser.add_argument(
        "--growth", action="store_true", help="each round's cost, too: the store grows from one to the next"
    )
    parser.add_argument(
        "--random-ids", action="store_true", help="ids as a stranger may send them, that don't begin with the time"
    )
    parser.add_argument("--gateway", action="store_true", help="a whole gateway with TLS, too")
    given = parser.parse_args(arguments)
    if given.samples < BATCH * GROUP:
        parser.error(f"--samples is {given.samples}, less than one commit of {BATCH * GROUP}")
    given.samples -= given.samples % (BATCH * GROUP)

    named = partial(secrets.token_hex, 16) if given.random_ids else new_id

    def grown(stored: int, seconds: float) -> None:
        print(f"{stored:>10,} samples stored: {1e6 * seconds / given.samples:6.1f} ms of CPU for 1,000", flush=True)

    with tempfile.TemporaryDirectory() as scratch:
        profile = cProfile.Profile(time.thread_time)
        if given.profile:
            costs = profile.runcall(measure, Path(scratch), given.samples, given.rounds, named=named)
        else:
            tell = grown if given.growth else lambda *_: None
            costs = measure(Path(scratch), given.samples, given.rounds, tell, named)
        spent = dict(costs.least, all=sum(costs.least.values()))
        if given.gateway:
            spent["gateway"] = of_gateway(Path(scratch), given.samples)
    for stage, seconds in spent.items():
        print(f"{stage:8} {1e6 * seconds / given.samples:8.1f} ms of CPU for 1,000 samples")
    if given.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

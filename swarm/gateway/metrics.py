"""What the gateway measures, for Prometheus: counted as it happens, or read from the store at each scrape."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Self

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from swarm.errors import ConfigError
from swarm.exchange import Exchange
from swarm.gateway.run_folder import CONTRACT
from swarm.records import Tier
from swarm.training import MishapKind, TrainerStanding

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Family:
    """One metric as it is documented and made. A counter's name ends in `_total`; `buckets` are a histogram's."""

    name: str
    kind: str
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0)
_SIZES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)

COUNTED = {
    family.name: family
    for family in (
        Family("swarm_rpc_seconds", "histogram", "answering a call, waits included", ("method", "code"), _SECONDS),
        Family("swarm_streams", "gauge", "streams that are open", ("method",)),
        Family("swarm_commit_seconds", "histogram", "a group of calls until it is synced", (), _SECONDS),
        Family("swarm_commit_calls", "histogram", "calls that one commit holds", (), _SIZES),
        Family(
            "swarm_calls_dropped_total", "counter", "calls that were not begun, because their caller was gone by then"
        ),
        Family("swarm_leases_total", "counter", "samples handed out", ("stage",)),
        Family("swarm_redeliveries_total", "counter", "samples handed out after a burned delivery", ("stage",)),
        Family("swarm_lease_expirations_total", "counter", "leases that ran out"),
        Family(
            "swarm_redactions_total",
            "counter",
            "personal data replaced in samples that came in, repeats too",
            ("kind",),
        ),
    )
}
"""Counted by this process since it started."""

READ = {
    family.name: family
    for family in (
        Family(
            "swarm_build_info",
            "gauge",
            "1, for the program and the swarm that it serves",
            ("version", "contract", "swarm", "domain"),
        ),
        Family("swarm_revision", "gauge", "revision of the latest change"),
        Family("swarm_queue_accepted_total", "counter", "samples that a queue ever accepted", ("stage",)),
        Family("swarm_queue_samples", "gauge", "samples of a queue by state", ("stage", "state")),
        Family("swarm_queue_oldest_age_seconds", "gauge", "how long the oldest live sample has waited", ("stage",)),
        Family(
            "swarm_queue_unaccounted", "gauge", "samples missing from the books; anything but 0 is a defect", ("stage",)
        ),
        Family("swarm_queue_dropped_total", "counter", "samples of a queue that its gate did not let pass", ("stage",)),
        Family("swarm_queue_unoffered_total", "counter", "samples that a tap was not offered", ("stage",)),
        Family("swarm_agents", "gauge", "agents on the roster", ("role",)),
        Family("swarm_outside_agents", "gauge", "agents that a credential was issued to", ("tier",)),
        Family("swarm_busy_seconds_total", "counter", "time that agents report to have worked", ("role",)),
        Family("swarm_corrections_waiting", "gauge", "corrections that no checkpoint has learned from"),
        Family("swarm_trainer_idle_fraction", "gauge", "idle share of the trainer group's last ten minutes"),
        Family(
            "swarm_trainer_seconds", "gauge", "time of the trainer group by activity since it came up", ("activity",)
        ),
        Family("swarm_trainer_mishaps_total", "counter", "ends of the trainer group that nobody asked for", ("kind",)),
        Family("swarm_phase", "gauge", "1 for the phase that the swarm is in", ("phase",)),
        Family("swarm_paused", "gauge", "1 while the swarm is paused"),
    )
}
"""Read from the store at each scrape."""

_STATES = ("ready", "leased", "delayed", "done", "dead", "expired", "discarded")
_MAKERS: dict[str, Any] = {"counter": Counter, "gauge": Gauge, "histogram": Histogram}


class Metrics:
    """The counts of one gateway, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._by_name = {name: self._make(family) for name, family in COUNTED.items()}
        self._commit_seconds: Histogram = self._by_name["swarm_commit_seconds"]
        self._commit_calls: Histogram = self._by_name["swarm_commit_calls"]

    def _make(self, family: Family) -> Any:
        more = {"buckets": family.buckets} if family.buckets else {}
        return _MAKERS[family.kind](family.name, family.meaning, family.labels, registry=self.registry, **more)

    def call(self, method: str, code: str, seconds: float) -> None:
        """A call was answered."""
        self._by_name["swarm_rpc_seconds"].labels(method, code).observe(seconds)

    def stream(self, method: str) -> Any:
        """A context in which a stream is open."""
        return self._by_name["swarm_streams"].labels(method).track_inprogress()

    def committed(self, calls: int, seconds: float) -> None:
        """A group of calls is durable."""
        self._commit_calls.observe(calls)
        self._commit_seconds.observe(seconds)

    def dropped(self, calls: int) -> None:
        """Calls were not begun, because nobody waited for their answers any more."""
        self._by_name["swarm_calls_dropped_total"].inc(calls)

    def leased(self, stage: str, leases: int, again: int) -> None:
        """Samples were handed out, `again` of them not for the first time."""
        self._by_name["swarm_leases_total"].labels(stage).inc(leases)
        self._by_name["swarm_redeliveries_total"].labels(stage).inc(again)

    def expired(self, leases: int) -> None:
        """Leases ran out."""
        self._by_name["swarm_lease_expirations_total"].inc(leases)

    def redacted(self, counts: Iterable[tuple[str, int]]) -> None:
        """Personal data of these kinds was replaced, so often each."""
        for kind, count in counts:
            self._by_name["swarm_redactions_total"].labels(kind).inc(count)

    @contextmanager
    def served(self, exchange: Exchange, port: int) -> Iterator[Self]:
        """Serve them at http://127.0.0.1:PORT/metrics, with what the store holds; port 0 serves nothing.

        Raises ConfigError where the port is taken.
        """
        if not port:
            yield self
            return
        self.registry.register(_Books(exchange))
        try:
            server, thread = start_http_server(port, HOST, self.registry)
        except OSError as error:
            raise ConfigError(
                f"can't serve metrics on {HOST}:{port}: {error.strerror}", "Give another --metrics-port"
            ) from error
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Books(Collector):
    """Reads the store in the scraper's thread, at one revision; where it can't be read, the scrape fails."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def collect(self) -> Iterator[Any]:
        state, placed = self._exchange.state(), self._exchange.standings()
        values: dict[str, dict[tuple[str, ...], float]] = {name: {} for name in READ}
        values["swarm_build_info"][version("nucleus-swarm"), CONTRACT, state.name, state.domain] = 1
        values["swarm_revision"][()] = state.revision
        for count in state.queues:
            stage = (count.name,)
            values["swarm_queue_accepted_total"][stage] = count.accepted
            values["swarm_queue_oldest_age_seconds"][stage] = count.oldest_age_seconds
            values["swarm_queue_unaccounted"][stage] = count.unaccounted
            values["swarm_queue_dropped_total"][stage] = count.dropped
            values["swarm_queue_unoffered_total"][stage] = count.unoffered
            for name in _STATES:
                values["swarm_queue_samples"][*stage, name] = getattr(count, name)
        for agent in state.agents:
            role = (agent.card.role_name,)
            values["swarm_agents"][role] = values["swarm_agents"].get(role, 0) + 1
        for tier in (Tier.TRUSTED, Tier.QUARANTINED, Tier.SUSPENDED):
            values["swarm_outside_agents"][(str(tier),)] = sum(s.tier is tier for s in placed)
        for cost in state.costs:
            values["swarm_busy_seconds_total"][(cost.role_name,)] = cost.busy_seconds
        values["swarm_corrections_waiting"][()] = state.corrections - state.corrections_trained
        standing = state.trainer or TrainerStanding()
        for mishap in MishapKind:
            values["swarm_trainer_mishaps_total"][(str(mishap),)] = dict(standing.counts).get(mishap, 0)
        if standing.report is not None:
            values["swarm_trainer_idle_fraction"][()] = standing.report.idle_fraction
            for activity, seconds in standing.report.seconds:
                values["swarm_trainer_seconds"][(str(activity),)] = seconds
        values["swarm_phase"][(str(state.phase.name),)] = 1
        values["swarm_paused"][()] = state.phase.paused
        for name, found in values.items():
            yield _family(READ[name], found)


def _family(family: Family, values: dict[tuple[str, ...], float]) -> Any:
    kind = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
    made = kind(family.name, family.meaning, labels=family.labels)
    for labels, value in values.items():
        made.add_metric(labels, value)
    return made

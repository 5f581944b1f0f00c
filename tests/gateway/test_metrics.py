"""Metrics over HTTP from a real gateway: they follow the work, refusals too, and the alert rules name only these."""

import asyncio
import re
import socket
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest
import pytest_asyncio
import yaml
from calendar_work import attempt, probes
from prometheus_client.parser import text_string_to_metric_families

from swarm.client import SwarmClient
from swarm.errors import ConfigError, RefusedError
from swarm.gateway.metrics import COUNTED, READ
from swarm.gateway.server import Gateway, Settings, serving
from swarm.privacy import load_screen
from swarm.roles import Role
from swarm.work import FailKind, Failure, QueueCount, Stage

pytestmark = pytest.mark.asyncio

RULES = Path(__file__).parents[2] / "cluster" / "alerts.yaml"
Values = dict[tuple[str, ...], float]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def values(port: int) -> Values:
    """Every sample of a scrape, by its name and the values of its labels in the order of their names."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as reply:
        families = list(text_string_to_metric_families(reply.read().decode()))
    return {
        (s.name, *(value for _, value in sorted(s.labels.items()))): s.value
        for family in families
        for s in family.samples
    }


@pytest_asyncio.fixture
async def measured(tmp_path: Path) -> AsyncIterator[tuple[Gateway, int]]:
    port = free_port()
    screen = load_screen(["email"], {}, "")
    async with serving(Settings(tmp_path, "test", "calendar", metrics_port=port, screen=screen)) as gateway:
        yield gateway, port


async def test_metrics_follow_the_work(measured: tuple[Gateway, int], tmp_path: Path) -> None:
    _, port = measured
    async with AsyncExitStack() as stack:
        prober = await stack.enter_async_context(SwarmClient.for_run(tmp_path, Role.PROBER, "prober-1"))
        student = await stack.enter_async_context(SwarmClient.for_run(tmp_path, Role.STUDENT, "student-1"))
        await prober.publish(probes(5))
        await attempt(student, "= nonsense, says ana@example.com")
        lease, other = await student.lease(Stage.PROBES, limit=2)
        await student.fail(
            [
                Failure(token=lease.token, kind=FailKind.REJECT, reason="no"),
                Failure(token=other.token, kind=FailKind.RELEASE, reason="away"),
            ]
        )
        stream = student.watch(0)
        await anext(stream)
        seen = await asyncio.to_thread(values, port)
        await stream.aclose()
    expected = {
        ("swarm_queue_accepted_total", "probes"): 5,
        ("swarm_queue_samples", "probes", "done"): 1,
        ("swarm_queue_samples", "probes", "dead"): 1,
        ("swarm_queue_samples", "probes", "ready"): 3,
        ("swarm_queue_samples", "attempts", "ready"): 1,
        ("swarm_queue_unaccounted", "probes"): 0,
        ("swarm_leases_total", "probes"): 3,
        ("swarm_redeliveries_total", "probes"): 0,
        ("swarm_rpc_seconds_count", "OK", "ExchangeService/Lease"): 2,
        ("swarm_streams", "SwarmService/Watch"): 1,
        ("swarm_phase", "learn"): 1,
        ("swarm_redactions_total", "email"): 1,
    }
    assert {key: seen.get(key) for key in expected} == expected
    assert seen["swarm_commit_seconds_count",] >= 5
    assert seen["swarm_commit_calls_sum",] >= seen["swarm_commit_calls_count",]
    assert {key[0] for key in seen if key[0].startswith("swarm_")} == names()


def names() -> set[str]:
    """Every name that a scrape may hold; those that nothing has happened to yet are there without labels only."""
    found = set[str]()
    for family in (*COUNTED.values(), *READ.values()):
        histogram = [f"{family.name}_{part}" for part in ("bucket", "count", "sum")]
        found |= set(histogram) if family.kind == "histogram" else {family.name}
    created = {f"{n.removesuffix('_total')}_created" for n, f in COUNTED.items() if f.kind != "gauge"}
    quiet = {"swarm_busy_seconds_total", "swarm_agents", "swarm_trainer_idle_fraction", "swarm_trainer_seconds"}
    return (found | created) - quiet


async def test_refusals_are_counted_by_their_code_and_unknown_methods_not_at_all(
    measured: tuple[Gateway, int], tmp_path: Path
) -> None:
    gateway, port = measured
    async with SwarmClient.for_run(tmp_path, Role.PROBER, "prober-1") as prober:
        with pytest.raises(RefusedError, match="may not call"):
            await prober.lease(Stage.PROBES)
    channel = grpc.aio.insecure_channel(gateway.address)
    for method in ("/swarm.v1.SwarmService/GetState", "/swarm.v1.SwarmService/NoSuchMethod"):
        raw: Any = channel.unary_unary(method, None, None)
        with pytest.raises(grpc.aio.AioRpcError):
            await raw(b"")
    await channel.close(None)
    seen = {key[1:]: value for key, value in values_of(await asyncio.to_thread(values, port)).items()}
    assert seen == {
        ("PERMISSION_DENIED", "ExchangeService/Lease"): 1,
        ("UNAUTHENTICATED", "SwarmService/GetState"): 1,
    }


def values_of(seen: Values) -> Values:
    return {key: value for key, value in seen.items() if key[0] == "swarm_rpc_seconds_count"}


async def test_without_a_port_nothing_is_served_and_a_taken_one_is_refused(tmp_path: Path) -> None:
    port = free_port()
    async with serving(Settings(tmp_path, "test", "calendar")):
        with pytest.raises(urllib.error.URLError):
            await asyncio.to_thread(values, port)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(ConfigError, match=f"metrics on 127.0.0.1:{port}"):
            async with serving(Settings(tmp_path, "test", "calendar", metrics_port=port)):
                pass


async def test_every_metric_that_an_alert_names_exists() -> None:
    rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 8
    known = names() | {"swarm_busy_seconds_total", "swarm_agents", "swarm_trainer_idle_fraction"}
    for rule in rules:
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}, rule
        assert set(rule["annotations"]) == {"summary", "runbook"}
        used = set(re.findall(r"\bswarm_[a-z_]+", rule["expr"]))
        assert used, rule
        assert used <= known, rule
    states = re.findall(r'state="(\w+)"', RULES.read_text())
    assert states
    assert set(states) <= set(QueueCount.model_fields)

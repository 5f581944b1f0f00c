"""Bringing a swarm up: the gateway's process is kept alive, and what can't be had is said with its fix."""

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from cluster.up import Gateway, end_orphan, write_note
from swarm.access import read_address
from swarm.client import SwarmClient
from swarm.config import Config
from swarm.domains.calendar import CalendarDomain
from swarm.errors import ConfigError, RefusedError
from swarm.exchange import Exchange, Identity
from swarm.gateway.run_folder import STORE_FILE, Credentials
from swarm.keeping import PrivacySection, RetentionSection
from swarm.records import Purpose
from swarm.roles import Role
from swarm.sections import GatewaySection, SwarmSection

SECONDS = 30.0
DOMAIN = CalendarDomain()


def config(run: Path, port: int = 0) -> Config:
    return Config(swarm=SwarmSection(run=str(run), name="test"), gateway=GatewaySection(port=port))


async def test_a_killed_gateway_comes_back_where_it_was(tmp_path: Path) -> None:
    gateway = Gateway(config(tmp_path))
    await gateway.start()
    keeper = asyncio.create_task(gateway.keep())
    async with SwarmClient.for_run(tmp_path, Role.OPERATOR, "operator-1", patience=SECONDS) as client:
        for _ in range(2):
            before = read_address(tmp_path)
            phase = await client.phase()
            os.kill(before.pid, signal.SIGKILL)
            await asyncio.to_thread(psutil.wait_procs, _processes(before.pid), SECONDS)
            assert await client.phase() == phase
            after = read_address(tmp_path)
            assert after.pid != before.pid
            assert after.address == before.address
    await asyncio.wait_for(gateway.stop(), SECONDS)
    await asyncio.wait_for(keeper, SECONDS)
    assert not psutil.pid_exists(after.pid), "one that was asked to stop is not started again"


async def test_a_gateway_lets_go_of_what_is_older_than_the_config_keeps(tmp_path: Path) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=3)
    key, url = Credentials(tmp_path).lease_key, f"sqlite:///{tmp_path / STORE_FILE}"
    with Exchange(url, "test", "calendar", lambda: long_ago, key) as exchange:
        samples = DOMAIN.make(DOMAIN.cells()[0], random.Random(1), Purpose.LEARN)
        assert all(answer.ok for answer in exchange.publish(Identity("prober-1", Role.PROBER), samples))
    gateway = Gateway(config(tmp_path).model_copy(update={"retention": RetentionSection(events_days=2)}))
    await gateway.start()
    newest = 1 + len(samples)
    try:
        async with SwarmClient.for_run(tmp_path, Role.OPERATOR, "operator-1", patience=SECONDS) as client:
            with pytest.raises(RefusedError, match=f"which holds {newest} to {newest}"):
                await asyncio.wait_for(_watch_again_and_again(client), SECONDS)
            assert [sample.id for sample in await client.samples()] == [sample.id for sample in samples]
    finally:
        await asyncio.wait_for(gateway.stop(), SECONDS)


async def test_large_texts_lie_where_the_config_says(tmp_path: Path) -> None:
    place = {"bodies": f"file://{tmp_path}/elsewhere", "body_bytes": 1024}
    made = config(tmp_path)
    gateway = Gateway(made.model_copy(update={"swarm": made.swarm.model_copy(update=place)}))
    (sample, *_) = DOMAIN.make(DOMAIN.cells()[0], random.Random(1), Purpose.LEARN)
    asked = sample.payload.model_copy(update={"question": "long " * 500})
    await gateway.start()
    try:
        async with SwarmClient.for_run(tmp_path, Role.OPERATOR, "operator-1", patience=SECONDS) as client:
            assert (await client.publish([sample.model_copy(update={"payload": asked})]))[0].ok
            assert (await client.samples("probe"))[0].payload == asked
    finally:
        await asyncio.wait_for(gateway.stop(), SECONDS)
    assert len([file for file in (tmp_path / "elsewhere").rglob("*") if file.is_file()]) == 1


async def test_what_the_config_calls_private_is_replaced(tmp_path: Path) -> None:
    privacy = PrivacySection(redact=("email",), patterns={"ticket": r"-T\d+"})
    gateway = Gateway(config(tmp_path).model_copy(update={"privacy": privacy}))
    (sample, *_) = DOMAIN.make(DOMAIN.cells()[0], random.Random(1), Purpose.LEARN)
    asked = sample.payload.model_copy(update={"question": "-T12 of ana@example.com"})
    await gateway.start()
    try:
        async with SwarmClient.for_run(tmp_path, Role.OPERATOR, "operator-1", patience=SECONDS) as client:
            assert (await client.publish([sample.model_copy(update={"payload": asked})]))[0].ok
            (held,) = await client.samples("probe")
            assert held.redactions == (("email", 1), ("ticket", 1))
    finally:
        await asyncio.wait_for(gateway.stop(), SECONDS)


async def test_a_gateway_that_can_not_start_is_an_error_with_its_fix(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        gateway = Gateway(config(tmp_path, port))
        with pytest.raises(ConfigError, match=f"did not start: .*127\\.0\\.0\\.1:{port}") as refused:
            await gateway.start()
        assert refused.value.fix == f"see {tmp_path / 'gateway.log'}"


async def test_a_gateway_of_a_killed_launcher_makes_room(tmp_path: Path) -> None:
    first, second = Gateway(config(tmp_path)), Gateway(config(tmp_path))
    await first.start()
    orphan = read_address(tmp_path)
    await second.start()
    assert read_address(tmp_path).pid != orphan.pid
    await asyncio.wait_for(second.stop(), SECONDS)
    await asyncio.wait_for(first.stop(), SECONDS)


def test_only_a_gateway_of_this_run_is_ended(tmp_path: Path) -> None:
    end_orphan(tmp_path)
    said = {"address": "127.0.0.1:1", "started_at": "2026-01-01T00:00:00Z", "contract": "swarm.v1"}
    for pid in (os.getpid(), os.getppid(), 2**30):
        (tmp_path / "gateway.json").write_text(json.dumps(said | {"pid": pid}))
        end_orphan(tmp_path)
    assert psutil.pid_exists(os.getppid())


def test_a_note_says_who_runs_it(tmp_path: Path) -> None:
    write_note(tmp_path, "running")
    note = json.loads((tmp_path / "cluster.json").read_text())
    assert (note["pid"], note["status"]) == (os.getpid(), "running")
    assert [entry.name for entry in tmp_path.iterdir()] == ["cluster.json"]


def test_no_ray_at_the_given_address_is_an_error_with_its_fix(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        file = tmp_path / "one.toml"
        file.write_text(f'[swarm]\nname = "test"\nrun = "{tmp_path / "run"}"\n[ray]\naddress = "{address}"\n')
        command = [sys.executable, "-m", "cluster.up", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == ConfigError.exit_code, done.stderr
    assert f"no Ray cluster at '{address}'" in done.stderr
    assert "mend ray.address, or use local" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads((tmp_path / "run" / "cluster.json").read_text())["status"] == "failed"
    assert not psutil.pid_exists(read_address(tmp_path / "run").pid), "the gateway went with it"


def test_a_wrong_config_ends_with_2(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cluster.up", str(tmp_path / "none.toml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, "none.toml" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def _processes(pid: int) -> list[psutil.Process]:
    return [psutil.Process(pid)] if psutil.pid_exists(pid) else []


async def _watch_again_and_again(client: SwarmClient) -> None:
    while True:
        async with aclosing(client.watch(0)) as events:
            await anext(events)

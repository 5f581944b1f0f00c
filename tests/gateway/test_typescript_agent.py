"""The agents in examples/typescript, built from the protos as its own scripts do, at a real gateway."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from calendar_work import DOMAIN, probe_of
from gateway_rig import Clients, GatewayProcess

from swarm.client import SwarmClient
from swarm.conformance import Terms, checked
from swarm.gateway.server import Gateway
from swarm.records import Probe, Sample, Tier
from swarm.roles import Role
from swarm.work import FailKind, Stage
from tests.typescript import TYPESCRIPT, missing

SECONDS = 240.0
ROOT = Path(__file__).parents[2]
NAME = "calendar-prober"
BATCH = 8
WORK = ("work", "redelivery", "garbage")
QUESTION = re.compile(r"Now: \w{3} (\d{4}-\d{2}-\d{2}) 09:15\nText: .* (\d+) days from now")


pytestmark = [pytest.mark.skipif(bool(missing()), reason=missing())]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The agent, built in a copy that lies as far from the protos as the original."""
    root = tmp_path_factory.mktemp("typescript")
    (root / "proto").symlink_to(ROOT / "proto")
    folder = root / "examples" / "typescript"
    shutil.copytree(TYPESCRIPT, folder, ignore=shutil.ignore_patterns("node_modules", "gen", "build"))
    (folder / "node_modules").symlink_to(TYPESCRIPT / "node_modules")
    known = {**os.environ, "npm_config_offline": "true", "npm_config_update_notifier": "false"}
    command = ["npm", "run", "--silent", "build"]
    done = subprocess.run(command, cwd=folder, env=known, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "build" / "prober.js"


@pytest.mark.parametrize(
    ("role", "only"), [(Role.PROBER, ()), (Role.STUDENT, WORK), (Role.JUDGE, WORK)]
)  # the teacher's whole play is in tests/conformance/test_skeletons.py
def test_the_conformance_kit_finds_nothing_wrong(program: Path, role: Role, only: tuple[str, ...]) -> None:
    command = f"node {program.with_name(f'{role}.js')}"
    report = checked(command, role, only, Terms(step=120, leaving=60), at_once=2)
    wrong = [(one.scenario, one.findings, one.last_words) for one in report.played if one.result != "right"]
    assert wrong == []
    scenarios = {played.scenario for played in report.played}
    assert scenarios >= set(only or ("work", "redelivery", "version-skew", "torn", "busy", "sigterm"))


@asynccontextmanager
async def started(program: Path, address: str, token: str) -> AsyncIterator[asyncio.subprocess.Process]:
    known = {"PATH": os.environ["PATH"], "SWARM_TARGET": address, "SWARM_CREDENTIAL": token}
    process = await asyncio.create_subprocess_exec("node", str(program), env=known, stderr=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def said(process: asyncio.subprocess.Process) -> str:
    """The next line that it prints."""
    assert process.stderr is not None
    return (await asyncio.wait_for(process.stderr.readline(), SECONDS)).decode().strip()


async def told(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    """Ask it to leave; its exit code and last words."""
    process.send_signal(signal.SIGTERM)
    _, words = await asyncio.wait_for(process.communicate(), SECONDS)
    return process.returncode, words.decode()


async def asked(operator: SwarmClient, count: int) -> list[Sample]:
    """The first so many probes, once there are as many."""
    found: list[Sample] = []
    async with aclosing(operator.watch(0)) as events, asyncio.timeout(SECONDS):
        async for event in events:
            if event.sample is not None and isinstance(event.sample.payload, Probe):
                found.append(event.sample)
                if len(found) == count:
                    break
    return found


async def cleared(student: SwarmClient) -> None:
    """Make room: no probe waits any more."""
    leases = await student.lease(Stage.PROBES, 100, wait_seconds=10)
    assert leases
    await student.fail([lease.failed(FailKind.REJECT, "enough") for lease in leases])


async def token_of(operator: SwarmClient) -> str:
    _, token = await operator.issue_credential(NAME, Role.PROBER, tier=Tier.TRUSTED)
    return token


async def test_it_attaches_probes_and_leaves_when_told(program: Path, gateway: Gateway, clients: Clients) -> None:
    operator = clients(Role.OPERATOR)
    async with started(program, gateway.address, await token_of(operator)) as process:
        assert re.fullmatch(rf"{NAME} takes part in a swarm of contract 1\.\d+", await said(process))
        found = await asked(operator, BATCH)
        await cleared(clients(Role.STUDENT))
        found = await asked(operator, 2 * BATCH)
        (status,) = await operator.agents()
        assert (status.card.name, status.card.role, status.card.version) == (NAME, Role.PROBER, "1.0.0")
        assert await told(process) == (0, "")
    assert NAME not in [agent.card.name for agent in await operator.agents()]
    cells = DOMAIN.cells()
    for sample in found:
        probe = probe_of(sample)
        read = QUESTION.fullmatch(probe.question)
        assert read is not None
        assert probe.reference is not None
        assert probe.reference.answer == str(date.fromisoformat(read[1]) + timedelta(days=int(read[2])))
        assert probe.cell in cells
        assert sample.producer == NAME


async def test_one_that_is_drained_leaves_by_itself(program: Path, gateway: Gateway, clients: Clients) -> None:
    operator = clients(Role.OPERATOR)
    async with started(program, gateway.address, await token_of(operator)) as process:
        await said(process)
        await operator.drain(NAME)
        _, words = await asyncio.wait_for(process.communicate(), SECONDS)
        assert (process.returncode, words.decode()) == (0, "")
    (status,) = await operator.agents()
    assert status.gone


async def test_one_that_is_started_again_asks_nothing_twice(program: Path, gateway: Gateway, clients: Clients) -> None:
    operator = clients(Role.OPERATOR)
    token = await token_of(operator)
    for _ in range(2):
        async with started(program, gateway.address, token) as process:
            await said(process)
            found = await asked(operator, BATCH)
            await cleared(clients(Role.STUDENT))
            found = await asked(operator, 2 * BATCH)
            assert (await told(process))[0] == 0
    assert len({probe_of(sample).question for sample in found}) == len(found)


async def test_it_outlives_a_gateway_that_is_killed(
    program: Path, gateway_process: GatewayProcess, tmp_path: Path
) -> None:
    await gateway_process.start()
    async with SwarmClient.for_run(tmp_path, Role.OPERATOR, "operator-1") as operator:
        token = await token_of(operator)
        address = (await gateway_process.start()).split()[-1]
        async with (
            started(program, address, token) as process,
            SwarmClient.for_run(tmp_path, Role.STUDENT, "student-1") as student,
        ):
            await said(process)
            await asked(operator, BATCH)
            await gateway_process.end(signal.SIGKILL)
            await gateway_process.start()
            await cleared(student)
            assert len(await asked(operator, 2 * BATCH)) == 2 * BATCH
            assert (await told(process))[0] == 0


@pytest.mark.parametrize(
    ("token", "code", "words"),
    [
        ("nobody", 77, "UNAUTHENTICATED: the credential is nobody's. "),
        ("", 2, "CONFIG: Set SWARM_TARGET and SWARM_CREDENTIAL"),
    ],
    ids=["nobody's token", "no token"],
)
async def test_a_refusal_is_shown_by_its_name(
    program: Path, gateway: Gateway, token: str, code: int, words: str
) -> None:
    async with started(program, gateway.address, token) as process:
        _, last = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode == code
    assert last.decode().startswith(words)
    assert "    at " not in last.decode()


async def test_a_name_that_is_not_the_credentials_is_refused(program: Path, gateway: Gateway, clients: Clients) -> None:
    _, token = await clients(Role.OPERATOR).issue_credential("somebody-else", Role.PROBER)
    async with started(program, gateway.address, token) as process:
        _, last = await asyncio.wait_for(process.communicate(), SECONDS)
    assert (process.returncode, last.decode().split(":")[0]) == (77, "FORBIDDEN")
    assert await clients(Role.OPERATOR).agents() == []

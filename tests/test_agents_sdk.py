"""An agent that uses nucleus-swarm-client and OpenAI's Agents SDK, whose package is called `agents`, in one process."""

import asyncio
import hashlib
import importlib.metadata
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import JSONResponse, Response
from test_client import ROOT, pip, wheel
from test_layout import loose_lines, pins

from swarm.client import SwarmClient
from swarm.gateway.server import Settings, serving
from swarm.records import Probe
from swarm.roles import Role
from tests.endpoint import Endpoint

__all__ = ["wheel"]
SECONDS = 300.0
LOCK = ROOT / "tests" / "agents_sdk.lock"
SDK = Path(sys.prefix) / "agents-sdk"
CLIENTS_OWN = ("grpcio", "protobuf", "googleapis-common-protos")
"""What the client needs and the SDK doesn't; the rest of the client's needs come with the SDK."""
QUESTION = "Now: Tue 2026-03-10 14:30\nText: water the ferns 23 days from now"
BOTH = '''"""A prober whose questions an agent of the other framework writes."""

from agents import Agent, OpenAIChatCompletionsModel, Runner, set_tracing_disabled
from openai import AsyncOpenAI

from swarm.agent import run
from swarm.records import Cell, Origin, Probe, Purpose, Reference
from swarm.roles import Role
from swarm.state import SwarmState


class TwoHands:
    """Asks once."""

    role = Role.PROBER

    def __init__(self) -> None:
        set_tracing_disabled(True)
        model = OpenAIChatCompletionsModel("any", AsyncOpenAI())
        self._writer = Agent(name="writer", instructions="Write one question about a date.", model=model)
        self._asked = False

    async def act(self, state: SwarmState) -> list[Probe] | None:
        if self._asked:
            return None
        self._asked = True
        said = await Runner.run(self._writer, "The errand: water the ferns.")
        cell, right = Cell.parse("relative/rain/date"), Reference(answer="2026-04-02")
        return [
            Probe(cell=cell, purpose=Purpose.LEARN, origin=Origin.MODEL, question=said.final_output, reference=right)
        ]


run(TwoHands)
'''


def test_the_lock_pins_everything_and_names_no_place() -> None:
    assert loose_lines(LOCK.read_text()) == []
    assert {"openai-agents", "openai", "pydantic"} <= pins(LOCK).keys()


def missing() -> str:
    """Why the SDK can't be used here; "" where it can."""
    there = SDK / f"installed-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]}"
    return "" if there.exists() else "OpenAI's Agents SDK isn't installed: `make agents-sdk` says why"


installed = pytest.mark.skipif(bool(missing()), reason=missing())


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment in which both are installed, and nothing else."""
    folder = tmp_path_factory.mktemp("both")
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    for entry in SDK.iterdir():
        if entry.name != "bin":
            (site / entry.name).symlink_to(entry)
    for name in CLIENTS_OWN:
        for file in importlib.metadata.files(name) or []:
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (site / file).parent.mkdir(parents=True, exist_ok=True)
                (site / file).symlink_to(str(file.locate()))
    pip("--python", folder / "bin" / "python", "install", "--no-deps", "--no-index", wheel)
    return folder / "bin" / "python"


def completion(text: str) -> Response:
    """What a chat endpoint says."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
    head = {"id": "1", "object": "chat.completion", "created": 1, "model": "any"}
    return JSONResponse({**head, "choices": [choice], "usage": usage})


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    made.script = [lambda: completion(QUESTION)]
    made.start()
    yield made
    made.stop()


@installed
def test_nothing_that_either_needs_is_missing_or_of_another_version(python: Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python), "check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert (done.returncode, done.stdout) == (0, "No broken requirements found.\n")


@installed
def test_agents_is_the_sdks_and_not_the_swarms(python: Path) -> None:
    script = "import agents, swarm; print(agents.Runner.__module__); import agents.judge"
    done = subprocess.run(
        [str(python), "-I", "-c", script], capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert done.stdout == "agents.run\n"
    assert "No module named 'agents.judge'" in done.stderr


@installed
async def test_one_agent_uses_both(python: Path, endpoint: Endpoint, tmp_path: Path) -> None:
    program, run = tmp_path / "both.py", tmp_path / "run"
    program.write_text(BOTH)
    run.mkdir()
    async with (
        serving(Settings(run, "test", "calendar")) as gateway,
        SwarmClient.for_run(run, Role.OPERATOR, "operator-1") as operator,
    ):
        _, token = await operator.issue_credential("two-hands", Role.PROBER)
        known = {"PATH": os.environ["PATH"], "SWARM_CREDENTIAL": token}
        known |= {"OPENAI_BASE_URL": endpoint.url, "OPENAI_API_KEY": "k"}
        command = [str(python), str(program), "--target", gateway.address]
        process = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, env=known)
        assert await asyncio.wait_for(process.wait(), SECONDS) == 0
        (sample,) = await operator.samples("probe")
    assert sample.producer == "two-hands"
    assert isinstance(sample.payload, Probe)
    assert sample.payload.question == QUESTION
    assert "water the ferns" in str(endpoint.bodies[0]["messages"])

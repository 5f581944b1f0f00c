"""The agent under test as a process: what may start it, and that it never outlives the kit."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from swarm.conformance.target import Process, Target, target_of
from swarm.errors import ConfigError
from swarm.roles import Role

ROOT = Path(__file__).parents[2]
AGENT_SECONDS = 60
KIT = """
import asyncio, sys
from pathlib import Path
from swarm.conformance.target import Process, Target
from swarm.roles import Role

async def main():
    agent = Process(Target(("sh", "-c", sys.argv[1]), Role.JUDGE), Path("words"))
    await agent.start("nowhere", "token")
    await agent.wait()

asyncio.run(main())
"""


def test_a_killed_kit_leaves_no_agent_behind(tmp_path: Path) -> None:
    """The agent and a child of its own hold a pipe open: it ends once neither runs any more."""
    os.mkfifo(tmp_path / "alive")
    agent = f"exec 3>alive; sleep {AGENT_SECONDS} & sleep {AGENT_SECONDS}"
    known = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", KIT, agent], cwd=tmp_path, env=known) as kit:
        with (tmp_path / "alive").open("rb") as alive:
            kit.send_signal(signal.SIGKILL)
            began = time.monotonic()
            assert alive.read() == b""
        assert time.monotonic() - began < AGENT_SECONDS / 2
    assert kit.returncode == -signal.SIGKILL


async def test_one_that_is_over_has_neither_agent_nor_guard(tmp_path: Path) -> None:
    agent = Process(Target(("sh", "-c", "exit 3"), Role.JUDGE), tmp_path / "words")
    await agent.start("nowhere", "token")
    assert await agent.wait() == 3
    await agent.kill()
    await agent.kill()
    assert agent.code == 3


def test_a_program_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigError, match="'no-such-program --now' can't be started"):
        target_of("no-such-program --now", "judge")

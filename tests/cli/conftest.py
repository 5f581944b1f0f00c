"""The command line in this process and in one of its own, over runs with a real store or a real gateway."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from swarm.cli import app
from tests.report_rig import make_run

REPOSITORY = Path(__file__).parents[2]
STAND_IN = Path(__file__).parent / "stand_in"

Cli = Callable[..., tuple[int, str, str]]
"""Calls the command line; gives exit code, stdout and stderr."""
Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def cli() -> Cli:
    def call(*words: object) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, [str(word) for word in words])
        return result.exit_code, result.stdout, result.stderr

    return call


@pytest.fixture(scope="module")
def stored_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that has ended; only to be read."""
    return make_run(tmp_path_factory.mktemp("stored") / "run")


@pytest.fixture(scope="module")
def live_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The same as `stored_run`, not stopped, with its gateway in a process."""
    run = make_run(tmp_path_factory.mktemp("live") / "run", stopped=False)
    command = [sys.executable, "-m", "swarm.gateway", "--run", str(run), "--domain", "calendar", "--name", "test"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "listens on" in process.stdout.readline()
        yield run
        process.terminate()


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Spawn]:
    """Starts the command line in a folder of its own, where a stand-in takes the place of the cluster."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: object) -> "subprocess.Popen[str]":
        environment = os.environ | {"PYTHONPATH": f"{STAND_IN}{os.pathsep}{REPOSITORY}"}
        command = [sys.executable, "-m", "swarm.cli", *map(str, words)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, text=True, **pipes)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()

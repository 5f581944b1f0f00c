"""The Ray that a run starts takes work from whoever can read the run's token, and from nobody else."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.joining import TOKEN_FILE, open_ray
from swarm.access import CREDENTIALS_FOLDER
from swarm.config import Config
from swarm.errors import ConfigError
from swarm.sections import SwarmSection

ROOT = Path(__file__).parents[2]
SECONDS = 60.0
START = """
import sys
import ray
from cluster.joining import open_ray
from swarm.config import Config
from swarm.sections import SwarmSection
open_ray(Config(swarm=SwarmSection(run=sys.argv[1], name="test")))
print(ray.get_runtime_context().gcs_address, flush=True)
sys.stdin.read()
"""
JOIN = """
import sys
from cluster.joining import open_ray
from swarm.config import Config
from swarm.sections import RaySection
open_ray(Config(ray=RaySection(address=sys.argv[1])))
"""
SUBMIT = """
import sys
import ray
ray.init(address=sys.argv[1], logging_level="error")
print(ray.get(ray.remote(num_cpus=0)(lambda: "the work was done").remote()))
"""


class Joined:
    """A Ray that a process of the project started on a run folder."""

    def __init__(self, run: Path, address: str) -> None:
        self.token = run / CREDENTIALS_FOLDER / TOKEN_FILE
        self._home = run
        self._address = address

    def call(self, program: str, **said: str) -> subprocess.CompletedProcess[str]:
        """Run a program that knows nothing but the address and what is said in its environment."""
        bare = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
        # Ray asks twenty times, a second apart, before it gives up; it also looks for a token in the home folder.
        environment = bare | {"HOME": str(self._home), "RAY_NUM_REDIS_GET_RETRIES": "1"} | said
        command = [sys.executable, "-c", program, self._address]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Joined]:
    run = tmp_path_factory.mktemp("run")
    # The caller's own settings neither open the door nor change its key.
    environment = os.environ | {"RAY_AUTH_MODE": "disabled", "RAY_AUTH_TOKEN": "the-caller-has-one-too"}
    with subprocess.Popen(
        [sys.executable, "-c", START, str(run)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, f"Ray did not start: {process.wait(SECONDS)}"
        yield Joined(run, address)


def test_work_with_the_token_is_done(joined: Joined) -> None:
    done = joined.call(SUBMIT, RAY_AUTH_MODE="token", RAY_AUTH_TOKEN_PATH=str(joined.token))
    assert "the work was done" in done.stdout, done.stderr


@pytest.mark.parametrize(
    "said",
    [{}, {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "the-caller-has-one-too"}],
    ids=["no token", "another token"],
)
def test_work_without_the_token_is_refused(joined: Joined, said: dict[str, str]) -> None:
    done = joined.call(SUBMIT, **said)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "Authentication token is missing or incorrect" in done.stderr


@pytest.mark.parametrize("said", [{}, {"RAY_AUTH_MODE": "token"}], ids=["no mode", "no token"])
def test_a_run_that_joins_without_the_token_is_told_what_to_set(joined: Joined, said: dict[str, str]) -> None:
    done = joined.call(JOIN, **said)
    assert done.returncode != 0
    assert "ConfigError: no way into Ray at" in done.stderr
    assert "mend ray.address or give the cluster's token" in done.stderr


def test_the_token_is_its_owners_alone(joined: Joined) -> None:
    assert stat.S_IMODE(joined.token.stat().st_mode) == 0o600
    assert stat.S_IMODE(joined.token.parent.stat().st_mode) == 0o700
    assert len(joined.token.read_text().strip()) == 64


def test_a_token_that_others_can_read_starts_no_ray(tmp_path: Path) -> None:
    file = tmp_path / CREDENTIALS_FOLDER / TOKEN_FILE
    file.parent.mkdir()
    file.write_text("known to all\n")
    file.chmod(0o644)
    with pytest.raises(ConfigError, match=r"ray\.token' has mode 644; others can read it") as refused:
        open_ray(Config(swarm=SwarmSection(run=str(tmp_path), name="test")))
    assert refused.value.fix == f"Run: chmod 600 {file}"

"""A process of its own: it hands back what it found, or what went wrong, and never outlives who asked."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from bench.alone import alone
from swarm.errors import ConfigError

ASKS = "from bench.alone import alone; from tests.bench.test_alone import says_and_waits; alone(says_and_waits)"


def refused() -> None:
    raise ConfigError("it is gone", "bring it back")


def says_and_waits() -> None:
    print(os.getpid(), flush=True)
    signal.pause()


def test_what_was_found_or_refused_comes_back() -> None:
    assert alone(os.getpid) != os.getpid()
    with pytest.raises(ConfigError, match="it is gone"):
        alone(refused)


def test_it_ends_with_the_process_that_asked() -> None:
    with subprocess.Popen([sys.executable, "-c", ASKS], stdout=subprocess.PIPE, text=True) as asking:
        assert asking.stdout is not None
        child = psutil.Process(int(asking.stdout.readline()))
        asking.kill()
        assert child.wait(timeout=60) is None
    assert not child.is_running()

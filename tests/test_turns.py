"""Turns between processes: given out in order of arrival, passed on when the holder dies."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swarm.turns import Turn, taken
from tests.waiting import until

HOLD = """
import sys
from pathlib import Path
from swarm.turns import Turn
turn, diary, name = Turn(Path(sys.argv[1])), Path(sys.argv[2]), sys.argv[3]
print("comes", flush=True)
with turn.taken():
    with diary.open("a") as file:
        file.write(name)
    print("holds", flush=True)
    sys.stdin.readline()
"""

Holding = Callable[[str], "subprocess.Popen[str]"]


def waiting(path: Path) -> int:
    """How many wait for a lock on these files of a turn, as the kernel counts them."""
    files = {path.stat().st_ino, path.with_suffix(".next").stat().st_ino} if path.exists() else set()
    blocked = [line.split() for line in Path("/proc/locks").read_text().splitlines() if " -> FLOCK " in line]
    return sum(int(words[6].rpartition(":")[2]) in files for words in blocked)


@pytest.fixture
def holding(tmp_path: Path) -> Iterator[Holding]:
    """Starts processes that want the turn, write their name in a diary once they hold it, and wait for a line."""
    started: list[subprocess.Popen[str]] = []

    def start(name: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", HOLD, str(tmp_path / "turn"), str(tmp_path / "diary"), name]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "comes\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_processes_hold_it_in_order_of_arrival(holding: Holding, tmp_path: Path) -> None:
    processes = [holding("a")]
    until((tmp_path / "diary").exists)
    for number, name in enumerate("bcd", 1):
        processes.append(holding(name))
        until(lambda number=number: waiting(tmp_path / "turn") == number)
    assert (tmp_path / "diary").read_text() == "a", "one holds it at a time"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.wait(20) == 0
    assert (tmp_path / "diary").read_text() == "abcd"


def test_who_comes_straight_back_overtakes_nobody(tmp_path: Path) -> None:
    turn, order = Turn(tmp_path / "turn"), list[str]()

    def other() -> None:
        with turn.taken():
            order.append("other")

    for _ in range(20):
        thread = threading.Thread(target=other)
        with turn.taken():
            order.append("first")
            thread.start()
            until(lambda: waiting(tmp_path / "turn") == 1)
        with turn.taken():
            order.append("again")
        thread.join()
    assert order == ["first", "other", "again"] * 20


def test_it_goes_with_the_process_that_holds_it(holding: Holding, tmp_path: Path) -> None:
    holder = holding("a")
    until((tmp_path / "diary").exists)
    waits = holding("b")
    until(lambda: waiting(tmp_path / "turn") == 1)
    holder.kill()
    assert waits.stdout is not None
    assert waits.stdout.readline() == "holds\n"
    waits.kill()
    waits.wait()
    with Turn(tmp_path / "turn").taken():
        assert os.path.exists(tmp_path / "turn")


def test_an_error_gives_it_back(tmp_path: Path) -> None:
    turn = Turn(tmp_path / "turn")
    with pytest.raises(ValueError, match="inside"), turn.taken():
        raise ValueError("inside")
    with turn.taken():
        assert waiting(tmp_path / "turn") == 0


def test_without_a_turn_nobody_waits(tmp_path: Path) -> None:
    with taken(None), taken(None):
        pass
    with taken(Turn(tmp_path / "deep" / "turn")):
        assert (tmp_path / "deep" / "turn").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError):
        Turn(tmp_path / "file" / "turn")

"""The sandbox of examples/agents: what hostile programs can't do in it, and that nothing runs where it doesn't hold."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from swarm.conformance import checked, lease_for
from swarm.records import Verdict
from swarm.roles import Role
from tests.waiting import until

ROOT = Path(__file__).parents[2]
AGENTS = ROOT / "examples" / "agents"
sys.path.insert(0, str(AGENTS))

from sandbox import PYTHON, Limits, NoSandbox, Ran, Sandbox  # noqa: E402 - a program beside the judge, in no package
from sandbox_judge import SandboxJudge, program_in  # noqa: E402

SHORT = Limits(cpu_seconds=2, wall_seconds=30)
SUMS = """
import subprocess, sys

for one, two in ((1, 2), (40, 2), (-5, 5)):
    asked = f"{one} {two}"
    said = subprocess.run([sys.executable, "-I", "/in/answer.py"], input=asked, capture_output=True, text=True)
    if said.stdout.strip() != str(one + two):
        sys.exit(f"{asked}: {said.stdout[:100]!r} {said.stderr[-100:]!r}")
"""
RIGHT = "Like this:\n```python\nprint(sum(map(int, input().split())))\n```\nIt adds."
FORKS = """
import os, time
while True:
    try:
        os.fork()
    except OSError:
        time.sleep(0.01)
"""


def reason_against() -> str:
    """Why this machine can't sandbox, or ""."""
    try:
        Sandbox().prove()
    except NoSandbox as error:
        return str(error)
    return ""


WHY_NOT = reason_against()
sandboxed = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


def ran(program: str, limits: Limits = SHORT, *arguments: str) -> Ran:
    return Sandbox(limits).run({"program.py": program}, [PYTHON, "-I", "/in/program.py", *arguments])


@sandboxed
def test_an_honest_program_runs() -> None:
    found = ran(
        "import sys; open('/tmp/note', 'w').write('x'); print(open('/tmp/note').read(), *sys.argv[1:])", SHORT, "a b"
    )
    assert found == Ran(0, "x a b\n")


@sandboxed
@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("bytearray(1 << 30)", "MemoryError"),
        ("import socket; socket.create_connection(('192.0.2.1', 80), 5)", "Network is unreachable"),
        ("open('/usr/left-behind', 'w')", "Read-only file system"),
        ("open('/in/program.py', 'w')", "Read-only file system"),
        ("open('/left-behind', 'w')", "Read-only file system"),
        ("open('/etc/passwd')", "No such file or directory"),
        ("import os; os.mkdir('/tmp/m'); os.system('mount -t tmpfs none /tmp/m') and exit('no mount')", "no mount"),
        ("import os; os.setuid(0)", "Operation not permitted"),
        ("[open('/tmp/a', 'ab', 0).write(bytes(1 << 23)) for _ in range(2)]", "File too large"),
        (
            "[open(f'/tmp/{n}', 'wb', 0).write(bytes(1 << 22)) for n in range(9)]; exit('all')",
            "No space left on device",
        ),
    ],
    ids=[
        "memory",
        "network",
        "system",
        "own files",
        "root",
        "secrets",
        "mount",
        "root again",
        "large file",
        "full disk",
    ],
)
def test_what_it_may_not_do_fails(program: str, said: str) -> None:
    found = ran(program)
    assert found.code != 0
    assert said in found.output


@sandboxed
@pytest.mark.parametrize(
    ("program", "limits", "stopped"),
    [
        ("while True: pass", SHORT, "was ended by SIGKILL"),
        ("import time; time.sleep(1000)", Limits(wall_seconds=2), "ran for 2 s"),
        ("import os, time; os.close(1); os.close(2); time.sleep(1000)", Limits(wall_seconds=2), "ran for 2 s"),
        ("while True: print('x' * 1000)", SHORT, "wrote more than 65536 bytes"),
        (FORKS, Limits(wall_seconds=2), "ran for 2 s"),
    ],
    ids=["an endless loop", "sleep", "sleep without a word", "a flood of words", "a fork bomb"],
)
def test_what_does_not_end_is_ended_and_leaves_nothing_running(program: str, limits: Limits, stopped: str) -> None:
    mark = f"mark-{os.getpid()}-{stopped.replace(' ', '-')}"
    found = ran(program, limits, mark)
    assert found.stopped == stopped
    assert found.code != 0
    until(lambda: still_running(mark) == [])


def still_running(mark: str) -> list[str]:
    """Command lines of living processes with this argument."""
    lines = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, line = (folder / "stat").read_text().rpartition(")")[2].split()[0], (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if state not in "ZX" and mark.encode() in line:
            lines.append(line.decode(errors="replace"))
    return lines


class WithNetwork(Sandbox):
    """One that forgot to take the network away."""

    def _outer(self) -> list[str]:
        return [word for word in super()._outer() if word != "--net"]


class WithoutPrograms(Sandbox):
    """One that can't be built."""

    def _outer(self) -> list[str]:
        return ["false"]


@sandboxed
def test_a_sandbox_that_does_not_hold_is_refused() -> None:
    with pytest.raises(NoSandbox, match="doesn't keep a program from the network"):
        WithNetwork().prove()


def test_one_that_can_not_be_built_is_refused() -> None:
    with pytest.raises(NoSandbox, match="no sandbox here"):
        WithoutPrograms().prove()
    with pytest.raises(NoSandbox, match="no sandbox here"):
        WithoutPrograms().run({}, ["true"])


@sandboxed
@pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/usr/bin/python3").exists(), reason="it needs root, and a python3 for all"
)
def test_it_holds_without_root_as_well(tmp_path: Path) -> None:
    home = Path(shutil.copytree(AGENTS, tmp_path / "agents"))
    (home / "swarm").mkdir()
    (home / "swarm" / "__init__.py").touch()
    shutil.copy(ROOT / "swarm" / "errors.py", home / "swarm")
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o055)
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", "-B"]
    done = subprocess.run([*nobody, str(home / "sandbox.py")], capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout + done.stderr == "every attempt to break out was stopped\n"


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SandboxJudge:
    (tmp_path / "tests.py").write_text(SUMS)
    monkeypatch.setenv("TESTS", str(tmp_path / "tests.py"))
    return SandboxJudge()


@sandboxed
def test_the_judge_goes_on_after_hostile_answers(judge: SandboxJudge) -> None:
    def verdict(text: str) -> Verdict:
        return judge.act(lease_for(Role.JUDGE, text))

    assert verdict(RIGHT).passed
    for hostile in (
        "import os; os._exit(0)",
        "import os; os.kill(os.getppid(), 9)",
        FORKS,
        "print('x' * 10**8)",
        "",
        "\x00",
    ):
        assert not verdict(hostile).passed, hostile
    assert verdict(RIGHT).passed
    assert verdict("```\nprint(3)\n```").explanation.startswith("the tests ended with exit code 1: 40 2: '3\\n'")


def test_the_last_code_block_is_the_program() -> None:
    assert program_in(RIGHT) == "print(sum(map(int, input().split())))\n"
    assert program_in("```\n1\n```\nno:\n```py\n2\n```") == "2\n"
    assert program_in("print(1)") == "print(1)"


def test_it_takes_part_as_it_should_or_says_why_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tests.py").write_text(SUMS)
    monkeypatch.setenv("TESTS", str(tmp_path / "tests.py"))
    report = checked(f"{sys.executable} {AGENTS / 'sandbox_judge.py'}", "judge")
    if WHY_NOT:
        assert report.wrong() == ["work"]
        assert f"NoSandbox: {WHY_NOT}" in report.played[0].last_words
    else:
        assert report.passed, report


def test_without_tests_it_ends_before_it_takes_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTS", str(tmp_path / "none.py"))
    report = checked(f"{sys.executable} {AGENTS / 'sandbox_judge.py'}", "judge", only=["work"])
    assert report.wrong() == ["work"]
    assert "ConfigError: TESTS is" in report.played[0].last_words

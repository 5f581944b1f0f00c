"""`swarm agent new`: what it writes works, as its own test says, and nothing is overwritten."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from swarm.cli import app
from swarm.conformance import Terms, checked
from swarm.errors import ConfigError
from swarm.roles import Role
from swarm.skeletons import ROLES, Language, written
from tests.typescript import TYPESCRIPT, missing

ROOT = Path(__file__).parents[2]
SECONDS = 500.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An agent of each role, as `swarm agent new` writes it."""
    to = tmp_path_factory.mktemp("agents")
    for role in ROLES:
        done = CliRunner().invoke(app, ["agent", "new", f"my-{role}", "--role", role, "--to", str(to), "--json"])
        assert done.exit_code == 0, done.output
        files = json.loads(done.stdout)["files"]
        assert files == [str(to / f"my_{role}.py"), str(to / f"test_my_{role}.py")]
        assert f"class My{role.capitalize()}:" in Path(files[0]).read_text()
        assert "skeletons" not in "".join(Path(file).read_text() for file in files)
    return to


def test_what_it_writes_passes_its_own_tests(folder: Path) -> None:
    """Of the prober all tests; of the others those beside the kit, which the next test plays on what is theirs."""
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "my_prober or not takes_part"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert tested.returncode == 0, tested.stdout
    assert "5 passed, 3 deselected" in tested.stdout


@pytest.mark.parametrize("role", [Role.STUDENT, Role.JUDGE, Role.TEACHER])
def test_what_it_writes_takes_part(role: Role, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a class makes of leases is its own; how it comes and goes is the library's, as of README's teacher."""
    monkeypatch.syspath_prepend(str(folder))
    report = checked(f"my_{role}:My{role.capitalize()}", only=("work", "redelivery", "garbage"), terms=Terms(step=120))
    assert report.passed, report


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_what_it_writes_in_typescript_passes_its_own_test(tmp_path: Path) -> None:
    words = ["agent", "new", "my-teacher", "--role", "teacher", "--language", "typescript", "--to", str(tmp_path)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    package = tmp_path / "my-teacher"
    assert f"next: cd {package} && npm ci && npm test\n" in done.stdout
    assert 'run(import.meta.url, "ROLE_TEACHER", "my-teacher"' in (package / "my-teacher.ts").read_text()
    (package / "node_modules").symlink_to(TYPESCRIPT / "node_modules")
    (package / "swarm").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m swarm.cli "$@" --step 120 --leaving 60\n')
    (package / "swarm").chmod(0o755)
    known = os.environ | {"PYTHONPATH": str(ROOT), "SWARM": str(package / "swarm"), "npm_config_offline": "true"}
    tested = subprocess.run(
        ["npm", "test"], cwd=package, env=known, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert re.search(r"^# pass 3\n(# .*\n)*# skipped 0$", tested.stdout, re.MULTILINE), tested.stdout


@pytest.mark.parametrize("taken", ["old_hand.py", "test_old_hand.py"])
def test_nothing_is_overwritten(taken: str, tmp_path: Path) -> None:
    (tmp_path / taken).write_text("mine")
    done = CliRunner().invoke(app, ["agent", "new", "old-hand", "--to", str(tmp_path)])
    assert done.exit_code == ConfigError.exit_code
    assert "is there already" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == [taken]
    assert (tmp_path / taken).read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "role", "language", "refused"),
    [
        ("Ticket Prober", Role.PROBER, Language.PYTHON, "the name is 'Ticket Prober'"),
        ("../prober", Role.PROBER, Language.PYTHON, "the name is '../prober'"),
        ("7-days", Role.PROBER, Language.PYTHON, "would be the module '7_days'"),
        ("one", Role.OPERATOR, Language.PYTHON, "there is no skeleton of a operator"),
        ("member", Role.PROBER, Language.TYPESCRIPT, "member.ts is a file that all agents need"),
    ],
)
def test_a_name_or_role_that_gives_no_agent_is_refused(
    name: str, role: Role, language: Language, refused: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=refused):
        written(name, role, tmp_path, language)
    assert list(tmp_path.iterdir()) == []

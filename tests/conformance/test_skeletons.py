"""`swarm agent new`: what it writes works, as its own test says, and nothing is overwritten."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from swarm.cli import app
from swarm.errors import ConfigError
from swarm.roles import Role
from swarm.skeletons import ROLES, written

ROOT = Path(__file__).parents[2]
SECONDS = 500.0


@pytest.mark.parametrize("role", ROLES)
def test_what_it_writes_passes_its_own_test(role: Role, tmp_path: Path) -> None:
    name = f"my-{role}"
    done = CliRunner().invoke(app, ["agent", "new", name, "--role", role, "--to", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.output
    files = json.loads(done.stdout)["files"]
    assert files == [str(tmp_path / f"my_{role}.py"), str(tmp_path / f"test_my_{role}.py")]
    assert f"class My{role.capitalize()}:" in Path(files[0]).read_text()
    assert "skeletons" not in "".join(Path(file).read_text() for file in files)
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", Path(files[1]).name],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert tested.returncode == 0, tested.stdout
    assert "2 passed" in tested.stdout


@pytest.mark.parametrize("taken", ["old_hand.py", "test_old_hand.py"])
def test_nothing_is_overwritten(taken: str, tmp_path: Path) -> None:
    (tmp_path / taken).write_text("mine")
    done = CliRunner().invoke(app, ["agent", "new", "old-hand", "--to", str(tmp_path)])
    assert done.exit_code == ConfigError.exit_code
    assert "is there already" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == [taken]
    assert (tmp_path / taken).read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "role", "refused"),
    [
        ("Ticket Prober", Role.PROBER, "the name is 'Ticket Prober'"),
        ("../prober", Role.PROBER, "the name is '../prober'"),
        ("7-days", Role.PROBER, "would be the module '7_days'"),
        ("one", Role.OPERATOR, "there is no skeleton of a operator"),
    ],
)
def test_a_name_or_role_that_gives_no_agent_is_refused(name: str, role: Role, refused: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=refused):
        written(name, role, tmp_path)
    assert list(tmp_path.iterdir()) == []

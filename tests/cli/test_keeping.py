"""Keeping a run by the command line: backup, restore, check."""

import json
import shutil
from pathlib import Path

import pytest

from swarm.gateway.run_folder import STORE_FILE, STORE_VARIABLE
from tests.cli.conftest import Cli, Spawn
from tests.postgres import ask
from tests.report_rig import make_run


def test_a_run_is_checked_while_it_serves_and_after(cli: Cli, live_run: Path, stored_run: Path) -> None:
    for run in (live_run, stored_run):
        code, out, _ = cli("check", run)
        assert (code, out.count("\n"), out.count("ok ")) == (0, 7, 7)
        found = json.loads(cli("check", run, "--json")[1])
        assert (found["sound"], found["findings"][0]) == (
            True, {"check": "pages", "ok": True, "found": "the file is sound", "ids": []},
        )  # fmt: skip


def test_damage_is_named_with_exit_code_1(cli: Cli, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    ask(
        f"sqlite:///{run / STORE_FILE}",
        "UPDATE samples SET payload = replace(payload, 'nonsense', 'sense') WHERE revision = 20",
    )
    (name,) = ask(f"sqlite:///{run / STORE_FILE}", "SELECT id FROM samples WHERE revision = 20")[0]
    code, out, _ = cli("check", run)
    assert (code, "DAMAGED  payloads       1 of " in out, name in out) == (1, True, True)
    code, out, _ = cli("check", run, "--json")
    assert (code, json.loads(out)["sound"]) == (1, False)


def test_what_is_no_run_is_refused(cli: Cli, tmp_path: Path) -> None:
    code, _, error = cli("check", tmp_path)
    assert (code, "is not a run folder" in error) == (2, True)
    (tmp_path / STORE_FILE).write_bytes(b"certainly not a database" * 100)
    code, _, error = cli("check", tmp_path)
    assert (code, error.count("\n"), "not a database" in error) == (74, 2, True)


def test_a_run_is_backed_up_while_it_serves_and_restored(cli: Cli, live_run: Path, tmp_path: Path) -> None:
    folder, again = tmp_path / "backup", tmp_path / "again"
    code, out, _ = cli("backup", live_run, "--to", folder)
    assert (code, f"{folder}: swarm test at revision" in out, "not in it: credentials" in out) == (0, True, True)
    assert cli("check", folder)[0] == 0
    code, out, _ = cli("restore", folder, "--to", again)
    assert (code, "now epoch 1" in out, f"swarm resume {again}" in out) == (0, True, True)
    for shown in ("samples", "status"):
        there, here = (json.loads(cli(shown, "--run", run, "--json")[1]) for run in (live_run, again))
        assert (there == here) if shown == "samples" else (there["corrections"] == here["corrections"])
    code, _, error = cli("restore", folder, "--to", again)
    assert (code, "is there already" in error) == (2, True)
    (folder / STORE_FILE).write_bytes((folder / STORE_FILE).read_bytes() + b"more")
    for words in (("check", folder), ("restore", folder, "--to", tmp_path / "third")):
        code, _, error = cli(*words)
        assert (code, "swarm.db has SHA-256" in error) == (74, True)


def test_a_run_that_is_down_is_backed_up_and_damage_is_told(cli: Cli, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    found = json.loads(cli("backup", run, "--to", tmp_path / "one", "--no-weights", "--json")[1])
    assert (found["swarm"], found["sound"], [file["path"] for file in found["files"]]) == (
        "test", True, ["config.toml", "exam-after.json", "exam-before.json", "swarm.db"],
    )  # fmt: skip
    ask(f"sqlite:///{run / STORE_FILE}", "UPDATE samples SET digest = '' WHERE revision = 20")
    code, out, _ = cli("backup", run, "--to", tmp_path / "two")
    assert (code, "DAMAGED  payloads       1 of " in out) == (1, True)
    done = json.loads(cli("restore", tmp_path / "one", "--to", tmp_path / "again", "--json")[1])
    assert (done["epoch"], [kept["id"] for kept in done["elsewhere"]]) == (1, ["base", "c1"])


def test_a_restore_goes_where_the_gateway_will_look(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("backup", make_run(tmp_path / "run"), "--to", tmp_path / "backup")[0] == 0
    monkeypatch.setenv(STORE_VARIABLE, "postgresql+psycopg://nobody@localhost:1/nothing")
    code, _, error = cli("restore", tmp_path / "backup", "--to", tmp_path / "again")
    assert (code, "localhost:1/nothing" in error, (tmp_path / "again").exists()) == (74, True, False)


def test_a_restored_run_is_resumed_where_it_stood(cli: Cli, spawn: Spawn, tmp_path: Path) -> None:
    base, run, again = tmp_path / "base", make_run(tmp_path / "run", stopped=False), tmp_path / "again"
    base.mkdir()
    (base / "config.json").write_text("{}")
    (run / "config.toml").write_text(f'[swarm]\nname = "test"\nrun = "{run}"\n[student]\nweights = "{base}"\n')
    assert cli("backup", run, "--to", tmp_path / "backup")[0] == 0
    shutil.rmtree(run)
    assert cli("restore", tmp_path / "backup", "--to", again)[0] == 0
    resumed = spawn("resume", again, "--plain")
    assert resumed.stdout is not None
    line = resumed.stdout.readline()
    assert ("champion c1" in line, "corrections 10, trained 9" in line) == (True, True), line
    assert json.loads(cli("down", again, "--json")[1])["was_running"] is True
    assert resumed.wait(30) == 0
    assert "resumed True" in (again / "cluster.log").read_text()
    assert not run.exists()

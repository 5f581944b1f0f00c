"""Pause, resume, rollback and down on a gateway that answers, and on none."""

import json
from pathlib import Path

import psutil

from tests.cli.conftest import Cli


def test_pause_and_resume_set_the_phase(cli: Cli, live_run: Path) -> None:
    myself = psutil.Process()
    # This process stands for the cluster that runs.
    started = "2100-01-01T00:00:00Z"
    note = live_run / "cluster.json"
    note.write_text(json.dumps({"pid": myself.pid, "started_at": started, "status": "running"}))
    try:
        assert json.loads(cli("pause", live_run, "--json")[1])["paused"] is True
        assert "(paused)" in cli("status", "--run", live_run)[1]
        assert cli("pause", live_run)[0] == 0, "pausing again is no error"
        code, out, _ = cli("resume", live_run)
        assert (code, "goes on in phase learn" in out) == (0, True)
        assert json.loads(cli("status", "--run", live_run, "--json")[1])["phase"]["paused"] is False
    finally:
        note.unlink()


def test_rollback_lets_a_former_champion_serve(cli: Cli, live_run: Path) -> None:
    assert cli("rollback", "base", "--run", live_run)[:2] == (0, "checkpoint base serves again\n")
    assert json.loads(cli("status", "--run", live_run, "--json")[1])["champion_id"] == "base"
    code, _, error = cli("rollback", "c99", "--run", live_run)
    assert (code, "'c99'" in error) == (77, True)
    assert cli("rollback", "c1", "--run", live_run)[0] == 0


def test_a_gateway_that_is_down_is_unavailable(cli: Cli, stored_run: Path) -> None:
    for words in (("pause", stored_run), ("rollback", "base", "--run", stored_run)):
        code, _, error = cli(*words)
        assert (code, "no gateway" in error, "fix:" in error) == (69, True, True)


def test_down_on_a_run_that_is_not_up_changes_nothing(cli: Cli, stored_run: Path) -> None:
    code, out, _ = cli("down", stored_run)
    assert (code, "was not running" in out) == (0, True)
    assert json.loads(cli("down", stored_run, "--json")[1])["was_running"] is False


def test_a_pid_that_now_belongs_to_another_is_not_stopped(cli: Cli, stored_run: Path) -> None:
    note = stored_run / "cluster.json"
    note.write_text(json.dumps({"pid": 1, "started_at": "2001-01-01T00:00:00Z", "status": "running"}))
    try:
        assert json.loads(cli("down", stored_run, "--json")[1]) == {
            "run": str(stored_run),
            "was_running": False,
            "standing": "unfinished",
        }
    finally:
        note.unlink()

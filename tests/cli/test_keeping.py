"""Keeping a run by the command line: check."""

import json
from pathlib import Path

from swarm.gateway.run_folder import STORE_FILE
from tests.cli.conftest import Cli
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

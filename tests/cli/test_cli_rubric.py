"""The rubric of a run by command, from its store while no gateway answers."""

import json
from pathlib import Path

from tests.cli.conftest import Cli


def test_versions_differences_and_the_ledger_are_read_from_the_store(cli: Cli, stored_run: Path) -> None:
    code, out, _ = cli("rubric", "show", "--run", stored_run)
    assert (code, "version 1 of calendar, from no other" in out) == (0, True)
    assert [one["version"] for one in json.loads(cli("rubric", "list", "--run", stored_run, "--json")[1])] == [1]
    assert "no difference" in cli("rubric", "diff", 1, 1, "--run", stored_run)[1]
    code, out, _ = cli("rubric", "history", "--run", stored_run)
    assert (code, "#1 discarded, of version 1: no better" in out, "2 wins, 2 losses" in out) == (0, True, True)
    told = json.loads(cli("rubric", "history", "--outcome", "kept", "--run", stored_run, "--json")[1])
    assert told == {"experiments": [], "alarms": []}


def test_what_is_not_there_is_refused_and_deciding_needs_a_gateway(cli: Cli, stored_run: Path) -> None:
    code, _, error = cli("rubric", "show", 9, "--run", stored_run)
    assert (code, "no rubric version 9" in error) == (77, True)
    code, _, error = cli("rubric", "rollback", 1, "--run", stored_run)
    assert (code != 0, error.startswith("error: ")) == (True, True)

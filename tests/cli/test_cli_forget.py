"""`swarm forget`: it shows what goes and asks before it erases."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from swarm.cli import app
from tests.cli.conftest import Cli


def corrected(cli: Cli, run: Path) -> tuple[str, str]:
    """A probe that was corrected, and its question."""
    _, said, _ = cli("samples", "--run", run, "--kind", "correction", "--json")
    oldest = [sample for sample in json.loads(said) if not sample["forgotten"]][-1]
    _, said, _ = cli("sample", oldest["id"], "--run", run, "--json")
    probe = json.loads(said)["samples"][0]
    return probe["id"], probe["payload"]["question"].splitlines()[1]


def test_a_sample_is_shown_asked_about_and_erased(cli: Cli, live_run: Path) -> None:
    sample_id, question = corrected(cli, live_run)
    code, said, _ = cli("forget", sample_id, "--run", live_run, "--dry-run")
    assert code == 0
    assert "4 samples would be erased" in said
    assert "checkpoints that may have learned from them: c1" in said
    refused = CliRunner().invoke(app, ["forget", sample_id, "--run", str(live_run)], input="n\n")
    assert refused.exit_code == 1
    assert question in cli("sample", sample_id, "--run", live_run)[1]
    code, said, _ = cli("forget", sample_id, "--run", live_run, "--yes", "--json")
    report = json.loads(said)
    assert (code, report["erased"], report["corrections"], report["scrubbed"]) == (0, 4, 1, True)
    shown = cli("sample", sample_id, "--run", live_run)[1]
    assert question not in shown
    assert shown.count(", forgotten") == 4
    assert "(forgotten)" in cli("samples", "--run", live_run, "--limit", 100)[1]


def test_what_can_not_be_done_is_refused(cli: Cli, live_run: Path) -> None:
    sample_id, _ = corrected(cli, live_run)
    code, _, said = cli("forget", sample_id, "--run", live_run, "--json")
    assert (code, "--yes" in said) == (2, True)
    code, _, said = cli("forget", "nobody", "--run", live_run, "--yes")
    assert (code, "no sample is stored of producer 'nobody'" in said) == (77, True)
    code, _, said = cli("forget", sample_id, "--producer", "--run", live_run, "--yes")
    assert (code, "producer" in said) == (77, True)


@pytest.mark.parametrize("words", [["--yes"], ["--dry-run"]])
def test_a_stopped_run_has_to_be_started(cli: Cli, stored_run: Path, words: list[str]) -> None:
    assert cli("forget", "prober-1", "--run", stored_run, *words)[0] == 69

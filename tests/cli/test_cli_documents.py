"""`swarm ingest` and `swarm documents`: words, JSON, and exit codes."""

import json
from pathlib import Path

from tests.cli.conftest import Cli


def test_a_folder_is_ingested_shown_and_searched(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "pump.md").write_text("# Pump\n\nThe **primer** is a small tank. Write to ana@example.com.\n")
    library = ("--library", tmp_path / "lib")
    code, out, _ = cli("ingest", tmp_path / "docs", *library)
    assert (code, "1 documents: 1 new" in out, "held back: 1 email" in out) == (0, True, True)
    found = json.loads(cli("documents", "search", "what is a primer", *library, "--json")[1])
    assert found[0]["name"] == "Pump"
    rows = json.loads(cli("documents", "coverage", *library, "--json")[1])
    assert rows[0]["subdomain"] == "pump"
    assert "held-back" in cli("documents", "problems", *library)[1]
    assert json.loads(cli("ingest", tmp_path / "docs", *library, "--json")[1])["unchanged"] == 1


def test_nothing_to_ingest_ends_with_2(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "void").mkdir()
    code, out, error = cli("ingest", tmp_path / "void", "--library", tmp_path / "lib")
    assert (code, "empty" in out, "has no document" in error) == (2, True, True)


def test_an_unknown_kind_to_hold_back_is_refused(cli: Cli, tmp_path: Path) -> None:
    code, _, error = cli("ingest", tmp_path, "--redact", "shoe-size", "--library", tmp_path / "lib")
    assert (code, "shoe-size" in error) == (2, True)


def test_no_library_is_said(cli: Cli, tmp_path: Path) -> None:
    code, _, error = cli("documents", "search", "x", "--library", tmp_path)
    assert (code, "there is no library" in error) == (74, True)

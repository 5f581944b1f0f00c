"""Runs that have no champion to draw towards its base."""

from pathlib import Path

import pytest

from bench.interpolation import main


def test_a_folder_without_a_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err

"""The comparison of probers: every arm is measured at the same calls, and impossible numbers are refused."""

from pathlib import Path

import pytest

from bench.adversary.__main__ import main, measure
from bench.adversary.arms import ARMS


def test_every_arm_has_a_trail_at_the_same_calls() -> None:
    trails = measure(1, 30, 60)
    assert [one.arm for one in trails] == [arm.name for arm in ARMS]
    assert all(0 < one.species <= one.failures <= 30 for one in trails)


def test_a_budget_below_the_calls_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--budget", "100", "--json", str(tmp_path / "x.json")])
    assert "budget 100" in capsys.readouterr().err

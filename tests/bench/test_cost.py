"""The cost of a sample: each stage takes some of the processor's time, and the sum is theirs."""

import re

import pytest

from bench.cost import STAGES, main


def test_every_stage_has_a_cost_and_all_is_their_sum(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--samples", "256", "--rounds", "2"]) == 0
    said = capsys.readouterr().out
    costs = {stage: float(ms) for stage, ms in re.findall(r"^(\w+) +([\d.]+) ms", said, re.MULTILINE)}
    assert list(costs) == [*STAGES, "all"]
    assert all(costs[stage] > 0 for stage in ("read", "store", "answer"))
    assert costs["all"] == pytest.approx(sum(costs[stage] for stage in STAGES), abs=0.5)


@pytest.mark.parametrize("more", [[], ["--random-ids"]])
def test_each_round_says_what_it_cost_as_the_store_grows(capsys: pytest.CaptureFixture[str], more: list[str]) -> None:
    assert main(["--samples", "128", "--rounds", "3", "--growth", *more]) == 0
    rounds = re.findall(r"^ +(\d+) samples stored: +([\d.]+) ms", capsys.readouterr().out, re.MULTILINE)
    assert [stored for stored, _ in rounds] == ["128", "256", "384"]
    assert all(float(cost) > 0 for _, cost in rounds)


def test_fewer_samples_than_one_commit_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--samples", "100"])
    assert "--samples is 100" in capsys.readouterr().err

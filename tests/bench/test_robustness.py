"""What students hold under attack, from what they said; and what can't be asked is refused."""

import asyncio
from pathlib import Path

import pytest

from bench.robustness import Standing, compiled, measured, of_run, shown
from bench.thesis.data import LABELS
from bench.thesis.questions import question_sets
from swarm.errors import ConfigError
from tests.bench.thesis_rig import small_data, small_plan
from tests.report_rig import make_run


def test_the_first_run_is_compared_with_everyone_on_dev_and_on_all_adversaries_together(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    asked = question_sets(small_plan(), data)
    assert len(asked) > 2, "dev and two kinds of adversaries at least"
    right = {name: "".join(str(LABELS.index(one.label)) for one in questions) for name, questions in asked.items()}
    constant = {name: "0" * len(questions) for name, questions in asked.items()}
    found = compiled(
        data.sha256, asked, [Standing(name="a", corrections=7, said=right), Standing(name="b", said=constant)]
    )
    assert found.asked["adversaries"] == sum(found.asked.values()) - found.asked["dev"] - found.asked["adversaries"]
    assert {interval.estimate for interval in found.balanced["a"].values()} == {1.0}
    assert found.balanced["b"]["dev"].estimate == pytest.approx(1 / 3)
    assert set(found.differences) == {"b"}
    assert found.differences["b"]["adversaries"].difference == pytest.approx(
        1 - found.balanced["b"]["adversaries"].estimate
    )
    assert found.differences["b"]["dev"].losses == 0
    assert shown(found).row_count == 2
    short = Standing(name="b", said={**constant, "dev": "0"})
    with pytest.raises(ValueError, match="1 answers to"):
        compiled(data.sha256, asked, [Standing(name="a", said=right), short])


def test_a_run_of_another_domain_is_refused_with_its_labels(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    with pytest.raises(ConfigError, match=r"has the labels \[\], not \['entailment'"):
        asyncio.run(of_run(run, {}, with_base=True))


def test_missing_data_is_refused_before_a_run_is_opened(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no labelled items at"):
        asyncio.run(measured([tmp_path / "nowhere"], tmp_path / "nothing.jsonl", small_plan()))

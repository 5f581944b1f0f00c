"""The general exam is frozen, balanced wherever it is cut, and scored by which ending is likelier."""

import math
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from swarm.backup.taking import RUN_FILES
from swarm.cli import app
from swarm.config import load
from swarm.config_text import located, write_config
from swarm.errors import ConfigError
from swarm.general import GENERAL_FILE, ITEMS, choices, correct, exam_of_run, general_exam, load_general, pairs


def test_it_has_three_hundred_distinct_sound_items() -> None:
    items = load_general()
    assert len(items) == 300
    assert len({item.prompt for item in items}) == 300
    for item in items:
        assert len(item.wrong) == 1
        assert item.prompt == item.prompt.strip()
        assert all(ending.startswith(" ") and ending.strip() for ending in (item.right, *item.wrong))


def test_any_beginning_of_it_mixes_the_kinds() -> None:
    whole = Counter(item.kind for item in load_general())
    for limit in (30, 60, 150):
        part = Counter(item.kind for item in load_general(limit))
        assert sum(part.values()) == limit
        assert all(abs(part[kind] - limit * count / 300) <= 1.5 for kind, count in whole.items())
    assert load_general(0) == []


def test_scoring_counts_the_likelier_ending() -> None:
    items = load_general(3)
    assert pairs(items)[:2] == [(items[0].prompt, items[0].right), (items[0].prompt, items[0].wrong[0])]
    assert correct([-1.0, -2.0, -2.0, -1.0, -1.0, -1.0]) == 1
    assert correct([math.nan, -2.0, -1.0, math.nan, -1.0, -math.inf]) == 1
    assert correct([]) == 0


def test_another_exam_is_refused(tmp_path: Path) -> None:
    changed = tmp_path / "items.jsonl"
    changed.write_text(ITEMS.read_text().replace("Paris", "Lyon"))
    with pytest.raises(ConfigError, match="it is frozen"):
        load_general(path=changed)
    with pytest.raises(ConfigError, match="no general exam"):
        load_general(path=tmp_path / "none.jsonl")
    with pytest.raises(ValueError, match="3 scores"):
        correct([0.0, 0.0, 0.0])


def own_exam(folder: Path, *more: str, count: int = 50) -> Path:
    """A file of items with three endings, and lines of one's own behind them."""
    file = folder / "own.jsonl"
    lines = [f'{{"prompt": "{n} and 1 are", "right": " {n + 1}", "wrong": [" {n}", " {n + 2}"]}}' for n in range(count)]
    file.write_text("\n".join([*lines, "", *more]))
    return file


def test_an_exam_of_one_s_own_may_have_more_endings(tmp_path: Path) -> None:
    items = general_exam(str(own_exam(tmp_path)))
    assert (len(items), choices(items)) == (50, 3)
    assert pairs(items)[2:4] == [("0 and 1 are", " 2"), ("1 and 1 are", " 2")]
    assert correct([-1.0, -2.0, -3.0, -2.0, -3.0, -1.0, -1.0, math.nan, -3.0], 3) == 1
    with pytest.raises(ValueError, match="4 scores"):
        correct([0.0] * 4, 3)
    assert (general_exam(""), choices(load_general()), choices([])) == (load_general(), 2, 2)


@pytest.mark.parametrize(
    ("more", "count", "said"),
    [
        ((), 49, "has 49 items"),
        (('{"prompt": "a", "right": " b", "wrong": " c"}',), 50, "2 and 3 endings"),
        (("{",), 50, "line 52: Expecting"),
        (("[1]",), 50, "line 52"),
        (('{"prompt": "a", "right": " b"}',), 50, "line 52: wrong: Field required"),
        (('{"prompt": "a", "right": " b", "wrong": [" b", " c"]}',), 50, "two endings of 'a' are the same"),
        (('{"prompt": "", "right": " b", "wrong": [" d", " c"]}',), 50, "line 52: prompt"),
    ],
)
def test_what_is_no_exam_is_refused_by_line(tmp_path: Path, more: tuple[str, ...], count: int, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        general_exam(str(own_exam(tmp_path, *more, count=count)))
    with pytest.raises(ConfigError, match=r"exam\.general"):
        general_exam(str(tmp_path / "none.jsonl"))


def test_a_run_keeps_its_own_copy_of_the_exam(tmp_path: Path) -> None:
    (tmp_path / "swarm.toml").write_text("")
    file, run = own_exam(tmp_path), tmp_path / "run"
    kept = located(load(tmp_path / "swarm.toml", {"exam.general": str(file)}), run)
    assert kept.exam.general == str(run / GENERAL_FILE)
    file.unlink()
    assert located(load(write_config(kept, run)), run) == kept
    moved = run.rename(tmp_path / "moved")
    assert exam_of_run(kept.exam.general, moved) == str(moved / GENERAL_FILE)
    assert len(general_exam(exam_of_run(kept.exam.general, moved))) == 50
    assert GENERAL_FILE in RUN_FILES


def test_a_config_whose_exam_is_missing_is_refused_before_anything_starts(tmp_path: Path) -> None:
    file = tmp_path / "swarm.toml"
    file.write_text(f'[exam]\ngeneral = "{tmp_path / "none.jsonl"}"\n')
    done = CliRunner().invoke(app, ["config", "check", str(file)])
    assert done.exit_code == 2
    assert "exam.general" in done.output

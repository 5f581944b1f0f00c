"""The general exam is frozen, balanced wherever it is cut, and scored by which ending is likelier."""

import math
from collections import Counter
from pathlib import Path

import pytest

from swarm.errors import ConfigError
from swarm.general import ITEMS, correct, load_general, pairs


def test_it_has_three_hundred_distinct_sound_items() -> None:
    items = load_general()
    assert len(items) == 300
    assert len({item.prompt for item in items}) == 300
    for item in items:
        assert item.right != item.wrong
        assert item.prompt == item.prompt.strip()
        assert all(ending.startswith(" ") and ending.strip() for ending in (item.right, item.wrong))


def test_any_beginning_of_it_mixes_the_kinds() -> None:
    whole = Counter(item.kind for item in load_general())
    for limit in (30, 60, 150):
        part = Counter(item.kind for item in load_general(limit))
        assert sum(part.values()) == limit
        assert all(abs(part[kind] - limit * count / 300) <= 1.5 for kind, count in whole.items())
    assert load_general(0) == []


def test_scoring_counts_the_likelier_ending() -> None:
    items = load_general(3)
    assert pairs(items)[:2] == [(items[0].prompt, items[0].right), (items[0].prompt, items[0].wrong)]
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

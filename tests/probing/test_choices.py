"""Choices are remembered, given again, and edited one at a time; what names a thing is always fresh."""

import random

import pytest

from swarm.domains import load_domain
from swarm.probing.choices import Choice, Choices, edited
from swarm.probing.draws import Recipe, draw, probe_of
from swarm.records import Cell, Purpose

DOMAIN = load_domain("calendar")
CELL = Cell.parse("absolute/rain/date")


def questions(recipe: Recipe) -> list[str]:
    samples, _ = draw(DOMAIN, recipe, Purpose.LEARN)
    return [probe_of(sample).question for sample in samples]


def test_without_a_script_it_makes_what_a_plain_source_makes() -> None:
    for number in range(20):
        seed = f"s{number}"
        plain = DOMAIN.make(CELL, random.Random(seed), Purpose.LEARN)
        assert questions(Recipe(CELL, seed)) == [probe_of(sample).question for sample in plain]


def test_a_script_makes_the_same_question_under_another_id() -> None:
    first, script = draw(DOMAIN, Recipe(CELL, "a"), Purpose.LEARN)
    again, made = draw(DOMAIN, Recipe(CELL, "b", script), Purpose.LEARN)
    assert made == script
    assert [probe_of(sample).question for sample in again] == [probe_of(sample).question for sample in first]
    assert not {sample.id for sample in first} & {sample.id for sample in again}


def test_an_edit_changes_one_choice_and_the_reference_stays_right() -> None:
    changed = 0
    for number in range(60):
        seed = f"e{number}"
        before, script = draw(DOMAIN, Recipe(CELL, seed), Purpose.LEARN)
        other = edited(script, random.Random(seed))
        assert sum(one != two for one, two in zip(script, other, strict=True)) == 1
        (after, *_), _ = draw(DOMAIN, Recipe(CELL, f"{seed}/new", other), Purpose.LEARN)
        probe = probe_of(after)
        assert probe.reference is not None
        assert DOMAIN.verify(probe, probe.reference.answer).correct
        changed += probe.question != probe_of(before[0]).question
    assert 20 < changed < 60


def test_a_script_that_does_not_fit_goes_on_where_it_does() -> None:
    source = Choices("x", [Choice(3, 2), Choice(5, 4), Choice(3, 0)])
    assert (source.choice("abcde"), source.choice("abc")) == ("e", "a")
    assert source.made == [Choice(5, 4), Choice(3, 0)]
    assert 0 <= source.randrange(2, 10, 3) < 10
    assert sorted(source.sample(range(4), 4)) == [0, 1, 2, 3]
    order = [1, 2, 3]
    source.shuffle(order)
    assert sorted(order) == [1, 2, 3]


def test_nothing_to_choose_from_is_refused() -> None:
    with pytest.raises(IndexError, match="0 options"):
        Choices("x").choice([])
    with pytest.raises(ValueError, match="empty"):
        Choices("x").randrange(3, 3)
    with pytest.raises(ValueError, match="none of 1 choices"):
        edited([Choice(1, 0)], random.Random(0))

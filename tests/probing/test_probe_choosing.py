"""The whole swarm's choice: every family keeps its floor, and a cause of failures is told from what stood beside it."""

import random
from collections import Counter

import pytest

from swarm.domains import load_domain
from swarm.probing.causes import Causes
from swarm.probing.choosing import FLOOR, distinct, floors
from swarm.probing.draws import Drawn, Recipe, draw, probe_of
from swarm.probing.pool import Pool, spread
from swarm.records import Cell, Origin, Purpose

FAMILIES = (Origin.GRAMMAR, Origin.MUTATION, Origin.REPLAY)
DOMAIN = load_domain("calendar")
CELLS = tuple(DOMAIN.cells())


def test_every_family_has_its_floor_and_no_more() -> None:
    shares = floors(FAMILIES, 3000, random.Random(1))
    assert tuple(shares) == FAMILIES
    assert all(0.6 * FLOOR < share / 3000 < 1.5 * FLOOR for share in shares.values())
    assert floors(FAMILIES, 0, random.Random(1)) == dict.fromkeys(FAMILIES, 0)


def test_a_cause_is_told_from_what_stands_beside_it() -> None:
    causes = Causes()
    rng = random.Random(2)
    for _ in range(200):
        words = rng.sample(("one", "two", "three", "four", "five", "six"), 2)
        causes.add(sorted(words), failed="three" in words)
    assert causes.culprit(["two", "three"]) == "three"
    assert causes.failing(["one", "three"]) > 0.9
    assert causes.failing(["one", "two"]) < 0.1
    assert causes.failing(["never seen"]) > causes.failing(["one"])
    before = causes.failing(["three"])
    causes.fade()
    for _ in range(60):
        causes.add(["three"], failed=False)
    assert causes.failing(["three"]) < 0.5 * before


def test_nothing_is_known_without_a_failure() -> None:
    causes = Causes()
    causes.add(["one"], failed=False)
    assert causes.culprit(["one"]) == ""
    assert causes.failing(["one"]) < 0.05


def drawn(number: int, cell: Cell = CELLS[0]) -> Drawn:
    recipe = Recipe(cell, f"x{number}")
    return Drawn(recipe, draw(DOMAIN, recipe, Purpose.SIEGE)[0])


def test_what_is_under_way_makes_room_for_others() -> None:
    one, two = [drawn(n) for n in range(3)], drawn(9, CELLS[-1])
    first = spread([*one, two], 2, lambda item: 1.0 if item in one else 0.6, {})
    assert first[1] is two
    waiting = {one[0].niche: 3}
    assert spread([*one, two], 1, lambda item: 1.0 if item in one else 0.6, waiting) == [two]
    assert distinct([one[0], two, one[0]]) == [one[0], two]


def test_a_siege_asks_a_trap_and_its_twin_apart_and_learn_does_not() -> None:
    pool = Pool(DOMAIN, CELLS, "s")
    pool.top_up(60, [1.0] * len(CELLS), Purpose.SIEGE)
    assert all(len(held.samples) == 1 and not held.probes[0].twin_id for held in pool.held)
    twin = next(held for held in pool.held if held.recipe.part == 1)
    again, _ = draw(DOMAIN, twin.recipe, Purpose.SIEGE)
    assert [probe_of(sample).question for sample in again] == [twin.probes[0].question]
    pool.drop([twin.recipe])
    assert twin not in pool.held
    pool.top_up(60, [1.0] * len(CELLS), Purpose.LEARN)
    assert Counter(len(held.samples) for held in pool.held).keys() == {1, 2}


def test_a_part_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no part 5"):
        draw(DOMAIN, Recipe(CELLS[0], "x1", part=5), Purpose.SIEGE)

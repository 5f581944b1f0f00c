"""How a search went: coverage and evenness of what was asked and found, and who is credited with what."""

import pytest

from swarm.probing.course import course, yields
from swarm.probing.evidence import Tried
from swarm.records import Cell, Origin, Probe, Purpose
from swarm.statistics import shannon_evenness, simpson_evenness

ONE, TWO = Cell.parse("a/rain/x"), Cell.parse("b/rain/x")


def tried(cell: Cell, origin: Origin, species: str = "") -> Tried:
    return Tried(Probe(cell=cell, purpose=Purpose.SIEGE, origin=origin, question="?"), species)


ASKED = [
    tried(ONE, Origin.GRAMMAR, "p"),
    tried(ONE, Origin.REPLAY, "p"),
    tried(TWO, Origin.REPLAY, "q"),
    tried(TWO, Origin.REPLAY),
]


def test_a_species_is_credited_to_who_showed_it_first() -> None:
    assert [one.words() for one in yields(ASKED)] == [
        "replay 2 of 3 failed, 1 species first",
        "grammar 1 of 1 failed, 1 species first",
    ]


def test_coverage_and_evenness_are_told_after_each_round() -> None:
    first, last = course(ASKED, 4, 2)
    assert (first.probes, first.covered, first.cells_shannon, first.species_shannon) == (2, 0.25, 0, 0)
    assert (last.probes, last.failures, last.covered, last.species) == (4, 3, 0.5, 2)
    assert (last.singletons, last.doubletons) == (1, 1)
    assert last.cells_shannon == pytest.approx(0.5)
    assert last.cells_simpson == pytest.approx(1 / 3)
    assert course([], 4, 2) == ()


def test_evenness_is_one_for_equal_shares_and_nothing_without_two_kinds() -> None:
    for evenness in (shannon_evenness, simpson_evenness):
        assert evenness([5, 5, 5]) == pytest.approx(1)
        assert evenness([9, 0, 0]) == pytest.approx(0)
        assert 0 < evenness([8, 1, 1]) < evenness([5, 3, 2]) < 1
        assert evenness([7]) == evenness([0, 0]) == 0


def test_points_after_no_probe_are_refused() -> None:
    with pytest.raises(ValueError, match="every 0 probes"):
        course(ASKED, 4, 0)

"""A planted student is right outside its holes and wrong inside, and its holes are as rare as they should be."""

import random

import pytest

from swarm.domains import load_domain
from swarm.planted import CALENDAR_RULES, Hole, PlantedStudent, Rule, Slip, choose
from swarm.planted.holes import LEAST, MOST, slipped
from swarm.probing.draws import probe_of
from swarm.records import Probe, Purpose
from swarm.rubric import SEEDS, judge_attempt, load_rubric

DOMAIN = load_domain("calendar")
RUBRIC = load_rubric(SEEDS / "siege.yaml")


def census(count: int) -> list[Probe]:
    rng = random.Random("planted")
    cells = DOMAIN.cells()
    return [probe_of(DOMAIN.make(rng.choice(cells), rng, Purpose.CENSUS)[0]) for _ in range(count)]


def test_it_fails_in_its_holes_and_nowhere_else() -> None:
    student = PlantedStudent(DOMAIN, choose(DOMAIN, CALENDAR_RULES, 10, "1"))
    probes = census(600)
    failed = [not judge_attempt(DOMAIN, RUBRIC, probe, student.answer(probe)).passed for probe in probes]
    assert failed == [student.hole(probe) is not None for probe in probes]
    assert 0.05 < sum(failed) / len(failed) < 0.5
    assert len({hole.name for probe in probes if (hole := student.hole(probe))}) >= 8
    assert [student.answer(probe) for probe in probes[:50]] == [student.answer(probe) for probe in probes[:50]]


def test_every_slip_is_wrong_on_every_kind_of_answer() -> None:
    for probe in census(120):
        for slip in Slip:
            assert not judge_attempt(DOMAIN, RUBRIC, probe, slipped(DOMAIN, probe, slip)).passed


def test_holes_are_rare_apart_and_drawn_by_the_seed() -> None:
    holes = choose(DOMAIN, CALENDAR_RULES, 10, "2")
    assert all(LEAST <= hole.prevalence <= MOST for hole in holes)
    assert len({hole.name for hole in holes}) == 10
    assert [hole.name for hole in choose(DOMAIN, CALENDAR_RULES, 10, "2")] == [hole.name for hole in holes]
    assert [hole.name for hole in choose(DOMAIN, CALENDAR_RULES, 10, "3")] != [hole.name for hole in holes]


def test_a_student_may_stand_on_another_source() -> None:
    student = PlantedStudent(DOMAIN, [Hole(Rule("all", lambda _: True), Slip.LAST, 1.0)], lambda _: "= NONE")
    probe = census(1)[0]
    assert student.answer(probe) == slipped(DOMAIN, probe, Slip.LAST)
    assert PlantedStudent(DOMAIN, [], lambda _: "= NONE").answer(probe) == "= NONE"


def test_too_few_rules_and_a_probe_without_a_reference_are_refused() -> None:
    with pytest.raises(ValueError, match="only 0 of 1 rules fit"):
        choose(DOMAIN, [Rule("all", lambda _: True)], 1, "1")
    hidden = census(1)[0].model_copy(update={"reference": None})
    with pytest.raises(ValueError, match="reference is missing"):
        PlantedStudent(DOMAIN, choose(DOMAIN, CALENDAR_RULES, 1, "1")).answer(hidden)

"""The prober is steered, gives traps with their twins, and lets nothing unsound or old through."""

import random
from collections import Counter
from collections.abc import Sequence

import pytest

from agents.prober import Gate, Prober, probe_of
from swarm.domains import load_domain
from swarm.domains.base import Verification
from swarm.planted import CALENDAR_RULES, PlantedStudent, choose
from swarm.probing.evidence import Tried, tried
from swarm.probing.families import FAMILIES
from swarm.records import Cell, Origin, Probe, Purpose, Reference, Sample
from swarm.rubric import SEEDS, judge_attempt, load_rubric
from swarm.state import CellCount
from tests.fakes import SumDomain

CELLS = SumDomain().cells()


def cells_of(samples: Sequence[Sample]) -> Counter[str]:
    return Counter(probe_of(sample).cell.form for sample in samples)


class Unsound(SumDomain):
    """Sums of which some carry no reference, a false one, or one among several that pass."""

    fault = ""

    def make(self, cell: Cell, rng: random.Random, purpose: Purpose) -> list[Sample]:
        if self.fault == "raises":
            raise ValueError("no draft")
        samples = super().make(cell, rng, purpose)
        reference = {"none": None, "false": Reference(answer="ASK:third")}
        if self.fault in reference:
            update = {"reference": reference[self.fault]}
            return [s.model_copy(update={"payload": probe_of(s).model_copy(update=update)}) for s in samples]
        return samples

    def verify(self, probe: Probe, answer: str) -> Verification:
        if self.fault == "lenient" and answer.isdigit():
            return Verification(correct=True, reason="close enough", canonical=answer)
        return super().verify(probe, answer)


def test_traps_come_with_their_twins_and_pairs_stay_whole() -> None:
    made = Prober(SumDomain(), seed="a").act([], Purpose.LEARN, 1)
    assert len(made) in (1, 2)
    many = Prober(SumDomain(), seed="b").act([], Purpose.LEARN, 60)
    assert 60 <= len(many) <= 61
    traps = [place for place, sample in enumerate(many) if probe_of(sample).cell.form != "number"]
    assert traps
    assert all(probe_of(many[place + 1]).cell.form == "number" for place in traps)


def test_the_same_seed_makes_the_same_probes() -> None:
    domain = load_domain("calendar")
    one, two, other = (Prober(domain, seed=seed).act([], Purpose.LEARN, 20) for seed in ("a", "a", "b"))
    assert [(s.id, s.payload) for s in one] == [(s.id, s.payload) for s in two]
    assert not {s.id for s in one} & {s.id for s in other}


def test_it_goes_where_the_student_fails() -> None:
    counts = [
        CellCount(cell=CELLS[0], checkpoint_id="c", rubric_version=1, passed=500, failed=0),
        CellCount(cell=CELLS[1], checkpoint_id="c", rubric_version=1, passed=500, failed=0),
        CellCount(cell=CELLS[2], checkpoint_id="c", rubric_version=1, passed=0, failed=500),
    ]
    found = cells_of(Prober(SumDomain(), seed="c").act(counts, Purpose.SIEGE, 120))
    assert found["none"] > 2.5 * found["ask"]
    assert found["ask"] > 0


def test_a_census_is_uniform_and_without_twins() -> None:
    counts = [CellCount(cell=CELLS[2], checkpoint_id="c", rubric_version=1, passed=0, failed=500)]
    domain = load_domain("calendar")
    made = Prober(domain, seed="d").act(counts, Purpose.CENSUS, 400)
    assert len(made) == 400
    assert all(probe_of(sample).purpose is Purpose.CENSUS and not probe_of(sample).twin_id for sample in made)
    found = Counter(probe_of(sample).cell.key for sample in made)
    assert len(found) == len(domain.cells())
    assert max(found.values()) < 4 * 400 / len(domain.cells())


def test_no_question_is_asked_twice_and_cells_run_out() -> None:
    prober = Prober(SumDomain(), [CELLS[2]], seed="e")
    made = prober.act([], Purpose.CENSUS, 120)
    questions = [probe_of(sample).question for sample in made]
    assert len(set(questions)) == len(questions)
    assert len(made) + len(prober.act([], Purpose.CENSUS, 120)) <= 90
    assert prober.invalid["asked before"] > 0


def test_unsound_probes_are_refused_and_counted() -> None:
    faults = {
        "none": "no reference",
        "false": "reference refused",
        "lenient": "counterfactual accepted",
        "raises": "not made",
    }
    for fault, reason in faults.items():
        domain = Unsound()
        domain.fault = fault
        prober = Prober(domain, [CELLS[0]], seed="f")
        assert prober.act([], Purpose.LEARN, 2) == []
        assert prober.invalid == {reason: 40}


def test_the_calendar_is_sound() -> None:
    prober = Prober(load_domain("calendar"), seed="g")
    assert len(prober.act([], Purpose.LEARN, 300)) >= 300
    assert sum(prober.invalid.values()) <= 6


def besieged(student: PlantedStudent, seed: str, families: Sequence[Origin], calls: int = 180) -> set[str]:
    """The species that these families find of a planted student."""
    domain, rubric = load_domain("calendar"), load_rubric(SEEDS / "siege.yaml")
    prober = Prober(domain, seed=seed, families={Purpose.SIEGE: families} if families else None)
    found: list[Tried] = []
    while len(found) < calls:
        probes = [probe_of(sample) for sample in prober.act([], Purpose.SIEGE, 30)]
        news = [tried(probe, judge_attempt(domain, rubric, probe, student.answer(probe))) for probe in probes]
        prober.learn(news)
        found += news
    return {one.species for one in found[:calls]} - {""}


@pytest.fixture(scope="module")
def student() -> PlantedStudent:
    domain = load_domain("calendar")
    return PlantedStudent(domain, choose(domain, CALENDAR_RULES, 8, "prober"))


def test_families_find_more_species_than_sampling_and_the_same_ones_again(student: PlantedStudent) -> None:
    sampled, found = besieged(student, "h", ()), besieged(student, "h", tuple(FAMILIES))
    assert len(found) > 1.3 * len(sampled)
    assert besieged(student, "h", tuple(FAMILIES), 60) == besieged(student, "h", tuple(FAMILIES), 60)


def test_a_restarted_prober_goes_on_from_the_outcomes_alone(student: PlantedStudent) -> None:
    domain, rubric = load_domain("calendar"), load_rubric(SEEDS / "siege.yaml")
    families = {Purpose.SIEGE: tuple(FAMILIES)}

    def judged(prober: Prober, rounds: int) -> list[Tried]:
        found: list[Tried] = []
        for _ in range(rounds):
            probes = [probe_of(sample) for sample in prober.act([], Purpose.SIEGE, 30)]
            news = [tried(probe, judge_attempt(domain, rubric, probe, student.answer(probe))) for probe in probes]
            prober.learn(news)
            found += news
        return found

    before = judged(Prober(domain, seed="k"), 4)
    restarted = Prober(domain, seed="l", families=families)
    restarted.learn(before)
    failed = [sum(not one.passed for one in judged(each, 1)) for each in (restarted, Prober(domain, seed="l"))]
    assert failed[0] > 1.5 * failed[1]


def test_each_family_signs_what_it_makes_and_the_grammar_fills_up() -> None:
    domain = load_domain("calendar")
    prober = Prober(domain, seed="i", families={Purpose.LEARN: (Origin.REPLAY, Origin.MUTATION)})
    first = prober.act([], Purpose.LEARN, 40)
    assert {probe_of(sample).origin for sample in first} == {Origin.GRAMMAR}
    prober.learn(Tried(probe_of(sample), "all wrong" if place % 2 else "") for place, sample in enumerate(first))
    origins = Counter(probe_of(sample).origin for sample in prober.act([], Purpose.LEARN, 60))
    assert origins[Origin.REPLAY] > 5
    assert origins[Origin.MUTATION] > 5
    prober.fade()
    assert len(prober.act([], Purpose.CENSUS, 20)) == 20


def test_a_near_duplicate_of_its_parent_is_refused_by_family_and_a_contrast_is_not() -> None:
    gate = Gate(SumDomain())
    parent = probe_of(SumDomain().make(CELLS[0], random.Random(1), Purpose.LEARN)[0])
    assert parent.reference is not None
    changes = {"question": parent.question + " please", "origin": Origin.REPLAY}
    near = parent.model_copy(update=changes)
    other = near.model_copy(update={"reference": Reference(answer=str(int(parent.reference.answer) + 1))})
    outside = near.model_copy(update={"cell": Cell.parse("mul/rain/number")})
    assert not gate.admits([Sample(payload=near)], parent)
    assert not gate.admits([Sample(payload=outside)])
    assert gate.refused == {"replay: near-duplicate": 1, "replay: outside the domain": 1}
    assert gate.admits([Sample(payload=other)], parent)
    assert gate.admits([Sample(payload=near.model_copy(update={"question": "What do we get? " + near.question}))])

"""Fresh probes in the clothes of what breached a siege go back to the hole, and to nothing that was asked."""

import random

import pytest

from swarm.domains import load_domain
from swarm.domains.calendar.wording import LENGTHS
from swarm.probing.clothes import Clothes
from swarm.probing.draws import alone, probe_of
from swarm.records import Attempt, Cell, Purpose, Sample, Tier, Verdict, answer_to
from swarm.weather import Made, press
from swarm.weather.stock import PRESSURE

DOMAIN = load_domain("calendar")
CELL = Cell.parse("span/rain/duration")
CELLS = (CELL, Cell.parse("span/border/ask"), Cell.parse("span/border/none"))


def in_hole(sample: Sample) -> bool:
    """A week and a half, or a day and a half: .5 % of a census of these cells each."""
    reference = probe_of(sample).reference
    return reference is not None and reference.answer.endswith("DT12H")


def siege(failures: int = 6, passes: int = 26, seed: str = "1") -> tuple[list[Sample], list[Sample]]:
    """The probes and verdicts of a siege that goes back to the hole."""
    rng, probes = random.Random(seed), list[Sample]()
    while sum(map(in_hole, probes)) < failures:
        probes += filter(in_hole, DOMAIN.make(CELL, rng, Purpose.SIEGE))
    probes = probes[:failures]
    while len(probes) < failures + passes:
        probes += [each for each in DOMAIN.make(rng.choice(CELLS), rng, Purpose.SIEGE) if not in_hole(each)]
    rng.shuffle(probes)
    return probes, [verdict(probe, not in_hole(probe)) for probe in probes]


def verdict(probe: Sample, passed: bool) -> Sample:
    attempt = answer_to(probe, Attempt(text="= x", checkpoint_id="c1"))
    species = "" if passed else "span/wrong-length"
    return answer_to(attempt, Verdict(passed=passed, rubric_version=1, decided_by="right", species=species))


def dressed(clothes: Clothes, purpose: Purpose, count: int = 40) -> list[tuple[Sample, str]]:
    rng = random.Random("fresh")
    drawn = [clothes.dress(DOMAIN, CELLS, rng, purpose) for _ in range(count)]
    return [one for one in drawn if one is not None]


@pytest.mark.parametrize("purpose", [Purpose.EXAM, Purpose.LEARN])
def test_what_is_dressed_goes_back_to_the_hole_in_other_words(purpose: Purpose) -> None:
    probes, verdicts = siege()
    clothes = Clothes(probes, verdicts)
    made = dressed(clothes, purpose)
    assert len(made) == 40
    assert sum(in_hole(sample) for sample, _ in made) >= 36, "uniform draws find about one in a hundred"
    assert all(clothes.worn(probe_of(sample), failure) for sample, failure in made)
    assert {probe_of(sample).purpose for sample, _ in made} == {purpose}
    asked = {probe_of(probe).question for probe in probes}
    assert not asked & {probe_of(sample).question for sample, _ in made}
    assert len({failure for _, failure in made}) > 3
    assert len({probe_of(sample).reference for sample, _ in made}) == 2, "of both its kinds"


def test_an_exam_dresses_them_in_wording_that_learning_never_has() -> None:
    frames = [frame.replace("{when}", "").replace("{event}", "").strip(" :") for frame in LENGTHS]
    probes, verdicts = siege()
    for sample, _ in dressed(Clothes(probes, verdicts), Purpose.EXAM, 20):
        text = probe_of(sample).question.partition("Text: ")[2].casefold()
        assert not any(text.startswith(frame) for frame in frames if len(frame) > 8), text


def test_what_an_operator_pressed_is_pressed_so_again() -> None:
    rng, probes = random.Random(4), list[Sample]()
    while len(probes) < 40:
        operator = ("pressure", "distractor")[len(probes) % 2]
        found = press(DOMAIN, operator, probe_of(DOMAIN.make(CELL, rng, Purpose.SIEGE)[0]), rng)
        probes += [alone(found.trap)] if isinstance(found, Made) else []
    verdicts = [verdict(probe, probe_of(probe).operator != "pressure") for probe in probes]
    made = dressed(Clothes(probes, verdicts), Purpose.EXAM, 10)
    assert len(made) == 10
    assert {(probe_of(sample).operator, probe_of(sample).purpose) for sample, _ in made} == {("pressure", Purpose.EXAM)}
    said = {words for sample, _ in made for words in PRESSURE[0] if words in probe_of(sample).question}
    assert not said, "an exam presses by words of its own"


def test_whoever_reads_the_same_outcomes_comes_to_the_same() -> None:
    probes, verdicts = siege()
    one, other = Clothes(probes, verdicts), Clothes(reversed(probes), verdicts)
    rng = random.Random(3)
    fresh = [probe_of(each) for _ in range(300) for each in DOMAIN.make(CELL, rng, Purpose.EXAM)]
    told = [[clothes.worn(probe, failure) for probe in fresh for failure in one.failures] for clothes in (one, other)]
    assert told[0] == told[1]
    assert any(told[0])


def test_what_is_no_failure_has_no_clothes() -> None:
    probes, verdicts = siege()
    clothes = Clothes(probes, verdicts)
    failure = next(iter(clothes.failures))
    passed = next(probe for probe in probes if not in_hole(probe))
    fresh = probe_of(dressed(clothes, Purpose.EXAM, 1)[0][0])
    assert not clothes.worn(fresh, passed.id)
    assert not clothes.worn(fresh, "")
    assert not clothes.worn(probe_of(passed), failure)
    assert not clothes.worn(clothes.failures[failure], failure), "nor is what was asked new"
    assert not clothes.worn(fresh.model_copy(update={"operator": "a-trap"}), failure)


def test_without_failures_or_where_none_counts_nothing_is_dressed() -> None:
    probes, verdicts = siege(failures=0)
    assert Clothes(probes, verdicts).dress(DOMAIN, CELLS, random.Random(1), Purpose.EXAM) is None
    probes, verdicts = siege()
    apart = [verdict.model_copy(update={"tier": Tier.QUARANTINED}) for verdict in verdicts]
    assert Clothes(probes, apart).failures == {}
    assert Clothes((probe.model_copy(update={"forgotten": True}) for probe in probes), verdicts).failures == {}
    assert Clothes(probes, verdicts).dress(DOMAIN, CELLS, random.Random(1), Purpose.EXAM) is not None

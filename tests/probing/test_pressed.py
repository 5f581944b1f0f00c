"""The weather family presses what was answered rightly, with an answer that the verifier accepts, and nothing else."""

import random

from agents.prober import Prober
from swarm.domains import load_domain
from swarm.probing.draws import probe_of
from swarm.probing.evidence import Tried
from swarm.records import Cell, Origin, Probe, Purpose
from swarm.weather import OPERATORS
from tests.fakes import SumDomain

DOMAIN = load_domain("calendar")
CELL = Cell.parse("absolute/rain/date")
WEATHER = dict.fromkeys((Purpose.LEARN, Purpose.SIEGE), (Origin.WEATHER,))


def plain(purpose: Purpose, count: int = 40) -> list[Probe]:
    return [probe_of(DOMAIN.make(CELL, random.Random(f"{purpose}/{n}"), purpose)[0]) for n in range(count)]


def pressed(prober: Prober, purpose: Purpose) -> list[Probe]:
    made = [probe_of(sample) for sample in prober.act([], purpose, 12)]
    return [probe for probe in made if probe.origin is Origin.WEATHER]


def test_what_passed_is_pressed_with_a_right_answer_and_what_failed_is_not() -> None:
    prober, right, wrong = Prober(DOMAIN, families=WEATHER), plain(Purpose.SIEGE), plain(Purpose.LEARN)
    assert pressed(prober, Purpose.SIEGE) == []
    prober.learn([*(Tried(probe, "") for probe in right), *(Tried(probe, "wrong") for probe in wrong)])
    made = pressed(prober, Purpose.SIEGE)
    assert len(made) > 8
    for probe in made:
        assert probe.reference is not None
        assert probe.operator in OPERATORS
        assert DOMAIN.verify(probe, probe.reference.answer).correct
        assert not probe.twin_id
        stem = probe.question.partition("\n")[0]
        assert stem in {each.question.partition("\n")[0] for each in right}
    prober.learn([Tried(probe, "") for probe in made])
    assert all(probe.operator in OPERATORS for probe in pressed(prober, Purpose.SIEGE)), "none is pressed twice over"


def test_what_besieged_and_what_examined_is_never_pressed_into_learning() -> None:
    prober = Prober(DOMAIN, families=WEATHER)
    prober.learn(Tried(probe, "") for purpose in (Purpose.SIEGE, Purpose.CENSUS) for probe in plain(purpose))
    assert pressed(prober, Purpose.LEARN) == []
    prober.learn(Tried(probe, "") for probe in plain(Purpose.LEARN))
    assert pressed(prober, Purpose.LEARN)


def test_a_domain_that_says_nothing_of_itself_gets_nothing() -> None:
    domain = SumDomain()
    prober = Prober(domain, families=WEATHER)
    made = prober.act([], Purpose.SIEGE, 12)
    prober.learn(Tried(probe_of(sample), "") for sample in made)
    after = prober.act([], Purpose.SIEGE, 12)
    assert {probe_of(sample).origin for sample in [*made, *after]} == {Origin.GRAMMAR}

"""Answers are read strictly, compared by meaning, and hostile ones are refused fast."""

import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.domains import load_domain
from swarm.domains.calendar.answers import canonical, parse
from swarm.domains.calendar.cells import GENERATORS
from swarm.records import Cell, Origin, Probe, Purpose, Reference, Weather

DOMAIN = load_domain("calendar")


def probe(answer: str, now: str = "Tue 2026-03-10 14:30", subdomain: str = "recurrence") -> Probe:
    return Probe(
        cell=Cell(subdomain=subdomain, weather=Weather.RAIN, form="any"),
        purpose=Purpose.LEARN,
        origin=Origin.GRAMMAR,
        question=f"Now: {now}\nText: something",
        reference=Reference(answer=answer),
    )


SAME = [
    ("2026-03-13", " 2026-03-13 "),
    ("2026-03-13T12:00", "2026-03-13t12:00:00"),
    ("2026-03-13T12:00", "2026-03-13 12:00"),
    ("PT90M", "PT1H30M"),
    ("P14D", "P2W"),
    ("P1Y", "P12M"),
    ("P1D", "PT24H"),
    ("2026-03-10/2026-03-12", "2026-03-10 / 2026-03-12"),
    ("ASK:date", "ask: DATE"),
    ("NONE", "none"),
    ("FREQ=WEEKLY;BYDAY=TU", "RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=TU"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9", "FREQ=DAILY;BYDAY=FR,MO,TU,WE,TH;BYHOUR=9;BYMINUTE=0"),
    ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "FREQ=MONTHLY;BYMONTH=11;BYDAY=4TH"),
    ("FREQ=DAILY;UNTIL=20260315", "FREQ=DAILY;COUNT=6"),
    ("FREQ=WEEKLY;BYDAY=FR;EXDATE=20260313", "DTSTART=20260320;FREQ=WEEKLY;BYDAY=FR"),
    ("FREQ=MONTHLY;BYDAY=2TU", "FREQ=MONTHLY;BYDAY=TU;BYMONTHDAY=8,9,10,11,12,13,14"),
    ("FREQ=DAILY;INTERVAL=7;BYHOUR=15", "FREQ=WEEKLY;BYDAY=TU;BYHOUR=15"),
    ("FREQ=DAILY;UNTIL=20260601", "FREQ=DAILY;UNTIL=2026-06-01"),
]
DIFFERENT = [
    ("2026-03-13", "2026-03-13T00:00"),
    ("2026-03-13T12:00", "2026-03-13T12:01"),
    ("P1M", "P30D"),
    ("P1M", "PT1M"),
    ("2026-03-10/2026-03-12", "2026-03-10/2026-03-13"),
    ("ASK:date", "ASK:time"),
    ("NONE", "ASK:date"),
    ("FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;BYDAY=WE"),
    ("FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;BYDAY=TU;BYHOUR=0"),
    ("FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
    ("FREQ=DAILY;COUNT=900", "FREQ=DAILY;COUNT=901"),
    ("FREQ=DAILY;COUNT=90", "FREQ=DAILY"),
    ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5;COUNT=12"),
    ("FREQ=DAILY", "FREQ=DAILY;BYMONTH=3,4,5,6,7,8"),
    ("FREQ=HOURLY;INTERVAL=2", "FREQ=HOURLY;INTERVAL=4"),
    ("FREQ=WEEKLY;BYDAY=FR", "FREQ=WEEKLY;BYDAY=FR;EXDATE=20260410"),
    ("FREQ=MONTHLY;BYDAY=4FR", "FREQ=MONTHLY;BYDAY=-1FR"),
    ("FREQ=DAILY;UNTIL=20260601", "FREQ=DAILY;UNTIL=20260602"),
]
HOSTILE = [
    "", " ", "=", "FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=-1",
    "FREQ=DAILY;COUNT=0",
    "FREQ=DAILY;COUNT=5;UNTIL=20270101", "FREQ=DAILY;INTERVAL=99999999999", "FREQ=WEEKLY;BYDAY=2TU",
    "FREQ=DAILY;BYHOUR=24",
    "FREQ=DAILY;BYMINUTE=60;BYHOUR=3", "FREQ=DAILY;FREQ=WEEKLY", "FREQ=DAILY;X=1", "FREQ", "FREQ=",
    "FREQ=DAILY;UNTIL=99999999",
    "FREQ=DAILY;DTSTART=00010101", "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=MONTHLY;BYDAY=6TU",
    "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
    "2026-02-30", "2026-13-01", "2026-03-13T24:00", "2026-03-13T12", "2026-3-1", "2026-03-12/2026-03-10", "2026-03-12/",
    "2026-03-12/2026-03-13T10:00", "P", "PT", "P1", "P1H", "PT1D", "P1.5D", "P-1D", "ASK", "ASK:", "ASK:money",
    "ASKdate", "NONE.",
    "2026-03-13 or 2026-03-14", "A" * 10_000_000, "FREQ=DAILY;" * 100_000, "9" * 100_000, "٢٠٢٦-03-10", "\x00",
    "²", "FREQ=DAILY;COUNT=²",
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_meaning_is_right(one: str, other: str) -> None:
    assert DOMAIN.verify(probe(one), other).correct
    assert DOMAIN.verify(probe(other), one).correct


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_meaning_is_wrong(one: str, other: str) -> None:
    assert not DOMAIN.verify(probe(one), other).correct
    assert not DOMAIN.verify(probe(other), one).correct
    assert DOMAIN.species(probe(one), other) not in ("", "unreadable")


@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
def test_malformed_answers_are_refused_quickly(answer: str) -> None:
    begun = time.perf_counter()
    verification = DOMAIN.verify(probe("FREQ=DAILY"), answer)
    assert not verification.correct
    assert verification.canonical is None
    assert DOMAIN.species(probe("FREQ=DAILY"), answer) in ("unreadable", "empty")
    DOMAIN.read(answer)
    DOMAIN.false_steps(probe("FREQ=DAILY"), answer)
    assert time.perf_counter() - begun < 1
    assert re.fullmatch(DOMAIN.answer_regex, answer[:1000]) is None or answer in (
        "2026-02-30", "2026-13-01", "2026-03-13T24:00", "2026-03-12/2026-03-10", "2026-03-12/2026-03-13T10:00",
        "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=5;UNTIL=20270101", "FREQ=WEEKLY;BYDAY=2TU",
        "FREQ=DAILY;BYHOUR=24", "FREQ=DAILY;UNTIL=99999999", "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
    )  # fmt: skip


EMPTY_RULES = ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;UNTIL=19990101",
    "FREQ=DAILY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
               "FREQ=YEARLY;INTERVAL=999;BYMONTH=2;BYMONTHDAY=29", "FREQ=HOURLY;INTERVAL=999;COUNT=9999",
               "DTSTART=21500101;FREQ=DAILY", "FREQ=MONTHLY;BYMONTH=2;BYDAY=5MO", "FREQ=DAILY;BYSETPOS=5",
               "FREQ=MONTHLY;BYDAY=1TU;BYMONTHDAY=31", "FREQ=YEARLY;BYDAY=MO;BYSETPOS=-4;BYMONTH=2"]  # fmt: skip


@pytest.mark.parametrize("answer", EMPTY_RULES)
def test_rules_that_never_happen_end_quickly(answer: str) -> None:
    begun = time.perf_counter()
    assert not DOMAIN.verify(probe("FREQ=WEEKLY;BYDAY=TU"), answer).correct
    assert time.perf_counter() - begun < 2


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_text_makes_it_raise(text: str) -> None:
    assert isinstance(DOMAIN.verify(probe("2026-03-13"), text).correct, bool)
    DOMAIN.read(text)
    DOMAIN.false_steps(probe("2026-03-13"), text)
    DOMAIN.species(probe("2026-03-13"), text)


@given(st.from_regex(DOMAIN.answer_regex, fullmatch=True))
@settings(max_examples=300, deadline=None)
def test_canonical_form_reads_back_to_itself(text: str) -> None:
    value = parse(text)
    if value is not None:
        assert parse(canonical(value)) == value
        assert DOMAIN.verify(probe(canonical(value)), text).canonical == canonical(value)


def test_reading_splits_rationale_and_all_answers() -> None:
    one = DOMAIN.read("Fri5-Tue2=3, 10+3=13\n= 2026-03-13\n= 2026-03-14")
    assert one.rationale == "Fri5-Tue2=3, 10+3=13"
    assert one.answers == ("2026-03-13", "2026-03-14")
    assert DOMAIN.read("= NONE").answers == ("NONE",)
    assert DOMAIN.read("2026-03-13").answers == ("2026-03-13",)
    assert DOMAIN.read("I think it is friday").answers == ()
    assert DOMAIN.read("").answers == ()


FALSE = ["24+10=35", "2026-02 has 29", "04 has 31", "Fri5-Tue2=4", "Fri4", "Mar=04", "7pm=18:00", "12am=12:00",
    "9:00-15=8:50",
         "3*7=22", "13<10", "30-24+26=33", "27/4=7", "12+7+2=22", "1H, half=33M", "1Y, half=30M",
         "1D, half=13H", "half=31S", "7D, half=4D 12H", "half hour=31M", "quarter=16M", "couple=3",
         "three=4"]  # fmt: skip
TRUE = ["24+10=34", "2024-02 has 29", "04 has 30", "Fri5-Tue2=3", "Tue2-Fri5+7=4", "Mar=03", "7pm=19:00", "12am=00:00",
        "9:00-15=8:45", "3*7=21", "13>10", "3-5=-2", "-2+28=26", "27/4=6", "Sat6-1=Fri5", "5+3=8>5",
        "1H, half=30M", "1Y, half=6M", "1D, half=12H", "half=30S", "7D, half=3D 12H", "half hour=30M", "quarter=15M",
        "couple=2", "three=3",
        "19:45<20:05"]  # fmt: skip


@pytest.mark.parametrize("step", FALSE)
def test_false_steps_are_found_verbatim(step: str) -> None:
    rationale = f"so, {step}, 03 has 31"
    found = DOMAIN.false_steps(probe("NONE"), rationale)
    assert found
    assert all(part in rationale for part in found)


@pytest.mark.parametrize("step", TRUE)
def test_true_steps_pass(step: str) -> None:
    assert DOMAIN.false_steps(probe("NONE"), f"so, {step}, 03 has 31") == []


SPECIES = [
    ("2026-03-13", "2026-03-20", "relative/off-by-7-days"),
    ("2026-03-13", "", "empty"),
    ("2026-03-13", "friday", "unreadable"),
    ("2026-03-13", "ASK:date", "over-asks"),
    ("ASK:date", "2026-03-13", "should-ask/gave-date"),
    ("FREQ=WEEKLY;BYDAY=TU", "2026-03-13", "wrong-form/date-for-recurrence"),
    ("FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;BYDAY=WE", "relative/wrong-byday"),
    ("NONE", "2026-03-13", "invents-time/date"),
    ("2026-03-13", "NONE", "relative/misses-time"),
    ("2026-03-13T09:00", "2026-03-13T21:00", "relative/off-by-12-hours"),
    ("2026-03-10/2026-03-12", "2026-03-10/2026-03-13", "relative/wrong-end"),
    ("2026-03-13", "2027-03-13", "relative/wrong-year"),
    ("2026-03-10T09:00/2026-03-12T10:00", "2026-03-11/2026-03-13", "relative/times-missing"),
    ("2026-03-11/2026-03-13", "2026-03-10T09:00/2026-03-12T10:00", "relative/times-added"),
]

WELL_FORMED = sorted(
    {text for pair in SAME + DIFFERENT for text in pair} | {text for row in SPECIES for text in row[:2]}
)


@pytest.mark.parametrize("right", [text for text in WELL_FORMED if DOMAIN.verify(probe(text), text).correct])
def test_every_wrong_answer_to_every_question_has_a_name(right: str) -> None:
    for answer in WELL_FORMED:
        if not DOMAIN.verify(probe(right), answer).correct:
            assert DOMAIN.species(probe(right), answer)


@pytest.mark.parametrize(("right", "answer", "name"), SPECIES)
def test_species_name_the_failure(right: str, answer: str, name: str) -> None:
    assert DOMAIN.species(probe(right, subdomain="relative"), answer) == name


def test_redacted_probe_is_refused() -> None:
    bare = probe("NONE").model_copy(update={"reference": None})
    assert not DOMAIN.verify(bare, "NONE").correct
    with pytest.raises(ValueError, match="no reference"):
        DOMAIN.solve(bare)


def test_verifying_rules_is_cheap() -> None:
    rng = random.Random(5)
    cell = Cell.parse("recurrence/rain/recurrence")
    assert cell.key in GENERATORS
    begun = time.perf_counter()
    for _ in range(20):
        sample = DOMAIN.make(cell, rng, Purpose.LEARN)[0]
        assert isinstance(sample.payload, Probe)
        assert not DOMAIN.verify(sample.payload, "FREQ=DAILY;BYHOUR=3").correct
    assert time.perf_counter() - begun < 5

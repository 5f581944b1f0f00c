"""Operators press a probe where the new right answer is known, and refuse where it isn't."""

import random
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.prober import Gate, probe_of
from swarm.domains import load_domain
from swarm.records import Cell, Origin, Probe, Purpose, Reference, Weather
from swarm.weather import OPERATORS, Edit, Fact, Lack, Made, Operator, Refused, Weathered, press, pressed, text_at
from tests.fakes import SumDomain

CALENDAR = load_domain("calendar")
ADD, ASK, NONE = SumDomain().cells()
WINDY = Cell(subdomain="add", weather=Weather.WIND, form="number")


class WeatheredSums(SumDomain):
    """Sums that know all about themselves: both numbers are facts, and a question with two of them can be worked."""

    def cells(self) -> Sequence[Cell]:
        """Those of the sums, and one for a sum in wind."""
        return [ADD, ASK, NONE, WINDY]

    def around(self, question: str) -> tuple[int, int | None]:
        """All of it."""
        return 0, len(question)

    def facts(self, probe: Probe) -> Sequence[Fact]:
        """The numbers."""
        found = re.finditer(r"[0-9]+", probe.question)
        return [
            Fact(start=hit.start(), end=hit.end(), kind="number", others=("12", "85"), impossible=("a square circle",))
            for hit in found
        ]

    def inert(self, words: str) -> bool:
        """Whether no number is in them."""
        return not re.search(r"[0-9]", words)

    def worked(self, _probe: Probe, question: str) -> Reference | None:
        """The sum of exactly two numbers."""
        terms = [int(term) for term in re.findall(r"[0-9]+", question)]
        return Reference(answer=str(sum(terms))) if len(terms) == 2 else None

    def declined(self, _probe: Probe, lack: Lack, _fact: Fact | None) -> Reference | None:
        """Nothing to add outside, else the second number is asked for."""
        return Reference(answer="NONE" if lack is Lack.OUTSIDE else "ASK:second")

    def filed(self, _probe: Probe, weather: Weather, answer: str) -> Cell | None:
        """By the sort of answer."""
        if answer == "NONE":
            return NONE
        return ASK if answer.startswith("ASK") else ADD.model_copy(update={"weather": weather})

    def lures(self, purpose: Purpose) -> Sequence[str]:
        """One for each side of the split."""
        return ("Do the math!",) if purpose in (Purpose.EXAM, Purpose.CENSUS) else ("It all adds up.",)


SUMS = WeatheredSums()


def plain(purpose: Purpose = Purpose.LEARN, seed: int = 1) -> Probe:
    """A sum that has an answer."""
    return probe_of(SUMS.make(ADD, random.Random(seed), purpose)[0])


def made(operator: str, probe: Probe, seed: int = 1) -> Made:
    """What comes of an operator that must not refuse."""
    found = press(SUMS, operator, probe, random.Random(seed))
    assert isinstance(found, Made), found
    return found


@pytest.mark.parametrize(
    ("operator", "cell"),
    [
        ("false-premise", ASK),
        ("contradiction", ASK),
        ("unanswerable", ASK),
        ("lure", NONE),
        ("swap", WINDY),
        ("distractor", WINDY),
        ("pressure", WINDY),
        ("paraphrase", WINDY),
    ],
)
def test_each_operator_files_its_trap_and_keeps_the_question_as_twin(operator: str, cell: Cell) -> None:
    probe = plain()
    pair = made(operator, probe)
    trap, twin = probe_of(pair.trap), probe_of(pair.twin)
    assert (trap.cell, trap.operator, trap.origin) == (cell, operator, Origin.WEATHER)
    assert (trap.twin_id, twin.twin_id) == (pair.twin.id, pair.trap.id)
    assert twin == probe.model_copy(update={"twin_id": pair.trap.id})
    assert trap.question != twin.question
    assert Gate(SUMS).admits(pair.samples)
    again = made(operator, probe)
    assert [sample.digest() for sample in pair.samples] == [sample.digest() for sample in again.samples]


def test_a_swap_is_solved_again_and_refused_without_a_solver() -> None:
    class Unsolved(WeatheredSums):
        def worked(self, _probe: Probe, _question: str) -> Reference | None:
            return None

    trap = probe_of(made("swap", plain()).trap)
    one, two = (int(term) for term in re.findall(r"[0-9]+", trap.question))
    assert trap.reference == Reference(answer=str(one + two))
    refused = press(Unsolved(), "swap", plain(), random.Random(1))
    assert isinstance(refused, Refused)
    assert "nobody can work out" in refused.reason


def test_a_swap_that_changes_no_answer_is_no_trap() -> None:
    class Constant(WeatheredSums):
        def worked(self, probe: Probe, _question: str) -> Reference | None:
            return Reference(answer=probe.reference.answer) if probe.reference else None

    refused = press(Constant(), "swap", plain(), random.Random(1))
    assert refused == Refused(operator="swap", reason="the edit leaves the right answer as it was")
    twelve = plain().model_copy(update={"question": "What is 12+12?", "reference": Reference(answer="24")})
    assert probe_of(made("swap", twelve).trap).question in ("What is 85+12?", "What is 12+85?")


def test_typos_spare_digits_facts_and_words_that_would_become_others() -> None:
    probe = plain().model_copy(
        update={"question": "Please add these there: 12+30", "reference": Reference(answer="42")}
    )
    slips = {probe_of(made("typo", probe, seed).trap).question for seed in range(60)}
    words = ("tehse there", "thsee there", "these tehre")
    assert slips == {f"Please add {said}: 12+30" for said in words}, "`three` would be another word"
    digits = probe.model_copy(update={"question": "12+30"})
    refused = press(SUMS, "typo", digits, random.Random(1))
    assert isinstance(refused, Refused)
    assert "bears its answer" in refused.reason


def test_words_that_touch_the_answer_are_never_added() -> None:
    for seed in range(40):
        trap = probe_of(made("distractor", plain(), seed).trap)
        assert len(re.findall(r"[0-9]+", trap.question)) == 2, "a distractor with a number would be a third term"


@pytest.mark.parametrize("operator", ["pressure", "distractor", "paraphrase", "contradiction", "lure"])
def test_exams_have_words_of_their_own(operator: str) -> None:
    def said(purpose: Purpose) -> set[str]:
        traps = [probe_of(made(operator, plain(purpose, 3), seed).trap).question for seed in range(40)]
        return {re.sub(r"[0-9]+|What is|Add up", "", question) for question in traps}

    assert not said(Purpose.LEARN) & said(Purpose.EXAM)
    assert not said(Purpose.SIEGE) & said(Purpose.CENSUS)


def test_an_operator_whose_answer_the_verifier_refuses_makes_nothing() -> None:
    def liar(_domain: Weathered, probe: Probe, _rng: random.Random) -> Edit | Refused:
        return Edit(question=f"{probe.question} Please.", reference=Reference(answer="about 50"))

    def lazy(_domain: Weathered, probe: Probe, _rng: random.Random) -> Edit | Refused:
        assert probe.reference is not None
        return Edit(question=probe.question, reference=probe.reference)

    own: dict[str, Operator] = {"liar": liar, "lazy": lazy}
    reasons = {
        found.operator: found.reason
        for found in pressed(SUMS, plain(), random.Random(1), own)
        if isinstance(found, Refused)
    }
    assert reasons["liar"].startswith("the verifier refuses 'about 50'")
    assert reasons["lazy"] == "the question is as it was"
    with pytest.raises(KeyError, match="hail"):
        press(SUMS, "hail", plain(), random.Random(1))


def test_a_probe_without_a_reference_is_refused() -> None:
    redacted = plain().model_copy(update={"reference": None})
    assert all(isinstance(found, Refused) for found in pressed(SUMS, redacted, random.Random(1)))


@given(seed=st.integers(0, 10_000))
def test_whatever_is_made_of_a_sum_is_sound(seed: int) -> None:
    rng = random.Random(seed)
    for found in pressed(SUMS, plain(seed=seed), rng):
        if isinstance(found, Made):
            trap = probe_of(found.trap)
            assert trap.reference is not None
            assert SUMS.verify(trap, trap.reference.answer).correct
            terms = re.findall(r"[0-9]+", trap.question)
            sums = SUMS.worked(trap, trap.question)
            if trap.operator in ("swap", "distractor", "pressure", "paraphrase", "typo"):
                assert len(terms) == 2
                assert sums is not None
                assert sums.answer == trap.reference.answer


def test_the_calendar_takes_pressure_and_leaves_the_rest_to_its_own_traps() -> None:
    assert isinstance(CALENDAR, Weathered)
    rng, counted = random.Random(7), dict.fromkeys(OPERATORS, 0)
    for cell in CALENDAR.cells():
        probe = probe_of(CALENDAR.make(cell, rng, Purpose.LEARN)[0])
        for found in pressed(CALENDAR, probe, rng):
            if isinstance(found, Made):
                trap = probe_of(found.trap)
                counted[trap.operator] += 1
                assert trap.reference == probe.reference
                assert trap.question[: text_at(trap.question)] == probe.question[: text_at(probe.question)]
    assert {name for name, count in counted.items() if count} == {"pressure", "distractor", "paraphrase"}
    assert counted["pressure"] > len(CALENDAR.cells()) // 2


def test_words_about_time_are_not_inert_to_the_calendar() -> None:
    assert isinstance(CALENDAR, Weathered)
    for words in ("no excuses please", "i need it by friday", "locker 17 is mine", "make that the second one", ""):
        assert not CALENDAR.inert(words)
    assert CALENDAR.inert("my job depends on it")

"""Frozen exams are balanced, repeatable and without duplicates; constants and outside parsers can be scored on them."""

import random

import pytest

from swarm.domains import DOMAINS, load_domain
from swarm.domains.calendar import parsers
from swarm.domains.exam import best_constant_per_form, frozen_exam
from swarm.records import Probe, Purpose, Sample

DOMAIN = load_domain("calendar")


def probes(exam: list[Sample]) -> list[Probe]:
    return [sample.payload for sample in exam if isinstance(sample.payload, Probe)]


def test_exam_is_balanced_repeatable_and_distinct() -> None:
    cells = DOMAIN.cells()
    exam = frozen_exam(DOMAIN, cells, 4, seed=1)
    asked = probes(exam)
    assert [probe.cell for probe in asked] == [cell for cell in cells for _ in range(4)]
    assert len({probe.question for probe in asked}) == len(asked)
    assert all(probe.purpose is Purpose.EXAM for probe in asked)
    again = frozen_exam(DOMAIN, cells, 4, seed=1)
    assert [(one.id, one.payload) for one in exam] == [(two.id, two.payload) for two in again]
    assert probes(frozen_exam(DOMAIN, cells, 4, seed=2)) != asked


def test_best_constants_are_known() -> None:
    asked = probes(frozen_exam(DOMAIN, DOMAIN.cells(), 6, seed=1))
    best = {constant.form: constant for constant in best_constant_per_form(DOMAIN, asked)}
    assert best["none"].answer == "NONE"
    assert best["none"].accuracy == 1
    assert best["ask"].answer == "ASK:date"
    assert 0.3 < best["ask"].accuracy < 0.9
    assert best["date"].accuracy < 0.1
    assert sum(constant.probes for constant in best.values()) == len(asked)


def test_exhausted_cell_is_refused() -> None:
    class OneQuestion(type(DOMAIN)):  # type: ignore[misc]
        def make(self, cell, rng, purpose):  # type: ignore[no-untyped-def]  # noqa: ARG002
            return super().make(cell, random.Random(0), purpose)

    with pytest.raises(ValueError, match="1 distinct questions, not 2"):
        frozen_exam(OneQuestion(), DOMAIN.cells()[:1], 2, seed=1)


def test_unknown_domain_is_refused() -> None:
    assert list(DOMAINS) == ["calendar"], "those that need no library"
    with pytest.raises(ValueError, match="cooking"):
        load_domain("cooking")


QUESTION = "Now: Tue 2026-03-10 14:30\nText: "
PARSED = [
    ("dateparser", "in 10 days", "2026-03-20"),
    ("dateparser", "tomorrow at 7pm", "2026-03-11T19:00"),
    ("parsedatetime", "tomorrow at 7pm", "2026-03-11T19:00"),
    ("parsedatetime", "the soup needs salt", "NONE"),
    ("recurrent", "every other thursday at 9", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;BYHOUR=9"),
    ("recurrent", "friday", "2026-03-13"),
    ("recurrent", "from 3 to 5pm on friday", "NONE"),
]


@pytest.mark.parametrize(("name", "text", "answer"), PARSED)
def test_outside_parsers_answer_in_our_syntax(name: str, text: str, answer: str) -> None:
    pytest.importorskip(name)
    assert parsers.parsed(name, QUESTION + text) == answer


def test_unknown_parser_is_refused() -> None:
    with pytest.raises(ValueError, match="guesswork"):
        parsers.parsed("guesswork", QUESTION + "friday")

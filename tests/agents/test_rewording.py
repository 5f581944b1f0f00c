"""New words are kept only where a second reading comes to the same answer; everything else stays as it was."""

import random

import pytest

from agents.engines.base import Request
from agents.rewording import TASK, Reworder, split
from swarm.errors import EngineUnavailable
from swarm.records import Origin, Purpose, Sample
from tests.fakes import ScriptedEngine, SumDomain, probe_of

DOMAIN = SumDomain()
PLAIN = Sample(payload=probe_of("7", "What is 3+4?"))


def engine(words: str, read: str = "7") -> ScriptedEngine:
    """Says these words for whatever it is to reword, and reads that answer in them."""

    def reply(request: Request) -> str:
        return words if request.messages[0].content == TASK else read

    return ScriptedEngine(reply)


async def test_words_that_are_read_alike_are_kept() -> None:
    speaks = engine("Please add 3 to 4")
    (sample,) = await Reworder(DOMAIN, speaks, DOMAIN.cells()).act([PLAIN])
    probe = sample.payload
    assert (sample.id, probe.question, probe.origin, probe.operator) == (
        PLAIN.id,
        "Please add 3 to 4",
        Origin.MODEL,
        "reworded",
    )
    first, second = speaks.requests
    assert first.messages[-1].content == "What is 3+4?"
    assert second.regex == DOMAIN.answer_regex
    assert "What is 3+4?" not in second.messages[-1].content


@pytest.mark.parametrize(
    ("words", "read", "reason"),
    [
        ("Please add 3 to 4", "8", "reworded: read otherwise"),
        ("Please add 3 to 5", "7", "reworded: other numbers"),
        ("what is  3+4?", "7", "reworded: the same words"),
        ("Sure!\nAdd 3 to 4", "7", "reworded: not one line of text"),
        ("", "7", "reworded: not one line of text"),
        ("3 4" + " and so on" * 30, "7", "reworded: not one line of text"),
    ],
)
async def test_other_words_are_refused_by_reason(words: str, read: str, reason: str) -> None:
    reworder = Reworder(DOMAIN, engine(words, read), DOMAIN.cells())
    assert await reworder.act([PLAIN]) == [PLAIN]
    assert dict(reworder.refused) == {reason: 1}


async def test_a_trap_and_its_twin_are_left_alone() -> None:
    trap, twin = DOMAIN.make(DOMAIN.cells()[1], random.Random(1), Purpose.LEARN)
    pair = [
        one.model_copy(update={"payload": one.payload.model_copy(update={"twin_id": other.id})})
        for one, other in ((trap, twin), (twin, trap))
    ]
    speaks = engine("anything")
    assert await Reworder(DOMAIN, speaks, DOMAIN.cells()).act(pair) == pair
    assert speaks.requests == []


async def test_an_engine_that_is_away_is_told() -> None:
    speaks = engine("x")
    speaks.away = True
    with pytest.raises(EngineUnavailable):
        await Reworder(DOMAIN, speaks, DOMAIN.cells()).act([PLAIN])


def test_what_stays_and_what_is_said_anew() -> None:
    assert split("Now: Tue 2026-03-10 14:30\nText: lunch: 3 pm") == (
        "Now: Tue 2026-03-10 14:30\nText: ",
        "lunch: 3 pm",
    )
    assert split("What is 3+4?") == ("", "What is 3+4?")

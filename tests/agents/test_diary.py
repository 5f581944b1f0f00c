"""An engine's diary: who was served, for how long, and what happens where nobody reads it or a call fails."""

import pytest

from agents.engines.base import Generation
from agents.engines.diary import Diary
from swarm.spells import MOST_SPELLS

SAID = Generation(text="a", prompt_tokens=5, completion_tokens=2)


def test_who_is_served_signs_for_the_batches_that_were_computed() -> None:
    diary = Diary("engine student")
    with diary.serving("examiner-0", "generate") as books:
        for checkpoint_id in ("c1", "c1", "c2"):
            with diary.computing("generate", checkpoint_id) as batch:
                batch.add([SAID])
        books.add([SAID] * 3)
    one, two = diary.read()
    assert [(each.place, each.who, each.checkpoint_id) for each in (one, two)] == [
        ("engine student", "examiner-0", "c1"),
        ("engine student", "examiner-0", "c2"),
    ]
    assert (one.prompt_tokens, one.completion_tokens) == (10, 4), "two batches right after another are one spell"
    assert one.began <= one.ended <= two.ended
    assert diary.read() == ()


def test_an_engine_that_writes_nothing_has_its_calls_as_a_whole() -> None:
    now = [100.0]
    diary = Diary(clock=lambda: now[0])
    with diary.serving("judge-0", "generate") as books:
        now[0] += 3.0
        books.add([SAID])
    with diary.serving("judge-0", "load"):
        now[0] += 0.01
    (spell,) = diary.read()
    assert (spell.what, spell.prompt_tokens, round(spell.seconds, 3)) == ("generate", 5, 3.0)


def test_a_batch_that_fails_is_not_told_and_those_before_it_are() -> None:
    diary = Diary()

    def serve() -> None:
        with diary.serving("student-0", "generate"):
            with diary.computing("generate", ""):
                pass
            with diary.computing("generate", "c1"):
                raise ValueError("away")

    with pytest.raises(ValueError, match="away"):
        serve()
    assert [(spell.who, spell.checkpoint_id) for spell in diary.read()] == [("student-0", "")]


def test_of_what_nobody_reads_the_latest_is_kept() -> None:
    diary = Diary()
    for number in range(MOST_SPELLS + 5):
        with diary.serving("student-0", "generate"), diary.computing("generate", f"c{number}"):
            pass
    found = diary.read()
    assert (len(found), found[0].checkpoint_id) == (MOST_SPELLS, "c5")

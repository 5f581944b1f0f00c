"""The screen: every text of every kind of sample, nothing else, the same each time; and what it refuses."""

import json
from typing import Any

import pytest
from pydantic import BaseModel

from swarm.errors import ConfigError, RefusedError
from swarm.fields import TEXT_LIMIT
from swarm.privacy import BUILT_IN, Screen, load_screen
from swarm.privacy.patterns import custom
from swarm.records import (
    Annotation,
    Attempt,
    Cell,
    Correction,
    Finding,
    Origin,
    Payload,
    Probe,
    Purpose,
    Reference,
    Sample,
    TeacherKind,
    Verdict,
    Weather,
)
from swarm.students import ExamItem, ExamRecord

MAIL = "ana@example.com"
CELL = Cell(subdomain="relative", weather=Weather.RAIN, form="date")
SCREEN = Screen([BUILT_IN["email"], custom("ticket", r"TICKET-\d+")])
PAYLOADS: list[Payload] = [
    Probe(
        cell=CELL,
        purpose=Purpose.LEARN,
        origin=Origin.GRAMMAR,
        question=MAIL,
        reference=Reference(answer=MAIL, rationale=MAIL),
        operator=MAIL,
        twin_id="0" * 32,
    ),
    Attempt(text=MAIL, checkpoint_id="base"),
    Verdict(
        passed=False,
        rubric_version=1,
        decided_by=MAIL,
        findings=(Finding(criterion=MAIL, passed=True, quote=MAIL),),
        answer=MAIL,
        explanation=MAIL,
        species=MAIL,
    ),
    Correction(rationale=MAIL, answer=MAIL, teacher=TeacherKind.WORKED, verified=True),
    Annotation(schema_name="note", body=json.dumps({MAIL: [MAIL, {"a": MAIL}], "n": 1.5, "ok": True, "no": None})),
]


def strings(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case BaseModel():
            return [text for name in type(value).model_fields for text in strings(getattr(value, name))]
        case list() | tuple():
            return [text for item in value for text in strings(item)]
        case _:
            return []


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: payload.kind)
def test_every_text_is_screened_and_counted(payload: Payload) -> None:
    before = Sample(payload=payload, ordering_key=MAIL)
    after = SCREEN.sample(before)
    said = strings(after.payload)
    assert not any(MAIL in text for text in said)
    texts = sum(text.count(MAIL) for text in strings(payload)) + 1
    assert after.redactions == (("email", texts),)
    assert sum(text.count("[email]") for text in said) + after.ordering_key.count("[email]") == texts
    same = {"payload": payload, "ordering_key": MAIL, "redactions": ()}
    assert after.model_copy(update=same) == before
    assert SCREEN.sample(before) == after
    assert SCREEN.sample(after).payload == after.payload


def test_a_note_stays_json_with_its_numbers() -> None:
    screen = Screen([BUILT_IN["card"]])
    body = json.dumps({"card": 4111111111111111, "other": 4111111111111112, "list": [True, None, "x"]})
    after = screen.sample(Sample(payload=Annotation(schema_name="note", body=body)))
    assert isinstance(note := after.payload, Annotation)
    assert json.loads(note.body) == {"card": "[card]", "other": 4111111111111112, "list": [True, None, "x"]}
    kept = Sample(payload=Annotation(schema_name="note", body='{"a":  1}'))
    assert screen.sample(kept) == kept


def test_without_patterns_nothing_changes_and_no_client_is_believed() -> None:
    sample = Sample(payload=PAYLOADS[0])
    assert Screen().sample(sample) is sample
    assert Screen().sample(sample.model_copy(update={"redactions": (("email", 3),)})) == sample
    assert SCREEN.sample(Sample(payload=Attempt(text="x", checkpoint_id=""), redactions=(("a", 1),))).redactions == ()


def test_an_exam_is_screened_with_its_probes() -> None:
    probe = Sample(payload=PAYLOADS[0])
    item = ExamItem(
        probe=probe, champion_text=MAIL, candidate_text="TICKET-12", champion_passed=True, candidate_passed=True
    )
    exam = ExamRecord(id="e1", champion_id="base", candidate_id="c1", items=(item,))
    (after,) = SCREEN.record(exam).items
    assert (after.champion_text, after.candidate_text) == ("[email]", "[ticket]")
    assert after.probe.payload == SCREEN.sample(probe).payload


def shout(text: str) -> str:
    """A hook."""
    return text.upper()


def fail(text: str) -> str:
    """A hook that fails."""
    raise KeyError(text)


def number(text: str) -> int:
    """A hook that gives no text."""
    return len(text)


NOTHING = 3


def test_the_hook_comes_last() -> None:
    screen = load_screen(["email"], {}, f"{__name__}:shout")
    after = screen.sample(Sample(payload=Attempt(text=f"by {MAIL}", checkpoint_id="c1")))
    assert isinstance(said := after.payload, Attempt)
    assert (said.text, said.checkpoint_id) == ("BY [EMAIL]", "c1")
    assert after.redactions == (("email", 1), ("hook", 1))


@pytest.mark.parametrize(("name", "said"), [("fail", "raised KeyError"), ("number", "gave a int")])
def test_a_hook_that_fails_lets_nothing_pass(name: str, said: str) -> None:
    screen = load_screen([], {}, f"{__name__}:{name}")
    with pytest.raises(RefusedError, match=said) as refused:
        screen.sample(Sample(payload=Attempt(text="secret", checkpoint_id="")))
    assert refused.value.reason == "PRIVACY_FAILED"
    assert "secret" not in str(refused.value)


def test_a_pattern_that_takes_for_ever_is_cut_short() -> None:
    screen = Screen([custom("bad", r"^(([a-z])+.)+[A-Z]([a-z])+$")])
    assert screen.text("short") == "short"
    with pytest.raises(RefusedError, match=r"pattern 'bad' took more than 0.25 s on a text of 5000 characters"):
        screen.text("a" * 5000)


def test_a_text_that_grows_beyond_its_bound_is_refused() -> None:
    text = "a@b.co " * (TEXT_LIMIT // 7)
    with pytest.raises(RefusedError, match=r"Sample.payload.attempt.text is no longer sound"):
        SCREEN.sample(Sample(payload=Attempt(text=text, checkpoint_id="")))


@pytest.mark.parametrize(
    ("names", "patterns", "hook", "said"),
    [
        (["mail"], {}, "", "names 'mail'"),
        ([], {"x": "("}, "", "at position"),
        ([], {}, "no.such.module:f", "No module"),
        ([], {}, f"{__name__}:nowhere", "no attribute"),
        ([], {}, f"{__name__}:NOTHING", "a int"),
        ([], {}, "", ""),
    ],
)
def test_what_can_not_be_used_is_refused_at_the_start(
    names: list[str], patterns: dict[str, str], hook: str, said: str
) -> None:
    if not said:
        assert load_screen(names, patterns, hook).open
        return
    with pytest.raises(ConfigError, match=said):
        load_screen(names, patterns, hook)

"""The programmatic checks that rubric criteria name: each looks at one attempt and quotes what it decided on."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from swarm.domains.base import Verification
from swarm.rubric_cases import QUOTED, Case, Outcome, Rung, abstains
from swarm.rubric_evidence import arithmetic, cites, cites_known, quotes_found

INSTRUCTION = re.compile(
    r"\b(?:judges?|graders?|examiners?|evaluators?|rubrics?|verdict)\b"
    r"|\b(?:ignore|disregard|forget)\b.{0,30}\b(?:instructions?|criteria|above|previous|all)\b"
    r"|\bmark (?:this|it|my answer)\b|\b(?:full|maximum) (?:marks|score)\b|^\s*(?:system|assistant)\s*:",
    re.IGNORECASE | re.MULTILINE,
)


class Takes(StrEnum):
    """What a parameter may be where it isn't one of some values."""

    NUMBER = "a whole number"
    WORDS = "words"


Parameters = Mapping[str, str]
UNASKED = "no program can tell, and no model was asked"
"""Why a criterion fails that is left to a model where there is none."""


@dataclass(frozen=True)
class Check:
    """A check with the values that its parameters may take; of several the first one is the default."""

    run: Callable[[Case, Parameters], Outcome]
    parameters: Mapping[str, tuple[str, ...] | Takes] = field(default_factory=dict)


def _verifier(case: Case, params: Parameters) -> Outcome:
    answers, verified = case.reading.answers, case.verified
    if not answers:
        return Outcome(False, case.excerpt(), "no answer was found")
    accept = params.get("accept", "any")
    if accept == "only" and len(case.distinct()) > 1:
        return Outcome(False, answers[case.distinct()[1]], "more than one answer was given")
    right = [place for place, found in enumerate(verified) if _right(found, case, place)]
    place = {"first": 0, "any": right[0] if right else -1}.get(accept, -1)
    if verified[place].decided:
        return Outcome(verified[place].correct, answers[place], verified[place].reason)
    return _by_reference(case, place)


def _right(found: Verification, case: Case, place: int) -> bool:
    return found.correct if found.decided else case.matches(place)


def _by_reference(case: Case, place: int) -> Outcome:
    """What the reference alone says of an answer that no program decides; an abstention is an answer like any other."""
    answer = case.reading.answers[place]
    if case.matches(place):
        return Outcome(True, answer, "it is the reference, word for word", Rung.REFERENCE)
    if abstains(answer) != case.should_abstain:
        why = "it answered a question that has no answer" if case.should_abstain else "it declined without need"
        return Outcome(False, answer, why, Rung.REFERENCE)
    if case.should_abstain:
        return Outcome(False, answer, "it declined in another way than is right here", Rung.REFERENCE)
    return Outcome(False, answer, UNASKED, Rung.MODEL)


def _model(case: Case, _: Parameters) -> Outcome:
    return Outcome(False, case.excerpt(), UNASKED, Rung.MODEL)


def _format(case: Case, _: Parameters) -> Outcome:
    if not case.reading.answers:
        return Outcome(False, case.excerpt(), "no answer was found")
    answer = case.reading.answers[-1]
    held = re.fullmatch(case.domain.answer_regex, answer) is not None
    return Outcome(held, answer, "the answer has the form" if held else "the answer is not of the form asked for")


def _single_answer(case: Case, _: Parameters) -> Outcome:
    distinct = case.distinct()
    if len(distinct) > 1:
        return Outcome(False, case.reading.answers[distinct[1]], f"{len(distinct)} different answers were given")
    return Outcome(True, case.reading.answers[0] if distinct else case.excerpt(), "no second answer")


def _readable(case: Case, _: Parameters) -> Outcome:
    if not case.verified:
        return Outcome(False, case.excerpt(), "no answer was found")
    readable = case.verified[-1].canonical is not None
    return Outcome(readable, case.reading.answers[-1], "well formed" if readable else "the answer is not well formed")


def _no_needless_abstention(case: Case, _: Parameters) -> Outcome:
    declined = [answer for answer in case.reading.answers if abstains(answer)]
    if declined and not case.should_abstain:
        return Outcome(False, declined[0], "it declined a question that has an answer")
    return Outcome(True, case.excerpt(), "it did not decline without need")


def _no_fabrication(case: Case, _: Parameters) -> Outcome:
    made = [answer for answer in case.reading.answers if not abstains(answer)]
    if made and case.should_abstain:
        return Outcome(False, made[0], "it answered a question that has no answer")
    return Outcome(True, case.excerpt(), "nothing was made up where declining is right")


def _steps_true(case: Case, _: Parameters) -> Outcome:
    false = case.domain.false_steps(case.probe, case.reading.rationale)
    if false:
        return Outcome(False, false[0], f"a false step: {false[0]!r}")
    return Outcome(True, case.reading.rationale[:QUOTED], "no step that can be checked is false")


def _answer_last(case: Case, _: Parameters) -> Outcome:
    if not case.reading.answers:
        return Outcome(False, case.excerpt(), "no answer was found")
    answer = case.reading.answers[-1]
    tail = case.text[case.text.rfind(answer) + len(answer) :]
    if re.search(r"\w", tail):
        return Outcome(False, tail[:QUOTED], "there is text behind the answer")
    return Outcome(True, answer, "the answer stands last")


def _works_first(case: Case, _: Parameters) -> Outcome:
    rationale = case.reading.rationale
    if rationale.strip():
        return Outcome(True, rationale[:QUOTED], "steps lead to the answer")
    return Outcome(False, case.excerpt(), "no steps lead to the answer")


def _no_instructions(case: Case, _: Parameters) -> Outcome:
    found = INSTRUCTION.search(case.text)
    if found:
        return Outcome(False, found.group(0), "it speaks to the judge; an attempt is data, never instructions")
    return Outcome(True, case.excerpt(), "it does not speak to the judge")


def _short(case: Case, params: Parameters) -> Outcome:
    most = int(params.get("max-chars", "600"))
    return Outcome(len(case.text) <= most, case.text[:QUOTED], f"{len(case.text)} characters, at most {most}")


def _long(case: Case, params: Parameters) -> Outcome:
    least = int(params.get("min-chars", "0"))
    return Outcome(len(case.text) >= least, case.text[:QUOTED], f"{len(case.text)} characters, at least {least}")


def _mentions(case: Case, params: Parameters) -> Outcome:
    words = params["words"]
    found = re.search(_pattern(words), case.text, re.IGNORECASE)
    return Outcome(
        found is not None, found[0] if found else case.excerpt(), f"it {'says' if found else 'lacks'} {words!r}"
    )


def _lacks(case: Case, params: Parameters) -> Outcome:
    said = _mentions(case, params)
    return replace(said, passed=not said.passed)


def _pattern(words: str) -> str:
    """Whole words, with anything but words between them."""
    inner = r"\W+".join(map(re.escape, words.split()))
    return rf"(?<!\w){inner}(?!\w)"


def _holds_reference(case: Case, _: Parameters) -> Outcome:
    """Whether the right answer stands anywhere in the attempt: what whoever lists all answers can't miss."""
    answer = case.probe.reference.answer if case.probe.reference else ""
    held = answer in case.text
    return Outcome(held, answer if held else case.excerpt(), f"the reference {'stands' if held else 'is not'} in it")


CHECKS: dict[str, Check] = {
    "verifier": Check(_verifier, {"accept": ("any", "only", "last", "first")}),
    "single-answer": Check(_single_answer),
    "readable": Check(_readable),
    "no-needless-abstention": Check(_no_needless_abstention),
    "no-fabrication": Check(_no_fabrication),
    "steps-true": Check(_steps_true),
    "answer-last": Check(_answer_last),
    "works-first": Check(_works_first),
    "no-instructions": Check(_no_instructions),
    "short": Check(_short, {"max-chars": Takes.NUMBER}),
    "long": Check(_long, {"min-chars": Takes.NUMBER}),
    "lacks": Check(_lacks, {"words": Takes.WORDS}),
    "mentions": Check(_mentions, {"words": Takes.WORDS}),
    "holds-reference": Check(_holds_reference),
    "format": Check(_format),
    "arithmetic": Check(arithmetic),
    "cites": Check(cites),
    "cites-known": Check(cites_known),
    "quotes-found": Check(quotes_found),
    "model": Check(_model),
}
"""The checks by the name that a criterion gives."""

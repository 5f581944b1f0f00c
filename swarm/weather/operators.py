"""The operators: each makes one change of a question and knows what is right then, or refuses."""

import random
import re
from collections.abc import Callable, Sequence

from swarm.records import Probe, Weather
from swarm.weather.base import HELD_OUT, Edit, Fact, Lack, Refused, Weathered
from swarm.weather.stock import CONTRADICTIONS, DISTRACTORS, FRAMES, PRESSURE, WORDS

Operator = Callable[[Weathered, Probe, random.Random], Edit | Refused]
Stock = tuple[Sequence[str], Sequence[str]]
_TEXT = "{text}"
_WORD = re.compile(r"(?<![\w'-])[a-z]{5,}(?![\w'-])")


def false_premise(domain: Weathered, probe: Probe, rng: random.Random) -> Edit | Refused:
    """Put something there that can't be; declining is right."""
    facts = [fact for fact in domain.facts(probe) if fact.impossible]
    if not facts:
        return Refused(operator="false-premise", reason="no fact of it can be made impossible")
    fact = rng.choice(facts)
    return _lacking(domain, probe, "false-premise", Lack.IMPOSSIBLE, fact, rng.choice(fact.impossible))


def contradiction(domain: Weathered, probe: Probe, rng: random.Random) -> Edit | Refused:
    """Say a fact twice, in two ways; declining is right."""
    values = _other_values(domain, probe)
    if not values:
        return Refused(operator="contradiction", reason="no fact of it has another value")
    fact, other = rng.choice(values)
    said = rng.choice(_side(CONTRADICTIONS, probe)).format(one=probe.question[fact.start : fact.end], other=other)
    return _lacking(domain, probe, "contradiction", Lack.CONTRADICTED, fact, said)


def unanswerable(domain: Weathered, probe: Probe, rng: random.Random) -> Edit | Refused:
    """Leave a fact out; declining is right."""
    facts = domain.facts(probe)
    if not facts:
        return Refused(operator="unanswerable", reason="no fact is known that it rests on")
    fact = rng.choice(facts)
    return _lacking(domain, probe, "unanswerable", Lack.MISSING, fact, f"a certain {fact.kind}")


def swap(domain: Weathered, probe: Probe, rng: random.Random) -> Edit | Refused:
    """Another unit, entity or value; the domain's solver says what is right then, and without one nobody does."""
    values = _other_values(domain, probe)
    if not values:
        return Refused(operator="swap", reason="no fact of it has another value")
    question = _replaced(probe, *rng.choice(values))
    right = domain.worked(probe, question)
    if right is None:
        return Refused(operator="swap", reason="nobody can work out what is right with another value")
    return Edit(question=question, reference=right)


def distractor(domain: Weathered, probe: Probe, rng: random.Random) -> Edit | Refused:
    """A remark beside the question; what is right stays."""
    return _beside(domain, probe, rng, "distractor", DISTRACTORS)


def pressure(domain: Weathered, probe: Probe, rng: random.Random) -> Edit | Refused:
    """A push towards an answer, or away from the right one; what is right stays."""
    return _beside(domain, probe, rng, "pressure", PRESSURE)


def paraphrase(domain: Weathered, probe: Probe, rng: random.Random) -> Edit | Refused:
    """The same question in a frame; what is right stays."""
    at, end = domain.around(probe.question)
    fitting = [frame for frame in _side(FRAMES, probe) if end is not None or frame.endswith(_TEXT)]
    usable = [frame for frame in fitting if domain.inert(frame.replace(_TEXT, " "))]
    if not usable or probe.reference is None:
        return Refused(operator="paraphrase", reason="no frame is known to leave its answer as it is")
    said = rng.choice(usable).replace(_TEXT, probe.question[at:end])
    return Edit(question=_within(probe, at, end, said), reference=probe.reference)


def typo(domain: Weathered, probe: Probe, rng: random.Random) -> Edit | Refused:
    """Two letters of a word in the wrong order; never in a fact, in a digit, or so that it makes another word."""
    if probe.reference is None:
        return Refused(operator="typo", reason="it carries no reference")
    facts, (at, end) = domain.facts(probe), domain.around(probe.question)
    found = _WORD.finditer(probe.question, at, len(probe.question) if end is None else end)
    words = [hit for hit in found if not any(_meets(hit, fact) for fact in facts)]
    slips = [slip for hit in words for slip in _slips(hit) if slip[1] not in WORDS]
    if not slips:
        return Refused(operator="typo", reason="every word of five letters or more bears its answer, or there is none")
    start, said = rng.choice(slips)
    question = probe.question[:start] + said + probe.question[start + len(said) :]
    return Edit(question=question, reference=probe.reference)


def lure(domain: Weathered, probe: Probe, rng: random.Random) -> Edit | Refused:
    """A text that only looks like the domain's, in the place of this one; declining is right."""
    texts = domain.lures(probe.purpose)
    right = domain.declined(probe, Lack.OUTSIDE, None)
    if not texts or right is None:
        return Refused(operator="lure", reason="the domain names no lures, or no answer to them")
    question = _within(probe, *domain.around(probe.question), rng.choice(texts))
    return Edit(question=question, reference=right, weather=Weather.BORDER)


OPERATORS: dict[str, Operator] = {
    "false-premise": false_premise,
    "lure": lure,
    "contradiction": contradiction,
    "distractor": distractor,
    "swap": swap,
    "unanswerable": unanswerable,
    "pressure": pressure,
    "paraphrase": paraphrase,
    "typo": typo,
}
"""The operators by the name that a probe bears."""


def _lacking(domain: Weathered, probe: Probe, operator: str, lack: Lack, fact: Fact, words: str) -> Edit | Refused:
    right = domain.declined(probe, lack, fact)
    if right is None:
        return Refused(operator=operator, reason=f"nobody can say how a question with a {lack} {fact.kind} is declined")
    return Edit(question=_replaced(probe, fact, words), reference=right)


def _beside(domain: Weathered, probe: Probe, rng: random.Random, operator: str, stock: Stock) -> Edit | Refused:
    usable = [words for words in _side(stock, probe) if domain.inert(words)]
    if not usable or probe.reference is None:
        return Refused(operator=operator, reason="no words of the stock are known to leave its answer as it is")
    words, (at, end) = rng.choice(usable), domain.around(probe.question)
    text = probe.question[at:end]
    stop = "" if text.endswith((".", "!", "?")) else "."
    said = f"{words}. {text}" if rng.random() < 0.5 or end is None else f"{text}{stop} {words}."
    return Edit(question=_within(probe, at, end, said), reference=probe.reference)


def _within(probe: Probe, at: int, end: int | None, text: str) -> str:
    """The question with another text in the place of its own."""
    return probe.question[:at] + text + (probe.question[end:] if end is not None else "")


def _side(stock: Stock, probe: Probe) -> Sequence[str]:
    return stock[probe.purpose in HELD_OUT]


def _other_values(domain: Weathered, probe: Probe) -> list[tuple[Fact, str]]:
    return [
        (fact, other)
        for fact in domain.facts(probe)
        for other in fact.others
        if other != probe.question[fact.start : fact.end]
    ]


def _replaced(probe: Probe, fact: Fact, words: str) -> str:
    return probe.question[: fact.start] + words + probe.question[fact.end :]


def _meets(hit: re.Match[str], fact: Fact) -> bool:
    return hit.start() < fact.end and fact.start < hit.end()


def _slips(hit: re.Match[str]) -> list[tuple[int, str]]:
    """The word with two inner neighbours in the other order, each with where it begins."""
    word = hit[0]
    pairs = range(1, len(word) - 2)
    return [
        (hit.start(), word[:place] + word[place + 1] + word[place] + word[place + 2 :])
        for place in pairs
        if word[place] != word[place + 1]
    ]

"""Probes about what prose says: a gap in a sentence, and the term that an explanation belongs to."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from swarm.documents.records import Layer, Unit
from swarm.domains.documents.draft import Draft
from swarm.domains.documents.drawing import TRIES, Draw, Unmade
from swarm.domains.documents.passages import Passage, passage_of
from swarm.domains.documents.shelf import Shelf, held_out

GAP = "____"
"""What stands in a question for what is left out."""
WORD = re.compile(r"`([^`\s]{2,30})`|(?<![\w.`])(\d[\d,.]*\d|\d)(?![\w.])")
AROUND = 25


def cloze(draw: Draw) -> Draft:
    """A sentence of a passage with a number or a marked word left out."""
    fact, passage = _fact(draw, lambda unit: bool(_gaps(unit)))
    return _cloze(draw, fact, passage, beside(draw, passage, draw.shown - 1))


def cloze_silent(draw: Draw) -> Draft:
    """The same where no document shown has the sentence."""
    fact, passage = _fact(draw, lambda unit: bool(_gaps(unit)))
    others = beside(draw, passage, draw.shown)
    answerable = _cloze(draw, fact, passage, others[: draw.shown - 1])
    return replace(answerable.silent(others[-1], "not-shown"), lacking=_telling(line_of(fact), others))


def definition(draw: Draw) -> Draft:
    """Which term is explained so?"""
    fact, passage = _fact(draw, _explains)
    return _definition(draw, fact, passage, beside(draw, passage, draw.shown - 1))


def definition_silent(draw: Draw) -> Draft:
    """The same where no document shown explains it."""
    fact, passage = _fact(draw, _explains)
    others = beside(draw, passage, draw.shown)
    answerable = _definition(draw, fact, passage, others[: draw.shown - 1])
    return replace(answerable.silent(others[-1], "not-shown"), lacking=_telling(fact.fact("means"), others))


def _fact(draw: Draw, where: Callable[[Unit], bool]) -> tuple[Unit, Unit]:
    """A fact that may be asked about, and the passage that it stands in. Raises Unmade."""
    facts = [unit for unit in facts_of(draw.shelf) if held_out(unit.id) == draw.held and where(unit)]
    for _ in range(TRIES if facts else 0):
        fact = draw.rng.choice(facts)
        if passage := _passage(draw.shelf, fact):
            return fact, passage
    raise Unmade(f"none of {len(facts)} facts stands in a passage")


def facts_of(shelf: Shelf) -> Sequence[Unit]:
    """The facts that prose states."""
    return [unit for unit in shelf.units if unit.layer is Layer.FACT and not unit.fact("name")]


def _passage(shelf: Shelf, fact: Unit) -> Unit | None:
    return next((unit for unit in shelf.sections if holds(unit, fact)), None)


def holds(section: Unit, fact: Unit) -> bool:
    """Whether a passage of the same version has a fact in it."""
    same = (section.source, section.version) == (fact.source, fact.version)
    return same and section.begin <= fact.begin and fact.end <= section.end


def beside(draw: Draw, passage: Unit, count: int) -> tuple[Passage, ...]:
    """Other passages: of the same document first, then of any."""
    near = [unit for unit in draw.shelf.sections if unit.source == passage.source and unit.id != passage.id]
    far = [unit for unit in draw.shelf.sections if unit.source != passage.source]
    chosen = draw.rng.sample(near, min(len(near), count - 1))
    chosen += draw.rng.sample(far, min(len(far), count - len(chosen)))
    if len(chosen) < count:
        raise Unmade(f"the library has {len(draw.shelf.sections)} passages, too few to lead astray")
    return tuple(passage_of(unit) for unit in chosen)


def line_of(unit: Unit) -> str:
    """A unit's words on one line."""
    return " ".join(unit.text.split())


def _gaps(unit: Unit) -> list[re.Match[str]]:
    """What of a sentence can be left out: it stands there once, and is one word."""
    line = line_of(unit)
    if not 30 <= len(line) <= 180 or '"' in line or "|" in line:
        return []
    found = list(WORD.finditer(line))
    return [hit for hit in found if line.count(hit[1] or hit[2]) == 1 and (hit[1] or hit[2]).upper() != "NONE"]


def _cloze(draw: Draw, fact: Unit, passage: Unit, others: tuple[Passage, ...]) -> Draft:
    line, hit = line_of(fact), draw.rng.choice(_gaps(fact))
    word = hit[1] or hit[2]
    begin, end = hit.span(1 if hit[1] else 2)
    question = draw.word("cloze", s=f"{line[:begin]}{GAP}{line[end:]}")
    shown = passage_of(passage, around=line)
    proof = line[max(0, begin - AROUND) : end + AROUND // 2]
    if line not in shown.text or any(line in other.text for other in others):
        raise Unmade("the sentence is cut off, or stands in another passage, too")
    return Draft("cloze/rain/word", question, word, shown, others, proof=proof)


def _explains(unit: Unit) -> bool:
    term, means = unit.fact("term"), unit.fact("means")
    return 2 <= len(term) <= 30 and 20 <= len(means) <= 160 and '"' not in term + means and term.upper() != "NONE"


def _definition(draw: Draw, fact: Unit, passage: Unit, others: tuple[Passage, ...]) -> Draft:
    term = fact.fact("term")
    shown = passage_of(passage, around=term)
    if term not in shown.text:
        raise Unmade(f"{term!r} is cut off")
    explained = re.sub(re.escape(term), GAP, fact.fact("means"))
    return Draft("definition/rain/word", draw.word("definition", s=explained), term, shown, others, proof=term)


def _telling(text: str, others: tuple[Passage, ...]) -> str:
    for word in sorted(re.findall(r"[A-Za-z]{5,}", text), key=len, reverse=True):
        if not any(word.casefold() in other.text.casefold() for other in others):
            return word
    raise Unmade(f"every word of {text[:60]!r} is in what is shown")


MAKERS: dict[str, Callable[[Draw], Draft]] = {
    "cloze/rain/word": cloze,
    "cloze/border/word": cloze_silent,
    "definition/rain/word": definition,
    "definition/border/word": definition_silent,
}
"""Cell to what makes a probe of it."""

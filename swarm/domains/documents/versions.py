"""Probes about what a document says otherwise than its earlier version did, with both of them shown."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from swarm.documents.records import Unit
from swarm.domains.documents.draft import Draft
from swarm.domains.documents.drawing import Draw, Unmade
from swarm.domains.documents.passages import Passage, passage_of
from swarm.domains.documents.prose import AROUND, GAP, WORD, beside, holds, line_of
from swarm.domains.documents.shelf import Shelf, held_out


def version(draw: Draw) -> Draft:
    """A number that a later version of a document changed, both versions shown; the twin asks by the other one."""
    pairs = [(old, new) for old, new in draw.shelf.revised if held_out(new.id) == draw.held]
    if not pairs:
        raise Unmade("no document has a sentence that an earlier version has with other numbers")
    old, new = draw.rng.choice(pairs)
    passages = [_dated(unit, _around(sections, unit)) for unit, sections in _both(draw.shelf, old, new)]
    rest = beside(draw, _around(draw.shelf.sections, new), draw.shown - 2)
    drafts = [
        _versioned(draw, unit, shown, (instead, *rest))
        for unit, shown, instead in zip((old, new), passages, reversed(passages), strict=True)
    ]
    one, two = drafts if draw.rng.random() < 0.5 else reversed(drafts)
    return replace(one, twin=two)


def _both(shelf: Shelf, old: Unit, new: Unit) -> tuple[tuple[Unit, Sequence[Unit]], ...]:
    return (old, shelf.former_sections), (new, shelf.sections)


def _around(sections: Sequence[Unit], fact: Unit) -> Unit:
    found = next((unit for unit in sections if holds(unit, fact)), None)
    if found is None:
        raise Unmade(f"{fact.place} stands in no passage")
    return found


def _dated(fact: Unit, section: Unit) -> Passage:
    """A passage that says of which version it is."""
    shown = passage_of(section, around=line_of(fact))
    return replace(shown, text=f"version {fact.version}: {shown.text}")


def _versioned(draw: Draw, fact: Unit, shown: Passage, lures: tuple[Passage, ...]) -> Draft:
    """What one version of a document says in the place of a number that the other has otherwise."""
    line, other = line_of(fact), lures[0].text
    changed = [hit for hit in WORD.finditer(line) if hit[2] and line not in other]
    if line not in shown.text or not changed:
        raise Unmade("the sentence is cut off, or has no number that changed")
    hit = next((hit for hit in changed if line[: hit.end(2)] not in other), None)
    if hit is None or '"' in line:
        raise Unmade("no number of the sentence changed")
    begin, end = hit.span(2)
    gap = f"{line[:begin]}{GAP}{line[end:]}"
    proof = line[max(0, begin - AROUND) : end + AROUND // 2]
    question = draw.word("version", v=f"version {fact.version}", s=gap)
    return Draft("version/wind/word", question, hit[2], shown, lures, proof=proof, operator="other-version")


MAKERS: dict[str, Callable[[Draw], Draft]] = {"version/wind/word": version}
"""Cell to what makes a probe of it."""

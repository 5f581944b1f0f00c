"""Units out of a document, layer by layer; each is held against the words that it claims to stand on."""

import re
from collections.abc import Iterable

from swarm.documents.extract.prose import prose_units
from swarm.documents.extract.signatures import signature_units
from swarm.documents.records import Block, Document, Parsed, Part, Unit

EXTRACTION = "1"
"""Raised whenever the same words give other units, so that what was kept is extracted again."""

INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:previous|above|prior|earlier|all|your)\b.{0,20}"
    r"\b(?:instructions?|prompts?|rules)\b"
    r"|\byou are now\b|\bnew instructions?\s*:|^\W*(?:system|assistant)\s*:"
    r"|\b(?:reveal|print|repeat) (?:your|the) (?:system )?prompt\b",
    re.IGNORECASE | re.MULTILINE,
)
"""Words that speak to a model rather than to a reader."""


def speaks_to_models(text: str) -> str:
    """The words in which a text instructs a model; empty where it doesn't."""
    found = INJECTION.search(text)
    return found[0].strip() if found else ""


def sound_blocks(parsed: Parsed) -> tuple[list[Block], list[str]]:
    """The blocks from which units may be taken, and the words of those that speak to models."""
    said = [(block, speaks_to_models(parsed.text[block.begin : block.end])) for block in parsed.blocks]
    return [block for block, words in said if not words], [words for _, words in said if words]


def extract(document: Document, blocks: Iterable[Block]) -> tuple[list[Unit], int]:
    """The units of layers 1 to 5 of a document, and how many were dropped since their words aren't there."""
    kept = list(blocks)
    signatures = [block for block in kept if block.part is Part.SIGNATURE]
    others = [block for block in kept if block.part is not Part.SIGNATURE]
    made = [*signature_units(document, signatures), *([] if signatures else prose_units(document, others))]
    founded = {unit.id: unit for unit in made if founded_in(unit, document.text)}
    return list(founded.values()), sum(not founded_in(unit, document.text) for unit in made)


def founded_in(unit: Unit, text: str) -> bool:
    """Whether the unit's words stand where it says."""
    return bool(unit.text.strip()) and text[unit.begin : unit.end] == unit.text

"""Units of a Python module's documentation: passage, term, fact, signature and exceptions of each thing it exports."""

from collections.abc import Iterator, Sequence

from swarm.documents.extract.making import unit_at
from swarm.documents.records import Block, Document, Layer, Unit


def signature_units(document: Document, blocks: Sequence[Block]) -> Iterator[Unit]:
    """The units of each block, which is an entry: its head, its summary, and a sentence on what it raises."""
    for block in blocks:
        facts = dict(block.facts)
        name = facts["name"]
        yield unit_at(document, Layer.SECTION, name, block.begin, block.end, block.facts)
        yield _within(document, block, Layer.TERM, name, name, ("what",), facts)
        if facts["summary"]:
            yield _within(document, block, Layer.FACT, name, facts["summary"], ("summary",), facts)
        if facts["signature"]:
            yield unit_at(
                document, Layer.PROCEDURE, name, block.begin, block.begin + len(name + facts["signature"]), block.facts
            )
        if facts.get("raises"):
            raising = facts["raising"]
            if raising in document.text[block.begin : block.end]:
                yield _within(document, block, Layer.CONSTRAINT, name, raising, ("raises",), facts)


def _within(
    document: Document, block: Block, layer: Layer, name: str, words: str, keys: tuple[str, ...], facts: dict[str, str]
) -> Unit:
    begin = document.text.index(words, block.begin)
    known = tuple((key, facts[key]) for key in ("name", *keys))
    return unit_at(document, layer, name, begin, begin + len(words), known)

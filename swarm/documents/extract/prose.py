"""Units of prose: passages, terms, facts and definitions, procedures, and constraints, by the shape of what is said."""

import re
from collections.abc import Iterator, Sequence

from swarm.documents.extract.making import unit_at
from swarm.documents.markdown import plain
from swarm.documents.records import Block, Document, Layer, Part, Unit

LONGEST_PASSAGE = 420
"""Characters up to which neighbouring blocks of one section make a passage."""
_LONGEST_SENTENCE = 320
_LONGEST_CODE = 600
_SPOKEN = (Part.PROSE, Part.ITEM)
_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s+[A-Z`*\[(])|\Z)", re.DOTALL)
_MARKED = re.compile(r"`([^`\n]{2,40})`|\*\*([^*\n]{2,40})\*\*")
_DEFINED = re.compile(
    r"(?:An?|The)?\s*[`*_]{0,2}([\w][\w ./-]{1,40}?)[`*_]{0,2} (?:is|are|means) (?=\w)", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<![\w.])\d[\d,.]*\d|(?<![\w.])\d(?![\w.])")
_CONSTRAINT = re.compile(
    r"\b(?:must|never|only|at most|at least|may not|can't|cannot|is refused|are refused|raises?|unless|except)\b", re.I
)
_CELLS = re.compile(r"(?:[^|`]|`[^`]*`)+")


def prose_units(document: Document, blocks: Sequence[Block]) -> Iterator[Unit]:
    """The units of all blocks, layer by layer."""
    yield from passages(document, blocks)
    terms: set[str] = set()
    for block in blocks:
        if block.part is Part.ROW:
            yield from _row(document, block)
        elif block.part is Part.CODE and block.end - block.begin <= _LONGEST_CODE:
            yield unit_at(document, Layer.PROCEDURE, heading(document, block), block.begin, block.end)
        elif block.part in _SPOKEN:
            for begin, end in sentences(document.text, block.begin, block.end):
                yield from _sentence(document, block, begin, end, terms)


def passages(document: Document, blocks: Sequence[Block]) -> Iterator[Unit]:
    """Neighbouring blocks under the same headings, joined while they are short; headings themselves are names."""
    begin = end = -1
    held: Block | None = None
    for block in blocks:
        if block.part is Part.HEADING:
            continue
        if held is not None and (block.path != held.path or block.end - begin > LONGEST_PASSAGE):
            yield unit_at(document, Layer.SECTION, heading(document, held), begin, end)
            held = None
        if held is None:
            held, begin = block, block.begin
        end = max(block.end, end) if held is not block else block.end
    if held is not None:
        yield unit_at(document, Layer.SECTION, heading(document, held), begin, end)


def heading(document: Document, block: Block) -> str:
    """The title and the headings above a block."""
    return " > ".join(dict.fromkeys((document.title, *block.path)))


def sentences(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of a span, as spans; those too long to be one thing said are left out."""
    for found in _SENTENCE.finditer(text[begin:end]):
        if len(found[0]) <= _LONGEST_SENTENCE:
            yield begin + found.start(), begin + found.end()


def _sentence(document: Document, block: Block, begin: int, end: int, terms: set[str]) -> Iterator[Unit]:
    said = document.text[begin:end]
    for found in _MARKED.finditer(said):
        term = (found[1] or found[2]).strip()
        if term.casefold() not in terms:
            terms.add(term.casefold())
            yield unit_at(document, Layer.TERM, term, begin, end, (("term", term),))
    defined = _DEFINED.match(said)
    numbers = [found[0] for found in _NUMBER.finditer(said)]
    if defined:
        facts = (("term", defined[1].strip()), ("means", " ".join(said[defined.end() :].split())))
        yield unit_at(document, Layer.FACT, defined[1].strip(), begin, end, facts)
    elif numbers:
        yield unit_at(document, Layer.FACT, heading(document, block), begin, end, (("numbers", " ".join(numbers)),))
    if _CONSTRAINT.search(said):
        yield unit_at(document, Layer.CONSTRAINT, heading(document, block), begin, end)


def _row(document: Document, block: Block) -> Iterator[Unit]:
    cells = [plain(cell) for cell in _CELLS.findall(document.text[block.begin : block.end]) if cell.strip()]
    if len(cells) >= 2 and all(cells[:2]):
        facts = (("term", cells[0]), ("means", cells[1]))
        yield unit_at(document, Layer.FACT, cells[0], block.begin, block.end, facts)

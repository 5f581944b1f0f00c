"""What is known of documents: their text and blocks, the units taken from them, and what was wrong with a source."""

import hashlib
from enum import IntEnum, StrEnum

from swarm.records import Record


class Kind(StrEnum):
    """What a document was written as."""

    MARKDOWN = "markdown"
    TEXT = "text"
    HTML = "html"
    PDF = "pdf"
    NOTEBOOK = "notebook"
    PYTHON = "python"


class Layer(IntEnum):
    """The layers of extraction, from where words stand to what people make of them."""

    SECTION = 1
    TERM = 2
    FACT = 3
    PROCEDURE = 4
    CONSTRAINT = 5
    RELATION = 6
    JUDGEMENT = 7


class Trouble(StrEnum):
    """What can be wrong with a source. The first three concern all that was asked for, the others one document."""

    EMPTY = "empty"
    UNREACHABLE = "unreachable"
    UNKNOWN_KIND = "unknown-kind"
    TOO_LARGE = "too-large"
    VANISHED = "vanished"
    UNREADABLE = "unreadable"
    NO_TEXT = "no-text"
    ENCODING = "encoding"
    HELD_BACK = "held-back"
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near-duplicate"
    INJECTION = "injection"
    CONTRADICTION = "contradiction"
    UNFOUNDED = "unfounded-unit"


class Problem(Record):
    """Something wrong with a source, by name; the rest goes on without it."""

    source: str
    trouble: Trouble
    said: str


class Part(StrEnum):
    """What a block of a document is."""

    HEADING = "heading"
    PROSE = "prose"
    ITEM = "item"
    ROW = "row"
    CODE = "code"
    SIGNATURE = "signature"


class Block(Record):
    """A stretch of a document's text, `text[begin:end]`, under its headings (outermost first)."""

    part: Part
    begin: int
    end: int
    path: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    """What the reader knows of it beyond its words, such as the parameters of a signature."""


class Parsed(Record):
    """A document as its reader understood it. Spans count characters of `text`."""

    title: str
    text: str
    blocks: tuple[Block, ...]


class Document(Record):
    """One version of a document as it is kept: the text after secrets were held back. `digest` is of that text."""

    source: str
    version: int
    digest: str
    kind: Kind
    title: str
    text: str


class Unit(Record):
    """One thing that a document says: `text` is what stands at `begin:end` of it, verbatim."""

    id: str
    layer: Layer
    subdomain: str
    name: str
    text: str
    source: str
    version: int
    begin: int
    end: int
    facts: tuple[tuple[str, str], ...] = ()

    def fact(self, key: str) -> str:
        """One of its facts; empty where it has none of that name."""
        return dict(self.facts).get(key, "")

    @property
    def place(self) -> str:
        """Where it stands, as a citation names it: source, version and span."""
        return f"{self.source}@{self.version}#{self.begin}-{self.end}"


def digest_of(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def unit_id(layer: Layer, source: str, name: str, text: str) -> str:
    """The same for the same words under the same name in the same source, whichever version of it says them."""
    return hashlib.sha256("\x00".join((str(int(layer)), source, name, text)).encode()).hexdigest()[:16]

"""From bytes to text: one reader for each kind of file, all of which write Markdown."""

import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import PurePosixPath

from charset_normalizer import from_bytes
from pypdf import PdfReader

from swarm.documents.records import Kind, Trouble

SUFFIXES = {
    ".md": Kind.MARKDOWN,
    ".markdown": Kind.MARKDOWN,
    ".txt": Kind.TEXT,
    ".rst": Kind.TEXT,
    ".html": Kind.HTML,
    ".htm": Kind.HTML,
    ".pdf": Kind.PDF,
    ".ipynb": Kind.NOTEBOOK,
}
"""What a file is, by the end of its name."""


class ReadingError(Exception):
    """A document that can't be read, by what is wrong with it."""

    def __init__(self, trouble: Trouble, said: str) -> None:
        super().__init__(said)
        self.trouble = trouble


def kind_of(name: str) -> Kind | None:
    """The kind of a file by its name, None where no reader knows it."""
    return SUFFIXES.get(PurePosixPath(name.lower()).suffix)


def decoded(body: bytes) -> tuple[str, str]:
    """The text of some bytes, and the encoding that was guessed where they are not UTF-8 ("" where they are).

    Raises ReadingError where they are no text.
    """
    if b"\x00" in body[:4096] and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ReadingError(Trouble.UNREADABLE, "it holds zero bytes, so it is no text")
    try:
        return _lines(body.decode("utf-8-sig")), ""
    except UnicodeDecodeError:
        guess = from_bytes(body).best()
    if guess is None:
        raise ReadingError(Trouble.ENCODING, "it is in no encoding that could be told")
    return _lines(str(guess)), guess.encoding


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_text(kind: Kind, body: bytes) -> tuple[str, str]:
    """A document's text as Markdown, and the encoding that was guessed, if any. Raises ReadingError."""
    text, encoding = (_pdf(body), "") if kind is Kind.PDF else decoded(body)
    if kind in _TO_MARKDOWN:
        text = _TO_MARKDOWN[kind](text)
    if (sound := _LONE.sub("\N{REPLACEMENT CHARACTER}", text)) != text:
        text, encoding = sound, encoding or "UTF-8 with halves of characters replaced"
    if not text.strip():
        raise ReadingError(Trouble.NO_TEXT, "it has no text" + (_SCANNED if kind is Kind.PDF else ""))
    return text, encoding


_LONE = re.compile(r"[\ud800-\udfff]")
"""Halves of characters, which no store takes; JSON and PDF can hold them."""
_SCANNED = ": its pages are pictures; run it through character recognition first"


def _pdf(body: bytes) -> str:
    """The text of the pages, which paragraphs keep apart."""
    try:
        return "\n\n".join(_lines(page.extract_text()) for page in PdfReader(io.BytesIO(body)).pages)
    except Exception as error:  # whatever a broken file makes the package raise, the next one must be read
        raise ReadingError(Trouble.UNREADABLE, f"it is no PDF that can be read: {error}") from error


def _notebook(text: str) -> str:
    """The cells of a notebook as Markdown; outputs are left out."""
    try:
        cells = json.loads(text)["cells"]
        parts = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ReadingError(Trouble.UNREADABLE, f"it is no notebook: {type(error).__name__} {error}") from None
    return "\n\n".join(said if kind == "markdown" else f"```\n{said}\n```" for kind, said in parts)


_HEADS = {f"h{level}": "#" * level for level in range(1, 7)}


class _Page(HTMLParser):
    """What a page shows, as Markdown: headings, paragraphs, items, rows and code; scripts and styles left out."""

    _SILENT = frozenset({"script", "style", "noscript", "template", "nav", "svg", "head"})
    _BREAKS = frozenset({"p", "div", "section", "article", "br", "ul", "ol", "table", "blockquote", "dl", "dd", "dt"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._silent = 0
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        # A head needs no end tag.
        self._silent = 0 if tag == "body" else self._silent + (tag in self._SILENT)
        if tag in _HEADS:
            self.said.append(f"\n\n{_HEADS[tag]} ")
        elif tag == "li":
            self.said.append("\n\n- ")
        elif tag == "tr":
            self.said.append("\n\n")
        elif tag == "pre":
            self._code += 1
            self.said.append("\n\n```\n")
        elif tag == "code" and not self._code:
            self.said.append("`")
        elif tag in self._BREAKS:
            self.said.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in self._SILENT))
        if tag == "pre":
            self._code = max(0, self._code - 1)
            self.said.append("\n```\n\n")
        elif tag == "code" and not self._code:
            self.said.append("`")
        elif tag in ("td", "th"):
            self.said.append(" | ")
        elif tag in _HEADS or tag in self._BREAKS:
            self.said.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data if self._code else _spaced(data))


def _spaced(data: str) -> str:
    """A text with single spaces, one at each end where it had any there."""
    before, after = (" " if edge.isspace() else "" for edge in (data[:1], data[-1:]))
    return f"{before}{' '.join(data.split())}{after}" if data.strip() else before


def _html(text: str) -> str:
    page = _Page()
    page.feed(text)
    page.close()
    return "".join(page.said).strip() + "\n"


_TO_MARKDOWN: dict[Kind, Callable[[str], str]] = {Kind.HTML: _html, Kind.NOTEBOOK: _notebook}

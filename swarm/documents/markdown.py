"""Markdown into blocks with spans; other readers write Markdown and come here."""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from swarm.documents.records import Block, Parsed, Part

_PARSER = MarkdownIt("commonmark").enable("table")
_LEAVES = {
    "heading_open": Part.HEADING,
    "paragraph_open": Part.PROSE,
    "fence": Part.CODE,
    "code_block": Part.CODE,
    "tr_open": Part.ROW,
}


def parse_markdown(text: str, title: str) -> Parsed:
    """The blocks of a Markdown text, in order. The first heading is the title, where there is one."""
    starts = _line_starts(text)
    blocks: list[Block] = []
    path: list[str] = []
    levels: list[int] = []
    tokens = _PARSER.parse(text)
    for place, token in enumerate(tokens):
        part = _part(token, tokens, place)
        if part is None or token.map is None:
            continue
        begin, end = _trimmed(text, starts[token.map[0]], starts[token.map[1]])
        if begin >= end:
            continue
        if part is Part.HEADING:
            level = int(token.tag[1:])
            while levels and levels[-1] >= level:
                levels.pop()
                path.pop()
            levels.append(level)
            path.append(plain(tokens[place + 1].content))
        blocks.append(Block(part=part, begin=begin, end=end, path=tuple(path)))
    first = next((block.path[-1] for block in blocks if block.part is Part.HEADING), "")
    return Parsed(title=first or title, text=text, blocks=tuple(blocks))


def plain(text: str) -> str:
    """A line without the marks of emphasis, code and links."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"\*\*|__|`", "", text).strip()


def _part(token: Token, tokens: Sequence[Token], place: int) -> Part | None:
    if token.type == "fence" and token.info.strip().startswith("mermaid"):
        return None
    part = _LEAVES.get(token.type)
    if part is Part.ROW and any(later.type == "th_open" for later in _row(tokens, place)):
        return None
    if part is Part.PROSE and place and tokens[place - 1].type == "list_item_open":
        return Part.ITEM
    return part


def _row(tokens: Sequence[Token], place: int) -> Iterator[Token]:
    for token in tokens[place + 1 :]:
        if token.type == "tr_close":
            return
        yield token


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    starts[-1] = len(text)
    return [min(start, len(text)) for start in starts]


def _trimmed(text: str, begin: int, end: int) -> tuple[int, int]:
    piece = text[begin:end]
    return begin + len(piece) - len(piece.lstrip()), begin + len(piece.rstrip())

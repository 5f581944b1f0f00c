"""The frame of every page: one self-contained document with inline style, and its sections."""

from html import escape
from importlib.resources import files


def page(title: str, body: str) -> str:
    """A whole document; `body` is HTML, the title plain text."""
    style = files("swarm.report").joinpath("style.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head>'
        f"<body><main>{body}</main></body></html>\n"
    )


def section(title: str, content: str) -> str:
    """One section; `content` is HTML."""
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def story(summary: str, parts: tuple[tuple[str, str], ...]) -> str:
    """Something told in named texts, folded away below its summary, which is HTML; the texts are plain."""
    blocks = "".join(f"<div><h4>{escape(name)}</h4><pre>{escape(text)}</pre></div>" for name, text in parts)
    return f"<details><summary>{summary}</summary><div class=story>{blocks}</div></details>"

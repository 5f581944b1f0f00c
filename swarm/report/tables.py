"""HTML tables and the boundary map; everything that came from a run is escaped here."""

from collections.abc import Iterable, Sequence
from html import escape

from swarm.report.model import BoundaryMap, Square

_RED, _YELLOW, _GREEN = (214, 96, 77), (250, 233, 178), (76, 165, 110)
_WEATHERS = ("rain", "wind", "border")

Value = str | int | float | None


def table(head: Sequence[str], rows: Iterable[Sequence[Value]], marked: frozenset[int] = frozenset()) -> str:
    """A table; numbers go to the right, and the rows whose index is marked stand out."""
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(
        f"<tr{' class=student' if index in marked else ''}>{''.join(map(_cell, row))}</tr>"
        for index, row in enumerate(rows)
    )
    return f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>'


def pairs(rows: Iterable[tuple[str, Value]]) -> str:
    """A table of names and values."""
    body = "".join(f"<tr><th>{escape(name)}</th>{_cell(value)}</tr>" for name, value in rows)
    return f'<div class="scroll"><table><tbody>{body}</tbody></table></div>'


def boundary(found: BoundaryMap) -> str:
    """One map: a square for each subdomain and weather with its rate, its interval and the number of items."""
    by_place = {(square.subdomain, square.weather): square for square in found.squares}
    seen = {square.weather for square in found.squares}
    weathers = [w for w in _WEATHERS if w in seen] + sorted(seen.difference(_WEATHERS))
    head = "".join(f"<th>{escape(weather)}</th>" for weather in weathers)
    rows = "".join(
        f"<tr><th>{escape(subdomain)}</th>{''.join(_square(by_place.get((subdomain, w))) for w in weathers)}</tr>"
        for subdomain in dict.fromkeys(square.subdomain for square in found.squares)
    )
    caption = f"<h3>{escape(found.title)}</h3><p class=soft>{escape(found.source)}</p>"
    return f"<div>{caption}<div class=scroll><table><tr><th></th>{head}</tr>{rows}</table></div></div>"


def percent(value: float) -> str:
    """A rate for people."""
    return f"{value:.1%}"


def _square(square: Square | None) -> str:
    if square is None or not square.total:
        return '<td class="square soft">-</td>'
    colour = "rgb({}, {}, {})".format(*_mix(square.rate))
    interval = f"{square.lower:.0%}–{square.upper:.0%}, n={square.total}"
    return f'<td class="square" style="background:{colour}"><b>{square.rate:.0%}</b><small>{interval}</small></td>'


def _mix(rate: float) -> tuple[int, ...]:
    low, high, share = (_RED, _YELLOW, 2 * rate) if rate < 0.5 else (_YELLOW, _GREEN, 2 * rate - 1)
    return tuple(round(a + (b - a) * share) for a, b in zip(low, high, strict=True))


def _cell(value: Value) -> str:
    match value:
        case None:
            return "<td></td>"
        case str():
            return f"<td>{escape(value)}</td>"
        case int():
            return f'<td class="n">{value:,}</td>'
        case _:
            return f'<td class="n">{value:.4g}</td>'

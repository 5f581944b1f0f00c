"""The tables of docs/statistics.md: what stands between `<!-- begin NAME -->` and `<!-- end NAME -->` is generated."""

import re
from collections.abc import Sequence

from bench.simulate.power import TABLES, markdown
from bench.simulate.rows import Expected, Row

SIMULATION = "simulation"


def filled(page: str, rows: Sequence[Row]) -> str:
    """The page with its tables made anew; rows of a method that was not simulated are missing then.

    Raises ValueError where the page has no place for a table.
    """
    tables = {name: markdown(make()) for name, make in TABLES.items()} | {SIMULATION: results(rows)}
    for name, table in tables.items():
        place = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        if not place.search(page):
            raise ValueError(f"the page has no '<!-- begin {name} -->' and '<!-- end {name} -->'; give both lines")
        page = place.sub(lambda found, table=table: f"{found[1]}{table}\n{found[2]}", page)  # type: ignore[misc]
    return page


def results(rows: Sequence[Row]) -> str:
    """The rows of the simulation, and under them how many came out as they should."""
    head = ["method", "condition", "variant", "promised", "errors", "99.8% interval", ""]
    cells = [head, *(_cells(row) for row in rows)]
    met = sum(row.as_expected for row in rows)
    runs = sorted({row.runs for row in rows})
    counted = " to ".join(f"{number:,}" for number in (runs if len(runs) < 2 else (runs[0], runs[-1])))
    return f"{markdown(cells)}\n\n{counted} runs for each row; {met} of {len(rows)} came out as expected."


def _cells(row: Row) -> list[str]:
    verdict = "holds" if row.verdict is Expected.HOLDS else "**breaks**"
    surprise = "" if row.as_expected else f" (expected: {row.expected})"
    ends = f"{row.interval.lower:.2%} to {row.interval.upper:.2%}"
    share = f"{row.interval.estimate:.2%}"
    return [row.method, row.condition, row.variant, f"{row.promise:.0%}", share, ends, verdict + surprise]

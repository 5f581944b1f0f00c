"""docs/statistics.md holds what the command makes: its tables of power are current, and no condition is missing."""

from pathlib import Path

import pytest

from bench.simulate.__main__ import METHODS, simulate
from bench.simulate.document import filled, results
from bench.simulate.power import TABLES, markdown
from bench.simulate.rows import Row

MADE_BY = 'make simulate ARGS="--docs docs/statistics.md"'
PAGE = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text()


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """All rows, of very few runs."""
    return [row for method in METHODS for row in simulate(method, 20)]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_power_is_what_the_command_makes(name: str) -> None:
    assert f"<!-- begin {name} -->\n{markdown(TABLES[name]())}\n<!-- end {name} -->" in PAGE, MADE_BY


def test_every_condition_and_variant_is_on_the_page(rows: list[Row]) -> None:
    for row in rows:
        assert f"| {row.method} | {row.condition} | {row.variant} |" in PAGE, MADE_BY
    assert f"; {len(rows)} of {len(rows)} came out as expected." in PAGE


def test_the_page_is_filled_anew_and_nothing_else_changes(rows: list[Row]) -> None:
    page = filled(PAGE, rows)
    assert results(rows) in page
    assert page.splitlines()[:5] == PAGE.splitlines()[:5]
    assert filled(page, rows) == page


def test_a_page_without_places_is_refused(rows: list[Row]) -> None:
    with pytest.raises(ValueError, match="<!-- begin siege-probes -->"):
        filled("# A page", rows)

"""The rig that every test of the exchange stands on, once over each kind of store."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from exchange_rig import POSTGRES, SQLITE, Rig, fresh_store


@pytest.fixture(params=[SQLITE, POSTGRES])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty store of each kind."""
    with fresh_store(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def rig(store_url: str) -> Iterator[Rig]:
    """An empty exchange over each kind of store."""
    made = Rig(store_url)
    yield made
    made.exchange.close()

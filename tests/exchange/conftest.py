"""The rig that every test of the exchange stands on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from exchange_rig import Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """An empty exchange."""
    made = Rig(tmp_path)
    yield made
    made.exchange.close()

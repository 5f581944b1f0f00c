"""The benchmark of weights on their way, on a tiny model: every kind arrives, and what doesn't is an error."""

from pathlib import Path

import pytest

from bench.sync import measure, table
from swarm import weights
from swarm.errors import WeightsError
from swarm.sections import EngineKind
from tests.trainers.tiny_student import tiny_folder

pytestmark = pytest.mark.real


async def test_every_kind_arrives_verified(tmp_path: Path) -> None:
    found = await measure(tiny_folder(tmp_path / "base"), [EngineKind.TRANSFORMERS], (2,), tmp_path / "scratch")
    assert [row.what for row in found] == ["adapter, rank 2", "full weights"]
    assert all(0 < row.sha256 < row.whole and row.first_token < row.whole for row in found)
    assert table(found).row_count == 2


async def test_a_base_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no model weights"):
        await measure(weights.folder(str(tmp_path)), [EngineKind.TRANSFORMERS], (2,), tmp_path)

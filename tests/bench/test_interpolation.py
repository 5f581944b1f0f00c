"""Weights between a base and what was learned, and the runs that have none."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from bench.interpolation import between_weights, main


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_weights_lie_so_much_of_the_way_from_the_base(share: float, tmp_path: Path) -> None:
    base, learned = tmp_path / "base", tmp_path / "learned"
    for folder, value in ((base, 1.0), (learned, 3.0)):
        folder.mkdir()
        save_file({"a": torch.full((2, 2), value, dtype=torch.bfloat16)}, folder / "model.safetensors")
    (learned / "config.json").write_text("{}")
    between_weights(base, learned, share, tmp_path / "made")
    found = load_file(tmp_path / "made" / "model.safetensors")["a"]
    assert found.dtype == torch.bfloat16
    assert torch.equal(found.float(), torch.full((2, 2), 1 + 2 * share))
    assert (tmp_path / "made" / "config.json").read_text() == "{}"


def test_a_folder_without_a_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err

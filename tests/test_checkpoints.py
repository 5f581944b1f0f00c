"""Checkpoint folders behind URLs: what is published comes back verified, and nothing else does."""

import math
import uuid
from pathlib import Path

import fsspec
import pytest

from swarm.checkpoints import CANARY_TOLERANCE, bring, manifest, missing, publish, verify, verify_canary
from swarm.errors import WeightsError
from swarm.students import Checkpoint, CheckpointStatus, TensorFile
from swarm.weights import file_sha256


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small folder as a trainer writes it; no test reads its tensors."""
    made = tmp_path / "made"
    (made / "deep").mkdir(parents=True)
    (made / "model.safetensors").write_bytes(b"not really tensors")
    (made / "config.json").write_text("{}")
    (made / "deep" / "tokenizer.json").write_text('{"deep": true}')
    return made


@pytest.fixture(params=["file", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"file://{tmp_path}/kept/c1" if request.param == "file" else f"memory://{uuid.uuid4().hex}/c1"


def checkpoint(url: str, files: tuple[TensorFile, ...], canary: float = -2.0) -> Checkpoint:
    return Checkpoint(id="c1", status=CheckpointStatus.CANDIDATE, url=url, files=files, canary_logprob=canary)


def test_what_was_pruned_is_missed(folder: Path, url: str) -> None:
    kept = checkpoint(url, publish(folder, url))
    assert missing(kept) == ""
    filesystem, root = fsspec.core.url_to_fs(url)
    filesystem.rm(root, recursive=True)
    assert missing(kept) == "config.json"


def test_a_manifest_lists_every_file_in_order(folder: Path) -> None:
    files = manifest(folder)
    assert [file.path for file in files] == ["config.json", "deep/tokenizer.json", "model.safetensors"]
    for file in files:
        assert (file.sha256, file.size_bytes) == (file_sha256(folder / file.path), (folder / file.path).stat().st_size)


def test_what_is_published_comes_back(folder: Path, url: str, tmp_path: Path) -> None:
    files = publish(folder, url)
    assert files == manifest(folder)
    local = bring(checkpoint(url, files), tmp_path / "cache")
    assert manifest(local) == files
    in_place = url.startswith("file://")
    assert (local == tmp_path / "kept" / "c1") is in_place, "a file URL is read in place, all others through the cache"


def test_what_lay_in_the_cache_is_brought_anew(folder: Path, tmp_path: Path) -> None:
    url = f"memory://{uuid.uuid4().hex}/c1"
    files = publish(folder, url)
    (tmp_path / "cache" / "c1").mkdir(parents=True)
    (tmp_path / "cache" / "c1" / "model.safetensors").write_bytes(b"an older one")
    (tmp_path / "cache" / "c1" / "stray.json").write_text("{}")
    assert manifest(bring(checkpoint(url, files), tmp_path / "cache")) == files


def test_a_changed_file_is_refused(folder: Path, url: str, tmp_path: Path) -> None:
    files = publish(folder, url)
    filesystem, root = fsspec.core.url_to_fs(url)
    filesystem.pipe_file(f"{root}/model.safetensors", b"not really tensor!")
    with pytest.raises(WeightsError, match=r"c1: model\.safetensors has SHA-256 .*manifest says"):
        bring(checkpoint(url, files), tmp_path / "cache")


def test_a_missing_file_is_named(folder: Path, url: str, tmp_path: Path) -> None:
    files = publish(folder, url)
    filesystem, root = fsspec.core.url_to_fs(url)
    filesystem.rm_file(f"{root}/deep/tokenizer.json")
    with pytest.raises(WeightsError, match=r"c1: deep/tokenizer\.json is missing in"):
        bring(checkpoint(url, files), tmp_path / "cache")


def test_a_file_that_nobody_listed_is_refused(folder: Path, tmp_path: Path) -> None:
    url = f"file://{tmp_path}/kept/c1"
    files = publish(folder, url)
    (tmp_path / "kept" / "c1" / "adapter_model.safetensors").write_bytes(b"tensors of somebody else")
    with pytest.raises(WeightsError, match=r"adapter_model\.safetensors is not in the manifest"):
        bring(checkpoint(url, files), tmp_path / "cache")
    with pytest.raises(WeightsError, match="not in the manifest"):
        bring(checkpoint(url, ()), tmp_path / "cache")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "optimizer.pt", "deep/model.pth", "model.PKL", "a.pickle"])
def test_files_that_may_hold_code_are_refused(folder: Path, url: str, tmp_path: Path, name: str) -> None:
    (folder / name).write_bytes(b"\x80\x04N.")
    files = publish(folder, url)
    with pytest.raises(WeightsError, match="may hold pickled code"):
        bring(checkpoint(url, files), tmp_path / "cache")


@pytest.mark.parametrize("path", ["../stray.json", "/etc/passwd", "deep/../../stray.json"])
def test_a_path_out_of_the_folder_is_refused(folder: Path, url: str, tmp_path: Path, path: str) -> None:
    publish(folder, url)
    listed = TensorFile(path=path, sha256="0" * 64, size_bytes=2)
    with pytest.raises(WeightsError, match="leads out of its folder"):
        bring(checkpoint(url, (listed,)), tmp_path / "cache")
    assert not (tmp_path / "stray.json").exists()


def test_verify_reads_every_byte(folder: Path) -> None:
    sound = checkpoint(folder.as_uri(), manifest(folder))
    verify(sound, folder)
    for file in sound.files:
        body = (folder / file.path).read_bytes()
        (folder / file.path).write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
        with pytest.raises(WeightsError, match=file.path):
            verify(sound, folder)
        (folder / file.path).write_bytes(body)


@pytest.mark.parametrize("measured", [-2.0, -2.0 + 0.99 * CANARY_TOLERANCE, -2.0 - 0.99 * CANARY_TOLERANCE])
def test_a_canary_within_its_tolerance_is_taken(measured: float) -> None:
    verify_canary(checkpoint("file:///c1", ()), measured)


@pytest.mark.parametrize(
    ("declared", "measured"),
    [(-2.0, -2.2), (-2.0, -1.8), (-2.0, math.nan), (math.nan, -2.0), (math.nan, math.nan), (-2.0, -math.inf)],
)
def test_a_canary_beyond_its_tolerance_is_refused(declared: float, measured: float) -> None:
    with pytest.raises(WeightsError, match="canary log-probability") as refused:
        verify_canary(checkpoint("file:///c1", (), declared), measured)
    assert f"{measured:.4f}" in refused.value.message

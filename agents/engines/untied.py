"""Weights folders with an output head of their own, for engines that keep a copy of it apart from the embeddings."""

from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file

HEAD, EMBEDDINGS = "lm_head.weight", "model.embed_tokens.weight"


def with_head(folder: Path, place: Path) -> Path:
    """The folder itself where its files hold an output head; else `place`, made to link to them with a head beside.

    A model whose head is tied to its embeddings is saved without one. vLLM on a CPU packs the head into memory of its
    own when it starts, and a reload that brings no head would leave the one before in place.
    """
    holders: dict[str, Path] = {}
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, "pt") as tensors:
            holders |= dict.fromkeys(tensors.keys(), file)
    if HEAD in holders or EMBEDDINGS not in holders:
        return folder
    if not place.is_dir():
        place.mkdir(parents=True)
        for file in folder.iterdir():
            if file.is_file() and not file.name.endswith(".index.json"):
                (place / file.name).symlink_to(file.absolute())
        with safe_open(holders[EMBEDDINGS], "pt") as tensors:
            save_file({HEAD: tensors.get_tensor(EMBEDDINGS).contiguous()}, place / "lm_head.safetensors")
    return place

"""Runs the small embedder: texts to vectors of length 1, by the mean of the last layer over a text's tokens."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from transformers import AutoModel, AutoTokenizer

_LONGEST = 256
_BATCH = 64


class Embedder:
    """Reads the weights once; a text beyond 256 tokens is cut off."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModel.from_pretrained(folder).eval()

    @torch.inference_mode()
    def vectors(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Shape (texts, 384), float32; the inner product of two is their cosine."""
        found = []
        for start in range(0, len(texts), _BATCH):
            rows = self._tokenizer(
                list(texts[start : start + _BATCH]), padding=True, truncation=True, max_length=_LONGEST,
                return_tensors="pt",
            )  # fmt: skip
            last = self._model(**rows).last_hidden_state
            seen = rows["attention_mask"].unsqueeze(-1)
            mean = (last * seen).sum(1) / seen.sum(1).clamp(min=1)
            found.append(torch.nn.functional.normalize(mean, dim=1).float().numpy())
        return np.concatenate(found) if found else np.zeros((0, self._model.config.hidden_size), np.float32)

"""What learning needs of a machine, in floating-point operations for each token, and what the machine can give."""

import time
from typing import Any

import torch

from swarm.precision import dtype

SIZE = 2048
"""Rows and columns of the matrices that are multiplied."""
SECONDS = 1.0


def needed(model: Any, length: float, completion: float) -> float:
    """Floating-point operations for one token, forward and backward, of texts of `length` tokens of which the share
    `completion` is learned.

    As in PaLM (Chowdhery et al. 2022, arXiv 2204.02311, appendix B): two for each weight of a matrix on the way
    forward, two more for the gradient that goes on to what stands below, and two for the gradient of the weight where
    it learns; attention needs 12 for each of the `length` others, of each layer and column of its heads. Logits are
    needed of what is learned alone. The lowest layer's gradient goes nowhere, which is not taken off.
    """
    config, skipped = model.config, {id(model.get_input_embeddings().weight), id(model.get_output_embeddings().weight)}
    matrices = [each for each in model.parameters() if each.ndim == 2 and id(each) not in skipped]
    columns = config.num_attention_heads * getattr(config, "head_dim", config.hidden_size // config.num_attention_heads)
    body = sum(each.numel() * (6 if each.requires_grad else 4) for each in matrices)
    head = 4 * config.vocab_size * config.hidden_size * completion
    return body + head + 12 * config.num_hidden_layers * columns * length


def ceiling(threads: int) -> float:
    """Floating-point operations a second of the quickest of several multiplications, in the trainer's precision."""
    torch.set_num_threads(threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    one, two = (torch.randn(SIZE, SIZE, dtype=dtype("auto"), device=device) for _ in range(2))
    best, ends = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < ends:
        best = min(best, timed(lambda: one @ two))
    return 2 * SIZE**3 / best


def timed(work: Any) -> float:
    """Seconds that it takes, with what a GPU still does after the call."""
    _settled()
    began = time.perf_counter()
    work()
    _settled()
    return time.perf_counter() - began


def _settled() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()

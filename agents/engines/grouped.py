"""Attention for CPUs: heads that share keys and values are one matrix product, and no key or value is ever copied.

Nor are those of a prefix that all rows of a batch begin with: they exist once, and each step reads them once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import torch
from transformers import AttentionInterface, DynamicCache, PreTrainedModel
from transformers.cache_utils import Cache, DynamicLayer
from transformers.masking_utils import AttentionMaskInterface, eager_mask

NAME = "grouped"
"""What `attn_implementation` is called; known to transformers once this module is imported."""
_PREFIXES: WeakKeyDictionary[torch.nn.Module, tuple[torch.Tensor, torch.Tensor]] = WeakKeyDictionary()
"""By attention module, keys and values (heads / groups, prefix, width) that stand before those of every row."""


def grouped_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Grouped-query attention (Ainslie et al. 2023, arXiv 2305.13245); the same numbers as transformers' "eager".

    `query` is (batch, heads, length, width), `key` and `value` (batch, heads / groups, past + length, width), the mask
    (batch, 1, length, prefix + past + length) is added. The result is (batch, length, heads, width). "eager" repeats
    keys and values for each head of a group, which with a long context takes most of a step.
    """
    batch, heads, length, width = query.shape
    shared = key.shape[1]
    rows = query.reshape(batch, shared, -1, width)
    scores = rows @ key.transpose(2, 3)
    prefix = _PREFIXES.get(module)
    if prefix is not None:
        scores = torch.cat([_for_all(rows, prefix[0].transpose(1, 2)), scores], -1)
    scores = (scores * scaling).view(batch, shared, heads // shared, length, -1)
    if attention_mask is not None:
        scores = scores + attention_mask[:, :, None]
    shares = torch.softmax(scores, -1, dtype=torch.float32).to(query.dtype)
    shares = torch.nn.functional.dropout(shares, dropout, module.training)
    shares = shares.view(batch, shared, -1, shares.shape[-1])
    out = shares[..., -value.shape[2] :] @ value
    if prefix is not None:
        out = out + _for_all(shares[..., : -value.shape[2]], prefix[1])
    return out.view(batch, heads, length, width).transpose(1, 2).contiguous(), None


def _for_all(rows: torch.Tensor, held: torch.Tensor) -> torch.Tensor:
    """(batch, shared, rows, inner) times (shared, inner, outer): one product for each head, whatever the batch."""
    batch, shared, count, inner = rows.shape
    product = rows.transpose(0, 1).reshape(shared, batch * count, inner) @ held
    return product.view(shared, batch, count, -1).transpose(0, 1)


class _Behind(DynamicLayer):
    """What one layer holds of each row behind a prefix of so many tokens."""

    def __init__(self, prefix: int) -> None:
        super().__init__()
        self._prefix = prefix

    def get_seq_length(self) -> int:
        """Tokens that attention sees, those of the prefix among them."""
        return self._prefix + int(super().get_seq_length())


@contextmanager
def behind(model: PreTrainedModel, prefix: DynamicCache) -> Iterator[Cache]:
    """An empty cache for rows that all go on from one prefix, which `prefix` holds once.

    Inside, this model's attention sees the prefix before every row; it serves nothing else then. The split is that of
    Hydragen (Juravsky et al. 2024, arXiv 2402.05099), with one softmax over both parts.
    """
    modules = [layer.self_attn for layer in model.get_decoder().layers]
    for module, layer in zip(modules, prefix.layers, strict=True):
        _PREFIXES[module] = layer.keys[0], layer.values[0]
    try:
        yield Cache(layers=[_Behind(prefix.get_seq_length()) for _ in modules])
    finally:
        for module in modules:
            del _PREFIXES[module]


AttentionInterface.register(NAME, grouped_attention)
AttentionMaskInterface.register(NAME, eager_mask)

"""Attention for CPUs: heads that share keys and values are one matrix product, and no key or value is ever copied."""

from typing import Any

import torch
from transformers import AttentionInterface
from transformers.masking_utils import AttentionMaskInterface, eager_mask

NAME = "grouped"
"""What `attn_implementation` is called; known to transformers once this module is imported."""


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
    (batch, 1, length, past + length) is added. The result is (batch, length, heads, width). "eager" repeats keys and
    values for each head of a group, which with a long context takes most of a step.
    """
    batch, heads, length, width = query.shape
    shared = key.shape[1]
    rows = query.reshape(batch, shared, -1, width)
    scores = (rows @ key.transpose(2, 3) * scaling).view(batch, shared, heads // shared, length, -1)
    if attention_mask is not None:
        scores = scores + attention_mask[:, :, None]
    shares = torch.softmax(scores, -1, dtype=torch.float32).to(query.dtype)
    shares = torch.nn.functional.dropout(shares, dropout, module.training)
    out = shares.view(batch, shared, -1, shares.shape[-1]) @ value
    return out.view(batch, heads, length, width).transpose(1, 2).contiguous(), None


AttentionInterface.register(NAME, grouped_attention)
AttentionMaskInterface.register(NAME, eager_mask)

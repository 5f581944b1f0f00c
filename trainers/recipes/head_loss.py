"""Cross-entropy straight from hidden states, 128 tokens at a time, so that the logits never exist at once."""

from typing import Any

import torch

CHUNK = 128
"""Tokens whose logits exist together: with 49,152 words 25 MB in float32, which a C library's heap can reuse."""


class HeadLoss(torch.autograd.Function):
    """Weighted sum of cross-entropies (nats) of `hidden` (tokens, width) against `head` (words, width) and `targets`.

    `weights` (tokens,) are in float32; where they sum to 1 the loss is a mean. The gradients are made on the way
    forward, while a chunk's logits are at hand (as Liger's fused linear cross-entropy does, Hsu et al. 2024, arXiv
    2410.10989); none is made for a head that isn't learned. TRL's own chunks compute the logits twice and multiply in
    float32, which on a CPU takes longer than whole logits.
    """

    @staticmethod
    def forward(
        ctx: Any, hidden: torch.Tensor, head: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor
    ) -> torch.Tensor:
        """The loss, a float32 scalar."""
        to_hidden = torch.empty_like(hidden)
        to_head = torch.zeros_like(head, dtype=torch.float32) if ctx.needs_input_grad[1] else None
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        for start in range(0, len(targets), CHUNK):
            place = slice(start, start + CHUNK)
            scores = (hidden[place] @ head.T).float().log_softmax(-1)
            wanted, weight = targets[place, None], weights[place, None]
            total -= (scores.gather(1, wanted) * weight).sum()
            pull = scores.exp_().scatter_add_(1, wanted, scores.new_full(wanted.shape, -1.0)).mul_(weight)
            pull = pull.to(hidden.dtype)
            to_hidden[place] = pull @ head
            if to_head is not None:
                to_head += pull.T @ hidden[place]
        ctx.save_for_backward(to_hidden, *(() if to_head is None else (to_head.to(head.dtype),)))
        return total

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None, None, None]:
        """Gradients for `hidden` and, where it is learned, `head`."""
        to_hidden, *to_head = ctx.saved_tensors
        return to_hidden * grads[0], to_head[0] * grads[0] if to_head else None, None, None

"""The loss in chunks against plain cross-entropy in float64: the same number, the same gradients."""

import pytest
import torch
from torch.nn import functional

from trainers.recipes.head_loss import CHUNK, HeadLoss


def drawn(tokens: int, dtype: torch.dtype = torch.float32) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Hidden states (tokens, 16), a head (50, 16), and targets."""
    source = torch.Generator().manual_seed(tokens)
    hidden = torch.randn(tokens, 16, generator=source).to(dtype).requires_grad_()
    head = torch.randn(50, 16, generator=source).to(dtype).requires_grad_()
    return hidden, head, torch.randint(0, 50, (tokens,), generator=source)


@pytest.mark.parametrize("tokens", [1, CHUNK, CHUNK + 1, 3 * CHUNK - 5])
def test_loss_and_gradients_are_those_of_whole_logits(tokens: int) -> None:
    hidden, head, targets = drawn(tokens)
    weights = torch.rand(tokens, generator=torch.Generator().manual_seed(1)) / tokens
    ours = HeadLoss.apply(hidden, head, targets, weights)
    (3 * ours).backward()
    exact = [tensor.detach().double().requires_grad_() for tensor in (hidden, head)]
    loss = functional.cross_entropy(exact[0] @ exact[1].T, targets, reduction="none") @ weights.double()
    (3 * loss).backward()
    assert ours.item() == pytest.approx(loss.item(), rel=1e-5)
    for tensor, wanted in zip((hidden, head), exact, strict=True):
        assert torch.allclose(tensor.grad.double(), wanted.grad, atol=1e-6)


def test_no_gradient_is_made_for_a_head_that_is_not_learned() -> None:
    hidden, head, targets = drawn(9, torch.bfloat16)
    HeadLoss.apply(hidden, head.requires_grad_(False), targets, torch.ones(9)).backward()
    assert head.grad is None
    assert hidden.grad is not None
    assert hidden.grad.dtype is torch.bfloat16


def test_a_target_outside_the_words_is_refused() -> None:
    hidden, head, _ = drawn(2)
    with pytest.raises(RuntimeError, match="out of bounds"):
        HeadLoss.apply(hidden, head, torch.tensor([0, 50]), torch.ones(2))

"""AdamW for a model that computes in bfloat16: the optimizer keeps and steps a float32 copy of every learned weight."""

from collections.abc import Callable, Iterable
from typing import Any

import torch


class MasterAdamW(torch.optim.AdamW):
    """AdamW on float32 master weights (Micikevicius et al. 2017, arXiv 1710.03740, section 3.1).

    bfloat16 keeps eight bits of a weight, so a step of less than a two-hundredth of it would be lost. Gradients are
    read from `learned`, and what was stepped is written back there. Float32 weights under autocast, the other way to
    train in mixed precision, would cast every weight at every step.
    """

    def __init__(self, learned: Iterable[torch.nn.Parameter], rate: float) -> None:
        self.learned = list(learned)
        masters = [parameter.detach().to(torch.float32, copy=True) for parameter in self.learned]
        super().__init__(masters, lr=rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True)

    @property
    def masters(self) -> list[torch.Tensor]:
        """The float32 weights, in the order of `learned`."""
        return list(self.param_groups[0]["params"])

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """One step of AdamW on the masters, with the gradients of `learned`."""
        for master, parameter in zip(self.masters, self.learned, strict=True):
            master.grad = None if parameter.grad is None else parameter.grad.float()
        loss = super().step(closure)
        super().zero_grad()
        self.write_back()
        return loss

    @torch.no_grad()
    def write_back(self) -> None:
        """Give the model the masters' values."""
        for master, parameter in zip(self.masters, self.learned, strict=True):
            parameter.copy_(master)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of `learned`."""
        for parameter in self.learned:
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.zero_()

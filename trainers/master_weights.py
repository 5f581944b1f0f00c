"""AdamW that keeps and steps a float32 copy of every learned weight, whatever the model computes in."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.optim.swa_utils import get_ema_multi_avg_fn

AVERAGED_EVERY = 4
"""Steps from one addition to the average to the next: each reads and writes every learned weight."""


@dataclass(frozen=True)
class Weights:
    """What an optimizer goes back to."""

    masters: list[torch.Tensor]
    averages: list[torch.Tensor]
    steps: int
    averaged_at: int


class MasterAdamW(torch.optim.AdamW):
    """AdamW on float32 master weights (Micikevicius et al. 2017, arXiv 1710.03740, section 3.1).

    bfloat16 keeps eight bits of a weight, so a step of less than a two-hundredth of it would be lost. Gradients are
    read from `learned`, and what was stepped is written back there. Float32 weights under autocast, the other way to
    train in mixed precision, would cast every weight at every step.
    """

    def __init__(self, learned: Iterable[torch.nn.Parameter], rate: float, average: float = 0.0) -> None:
        """`average` is the decay per step of the average that is kept of the masters; 0 keeps none."""
        self.learned = list(learned)
        masters = [parameter.detach().to(torch.float32, copy=True) for parameter in self.learned]
        super().__init__(masters, lr=rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
        self.average = average
        self.averages = [master.clone() for master in masters] if average else []
        self.anchor: Sequence[torch.Tensor] = ()
        """What `averaged` is drawn towards, leaving `share` of the way from there; empty: nothing."""
        self.share = 1.0
        self.steps = self._averaged_at = 0

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
        self.write_back(self.masters)
        self.steps += 1
        if self.steps - self._averaged_at == AVERAGED_EVERY:
            self.take_into_average()
        return loss

    @torch.no_grad()
    def write_back(self, values: Iterable[torch.Tensor]) -> None:
        """Give the model these values of its learned weights."""
        for value, parameter in zip(values, self.learned, strict=True):
            parameter.copy_(value)

    @torch.no_grad()
    def take_into_average(self) -> None:
        """Bring the average up to the last step.

        While few steps are behind, it leans on the newest: else it would be the untaught weights for long.
        """
        since, self._averaged_at = self.steps - self._averaged_at, self.steps
        if self.averages and since:
            decay = min(self.average, (1 + self.steps) / (10 + self.steps))
            get_ema_multi_avg_fn(decay**since)(self.averages, self.masters, None)

    def remembered(self) -> Weights:
        """The masters and their average as they are now, to go back to."""
        copies = [each.clone() for each in self.masters], [each.clone() for each in self.averages]
        return Weights(*copies, self.steps, self._averaged_at)

    @torch.no_grad()
    def go_back(self, before: Weights) -> None:
        """To what was remembered, with fresh moments: those since may be what was wrong."""
        for now, then in zip([*self.masters, *self.averages], [*before.masters, *before.averages], strict=True):
            now.copy_(then)
        self.state.clear()
        self.zero_grad()
        self.steps, self._averaged_at = before.steps, before.averaged_at
        self.write_back(self.masters)

    def resume(self, steps: int) -> None:
        """Go on after this many steps, with an average that is up to date."""
        self.steps = self._averaged_at = steps

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """The model with the average of its weights, where one is kept, as it leaves: rounded to bfloat16.

        An exponential average over steps at a constant rate is about as good as weights whose rate was lowered to
        zero (Izmailov et al. 2018, arXiv 1803.05407; Hägele et al. 2024, arXiv 2405.18392), and needs no known end.
        Where there is an anchor, the average is drawn towards it: (1 - share) anchor + share average.
        """
        self.take_into_average()
        values = self.averages or self.masters
        if self.anchor:
            pairs = zip(self.anchor, values, strict=True)
            self.write_back(anchor.to(value).lerp(value, self.share).bfloat16() for anchor, value in pairs)
        else:
            self.write_back(value.bfloat16() for value in values)
        try:
            yield
        finally:
            self.write_back(self.masters)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of `learned`."""
        for parameter in self.learned:
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.zero_()

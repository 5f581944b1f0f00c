"""One round of a TRL trainer: the arguments that all recipes share, and the guard that ends a round which diverges."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from peft import PeftModel
from transformers import PrinterCallback

from trainers.recipes.base import Example, RoundBooks, RoundSettings
from trainers.recipes.screening import Usable, screened

EXPLODES = 100.0
"""A gradient is said to explode at this multiple of the round's median (or of 1, to which gradients are clipped)."""
_STEPS_FIRST = 8
"""Steps before a median says something."""


class Diverged(FloatingPointError):
    """A step that would spoil the weights, which was not taken. `sample_ids` are those of its batch."""

    def __init__(self, said: str, sample_ids: Sequence[str] = ()) -> None:
        super().__init__(said)
        self.sample_ids = tuple(sample_ids)


def divergence(norm: float, before: Sequence[float]) -> str:
    """Why a step whose gradient has this norm must not be taken, after those of the round before it; else empty."""
    if not math.isfinite(norm):
        return f"the round's loss is no number: its gradient's norm is {norm}"
    if len(before) >= _STEPS_FIRST:
        usual = max(1.0, statistics.median(before))
        if norm > EXPLODES * usual:
            return f"the gradient explodes: its norm is {norm:.3g}, where {usual:.3g} is usual in this round"
    return ""


class Guarded:
    """Stands before a TRL trainer's class: looks at each gradient before its step is taken."""

    norms: list[float]
    state: Any

    def _clip_grad_norm(self, model: Any) -> Any:
        norm = super()._clip_grad_norm(model)  # type: ignore[misc]
        if said := divergence(float(norm), self.norms):
            raise Diverged(said)
        self.norms.append(float(norm))
        return norm


def arguments(settings: RoundSettings, batch: int | None = None) -> dict[str, Any]:
    """What every trainer is told. The order of the rows is the recipe's own, so that a step's samples are known."""
    return {
        "output_dir": settings.folder,
        "per_device_train_batch_size": batch or settings.batch,
        "num_train_epochs": 1,
        "bf16": False,
        "use_cpu": not torch.cuda.is_available(),
        "train_sampling_strategy": "sequential",
        "max_grad_norm": 1.0,
        "seed": settings.seed,
        "gradient_checkpointing": False,
        "save_strategy": "no",
        "logging_strategy": "steps" if settings.callbacks else "no",
        "logging_steps": 10,
        # Else a loss that is no number counts as the mean of those before it.
        "logging_nan_inf_filter": False,
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": False,
        "ddp_find_unused_parameters": False,
    }


def constant(optimizer: torch.optim.Optimizer) -> tuple[torch.optim.Optimizer, Any]:
    """The caller's optimizer at the rate that it has."""
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1.0)


def screened_round(
    examples: Sequence[Example], usable: Usable, learn: Callable[[list[Example]], RoundBooks]
) -> RoundBooks:
    """Every recipe's frame: what isn't `usable` is set apart, `learn` has the rest, and the books say what it took.

    Raises ValueError on no examples, and what `learn` raises.
    """
    if not examples:
        raise ValueError("0 examples: a round needs at least one")
    started = time.monotonic()
    kept, refused = screened(examples, usable)
    return learn(kept).model_copy(update={"seconds": time.monotonic() - started, "refused": refused})


def run(trainer: Any, model: Any, settings: RoundSettings, batches: Sequence[Sequence[str]]) -> float:
    """Train, and the mean loss. `batches` are the ids of the samples in each batch of one worker, in order.

    Raises Diverged, with the samples of the step that was not taken; the steps before it have changed the weights.
    """
    trainer.norms = []
    trainer.remove_callback(PrinterCallback)
    for callback in settings.callbacks:
        trainer.add_callback(callback)
    try:
        loss = float(trainer.train().training_loss)
    except Diverged as problem:
        first = trainer.state.global_step * settings.workers
        raise Diverged(str(problem), _joined(batches[first : first + settings.workers])) from None
    finally:
        _unwrapped(model)
    if not math.isfinite(loss):
        raise Diverged(f"the round's loss is {loss}", _joined(batches))
    return loss


def _joined(batches: Sequence[Sequence[str]]) -> list[str]:
    return [name for batch in batches for name in batch]


def _unwrapped(model: Any) -> None:
    """The model as it was: TRL wraps `forward` on the instance, and adds a copy of an adapter, in every round."""
    adapted = isinstance(model, PeftModel)
    for each in (model, model.get_base_model()) if adapted else (model,):
        vars(each).pop("forward", None)
    if adapted and "ref" in model.peft_config:
        model.delete_adapter("ref")

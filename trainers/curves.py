"""Where a group's losses and rates are logged: transformers' own callbacks, kept over all rounds of a run."""

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers import TrainerCallback
from transformers.integrations import TensorBoardCallback, get_reporting_integration_callbacks

from swarm.errors import ConfigError


class Curves:
    """The callbacks that `trainer.report_to` names. Each round has a trainer of its own, whose steps begin at 0."""

    def __init__(self, names: Sequence[str], folder: Path) -> None:
        """Raises ConfigError for a name that transformers doesn't know, or whose package isn't installed."""
        # The one way in which transformers' TensorBoard callback is told where to write.
        os.environ["TENSORBOARD_LOGGING_DIR"] = str(folder)
        try:
            self._kept = [kind() for kind in get_reporting_integration_callbacks(list(names))]
        except (ValueError, RuntimeError) as error:
            fix = "name integrations of transformers whose package is installed, or none"
            raise ConfigError(f"trainer.report_to is {list(names)}: {error}", fix) from error

    def callbacks(self, steps: int) -> tuple[TrainerCallback, ...]:
        """For the trainer of a round that begins after so many steps of the run."""
        return tuple(_Continued(callback, steps) for callback in self._kept)

    def close(self) -> None:
        """Write what is left. TensorBoard's writer otherwise does so every two minutes."""
        for callback in self._kept:
            if isinstance(callback, TensorBoardCallback) and callback.tb_writer is not None:
                callback.tb_writer.close()
                callback.tb_writer = None


class _Continued(TrainerCallback):
    """Hands a round's events on to a callback that outlives it, with steps that are counted over the run."""

    def __init__(self, kept: Any, steps: int) -> None:
        self._kept, self._steps = kept, steps

    def on_train_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        """The callback opens where it writes, if it isn't open."""
        self._kept.on_train_begin(args, state, control, **more)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **more: Any) -> None:
        """Losses and rates."""
        shifted = dataclasses.replace(state, global_step=state.global_step + self._steps)
        self._kept.on_log(args, shifted, control, logs=logs, **more)

"""Blocks of the student compiled for training by torch.compile: a block's norms and gates in a few kernels."""

import os
import shutil
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

from swarm.errors import ConfigError


def compile_learned(blocks: Iterable[nn.Module]) -> None:
    """Let blocks with something to learn run compiled wherever gradients are taken, for rows of any length.

    What only reads (a canary, a reference model's likelihoods) runs as before: a graph for it takes as long to compile
    again. One graph serves all blocks, since they are of one shape. Raises ConfigError where a CPU's graph can't be
    compiled for want of a C++ compiler.
    """
    compiler = os.environ.get("CXX", "g++")
    if not torch.cuda.is_available() and shutil.which(compiler) is None:
        said = f"trainer.compile is on, and there is no C++ compiler {compiler!r}"
        raise ConfigError(said, "install one, name one in CXX, or turn trainer.compile off")
    # Else a pool of processes stays, which takes from the cores what it gave once.
    torch._inductor.config.compile_threads = 1
    for block in blocks:
        if any(parameter.requires_grad for parameter in block.parameters()):
            block.forward = _where_learned(block.forward)


def _where_learned(plain: Callable[..., Any]) -> Callable[..., Any]:
    compiled = torch.compile(plain, dynamic=True)

    def forward(*arguments: Any, **more: Any) -> Any:
        return compiled(*arguments, **more) if torch.is_grad_enabled() else plain(*arguments, **more)

    return forward

"""Blocks of the student compiled for training by torch.compile: a block's norms and gates in a few kernels."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn
from torch._inductor.cpp_builder import get_cpp_compiler
from torch._inductor.exc import InvalidCxxCompiler

_LOG = logging.getLogger("swarm.trainer")


def compile_learned(blocks: Iterable[nn.Module]) -> None:
    """Let blocks with something to learn run compiled wherever gradients are taken, for rows of any length.

    What only reads (a canary, a reference model's likelihoods) runs as before: a graph for it takes as long to compile
    again. One graph serves all blocks, since they are of one shape. Without a C++ compiler, or where one of the graphs
    can't be made, blocks run as they are, and the log says so.
    """
    if not can_compile():
        _LOG.warning("trainer.compile: no C++ compiler (CXX, or g++) is found, so nothing is compiled")
        return
    torch._dynamo.config.suppress_errors = True
    # Else a pool of processes stays, which takes from the cores what it gave once.
    torch._inductor.config.compile_threads = 1
    for block in blocks:
        if any(parameter.requires_grad for parameter in block.parameters()):
            block.forward = _where_learned(block.forward)


def can_compile() -> bool:
    """Whether there is what makes kernels: on a CPU a C++ compiler."""
    if torch.cuda.is_available():
        return True
    try:
        return bool(get_cpp_compiler())
    except InvalidCxxCompiler:
        return False


def _where_learned(plain: Callable[..., Any]) -> Callable[..., Any]:
    compiled = torch.compile(plain, dynamic=True)

    def forward(*arguments: Any, **more: Any) -> Any:
        return compiled(*arguments, **more) if torch.is_grad_enabled() else plain(*arguments, **more)

    return forward

"""Forced decoding: a logits processor that lets only texts through which match a regular expression."""

from functools import lru_cache
from typing import Any

import torch
import xgrammar
from transformers import LogitsProcessorList
from xgrammar.contrib.hf import LogitsProcessor


class _Forced(LogitsProcessor):
    """xgrammar's processor in float32, since its CPU kernel takes no bfloat16."""

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        return super().__call__(input_ids, scores.float())


@lru_cache(maxsize=8)
def _compiled(regex: str, tokenizer: Any, vocab_size: int) -> xgrammar.CompiledGrammar:
    info = xgrammar.TokenizerInfo.from_huggingface(tokenizer, vocab_size=vocab_size)
    return xgrammar.GrammarCompiler(info).compile_regex(regex)


def forced_by(regex: str, tokenizer: Any, vocab_size: int) -> LogitsProcessorList:
    """The processors for one batch; none where `regex` is empty."""
    if not regex:
        return LogitsProcessorList()
    return LogitsProcessorList([_Forced(_compiled(regex, tokenizer, vocab_size))])

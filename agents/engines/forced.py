"""Forced decoding: a logits processor that lets only texts through which match a regular expression."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
import xgrammar
from transformers import LogitsProcessorList
from xgrammar.contrib.hf import LogitsProcessor


class _Forced(LogitsProcessor):
    """xgrammar's processor in float32, since its CPU kernel takes no bfloat16."""

    matchers: list[Any]
    compiled_grammars: list[Any]
    token_bitmask: torch.Tensor

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        return super().__call__(input_ids, scores.float())

    def keep(self, places: Sequence[int]) -> None:
        """Go on with these rows of the batch alone. The processor has a state for each, which goes with it."""
        self.matchers = [self.matchers[place] for place in places]
        self.compiled_grammars = [self.compiled_grammars[place] for place in places]
        self.token_bitmask = self.token_bitmask[list(places)]
        self.batch_size = len(places)


@lru_cache(maxsize=8)
def _compiled(regex: str, tokenizer: Any, vocab_size: int) -> xgrammar.CompiledGrammar:
    info = xgrammar.TokenizerInfo.from_huggingface(tokenizer, vocab_size=vocab_size)
    return xgrammar.GrammarCompiler(info).compile_regex(regex)


class Forcing:
    """What forces one batch, over all calls of `generate` that write it; nothing where the expression is empty."""

    def __init__(self, regex: str, tokenizer: Any, vocab_size: int) -> None:
        forced = [_Forced(_compiled(regex, tokenizer, vocab_size))] if regex else []
        self.processors = LogitsProcessorList(forced)

    def keep(self, places: Sequence[int]) -> None:
        """These rows go on; the others have ended."""
        for forced in self.processors:
            forced.keep(places)

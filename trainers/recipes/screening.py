"""Which examples of a round can be learned from: what can't is set apart with its reason, and the rest goes on."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from trainers.recipes.base import Example, Refusal

_TEMPLATE = re.compile(r"<\|[a-zA-Z_]+\|>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</?s>")
"""Marks of the chat templates in use. A student is asked in plain text; such a mark would become a control token."""

Usable = Callable[[Example], str]
"""Why an example can't be learned from; empty where it can."""


def screened(examples: Sequence[Example], usable: Usable) -> tuple[list[Example], tuple[Refusal, ...]]:
    """Those that can be learned from, in order, and the others with their reasons. General texts are the base's own
    and stay as they are."""
    reasons = ["" if example.general else usable(example) for example in examples]
    kept = [example for example, reason in zip(examples, reasons, strict=True) if not reason]
    refused = dict.fromkeys(
        (example.sample_id, reason) for example, reason in zip(examples, reasons, strict=True) if reason
    )
    return kept, tuple(Refusal(sample_id=name, reason=reason) for name, reason in refused)


def readable(tokenizer: Any, max_length: int) -> Usable:
    """What every recipe asks for: a completion, in plain text, that fits with its question."""

    def usable(example: Example) -> str:
        if not example.completion.strip():
            return "has no answer"
        text = example.prompt + example.completion
        if found := _TEMPLATE.search(text):
            return f"is written in a chat template: it holds {found.group()!r}"
        # No token is longer than some thirty characters, and no tokenizer is quick with a megabyte of text.
        if len(text) > 32 * max_length:
            return f"has {len(text)} characters, which are more than the {max_length} tokens of a sequence"
        tokens = len(tokenizer.encode(text, add_special_tokens=False)) + 1
        return f"has {tokens} tokens, more than the {max_length} of a sequence" if tokens > max_length else ""

    return usable

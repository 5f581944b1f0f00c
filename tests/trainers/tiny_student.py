"""A student of two layers with the real tokenizer: quick to train, with losses that differ from token to token."""

from functools import cache
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from swarm import weights
from trainers.recipes import Example


@cache
def tokenizer() -> Any:
    """The student's own."""
    return AutoTokenizer.from_pretrained(weights.folder("smollm2-135m"))


def tiny_model(spread: float = 0.05, seed: int = 1) -> LlamaForCausalLM:
    """Random weights; `spread` is their standard deviation."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer()),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        tie_word_embeddings=True,
        initializer_range=spread,
        bos_token_id=tokenizer().bos_token_id,
        eos_token_id=tokenizer().eos_token_id,
        pad_token_id=tokenizer().pad_token_id,
        attn_implementation="eager",
    )
    return LlamaForCausalLM(config)


def tiny_folder(folder: Path, spread: float = 0.05) -> Path:
    """The same as a folder in Hugging Face layout."""
    tiny_model(spread).save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


def lessons(count: int, first: int = 0) -> list[Example]:
    """Short examples of different lengths."""
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return [
        Example(
            sample_id=f"{number:032x}",
            prompt=f"Which day comes {'long ' * (number % 3)}after {names[number % 7]}?\n",
            completion=f"{names[number % 7]} + 1 day\nAnswer: {names[(number + 1) % 7]}",
        )
        for number in range(first, first + count)
    ]

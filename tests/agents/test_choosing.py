"""Choices are scored in one pass exactly as if each of them stood alone behind the prompt."""

from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from agents.engines import grouped
from agents.engines.choosing import choice_scores, encoded_choices, scores_by_length
from swarm.errors import ConfigError

WORDS = 60
ROWS = [[5, 6, 7, 8, 9], [11, 12], [5, 6, 30, 31, 32, 33, 34]]
CHOICES = [[40], [41, 42, 43], [41, 44], [45, 46]]


class Letters:
    """A tokenizer whose tokens are letters."""

    def encode(self, text: str, add_special_tokens: bool) -> list[int]:  # noqa: ARG002 - the interface's
        return [ord(letter) for letter in text]


def tiny(attention: str) -> LlamaForCausalLM:
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=WORDS, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, attn_implementation=attention,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()


@torch.inference_mode()
def alone(model: Any, row: list[int], choice: list[int]) -> float:
    """The sum of a choice's log-probabilities in a row of its own, without padding or mask."""
    steps = model(torch.tensor([row + choice])).logits[0, len(row) - 1 : -1].log_softmax(-1)
    return float(steps.gather(1, torch.tensor(choice)[:, None]).sum())


@pytest.mark.parametrize("attention", [grouped.NAME, "sdpa", "eager"])
def test_scores_are_those_of_each_choice_alone(attention: str) -> None:
    model = tiny(attention)
    scores = choice_scores(model, ROWS, CHOICES, pad=0)
    expected = torch.tensor([[alone(model, row, choice) for choice in CHOICES] for row in ROWS])
    assert scores.shape == (3, 4)
    torch.testing.assert_close(scores, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("most", [1, 2, 64])
def test_scores_by_length_stand_in_the_order_of_their_prompts(most: int) -> None:
    model = tiny(grouped.NAME)
    rows = [*ROWS, [9] * 20, [3], *ROWS[::-1]]
    expected = torch.tensor([[alone(model, row, choice) for choice in CHOICES] for row in rows])
    torch.testing.assert_close(scores_by_length(model, rows, CHOICES, 0, most), expected, rtol=1e-4, atol=1e-4)


def test_a_prefix_that_was_read_before_counts_as_part_of_each_prompt() -> None:
    model = tiny(grouped.NAME)
    prefix = [1, 2, 3, 4]
    with torch.inference_mode():
        cache = model(torch.tensor([prefix])).past_key_values
    cache.batch_repeat_interleave(len(ROWS))
    scores = choice_scores(model, ROWS, CHOICES, pad=0, prefix=cache)
    expected = torch.tensor([[alone(model, prefix + row, choice) for choice in CHOICES] for row in ROWS])
    torch.testing.assert_close(scores, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("choices", [("yes",), ("yes", ""), ("yes", "no", "yes")])
def test_choices_that_leave_nothing_to_choose_are_refused(choices: tuple[str, ...]) -> None:
    assert encoded_choices(Letters(), ("a", "bc")) == [[97], [98, 99]]
    with pytest.raises(ConfigError, match="not two or more different texts"):
        encoded_choices(Letters(), choices)

"""Classification: how likely each of some choices is after a prompt, all of them in one forward pass."""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache, PreTrainedModel

from swarm.errors import ConfigError

AT_ONCE_ON_CPU = 16
"""Prompts in one pass of a CPU: of 64 that differ as probes do, most of a pass is padding (docs/lab-notes.md)."""


def encoded_choices(tokenizer: Any, choices: Sequence[str]) -> list[list[int]]:
    """The token ids of each choice. Raises ConfigError where one has none, or where two are the same."""
    ids = [tokenizer.encode(choice, add_special_tokens=False) for choice in choices]
    if len(choices) < 2 or not all(ids) or len({tuple(one) for one in ids}) < len(ids):
        raise ConfigError(f"choices {list(choices)} are not two or more different texts", "mend the domain's labels")
    return ids


def scores_by_length(
    model: PreTrainedModel, rows: Sequence[Sequence[int]], choices: Sequence[Sequence[int]], pad: int, most: int
) -> torch.Tensor:
    """As `choice_scores`, in passes over prompts of like length, at most `most` at once, on a CPU a few."""
    size = most if model.device.type == "cuda" else min(most, AT_ONCE_ON_CPU)
    order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
    found = torch.zeros(len(rows), len(choices))
    for start in range(0, len(order), size):
        places = order[start : start + size]
        found[places] = choice_scores(model, [rows[place] for place in places], choices, pad)
    return found


@torch.inference_mode()
def choice_scores(
    model: PreTrainedModel,
    rows: Sequence[Sequence[int]],
    choices: Sequence[Sequence[int]],
    pad: int,
    prefix: DynamicCache | None = None,
) -> torch.Tensor:
    """Log-probability (nats, summed over tokens) of each choice after each prompt, of shape (prompts, choices).

    A row is a prompt and, behind it, all choices but their last tokens; each choice sees the prompt and itself alone,
    at the places that it would have if it were the only one. `rows` leave out what `prefix` already holds.
    """
    held = prefix.get_seq_length() if prefix is not None else 0
    longest = max(map(len, rows))
    inputs = [token for choice in choices for token in choice[:-1]]
    width = longest + len(inputs)
    ids = torch.full((len(rows), width), pad)
    own = torch.zeros(len(rows), longest, dtype=torch.bool)
    for place, row in enumerate(rows):
        ids[place, longest - len(row) : longest] = torch.tensor(row)
        own[place, longest - len(row) :] = True
    ids[:, longest:] = torch.tensor(inputs, dtype=ids.dtype)
    steps = [step for choice in choices for step in range(len(choice) - 1)]
    lengths = own.sum(1, keepdim=True)
    at_prompt = (own.cumsum(1) - 1).clamp(min=0)
    places = torch.cat([at_prompt, lengths + torch.tensor(steps, dtype=lengths.dtype)], 1) + held
    output = model(
        input_ids=ids.to(model.device),
        position_ids=places.to(model.device),
        attention_mask=_mask(own, choices, held, model.dtype).to(model.device),
        past_key_values=prefix,
        use_cache=prefix is not None,
        logits_to_keep=len(inputs) + 1,
    )
    return _summed(output.logits.float().log_softmax(-1).cpu(), choices)


def _mask(own: torch.Tensor, choices: Sequence[Sequence[int]], held: int, dtype: torch.dtype) -> torch.Tensor:
    """What is added to attention scores, (prompts, 1, width, held + width): 0 where a token sees another one."""
    prompts, longest = own.shape
    number = torch.tensor([at for at, choice in enumerate(choices) for _ in choice[:-1]], dtype=torch.long)
    width = longest + len(number)
    sees = torch.ones(width, width, dtype=torch.bool).tril()
    sees[longest:, longest:] &= number[:, None] == number[None, :]
    real = torch.cat([own, torch.ones(prompts, len(number), dtype=torch.bool)], 1)
    whole = sees[None] & real[:, None, :]
    whole = torch.cat([torch.ones(prompts, width, held, dtype=torch.bool), whole], 2)
    return torch.where(whole, 0.0, torch.finfo(dtype).min).to(dtype)[:, None]


def _summed(logprobs: torch.Tensor, choices: Sequence[Sequence[int]]) -> torch.Tensor:
    """Sums over tokens: a choice's first is foretold by the prompt's last, each further one by the one before it."""
    columns, start = [], 1
    for choice in choices:
        where = [0, *range(start, start + len(choice) - 1)]
        columns.append(logprobs[:, where, list(choice)].sum(1))
        start += len(choice) - 1
    return torch.stack(columns, 1)

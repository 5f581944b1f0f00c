"""What a step is made of: which examples go together, and how their rows become tensors, filled up or packed."""

import random
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, TypeVar

import torch

from trainers.recipes.base import Example, RoundSettings

T = TypeVar("T")
Row = dict[str, list[int]]
"""A sequence: `input_ids`, `labels` that are -100 where nothing is learned, and marks of a recipe's own by token."""


def planned(lengths: Sequence[int], settings: RoundSettings) -> list[list[int]]:
    """The places of each batch of one worker; those of one step follow each other.

    A batch is `settings.batch` examples, or about `settings.batch_tokens` tokens: the round is then cut into batches of
    equal shares, none of which is over that by more than its longest example. Neighbours are of like length, and whole
    steps come at random; where rows are packed, length says nothing and examples come at random.
    """
    rng = random.Random(settings.seed)
    order = list(range(len(lengths)))
    if settings.packing:
        rng.shuffle(order)
    else:
        order.sort(key=lambda place: lengths[place])
    if settings.batch_tokens:
        batches = _shares(order, lengths, settings.batch_tokens, settings.workers)
    else:
        batches = chunks(order, settings.batch)
    steps = chunks(batches, settings.workers)
    rng.shuffle(steps)

    def short(step: list[list[int]]) -> bool:
        return len(step) < settings.workers or (not settings.batch_tokens and len(step[-1]) < settings.batch)

    return [batch for step in sorted(steps, key=short) for batch in step]


def _shares(order: Sequence[int], lengths: Sequence[int], budget: int, workers: int) -> list[list[int]]:
    """`order` cut into as many equal shares of its tokens as the budget asks for, as many for each worker."""
    total = sum(lengths)
    count = -(-total // (budget * workers)) * workers
    batches: list[list[int]] = [[] for _ in range(count)]
    ends = accumulate(lengths[place] for place in order)
    for place, end in zip(order, ends, strict=True):
        middle = end - lengths[place] / 2
        batches[int(middle * count / total)].append(place)
    # A text that is longer than a share leaves others empty.
    return [batch for batch in batches if batch]


def chunks(items: Sequence[T], size: int) -> list[list[T]]:
    """`size` after `size`, the last ones as they are left."""
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def in_length_batches(examples: list[Example], settings: RoundSettings) -> list[Example]:
    """The examples in the order of batches of `settings.batch`, for trainers that count them themselves.

    transformers' own grouping does nothing for a round of fewer than eight batches.
    """
    counted = settings.model_copy(update={"batch_tokens": 0, "packing": False})
    lengths = [len(example.prompt) + len(example.completion) for example in examples]
    return [examples[place] for batch in planned(lengths, counted) for place in batch]


def padded(rows: Sequence[Row], pad_token_id: int) -> dict[str, torch.Tensor]:
    """Rows as tensors of one length, filled up on the right."""
    longest = max(len(row["input_ids"]) for row in rows)
    tensors = {
        key: torch.tensor([row[key] + [_fill(key, pad_token_id)] * (longest - len(row[key])) for row in rows])
        for key in rows[0]
    }
    mask = [[1] * len(row["input_ids"]) + [0] * (longest - len(row["input_ids"])) for row in rows]
    return {**tensors, "attention_mask": torch.tensor(mask)}


def packed(rows: Sequence[Row], pad_token_id: int) -> dict[str, torch.Tensor]:
    """Rows as tensors no longer than the longest of them, in which short ones stand behind each other.

    Positions begin anew with each, by which the model's attention keeps them apart; what fills up is alone as well.
    """
    bins = list[list[Row]]()
    room = list[int]()
    longest = max(len(row["input_ids"]) for row in rows)
    # First fit decreasing: at most 11/9 of the fewest bins (Johnson 1973).
    for row in sorted(rows, key=lambda row: len(row["input_ids"]), reverse=True):
        length = len(row["input_ids"])
        place = next((number for number, left in enumerate(room) if left >= length), len(bins))
        if place == len(bins):
            bins.append([])
            room.append(longest)
        bins[place].append(row)
        room[place] -= length
    joined = [{key: [each for row in packs for each in row[key]] for key in rows[0]} for packs in bins]
    positions = [[place for row in packs for place in range(len(row["input_ids"]))] for packs in bins]
    tensors = padded([{**row, "position_ids": at} for row, at in zip(joined, positions, strict=True)], pad_token_id)
    # A mask would be looked at instead of the positions.
    del tensors["attention_mask"]
    return tensors


def cut(batch: Mapping[str, torch.Tensor], parts: int) -> list[dict[str, torch.Tensor]]:
    """The rows of a batch in so many parts, of one row at least. Every worker has as many, since their gradients meet:
    where rows are fewer, the first one stands in, without weight."""
    rows = len(batch["input_ids"])
    made = [
        dict(zip(batch, some, strict=True))
        for some in zip(*(each.tensor_split(parts) for each in batch.values()), strict=True)
    ]
    blank = {key: value[:1] * 0 if key == "weights" else value[:1] for key, value in batch.items()}
    return [*made[:rows], *([blank] * (parts - rows))]


def _fill(key: str, pad_token_id: int) -> int:
    return {"input_ids": pad_token_id, "labels": -100}.get(key, 0)


def collated(batches: Sequence[dict[str, Any]], pad_token_id: int, packing: bool) -> dict[str, torch.Tensor]:
    """The collator of data sets whose rows are whole batches: `{"rows": [...]}`, one at a time."""
    (batch,) = batches
    return (packed if packing else padded)(batch["rows"], pad_token_id)

"""Batches: nothing is lost, budgets of tokens hold, and packed rows learn exactly what rows of their own would."""

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_student import lessons, tiny_model, tokenizer

from swarm.recipes import RecipesSection, StepByStepSection
from trainers.recipes import Example, RoundSettings, recipe
from trainers.recipes.batches import chunks, collated, cut, packed, padded, planned
from trainers.recipes.completions import encoded

pytestmark = pytest.mark.real

FLOAT32 = 1e-5


def settings(batch: int = 4, **more: Any) -> RoundSettings:
    return RoundSettings(batch=batch, seed=1, **more)


@given(
    st.lists(st.integers(1, 500), max_size=80),
    st.integers(1, 2000),
    st.integers(1, 4),
    st.booleans(),
)
def test_a_budget_of_tokens_holds_and_loses_nothing(lengths: list[int], budget: int, workers: int, pack: bool) -> None:
    told = settings(batch_tokens=budget, workers=workers, packing=pack)
    batches = planned(lengths, told)
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    assert all(batches)
    for batch in batches:
        assert sum(lengths[place] for place in batch) <= budget + max(lengths[place] for place in batch)
    assert planned(lengths, told) == batches


def test_every_worker_has_an_equal_share_of_a_step() -> None:
    lengths = [20 + 7 * (number % 13) for number in range(150)]
    batches = planned(lengths, settings(batch_tokens=500, workers=2))
    assert len(batches) % 2 == 0
    tokens = [sum(lengths[place] for place in batch) for batch in batches]
    assert len(batches) == 2 * -(-sum(lengths) // 1000)
    assert max(tokens) - min(tokens) <= 2 * max(lengths)
    spans = [max(lengths[place] for place in batch) - min(lengths[place] for place in batch) for batch in batches]
    assert max(spans) < 20, "neighbours are of like length"
    mixed = planned(lengths, settings(batch_tokens=500, workers=2, packing=True))
    assert max(max(lengths[p] for p in batch) - min(lengths[p] for p in batch) for batch in mixed) > 50


def test_without_a_budget_a_batch_is_so_many_examples() -> None:
    batches = planned([30] * 21, settings(batch=4, workers=2))
    assert [len(batch) for batch in batches] == [4, 4, 4, 4, 4, 1]
    assert chunks("abcde", 2) == [["a", "b"], ["c", "d"], ["e"]]


def rows(count: int) -> list[dict[str, list[int]]]:
    return [encoded(example.prompt, example.completion, tokenizer(), 512) for example in lessons(count)]


def test_packed_rows_are_whole_and_no_longer_than_the_longest() -> None:
    given_rows = [{"input_ids": [n] * n, "labels": [-100] + [n] * (n - 1)} for n in (9, 5, 4, 4, 3, 2)]
    tensors = packed(given_rows, pad_token_id=0)
    assert tensors["input_ids"].shape == (3, 9)
    assert sorted(set(tensors["input_ids"].flatten().tolist()) - {0}) == [2, 3, 4, 5, 9]
    assert int((tensors["input_ids"] > 0).sum()) == 27
    starts = (tensors["position_ids"] == 0) & (tensors["input_ids"] > 0)
    assert int(starts.sum()) == 6
    assert (tensors["labels"][starts] == -100).all(), "no text foretells the next one's beginning"


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_packed_texts_do_not_see_each_other(attention: str) -> None:
    model = tiny_model(spread=0.3).eval()
    model.set_attn_implementation(attention)
    alone = {tuple(row["input_ids"]): model(input_ids=torch.tensor([row["input_ids"]])).logits[0] for row in rows(7)}
    long = {"input_ids": [5] * 60, "labels": [-100] * 60}
    tensors = packed([long, *rows(7)], tokenizer().pad_token_id)
    del tensors["labels"]
    assert tensors["input_ids"].shape[0] < 8
    logits = model(**tensors, use_cache=False).logits
    blind = model(input_ids=tensors["input_ids"], position_ids=None, use_cache=False).logits
    found, differs = 0, 0.0
    for row, ids in enumerate(tensors["input_ids"].tolist()):
        for words, own in alone.items():
            place = next((at for at in range(len(ids)) if tuple(ids[at : at + len(words)]) == words), None)
            if place is not None:
                found += 1
                span = slice(place, place + len(words))
                assert torch.allclose(logits[row, span], own, atol=2e-4)
                differs = max(differs, float((blind[row, span] - own).abs().max()))
    assert found == 7
    assert differs > 0.1, "without positions of their own they would"


def parted(count: int) -> list[Example]:
    parts = ("rationale", "label")
    return [
        lesson.model_copy(update=dict(zip(parts, lesson.completion.splitlines(), strict=True)))
        for lesson in lessons(count)
    ]


@pytest.mark.parametrize(("name", "budget"), [("cot", 10_000), ("step_by_step", 0)])
@pytest.mark.parametrize("way", [{"packing": True}, {"parts": 3}, {"parts": 64}, {"packing": True, "parts": 2}])
def test_a_step_of_packed_rows_or_in_parts_is_the_step_of_rows_of_their_own(
    name: str, budget: int, way: dict[str, Any], tmp_path: Path
) -> None:
    told = RecipesSection(step_by_step=StepByStepSection(label_weight=0.3))
    ends = list[tuple[float, dict[str, torch.Tensor]]]()
    for told_way in ({}, way):
        model = tiny_model()
        learns = torch.optim.SGD(model.parameters(), lr=0.1)
        about = settings(8, batch_tokens=budget, **told_way, recipes=told, folder=str(tmp_path))
        done = recipe(name)(model, tokenizer(), learns, parted(8), about)
        ends.append((done.loss, model.state_dict()))
    (one, apart), (two, together) = ends
    assert two == pytest.approx(one, rel=FLOAT32)
    for key, value in apart.items():
        assert torch.allclose(value, together[key], atol=FLOAT32), key
    assert not torch.equal(apart["model.layers.0.mlp.up_proj.weight"], tiny_model().model.layers[0].mlp.up_proj.weight)


def test_two_batches_at_a_time_are_refused() -> None:
    batch = {"rows": rows(2)}
    assert collated([batch], 0, packing=False).keys() == padded(rows(2), 0).keys()
    with pytest.raises(ValueError, match="too many values"):
        collated([batch, batch], 0, packing=False)


def test_a_batch_in_parts_shows_the_model_as_few_rows_and_every_worker_as_many_parts() -> None:
    batch = {"input_ids": torch.arange(10).reshape(5, 2), "weights": torch.ones(5, 2)}
    parts = cut(batch, 2)
    assert [len(part["input_ids"]) for part in parts] == [3, 2]
    assert torch.equal(torch.cat([part["input_ids"] for part in parts]), batch["input_ids"])
    more = cut(batch, 7)
    assert [len(part["input_ids"]) for part in more] == [1] * 7
    assert [float(part["weights"].sum()) for part in more] == [2.0] * 5 + [0.0] * 2

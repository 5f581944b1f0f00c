"""SPIN on a tiny real model: log 2 where a round begins, its loss beside one written out, and what is no pair."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from tiny_student import lessons, tiny_model, tokenizer

from swarm.recipes import RecipesSection, SpinSection
from trainers.recipes import Example, RoundSettings
from trainers.recipes.spin import is_pair, train

pytestmark = pytest.mark.real


def settings(folder: Path, batch: int = 4, beta: float = 0.1) -> RoundSettings:
    told = RecipesSection(spin=SpinSection(beta=beta))
    return RoundSettings(batch=batch, seed=1, folder=str(folder), recipes=told)


def pairs(count: int) -> list[Example]:
    return [each.model_copy(update={"attempt": f"{each.completion[:9]} or not\nAnswer: no"}) for each in lessons(count)]


def adapted(model: Any) -> Any:
    """With an adapter that changes something already."""
    model = get_peft_model(model, LoraConfig(r=2, target_modules="all-linear", init_lora_weights=False))
    return model.train()


def logprob(model: Any, prompt: str, completion: str) -> float:
    """Of a completion and its end, in float64."""
    words = tokenizer()
    given = words.encode(prompt, add_special_tokens=False)
    wanted = [*words.encode(completion, add_special_tokens=False), words.eos_token_id]
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([given + wanted])).logits[0].double()
    rows = logits[len(given) - 1 : -1].log_softmax(-1)
    return float(rows.gather(1, torch.tensor(wanted)[:, None]).sum())


def margin(model: Any, example: Example) -> float:
    return logprob(model, example.prompt, example.completion) - logprob(model, example.prompt, example.attempt)


@pytest.mark.parametrize("lora", [False, True])
def test_a_round_begins_at_log_two_whatever_was_learned_before(tmp_path: Path, lora: bool) -> None:
    model = adapted(tiny_model()) if lora else tiny_model()
    learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(learned, lr=0.0)
    assert train(model, tokenizer(), optimizer, pairs(4), settings(tmp_path)).loss == pytest.approx(math.log(2), 1e-4)
    optimizer.param_groups[0]["lr"] = optimizer.param_groups[0]["initial_lr"] = 0.5
    assert train(model, tokenizer(), optimizer, pairs(4), settings(tmp_path, batch=1)).loss < math.log(2) - 1e-3
    optimizer.param_groups[0]["lr"] = optimizer.param_groups[0]["initial_lr"] = 0.0
    # The reference is the weights of before this round, not the base: the margin that was won doesn't count again.
    assert train(model, tokenizer(), optimizer, pairs(4), settings(tmp_path)).loss == pytest.approx(math.log(2), 1e-4)
    assert "forward" not in vars(model.get_base_model() if lora else model)
    if lora:
        assert list(model.peft_config) == ["default"], "else the copy would be saved with every candidate"


def test_the_loss_is_what_is_written_out(tmp_path: Path) -> None:
    model, (one, two) = tiny_model(spread=0.2), pairs(2)
    before = [margin(model, each) for each in (one, two)]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    # Batches of one, the second of which is looked at after the first one's step.
    books = train(model, tokenizer(), optimizer, [one, two], settings(tmp_path, batch=1, beta=0.5))
    again = tiny_model(spread=0.2)
    learner = torch.optim.SGD(again.parameters(), lr=0.2)
    orders = []
    for first, second, at in ((one, two, 1), (two, one, 0)):
        again = tiny_model(spread=0.2)
        learner = torch.optim.SGD(again.parameters(), lr=0.2)
        train(again, tokenizer(), learner, [first], settings(tmp_path, batch=1, beta=0.5))
        gained = margin(again, second) - before[at]
        orders.append((math.log(2) + math.log1p(math.exp(-0.5 * gained))) / 2)
    assert min(abs(books.loss - expected) for expected in orders) < 1e-3
    assert abs(orders[0] - math.log(2)) > 1e-3


def test_the_student_comes_to_prefer_the_correction(tmp_path: Path) -> None:
    model, examples = tiny_model(), pairs(6)
    before = [margin(model, each) for each in examples]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(3):
        train(model, tokenizer(), optimizer, examples, settings(tmp_path))
    assert all(margin(model, each) > was for each, was in zip(examples, before, strict=True))


def test_what_is_no_pair_is_left_out(tmp_path: Path) -> None:
    pair, same, bare, general, empty = pairs(5)
    same = same.model_copy(update={"attempt": f"  {same.completion}\n"})
    bare = bare.model_copy(update={"attempt": ""})
    general = general.model_copy(update={"general": True})
    empty = empty.model_copy(update={"completion": ""})
    assert [is_pair(each) for each in (pair, same, bare, general)] == [True, False, False, False]
    model = tiny_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    books = train(model, tokenizer(), optimizer, [pair, same, bare, general, empty], settings(tmp_path))
    assert books.examples == 1
    assert [(each.sample_id, each.reason) for each in books.refused] == [(empty.sample_id, "has no answer")]
    books = train(model, tokenizer(), optimizer, [same, bare], settings(tmp_path))
    assert (books.examples, books.tokens, books.refused) == (0, 0, ())
    with pytest.raises(ValueError, match="0 examples"):
        train(model, tokenizer(), optimizer, [], settings(tmp_path))

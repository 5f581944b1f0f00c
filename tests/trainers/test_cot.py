"""Chain-of-thought distillation on a tiny real model: its loss, what carries none, and how it computes."""

from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_student import lessons, tiny_model, tokenizer

from trainers.recipes import Diverged, Example, RoundSettings, recipe
from trainers.recipes.batches import in_length_batches
from trainers.recipes.completions import encoded
from trainers.recipes.cot import balanced, train

pytestmark = pytest.mark.real

ROUNDING = 0.02
"""Share of a loss by which bfloat16 may differ from float64."""


def optimizer(model: torch.nn.Module, rate: float = 0.0) -> torch.optim.Optimizer:
    return torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.0)


def settings(folder: Path, batch: int = 4, seed: int = 1) -> RoundSettings:
    return RoundSettings(batch=batch, seed=seed, folder=str(folder))


def reference_losses(model: torch.nn.Module, example: Example) -> tuple[list[float], list[float]]:
    """Nats of each token after the first, of the prompt and of the completion, computed alone and in float64."""
    words = tokenizer()
    prompt = words.encode(example.prompt, add_special_tokens=False)
    completion = [*words.encode(example.completion, add_special_tokens=False), words.eos_token_id]
    ids = prompt + completion
    with torch.no_grad():
        logits = tiny_model_like(model).double()(input_ids=torch.tensor([ids])).logits[0]
    nats = []
    for place in range(1, len(ids)):
        row = logits[place - 1]
        nats.append(float(torch.log(torch.exp(row - row.max()).sum()) + row.max() - row[ids[place]]))
    return nats[: len(prompt) - 1], nats[len(prompt) - 1 :]


def tiny_model_like(model: torch.nn.Module) -> Any:
    """A copy, so that the model in training keeps its dtype."""
    copy = tiny_model()
    copy.load_state_dict(model.state_dict())
    return copy.eval()


@pytest.mark.parametrize("count", [1, 3])
def test_the_loss_is_the_mean_over_completion_tokens(tmp_path: Path, count: int) -> None:
    model, examples = tiny_model(), lessons(count)
    train(model, tokenizer(), optimizer(model, rate=5e-3), examples * (12 // count), settings(tmp_path, batch=1))
    told = [reference_losses(model, example) for example in examples]
    answers = [nats for _, completion in told for nats in completion]
    everything = [nats for prompt, _ in told for nats in prompt] + answers
    expected = sum(answers) / len(answers)
    assert sum(everything) / len(everything) > expected * (1 + 5 * ROUNDING), "prompts would show"
    books = train(model, tokenizer(), optimizer(model), examples, settings(tmp_path))
    assert books.loss == pytest.approx(expected, rel=ROUNDING)
    rows = [encoded(example.prompt, example.completion, tokenizer(), 512) for example in examples]
    assert (books.examples, books.tokens) == (count, sum(len(row["input_ids"]) for row in rows))
    assert books.seconds > 0


def test_prompts_carry_no_loss_and_the_end_is_learned() -> None:
    words, (example,) = tokenizer(), lessons(1)
    row = encoded(example.prompt, example.completion, words, 512)
    start = len(words.encode(example.prompt, add_special_tokens=False))
    assert row["labels"][:start] == [-100] * start
    assert row["labels"][start:] == row["input_ids"][start:]
    assert words.decode(row["input_ids"][start:]) == example.completion + words.eos_token


@pytest.mark.parametrize("room", [5, 17, 64])
def test_what_is_too_long_loses_its_beginning(tmp_path: Path, room: int) -> None:
    model, words, (long, short) = tiny_model(), tokenizer(), lessons(2)
    long = long.model_copy(update={"prompt": "x " * 200})
    whole, cut = (encoded(long.prompt, long.completion, words, most) for most in (512, room))
    assert cut["input_ids"] == whole["input_ids"][-room:]
    assert cut["labels"] == [-100, *whole["labels"][-room:][1:]]
    general = [example.model_copy(update={"general": True}) for example in (long, short)]
    told = settings(tmp_path, batch=1).model_copy(update={"max_length": room})
    assert 0 < train(model, words, optimizer(model), general, told).loss < 20


def test_the_loss_falls_over_rounds(tmp_path: Path) -> None:
    model = tiny_model()
    learns = optimizer(model, rate=5e-3)
    losses = [train(model, tokenizer(), learns, lessons(8), settings(tmp_path, seed=n)).loss for n in range(8)]
    assert losses[0] > 9
    assert losses[-1] < 0.5 * losses[0]


def test_every_round_computes_in_the_dtype_of_the_model_and_leaves_it_as_it_was(tmp_path: Path) -> None:
    model, seen = tiny_model().to(torch.bfloat16), list[torch.dtype]()
    layer = model.model.layers[1].mlp.down_proj
    layer.register_forward_hook(lambda _module, _inputs, output: seen.append(output.dtype))
    for number in (1, 2, 3):
        train(model, tokenizer(), optimizer(model, rate=1e-4), lessons(2), settings(tmp_path, seed=number))
        assert seen == [torch.bfloat16] * number
        assert "forward" not in vars(model), "each trainer that wraps it would add a layer"
        assert {parameter.dtype for parameter in model.parameters()} == {torch.bfloat16}


def test_batches_are_of_like_length_and_lose_nothing(tmp_path: Path) -> None:
    examples = lessons(21)
    told = settings(tmp_path, batch=4)
    ordered = in_length_batches(examples, told)
    assert sorted(ordered, key=lambda example: example.sample_id) == examples
    lengths = [len(example.prompt) + len(example.completion) for example in ordered]
    spans = [max(lengths[at : at + 4]) - min(lengths[at : at + 4]) for at in range(0, 20, 4)]
    assert max(spans) < max(lengths) - min(lengths)
    assert in_length_batches(examples, told) == ordered
    assert in_length_batches(examples, settings(tmp_path, batch=4, seed=2)) != ordered


def test_no_examples_are_refused(tmp_path: Path) -> None:
    model = tiny_model()
    with pytest.raises(ValueError, match="0 examples"):
        train(model, tokenizer(), optimizer(model), [], settings(tmp_path))


@pytest.mark.parametrize("spoilt", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_is_an_error(tmp_path: Path, spoilt: float) -> None:
    model = tiny_model()
    model.model.layers[0].mlp.up_proj.weight.data[0, 0] = spoilt
    with pytest.raises(Diverged, match="loss is"):
        train(model, tokenizer(), optimizer(model, rate=1e-4), lessons(4), settings(tmp_path, batch=2))


def test_recipes_are_found_by_name() -> None:
    assert recipe("cot") is train
    with pytest.raises(KeyError, match="no recipe 'alchemy'"):
        recipe("alchemy")


def chain(question: int, number: int, general: bool = False) -> Example:
    """One of several completions of a question."""
    name = f"{question:016x}{number:016x}"
    return Example(sample_id=name, prompt=f"{question}?", completion=f"way {number}", general=general)


def test_each_question_has_as_many_chains() -> None:
    examples = [chain(1, n) for n in range(5)] + [chain(2, n) for n in range(2)] + [chain(3, 0)]
    general = [chain(4, n, general=True) for n in range(3)]
    for most, expected in ((30, 5), (4, 4), (2, 2)):
        chosen = balanced([*examples, *general], most, seed=1)
        assert [example for example in chosen if example.general] == general
        counts = {question: [e.completion for e in chosen if e.prompt == f"{question}?"] for question in (1, 2, 3)}
        assert {len(each) for each in counts.values()} == {expected}
        assert len(set(counts[1])) == expected, "none twice where there are enough"
        assert set(counts[2]) == {"way 0", "way 1"}
    assert balanced(examples, 2, seed=1) == balanced(examples, 2, seed=1)
    single = [chain(n, 0) for n in range(4)] + general
    assert balanced(single, 30, seed=1) is single


def test_what_cannot_be_learned_is_set_apart_and_the_rest_goes_on(tmp_path: Path) -> None:
    good, empty, long, other, general = lessons(5)
    empty = empty.model_copy(update={"completion": "  "})
    long = long.model_copy(update={"completion": "day " * 100_000})
    other = other.model_copy(update={"completion": "<start_of_turn>model\nMonday"})
    general = general.model_copy(update={"prompt": "<|im_start|>user\nA day?<|im_end|>\n", "general": True})
    model = tiny_model()
    books = train(model, tokenizer(), optimizer(model, 1e-4), [good, empty, long, other, general], settings(tmp_path))
    assert books.examples == 2
    reasons = {refusal.sample_id: refusal.reason for refusal in books.refused}
    assert reasons[empty.sample_id] == "has no answer"
    assert "more than the 512 tokens" in reasons[long.sample_id]
    assert "chat template: it holds '<start_of_turn>'" in reasons[other.sample_id]
    assert len(reasons) == 3
    nothing = train(model, tokenizer(), optimizer(model), [empty, long], settings(tmp_path))
    assert (nothing.examples, nothing.tokens, len(nothing.refused)) == (0, 0, 2)


def test_general_texts_weigh_by_their_share_of_examples(tmp_path: Path) -> None:
    model = tiny_model()
    lesson, text, other = lessons(3)
    label = lesson.model_copy(update={"completion": " yes"})
    long = [
        each.model_copy(update={"completion": f"{each.completion} and so on" * 5, "general": True})
        for each in (text, other)
    ]
    (answer, *texts) = [reference_losses(model, example)[1] for example in (label, *long)]
    told = [nats for each in texts for nats in each]
    assert len(told) > 20 * len(answer)
    books = train(model, tokenizer(), optimizer(model), [label, *long], settings(tmp_path))
    expected = (sum(answer) / len(answer) + 2 * sum(told) / len(told)) / 3
    assert books.loss == pytest.approx(expected, rel=1e-3)
    by_tokens = sum(answer + told) / len(answer + told)
    assert abs(by_tokens - expected) > 2e-3 * expected, "a mean over all tokens would show"

"""Distilling step-by-step: its loss beside one written out in float64, and what it is at the ends of its weight."""

from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_student import lessons, tiny_model, tokenizer

from swarm.recipes import RecipesSection, StepByStepSection
from trainers.recipes import Example, RoundSettings
from trainers.recipes.batches import padded
from trainers.recipes.step_by_step import rows_of, train

pytestmark = pytest.mark.real

ROUNDING = 2e-4


def parted(count: int) -> list[Example]:
    """Lessons with a rationale and an answer of their own."""
    return [
        lesson.model_copy(
            update={
                "rationale": lesson.completion.splitlines()[0] + " and so" * (number % 3),
                "label": lesson.completion.splitlines()[1],
            }
        )
        for number, lesson in enumerate(lessons(count))
    ]


def settings(folder: Path, weight: float, batch: int = 8, **more: Any) -> RoundSettings:
    told = RecipesSection(step_by_step=StepByStepSection(label_weight=weight, **more))
    return RoundSettings(batch=batch, seed=1, folder=str(folder), recipes=told)


def optimizer(model: torch.nn.Module, rate: float = 0.0) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), lr=rate)


def nats(model: Any, prompt: str, completion: str) -> list[float]:
    """Of each token of the completion and of its end, in float64 and one sequence at a time."""
    words = tokenizer()
    given = words.encode(prompt, add_special_tokens=False)
    wanted = [*words.encode(completion, add_special_tokens=False), words.eos_token_id]
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([given + wanted])).logits[0]
    rows = logits[len(given) - 1 : -1]
    return [float(row.exp().sum().log() - row[token]) for row, token in zip(rows, wanted, strict=True)]


def of_answer(model: Any, example: Example) -> list[float]:
    return nats(model, example.prompt, example.label)


def of_steps(model: Any, example: Example) -> list[float]:
    return nats(model, "Explain. " + example.prompt, example.rationale)


def expected(model: Any, examples: list[Example], weight: float) -> float:
    answers = [nat for each in examples for nat in of_answer(model, each)]
    steps = [nat for each in examples for nat in of_steps(model, each)]
    return weight * sum(answers) / len(answers) + (1 - weight) * sum(steps) / len(steps)


def test_the_loss_is_each_tasks_own_mean(tmp_path: Path) -> None:
    model, examples = tiny_model(spread=0.3), parted(4)
    double = tiny_model(spread=0.3).double()
    for weight in (0.5, 0.2, 1.0, 0.0):
        loss = train(model, tokenizer(), optimizer(model), examples, settings(tmp_path, weight)).loss
        assert loss == pytest.approx(expected(double, examples, weight), rel=ROUNDING)
    answers, steps = ([nat for each in examples for nat in told(double, each)] for told in (of_answer, of_steps))
    halves = expected(double, examples, 0.5)
    together = sum(answers + steps) / len(answers + steps)
    assert abs(halves - together) > 2 * ROUNDING * together, "a mean over all tokens would show"


def test_general_texts_have_their_share_whatever_the_weight_of_labels(tmp_path: Path) -> None:
    model, double, (lesson, text) = tiny_model(spread=0.3), tiny_model(spread=0.3).double(), parted(2)
    text = text.model_copy(update={"general": True, "rationale": "", "label": ""})
    told = nats(double, text.prompt, text.completion)
    for weight in (0.5, 0.2, 1.0):
        loss = train(model, tokenizer(), optimizer(model), [lesson, text], settings(tmp_path, weight)).loss
        halves = (expected(double, [lesson], weight) + sum(told) / len(told)) / 2
        assert loss == pytest.approx(halves, rel=ROUNDING)


def test_at_weight_one_it_learns_the_label_alone(tmp_path: Path) -> None:
    both, alone = tiny_model(), tiny_model()
    examples = parted(8)
    one = train(both, tokenizer(), optimizer(both, 0.1), examples, settings(tmp_path, 1.0))
    bare = [each.model_copy(update={"rationale": ""}) for each in examples]
    two = train(alone, tokenizer(), optimizer(alone, 0.1), bare, settings(tmp_path, 0.5))
    # Half the weight with no other task is half the gradient, which is clipped to the same length.
    assert one.loss == pytest.approx(2 * two.loss, rel=1e-5)
    assert one.tokens == two.tokens
    for name, value in both.state_dict().items():
        assert torch.allclose(value, alone.state_dict()[name], atol=1e-5), name


def test_rows_have_prefixes_and_are_filled_up() -> None:
    words = tokenizer()
    (example,) = parted(1)
    told = StepByStepSection(label_prefix="L ", rationale_prefix="R ")
    answer, steps = rows_of(example, told, words, 512).values()
    assert words.decode(answer["input_ids"]) == f"L {example.prompt}{example.label}{words.eos_token}"
    assert words.decode(steps["input_ids"]) == f"R {example.prompt}{example.rationale}{words.eos_token}"
    batch = padded([answer, steps], words.pad_token_id)
    assert batch["attention_mask"].sum(1).tolist() == [len(answer["input_ids"]), len(steps["input_ids"])]
    assert batch["input_ids"].shape == batch["labels"].shape == batch["attention_mask"].shape
    general = lessons(1)[0].model_copy(update={"general": True})
    (only,) = rows_of(general, told, words, 512).values()
    assert words.decode(only["input_ids"]).endswith(general.completion + words.eos_token)


def test_no_examples_and_one_without_an_answer_are_refused(tmp_path: Path) -> None:
    model, (example,) = tiny_model(), parted(1)
    with pytest.raises(ValueError, match="0 examples"):
        train(model, tokenizer(), optimizer(model), [], settings(tmp_path, 0.5))
    books = train(
        model, tokenizer(), optimizer(model), [example.model_copy(update={"completion": ""})], settings(tmp_path, 0.5)
    )
    assert [refusal.reason for refusal in books.refused] == ["has no answer"]

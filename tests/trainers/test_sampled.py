"""Recipes whose student writes before it learns, on a tiny real model: their losses, rewards, and what is left out."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from tiny_student import lessons, tiny_folder, tiny_model, tokenizer

from swarm.criteria import Criterion
from swarm.domains import load_domain
from swarm.errors import ConfigError
from swarm.recipes import GrpoSection, RecipesSection
from swarm.records import Cell, Probe, Purpose
from swarm.rubric import SEEDS, load_rubric
from swarm.rubric_cases import Case
from trainers.recipes import Example, RoundSettings, grpo, on_policy, recipe, self_distill
from trainers.recipes.grpo import kept, kl_weight, rubric, share_met, verifier, with_signal
from trainers.recipes.sampled import filled

pytestmark = pytest.mark.real

DOMAIN = load_domain("calendar")


def settings(folder: Path, **recipes: Any) -> RoundSettings:
    told = RecipesSection.model_validate(recipes)
    return RoundSettings(batch=4, seed=1, folder=str(folder), recipes=told)


def still(model: torch.nn.Module, rate: float = 0.0) -> torch.optim.Optimizer:
    return torch.optim.SGD([each for each in model.parameters() if each.requires_grad], lr=rate)


def asked(count: int) -> list[Example]:
    """Questions of the calendar with what verifies their answers."""
    rng, examples = random.Random(1), list[Example]()
    while len(examples) < count:
        probe = DOMAIN.make(Cell.parse("span/rain/duration"), rng, Purpose.LEARN)[0].payload
        assert isinstance(probe, Probe)
        right = DOMAIN.solve(probe)
        prompt, completion = DOMAIN.prompt(probe.question), DOMAIN.completion(right)
        name = f"{len(examples):032x}"
        examples.append(Example(sample_id=name, prompt=prompt, completion=completion, probe=probe))
    return examples


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_folder(tmp_path_factory.mktemp("teacher"), spread=0.2)


def kl(student: Any, teacher: Any, student_ids: list[int], teacher_ids: list[int], wrote: int) -> float:
    """Mean KL(student || teacher) in float64 over the last `wrote` tokens of both sequences."""
    with torch.no_grad():
        one, two = (
            model.double()(input_ids=torch.tensor([ids])).logits[0, -wrote - 1 : -1].log_softmax(-1)
            for model, ids in ((student, student_ids), (teacher, teacher_ids))
        )
    return float((one.exp() * (one - two)).sum(-1).mean())


def watched(model: Any) -> list[torch.Tensor]:
    """The token ids of each forward pass; the last ones are the loss's."""
    seen = list[torch.Tensor]()
    model.model.register_forward_pre_hook(lambda _module, _args, more: seen.append(more["input_ids"]), with_kwargs=True)
    return seen


def test_a_student_that_is_its_teacher_has_nothing_to_learn(tmp_path: Path) -> None:
    base = tiny_folder(tmp_path / "same")
    model = tiny_model()
    told = settings(tmp_path, on_policy={"teacher": str(base), "max_new_tokens": 6})
    books = on_policy.train(model, tokenizer(), still(model), lessons(4), told)
    # The teacher is kept in bfloat16.
    assert abs(books.loss) < 1e-3
    assert 4 <= books.written <= 24
    assert books.tokens > books.written


def test_on_policy_is_the_kl_on_what_the_student_writes(tmp_path: Path, teacher: Path) -> None:
    model, (example,) = tiny_model(spread=0.2, seed=2), lessons(1)
    seen = watched(model)
    told = settings(tmp_path, on_policy={"teacher": str(teacher), "max_new_tokens": 5})
    books = on_policy.train(model, tokenizer(), still(model), [example], told)
    ids = seen[-1][0].tolist()
    expected = kl(
        tiny_model(spread=0.2, seed=2),
        on_policy.teacher_of(str(teacher), tokenizer(), "cpu", torch.float32),
        ids,
        ids,
        5,
    )
    on_policy._loaded.cache_clear()
    assert books.written == 5
    assert books.loss == pytest.approx(expected, rel=0.05)
    assert books.loss > 0.05


def test_a_teacher_of_another_vocabulary_is_refused(tmp_path: Path, teacher: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for file in teacher.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    words = json.loads((other / "tokenizer.json").read_text())
    vocabulary = words["model"]["vocab"]
    one, two = list(vocabulary)[1000:1002]
    vocabulary[one], vocabulary[two] = vocabulary[two], vocabulary[one]
    (other / "tokenizer.json").write_text(json.dumps(words))
    told = settings(tmp_path, on_policy={"teacher": str(other)})
    model = tiny_model()
    with pytest.raises(ConfigError, match=r"has another vocabulary: 4\d+ of its 49152 tokens are the student's"):
        on_policy.train(model, tokenizer(), still(model), lessons(1), told)


def test_self_distillation_is_the_kl_to_the_student_that_is_shown_the_correction(tmp_path: Path) -> None:
    model, (example,) = tiny_model(spread=0.2), lessons(1)
    seen = watched(model)
    told = settings(tmp_path, self_distill={"max_new_tokens": 5})
    books = self_distill.train(model, tokenizer(), still(model), [example], told)
    alone, shown = (ids[0].tolist() for ids in seen[-2:])
    words = tokenizer()
    assert words.decode(alone[:-5]) == example.prompt
    assert words.decode(shown[:-5]) == f"{example.prompt}{example.completion}\n\n{example.prompt}"
    assert shown[-5:] == alone[-5:]
    twin = tiny_model(spread=0.2)
    assert books.loss == pytest.approx(kl(twin, twin, alone, shown, 5), rel=0.02)
    assert books.loss > 1e-3
    assert kl(twin, twin, alone, alone, 5) == 0.0


def test_self_distillation_moves_towards_what_it_would_say_if_it_were_shown(tmp_path: Path) -> None:
    model = tiny_model(spread=0.2)
    told = settings(tmp_path, self_distill={"max_new_tokens": 8, "temperature": 0.5})
    optimizer = still(model, 0.3)
    losses = [self_distill.train(model, tokenizer(), optimizer, lessons(4), told).loss for _ in range(6)]
    assert losses[-1] < losses[0]


def test_the_verifier_rewards_the_one_right_answer() -> None:
    (example,) = asked(1)
    assert example.probe is not None
    right = DOMAIN.solve(example.probe).answer
    texts = [f"= {right}", f"steps\n= {right}", "= PT1M", f"= {right}\n= PT1M", "", right]
    told = [example.probe.model_dump_json()] * len(texts)
    assert verifier(DOMAIN)(texts, told) == [1.0, 1.0, 0.0, 0.0, 0.0, 1.0]


def test_a_veto_loses_the_rubrics_reward_and_criteria_drop_out_by_group() -> None:
    (example,) = asked(1)
    assert example.probe is not None
    criteria = load_rubric(SEEDS / "reward.yaml").criteria
    right = DOMAIN.completion(DOMAIN.solve(example.probe))
    whole, false, twice = right, "2+2=5\n" + right, right + "\n= PT1M"
    assert share_met(Case(DOMAIN, example.probe, whole), list(criteria)) == 1.0
    assert share_met(Case(DOMAIN, example.probe, false), list(criteria)) == 0.0
    assert share_met(Case(DOMAIN, example.probe, twice), list(criteria)) == 0.0
    assert 0 < share_met(Case(DOMAIN, example.probe, "= 7"), list(criteria)) < 1
    chosen = [kept(criteria, 0.4, f"1/{step}/q") for step in range(40)]
    assert {len(each) for each in chosen} == {4}
    assert {criterion.id for each in chosen for criterion in each} == {criterion.id for criterion in criteria}
    assert kept(criteria, 0.4, "1/0/q") == chosen[0]
    assert kept(criteria[:1], 0.9, "x") == list(criteria[:1])
    state = type("State", (), {"global_step": 3})()
    told = [example.probe.model_dump_json()] * 2
    same = rubric(DOMAIN, criteria, 0.5, seed=1)([whole, whole], told, state)
    assert same == [1.0, 1.0]


def test_the_kl_grows_by_stages() -> None:
    told = GrpoSection(kl=0.001, kl_growth=2, kl_rounds=8)
    assert [kl_weight(told, number) for number in (1, 8, 9, 16, 17)] == [0.001, 0.001, 0.002, 0.002, 0.004]


def test_groups_without_a_signal_carry_no_loss() -> None:
    mask = torch.ones(6, 3, dtype=torch.long)
    found = with_signal(mask, torch.tensor([0.0, 0.0, 1.0, -1.0, 0.0, 0.0]), 2)
    assert found.sum(1).tolist() == [0, 0, 3, 3, 0, 0]


@pytest.mark.parametrize("lora", [False, True])
def test_reinforcement_runs_and_what_is_solved_never_is_dropped(tmp_path: Path, lora: bool) -> None:
    model: Any = tiny_model()
    if lora:
        model = get_peft_model(model, LoraConfig(r=2, target_modules="all-linear", init_lora_weights=False))
    told = settings(tmp_path, grpo={"group": 2, "max_new_tokens": 4, "rubric_weight": 0.0, "kl": 0.0})
    before = {name: value.detach().clone() for name, value in model.named_parameters()}
    books = grpo.train(model, tokenizer(), still(model, 1.0), asked(3), told)
    assert books.loss == 0.0, "a random student is never right"
    assert (books.examples, books.written) == (4, 32)
    assert all(torch.equal(value, before[name]) for name, value in model.named_parameters())
    assert "forward" not in vars(model.get_base_model() if lora else model)
    if lora:
        assert list(model.peft_config) == ["default"]


def test_a_group_whose_answers_earn_different_rewards_moves_the_student(tmp_path: Path) -> None:
    file = tmp_path / "long.yaml"
    criterion = "{id: long, text: It is long., check: long, params: {min-chars: '20'}}"
    file.write_text(f"version: 1\ndomain: any\ncriteria: [{criterion}]\n")
    model = tiny_model()
    before = {name: value.detach().clone() for name, value in model.named_parameters()}
    told = settings(tmp_path, grpo={"group": 4, "max_new_tokens": 3, "rubric": str(file), "rubric_weight": 1, "kl": 0})
    books = grpo.train(model, tokenizer(), still(model, 1.0), asked(4), told)
    assert books.written == 48
    assert not all(torch.equal(value, before[name]) for name, value in model.named_parameters())


def test_a_question_whose_answer_could_not_be_verified_is_set_apart(tmp_path: Path) -> None:
    model = tiny_model()
    told = settings(tmp_path, grpo={"group": 2, "max_new_tokens": 2})
    books = grpo.train(model, tokenizer(), still(model), lessons(2), told)
    assert {each.reason for each in books.refused} == {
        "has no probe with a reference, by which an answer could be verified"
    }
    assert books.examples == 0


@pytest.mark.parametrize("name", ["on_policy", "self_distill", "grpo"])
def test_no_examples_are_refused(tmp_path: Path, name: str) -> None:
    model = tiny_model()
    with pytest.raises(ValueError, match="0 examples"):
        recipe(name)(model, tokenizer(), still(model), [], settings(tmp_path))


def test_the_last_batch_is_filled_with_the_first_questions() -> None:
    assert filled([1, 2, 3, 4, 5], 4) == [1, 2, 3, 4, 5, 1, 2, 3]
    assert filled([1], 3) == [1, 1, 1]
    assert filled([1, 2], 2) == [1, 2]


def test_a_rubric_without_a_file_is_refused(tmp_path: Path) -> None:
    model = tiny_model()
    with pytest.raises(ConfigError, match="there is no rubric"):
        grpo.train(model, tokenizer(), still(model), asked(1), settings(tmp_path, grpo={"rubric": "praise"}))
    assert isinstance(load_rubric(SEEDS / "reward.yaml").criteria[0], Criterion)

"""A student leaves: its folder and its GGUF answer in runtimes that aren't ours as they do here."""

import json
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from tiny_student import lessons, tiny_folder
from transformers import AutoModelForCausalLM, AutoTokenizer

from swarm import weights
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.errors import ConfigError
from swarm.weights import Precision
from trainers.export.folder import chat_template, write_folder
from trainers.export.gguf_file import write_gguf
from trainers.export.runtimes import by_llama_cpp, by_transformers

_QUESTIONS = [
    f"Tue 2026-03-10 14:30\nWhat is {what}?" for what in ("the day after tomorrow", "3 plus 4", "the capital of France")
]


@pytest.fixture(scope="module")
def domain() -> Domain:
    return load_domain("calendar")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, domain: Domain) -> Path:
    """The real base, exported as full weights."""
    folder = tmp_path_factory.mktemp("export") / "student"
    base = weights.folder("smollm2-135m")
    write_folder(base, base, False, domain, folder)
    return folder


def test_the_chat_template_says_what_the_student_was_trained_on(exported: Path, domain: Domain) -> None:
    tokenizer = AutoTokenizer.from_pretrained(exported)
    question = 'Now: Tue.\nRemind me of "it" {{ tomorrow }} at 7 – ok?'
    turns = [{"role": "system", "content": "ignored"}, {"role": "user", "content": question}]
    assert tokenizer.apply_chat_template(turns, tokenize=False) == domain.prompt(question)


def test_llama_cpp_answers_from_the_gguf_as_transformers_does_from_the_folder(exported: Path, tmp_path: Path) -> None:
    file = tmp_path / "student.gguf"
    write_gguf(exported, file, "student", Precision.BF16)
    ours = by_transformers(exported, _QUESTIONS, 8)
    theirs = by_llama_cpp(file, _QUESTIONS, 8)
    assert [text.strip() for text in theirs] == [text.strip() for text in ours]
    assert len(set(ours)) == len(_QUESTIONS)


def test_an_adapter_is_merged(tmp_path: Path, domain: Domain) -> None:
    from peft import LoraConfig, get_peft_model

    base = tiny_folder(tmp_path / "base")
    torch.manual_seed(1)
    model = get_peft_model(
        AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32),
        LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM", init_lora_weights=False),
    )
    model.save_pretrained(tmp_path / "adapter")
    write_folder(tmp_path / "adapter", base, True, domain, tmp_path / "merged")
    ids = AutoTokenizer.from_pretrained(base)(lessons(1)[0].prompt, return_tensors="pt").input_ids
    plain = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    adapted = PeftModel.from_pretrained(
        AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), str(tmp_path / "adapter")
    )
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "merged", dtype=torch.float32)
    with torch.inference_mode():
        untouched, wanted, got = (one(ids).logits for one in (plain, adapted, merged))
    assert (got - wanted).abs().max() < 0.1 * (untouched - wanted).abs().max()


def test_nothing_is_written_over(exported: Path, tmp_path: Path, domain: Domain) -> None:
    base = weights.folder("smollm2-135m")
    with pytest.raises(ConfigError, match="is there already"):
        write_folder(base, base, False, domain, exported)
    (tmp_path / "old.gguf").write_text("mine")
    with pytest.raises(ConfigError, match="is there already"):
        write_gguf(exported, tmp_path / "old.gguf", "student", Precision.BF16)
    assert (tmp_path / "old.gguf").read_text() == "mine"


@pytest.mark.parametrize(
    ("file", "key", "value", "said"),
    [
        ("config.json", "model_type", "gpt_neox", "architecture 'gpt_neox'"),
        ("config.json", "rope_parameters", {"rope_type": "yarn"}, "rope_type 'yarn'"),
        ("tokenizer.json", "pre_tokenizer", {"type": "Metaspace"}, "splits by \\['Metaspace'\\]"),
    ],
)
def test_what_a_gguf_can_not_say_is_refused_by_name(
    tmp_path: Path, file: str, key: str, value: object, said: str
) -> None:
    folder = tiny_folder(tmp_path / "student")
    told = json.loads((folder / file).read_text())
    (folder / file).write_text(json.dumps(told | {key: value}))
    with pytest.raises(ConfigError, match=said):
        write_gguf(folder, tmp_path / "student.gguf", "student", Precision.F16)
    assert not (tmp_path / "student.gguf").exists()


def test_a_prompt_that_changes_the_question_has_no_template(domain: Domain) -> None:
    class Shouting:
        name = "shouting"

        def prompt(self, question: str) -> str:
            return question.upper()

    with pytest.raises(ConfigError, match="0 times"):
        chat_template(Shouting())  # type: ignore[arg-type]
    assert chat_template(domain)

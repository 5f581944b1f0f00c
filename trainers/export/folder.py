"""Writes a checkpoint as a folder that `transformers` and vLLM load without this project."""

import json
import shutil
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from swarm.domains.base import Domain
from swarm.errors import ConfigError

_SIGN = "<the question>"


def chat_template(domain: Domain) -> str:
    """A Jinja template that makes of the last message the very text on which the student was trained.

    Raises ConfigError where the domain's prompt doesn't hold the question as it is, once.
    """
    before, *after = domain.prompt(_SIGN).split(_SIGN)
    if len(after) != 1:
        raise ConfigError(
            f"the prompt of domain {domain.name!r} holds the question {len(after)} times",
            "let Domain.prompt repeat the question as it is, once; a chat template can't say anything else",
        )
    literal = json.dumps(before, ensure_ascii=True), json.dumps(after[0], ensure_ascii=True)
    return f"{{{{ {literal[0]} + messages[-1]['content'] + {literal[1]} }}}}"


def write_folder(weights: Path, base: Path, adapter: bool, domain: Domain, to: Path) -> None:
    """Merge an adapter into its base, or copy full weights; tokenizer and chat template lie beside.

    Raises ConfigError where `to` is there already and isn't empty.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise ConfigError(f"{str(to)!r} is there already", "name a new folder: nothing is written over")
    part = to.with_name(f".{to.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.parent.mkdir(parents=True, exist_ok=True)
    model = AutoModelForCausalLM.from_pretrained(base if adapter else weights, dtype=torch.bfloat16)
    if adapter:
        # In float32: what an adapter adds is often smaller than a step of bfloat16.
        model = PeftModel.from_pretrained(model.float(), str(weights)).merge_and_unload().to(torch.bfloat16)
    model.save_pretrained(part)
    tokenizer = AutoTokenizer.from_pretrained(base)
    tokenizer.chat_template = chat_template(domain)
    tokenizer.save_pretrained(part)
    if to.exists():
        to.rmdir()
    part.replace(to)

"""Small changes of the real base, as a trainer would write them: an adapter, and full weights."""

from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from swarm import weights


def made_adapter(folder: Path, rank: int = 4) -> Path:
    """An adapter on all linear layers that changes the base a little."""
    torch.manual_seed(1)
    base = AutoModelForCausalLM.from_pretrained(weights.folder("smollm2-135m"), dtype=torch.float32)
    model = get_peft_model(base, LoraConfig(r=rank, target_modules="all-linear", task_type="CAUSAL_LM"))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            parameter.data.normal_(std=0.01)
    model.save_pretrained(folder)
    return folder


def made_full(folder: Path) -> Path:
    """All weights, each a little off the base's."""
    torch.manual_seed(2)
    model = AutoModelForCausalLM.from_pretrained(weights.folder("smollm2-135m"), dtype=torch.bfloat16)
    for parameter in model.parameters():
        parameter.data += 0.003 * torch.randn_like(parameter)
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(weights.folder("smollm2-135m")).save_pretrained(folder)
    return folder

"""Turn a verified GGUF file into a folder in Hugging Face layout: `python -m agents.engines.convert NAME`.

Beside the weights it freezes general.jsonl, texts that the base itself writes, which the trainer replays so that
general skill stays.
"""

import asyncio
import json
import shutil
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

from agents.engines.base import Request
from agents.engines.transformers_engine import TransformersEngine
from swarm import general, weights
from swarm.errors import SwarmError

OPENERS = general.ITEMS.with_name("openers.txt")
GENERAL_TOKENS = 40


def convert(name: str) -> Path:
    """De-quantize to bfloat16 safetensors beside the GGUF; what is there already is kept.

    The model forgets that it came from a quantized file, else transformers refuses to save it.
    """
    target = weights.cache_folder() / name
    if (target / "config.json").is_file() and (target / "general.jsonl").is_file():
        return target
    gguf = weights.fetch_gguf(name)
    part = target.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    source = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    model = AutoModelForCausalLM.from_pretrained(
        **source, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True)
    )
    model.is_quantized = False
    model.hf_quantizer = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(part)
    AutoTokenizer.from_pretrained(**source).save_pretrained(part)
    write_general(part)
    shutil.rmtree(target, ignore_errors=True)
    part.replace(target)
    return target


def write_general(folder: Path) -> None:
    """Let the base go on from each opener, greedily, and write prompts and completions as JSON lines."""
    engine = TransformersEngine(folder)
    openers = OPENERS.read_text().splitlines()
    requests = [Request(prompt=opener, max_new_tokens=GENERAL_TOKENS) for opener in openers]
    written = asyncio.run(engine.generate(requests))
    rows = [{"prompt": opener, "completion": said.text} for opener, said in zip(openers, written, strict=True)]
    (folder / "general.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


if __name__ == "__main__":
    try:
        print(convert(sys.argv[1]))
    except SwarmError as error:
        sys.exit(str(error))

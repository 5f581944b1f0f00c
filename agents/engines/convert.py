"""Turn a verified GGUF file into a folder in Hugging Face layout: `python -m agents.engines.convert NAME`."""

import shutil
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

from swarm import weights
from swarm.errors import SwarmError


def convert(name: str) -> Path:
    """De-quantize to bfloat16 safetensors beside the GGUF; what is there already is kept.

    The model forgets that it came from a quantized file, else transformers refuses to save it.
    """
    target = weights.cache_folder() / name
    if (target / "config.json").is_file():
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
    part.replace(target)
    return target


if __name__ == "__main__":
    try:
        print(convert(sys.argv[1]))
    except SwarmError as error:
        sys.exit(str(error))

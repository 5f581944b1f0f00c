"""Writes a folder in Hugging Face layout as a GGUF file, for llama.cpp and what is built on it.

The `gguf` package holds the format, the names and the quantization; its converter program is not part of it. Only the
Llama architecture (all students that this project knows) with a byte-level BPE tokenizer is written.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType, SpecialVocab, TokenType, get_tensor_name_map, quants
from gguf.constants import MODEL_ARCH
from safetensors import safe_open

from swarm.errors import ConfigError
from swarm.weights import Precision

_STORED = {
    Precision.BF16: (GGMLQuantizationType.BF16, LlamaFileType.MOSTLY_BF16),
    Precision.F16: (GGMLQuantizationType.F16, LlamaFileType.MOSTLY_F16),
    Precision.Q8_0: (GGMLQuantizationType.Q8_0, LlamaFileType.MOSTLY_Q8_0),
}


def write_gguf(folder: Path, file: Path, name: str, precision: Precision) -> None:
    """Write the model and its tokenizer. Raises ConfigError where either is of a kind that isn't known here."""
    if file.exists():
        raise ConfigError(f"{str(file)!r} is there already", "name a new file: nothing is written over")
    config = json.loads((folder / "config.json").read_text())
    if config["model_type"] != "llama":
        raise ConfigError(
            f"a GGUF of architecture {config['model_type']!r} can't be written, only of 'llama'",
            "use llama.cpp's convert_hf_to_gguf.py on the exported folder",
        )
    part = file.with_suffix(".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(part, "llama")
    _write_shape(writer, config, name)
    _write_tokenizer(writer, folder, config)
    kind, file_type = _STORED[precision]
    writer.add_file_type(file_type)
    names = get_tensor_name_map(MODEL_ARCH.LLAMA, config["num_hidden_layers"])
    for tensor_name, tensor in _tensors(folder):
        known = names.get_name(tensor_name, try_suffixes=(".weight", ".bias"))
        if known is None:
            raise ConfigError(f"tensor {tensor_name!r} has no place in a GGUF of a Llama", "export a Llama student")
        data = _paired(tensor_name, tensor, config)
        stored = kind if data.ndim > 1 and data.shape[-1] % 32 == 0 else GGMLQuantizationType.F32
        writer.add_tensor(known, quants.quantize(data, stored), raw_dtype=stored)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    part.replace(file)


def _write_shape(writer: GGUFWriter, config: dict[str, Any], name: str) -> None:
    heads = config["num_attention_heads"]
    rope = config.get("rope_parameters") or {}
    if rope.get("rope_type", "default") != "default":
        raise ConfigError(f"rope_type {rope['rope_type']!r} can't be written to a GGUF", "use llama.cpp's converter")
    writer.add_name(name)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config.get("num_key_value_heads", heads))
    writer.add_rope_dimension_count(config.get("head_dim") or config["hidden_size"] // heads)
    writer.add_rope_freq_base(rope.get("rope_theta", config.get("rope_theta", 10000.0)))
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])


def _write_tokenizer(writer: GGUFWriter, folder: Path, config: dict[str, Any]) -> None:
    told = json.loads((folder / "tokenizer.json").read_text())
    model, size = told["model"], config["vocab_size"]
    if model["type"] != "BPE":
        raise ConfigError(f"a tokenizer of type {model['type']!r} can't be written, only BPE", "use llama.cpp's")
    added = {token["id"]: token for token in told["added_tokens"]}
    texts = {place: text for text, place in model["vocab"].items()} | {i: one["content"] for i, one in added.items()}
    kinds = [
        TokenType.UNUSED if place not in texts
        else TokenType.CONTROL if added.get(place, {}).get("special")
        else TokenType.USER_DEFINED if place in added
        else TokenType.NORMAL
        for place in range(size)
    ]  # fmt: skip
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(_splitting(told["pre_tokenizer"]))
    writer.add_token_list([texts.get(place, f"[PAD{place}]") for place in range(size)])
    writer.add_token_types(kinds)
    SpecialVocab(folder, load_merges=True, n_vocab=size).add_to_gguf(writer)
    writer.add_add_bos_token(False)  # neither does the student's prompt begin with one


def _splitting(told: dict[str, Any]) -> str:
    """llama.cpp's name for how a text is split before merges."""
    parts = told["pretokenizers"] if told["type"] == "Sequence" else [told]
    match [part["type"] for part in parts]:
        case ["ByteLevel"] if parts[0].get("use_regex", True):
            return "gpt-2"
        case ["Digits", "ByteLevel"] if parts[0]["individual_digits"]:
            return "smollm"
        case kinds:
            raise ConfigError(f"a tokenizer that splits by {kinds} has no name here", "use llama.cpp's converter")


def _tensors(folder: Path) -> Iterator[tuple[str, torch.Tensor]]:
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, "pt") as tensors:
            for name in tensors.keys():  # noqa: SIM118 - it is no dictionary
                yield name, tensors.get_tensor(name)


def _paired(name: str, tensor: torch.Tensor, config: dict[str, Any]) -> np.ndarray[Any, Any]:
    """float32; rows of queries and keys in llama.cpp's order, where numbers that turn together are neighbours."""
    data: np.ndarray[Any, Any] = tensor.float().numpy()
    heads = {
        "q_proj": config["num_attention_heads"],
        "k_proj": config.get("num_key_value_heads", config["num_attention_heads"]),
    }
    count = next((number for part, number in heads.items() if f".{part}." in name), 0)
    if not count:
        return data
    halves = data.reshape(count, 2, data.shape[0] // count // 2, *data.shape[1:])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(data.shape))

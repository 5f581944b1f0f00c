"""Greedy answers from runtimes that aren't ours: plain `transformers`, and llama.cpp in the `xllamacpp` wheel."""

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

_CONTEXT = 1024


def by_transformers(folder: Path, questions: Sequence[str], max_new_tokens: int) -> list[str]:
    """What the folder answers as a chat model, one question after the other."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()  # as llama.cpp computes
    said = []
    for question in questions:
        turns = [{"role": "user", "content": question}]
        inputs = tokenizer.apply_chat_template(turns, return_tensors="pt", return_dict=True)
        with torch.inference_mode():
            written = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
        said.append(tokenizer.decode(written[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True))
    return said


def by_llama_cpp(file: Path, questions: Sequence[str], max_new_tokens: int, threads: int = 2) -> list[str]:
    """What the GGUF file answers as a chat model, by its own chat template."""
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = str(file)
    settings.n_ctx, settings.cpuparams.n_threads = _CONTEXT, threads
    settings.use_jinja = True
    server = xllamacpp.Server(settings)
    return [
        server.handle_chat_completions(
            {"messages": [{"role": "user", "content": question}], "max_tokens": max_new_tokens, "temperature": 0}
        )["choices"][0]["message"]["content"]
        for question in questions
    ]

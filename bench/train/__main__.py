"""Compares the group's training with plain TRL: `python -m bench.train [--examples N] [--passes N] [--json FILE]`.

LoRA and full weights, by examples and by tokens, packed and not, with one worker and two, on the same texts in the same
run; on a GPU in bigger batches, and a model of 0.6 billion random weights as well.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import Progress
from transformers import AutoTokenizer, Qwen3Config, Qwen3ForCausalLM

from bench.train.arms import Setting
from bench.train.measuring import Measured, measured, texts
from bench.train.needs import ceiling
from bench.train.table import TARGET, late, rows, table
from cluster.joining import ENVIRONMENT
from swarm import weights
from swarm.sections import TrainMode


def settings(bases: Sequence[str], workers: Sequence[int], modes: Sequence[TrainMode]) -> list[Setting]:
    """Everything that is measured: the cores of the machine, or its GPUs, are shared by the workers."""
    gpu = torch.cuda.is_available()
    cores = len(os.sched_getaffinity(0))
    return [
        Setting(
            base=base,
            mode=mode,
            workers=count,
            threads=max(1, cores // count),
            batch=128 if gpu else 8,
            tokens=16_384 if gpu else 512,
        )
        for base in bases
        for count in workers
        for mode in modes
    ]


def large(tokenizer: Path, folder: Path) -> Path:
    """A model of the shape of Qwen3-0.6B with random weights, and a tokenizer for it."""
    words = AutoTokenizer.from_pretrained(tokenizer)
    config = Qwen3Config(
        vocab_size=len(words),
        hidden_size=1024,
        intermediate_size=3072,
        num_hidden_layers=28,
        num_attention_heads=16,
        num_key_value_heads=8,
        head_dim=128,
        tie_word_embeddings=True,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    Qwen3ForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


def main(arguments: list[str]) -> int:
    """Measure, print the table and save it; 2 for a number that makes no sense."""
    gpu = torch.cuda.is_available()
    parser = argparse.ArgumentParser(prog="bench.train", description=__doc__)
    parser.add_argument("--base", default="smollm2-135m", help="weights: a known name or a folder")
    parser.add_argument("--examples", type=int, default=4096 if gpu else 32, help="texts of one pass")
    parser.add_argument("--passes", type=int, default=3, help="passes of each arm")
    most = max(1, torch.cuda.device_count()) if gpu else 2
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2][:most], help="numbers of workers")
    parser.add_argument("--modes", type=TrainMode, nargs="*", default=list(TrainMode), help="lora, full, or both")
    parser.add_argument("--json", type=Path, default=Path("runs/bench/train.json"))
    given = parser.parse_args(arguments)
    if min(given.examples, given.passes, *given.workers) < 1:
        print("--examples, --passes and --workers must be 1 or more", file=sys.stderr)
        return 2
    os.environ |= ENVIRONMENT
    with tempfile.TemporaryDirectory(prefix="bench-train-") as scratch:
        base = weights.folder(given.base)
        bases = [str(base), str(large(base, Path(scratch) / "random-0.6b"))] if gpu else [str(base)]
        found, able = _all(settings(bases, given.workers, given.modes), given.examples, given.passes)
    console, shown = Console(width=120), rows(found, able)
    console.print(table(shown, able))
    console.print(f"at least {TARGET} of plain TRL: {'no' if late(shown) else 'yes'}")
    given.json.parent.mkdir(parents=True, exist_ok=True)
    machine = torch.cuda.get_device_name() if gpu else platform.processor()
    saved = {"machine": machine, "ceiling": able, "rows": [row._asdict() for row in shown]}
    passes = [each.model_dump(mode="json") for each in found]
    given.json.write_text(json.dumps({**saved, "passes": passes}, indent=1))
    return 0


def _all(chosen: Sequence[Setting], examples: int, passes: int) -> tuple[list[Measured], float]:
    """What was measured, and the machine's ceiling: the higher of before and after, since others may use it, too."""
    cores, found = len(os.sched_getaffinity(0)), list[Measured]()
    before = ceiling(cores)
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("training", total=len(chosen))
        for setting in chosen:
            progress.update(bar, description=f"{setting.mode}, {setting.workers} workers")
            found += measured(setting, texts(examples), passes, progress.refresh)
            progress.advance(bar)
    return found, max(before, ceiling(cores))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How long a checkpoint takes from its promotion to the first token of an engine that has verified it.

`make bench-sync` prints the table and saves it as JSON: for each engine that is installed, adapters of several ranks
and full weights, how long SHA-256, reading with the canary, and the first token take. On top, a student's agent asks
for the champion once a second.
"""

import argparse
import asyncio
import json
import platform
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

from agents.engines import open_engine
from agents.engines.base import Engine, Request
from swarm import checkpoints, weights
from swarm.records import Record
from swarm.sections import EngineKind, EngineSection, TrainerSection, TrainMode
from swarm.students import Checkpoint, CheckpointStatus
from trainers.learner import Learner

RANKS = (8, 32, 128)
REPEATS = 3
TARGET_SECONDS = 2.0
"""What DESIGN wants of a promoted adapter on one machine."""


class Synced(Record):
    """The median times (seconds) of one kind of checkpoint in one engine."""

    engine: str
    what: str
    megabytes: float
    sha256: float
    take: float
    """SHA-256 included: read, verified by checksum and canary."""
    first_token: float
    whole: float
    """From the promotion to the first token; the student's poll is not in it."""


def made(base: Path, section: TrainerSection, folder: Path, name: str) -> Checkpoint:
    """A checkpoint as the trainer writes it, of weights that moved a little."""
    learner = Learner(base, section, seed=1)
    with torch.no_grad():
        for master in learner.optimizer.masters:
            master.add_(torch.randn_like(master), alpha=1e-3)
    learner.optimizer.write_back(learner.optimizer.masters)
    learner.save_weights(folder)
    if section.mode is TrainMode.LORA:
        checkpoints.name_base(folder, base)
    return Checkpoint(
        id=name,
        status=CheckpointStatus.CANDIDATE,
        url=folder.as_uri(),
        adapter=section.mode is TrainMode.LORA,
        files=checkpoints.manifest(folder),
        canary_logprob=learner.canary_logprob(),
    )


async def synced(engine: Engine, kind: str, what: str, checkpoint: Checkpoint) -> Synced:
    """Take it, ask for one token and drop it, a few times; medians."""
    rows = list[tuple[float, float, float, float]]()
    folder = Path(checkpoint.url.removeprefix("file://"))
    for _ in range(REPEATS):
        began = time.perf_counter()
        checkpoints.verify(checkpoint, folder)
        hashed = time.perf_counter()
        await engine.take(checkpoint)
        taken = time.perf_counter()
        await engine.generate([Request(prompt="Now: ", checkpoint_id=checkpoint.id, max_new_tokens=1)])
        ended = time.perf_counter()
        rows.append((hashed - began, taken - hashed, ended - taken, ended - hashed))
        await engine.drop(checkpoint.id)
    sha256, take, first, whole = (sorted(column)[len(rows) // 2] for column in zip(*rows, strict=True))
    size = sum(file.size_bytes for file in checkpoint.files) / 1e6
    return Synced(engine=kind, what=what, megabytes=size, sha256=sha256, take=take, first_token=first, whole=whole)


def sections(ranks: Sequence[int]) -> Iterator[tuple[str, TrainerSection]]:
    """What is measured: adapters by rank, and full weights."""
    for rank in ranks:
        yield f"adapter, rank {rank}", TrainerSection(mode=TrainMode.LORA, rank=rank, average=0.0)
    yield "full weights", TrainerSection(mode=TrainMode.FULL, average=0.0)


async def measure(base: Path, kinds: Sequence[EngineKind], ranks: Sequence[int], scratch: Path) -> list[Synced]:
    """Every kind of checkpoint in every engine."""
    ready = [
        (what, made(base, section, scratch / str(number), f"c{number}"))
        for number, (what, section) in enumerate(sections(ranks))
    ]
    found = list[Synced]()
    for kind in kinds:
        engine = open_engine(EngineSection(kind=kind), base, adapter_rank=max(ranks, default=1))
        found += [await synced(engine, str(kind), what, checkpoint) for what, checkpoint in ready]
    return found


def table(found: Sequence[Synced]) -> Table:
    """For a terminal."""
    drawn = Table("engine", box=None)
    for head in ("checkpoint", "MB", "SHA-256 s", "taken s", "first token s", "whole s"):
        drawn.add_column(head, no_wrap=True)
    for row in found:
        numbers = (row.sha256, row.take, row.first_token, row.whole)
        drawn.add_row(row.engine, row.what, f"{row.megabytes:.1f}", *(f"{number:.2f}" for number in numbers))
    return drawn


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="smollm2-135m", help="weights: a known name or a folder")
    parser.add_argument("--ranks", type=int, nargs="*", default=RANKS)
    parser.add_argument("--json", type=Path, default=Path("runs/bench/sync.json"))
    asked = parser.parse_args()
    kinds = [EngineKind.TRANSFORMERS, *([EngineKind.VLLM] if find_spec("vllm") else [])]
    with tempfile.TemporaryDirectory() as scratch:
        found = asyncio.run(measure(weights.folder(asked.base), kinds, asked.ranks, Path(scratch)))
    console = Console()
    console.print(table(found))
    late = [row for row in found if row.what != "full weights" and row.whole > TARGET_SECONDS]
    console.print(f"adapters within {TARGET_SECONDS:.0f} s: {'no' if late else 'yes'}")
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    rows = [row.model_dump() for row in found]
    asked.json.write_text(json.dumps({"base": asked.base, "machine": platform.processor(), "rows": rows}, indent=1))


if __name__ == "__main__":
    main()

"""Measures the arms: one process for each worker, which learns by each arm in turn, again and again."""

import os
import random
import socket
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch.distributed as dist
import torch.multiprocessing as mp

from bench.recipes.trial import DOMAIN, lesson, made
from bench.train.arms import ARMS, Arm, Group, Setting
from bench.train.needs import needed
from swarm.domains import load_domain
from swarm.records import Purpose, Record
from trainers.recipes import Example
from trainers.recipes.completions import encoded

WARM = 8
"""Examples of the pass before the first: kernels are chosen and memory is taken."""
FEWER = ("plain TRL", "ours, token budget", "ours, packed")
"""The arms of more than one worker."""


class Measured(Record):
    """One arm of one setting: the seconds of each pass over `tokens` tokens, and the operations that these need."""

    setting: Setting
    arm: str
    tokens: int
    seconds: tuple[float, ...]
    operations: float


def texts(count: int) -> list[Example]:
    """Worked solutions of the demo's cells."""
    domain = load_domain(DOMAIN)
    probes = made(2 * count, Purpose.LEARN, "bench-train", domain)
    solved = [(probe, domain.solve(probe)) for probe in probes]
    answered = [(probe, right) for probe, right in solved if right.answer]
    return [lesson(probe, right, "", domain, number) for number, (probe, right) in enumerate(answered[:count])]


def arms_of(workers: int) -> list[Arm]:
    """All arms for one worker, and those that tell for more."""
    return [arm for arm in ARMS if workers == 1 or arm.name in FEWER]


def measured(setting: Setting, examples: Sequence[Example], passes: int, told: Callable[[], None]) -> list[Measured]:
    """Every arm of a setting. `told` is called now and then, while it runs."""
    with tempfile.TemporaryDirectory(prefix="bench-train-") as scratch:
        given = (setting, tuple(examples), passes, _free_port(), scratch)
        running = mp.spawn(_worker, given, nprocs=setting.workers, join=False)
        assert running is not None
        while not running.join(timeout=1):
            told()
        rows = (Path(scratch) / "rows.jsonl").read_text().splitlines()
    return [Measured.model_validate_json(row) for row in rows]


def _worker(rank: int, setting: Setting, examples: Sequence[Example], passes: int, port: int, scratch: str) -> None:
    if setting.workers > 1:
        os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(setting.workers)}
        os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "LOCAL_WORLD_SIZE": str(setting.workers)}
        dist.init_process_group("gloo", rank=rank, world_size=setting.workers)
    rows = passed(setting, examples, passes, Path(scratch) / str(rank))
    if rank == 0:
        (Path(scratch) / "rows.jsonl").write_text("".join(row.model_dump_json() + "\n" for row in rows))
    if setting.workers > 1:
        dist.destroy_process_group()


def passed(setting: Setting, examples: Sequence[Example], passes: int, scratch: Path) -> list[Measured]:
    """The arms in turn, in another order each time, so that what else the machine does meets all of them alike."""
    group, arms = Group(setting, scratch), arms_of(setting.workers)
    for arm in arms:
        group.seconds(arm, examples[:WARM])
    seconds: dict[str, list[float]] = {arm.name: [] for arm in arms}
    rng = random.Random(1)
    for _ in range(passes):
        for arm in rng.sample(arms, len(arms)):
            seconds[arm.name].append(group.seconds(arm, examples))
    tokens, operations = work(group.learner.model, group.learner.tokenizer, examples)
    return [
        Measured(setting=setting, arm=name, tokens=tokens, seconds=tuple(took), operations=operations)
        for name, took in seconds.items()
    ]


def work(model: Any, tokenizer: Any, examples: Sequence[Example]) -> tuple[int, float]:
    """Tokens of a pass, and the floating-point operations that it needs."""
    rows = [encoded(each.prompt, each.completion, tokenizer, 512) for each in examples]
    tokens = sum(len(row["input_ids"]) for row in rows)
    learned = sum(label != -100 for row in rows for label in row["labels"])
    # A token stands beside as many as its own text has, so that the mean is over tokens.
    length = sum(len(row["input_ids"]) ** 2 for row in rows) / tokens
    return tokens, tokens * needed(model, length, learned / tokens)


def _free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])

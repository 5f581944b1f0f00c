"""Workers of a group learn one model: two average their gradients over gloo, and one averages with nobody."""

import hashlib
import os
import socket
from pathlib import Path

import pytest
import torch.distributed as dist
import torch.multiprocessing as mp
from accelerate import PartialState
from safetensors.torch import load_file, save_file
from tiny_student import lessons, tiny_folder

from swarm.sections import TrainerSection, TrainMode
from trainers.learner import Learner

pytestmark = pytest.mark.real

SECTION = TrainerSection(mode=TrainMode.FULL, threads=1, batch=4, learning_rate=5e-3, workers=2)


def learned(rank: int, workers: int, port: int, base: str, scratch: str) -> None:
    """What one worker does, as Ray Train would start it; its losses and a digest of its weights go to a file."""
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(workers), "LOCAL_WORLD_SIZE": "2"}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "ACCELERATE_USE_CPU": "true"}
    dist.init_process_group("gloo", rank=rank, world_size=workers)
    learner = Learner(Path(base), SECTION, seed=3)
    losses = list[float]()
    for learner.parts in (1, 1, 2, 3):
        losses.append(learner.learn(lessons(15), workers, Path(scratch) / str(rank)).loss)
    digest = hashlib.sha256()
    for parameter in learner.model.parameters():
        digest.update(parameter.detach().float().numpy().tobytes())
    (Path(scratch) / f"{rank}.txt").write_text(f"{losses[0]} {losses[-1]} {digest.hexdigest()}")
    (Path(scratch) / f"{rank}.kind").write_text(PartialState().distributed_type.value)
    dist.destroy_process_group()


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def test_both_workers_end_with_the_same_weights(tmp_path: Path) -> None:
    base = tiny_folder(tmp_path / "base")
    mp.spawn(learned, (2, free_port(), str(base), str(tmp_path)), nprocs=2)
    (first, last, one), (_, _, two) = ((tmp_path / f"{rank}.txt").read_text().split() for rank in (0, 1))
    assert one == two
    assert (tmp_path / "0.kind").read_text() == "MULTI_CPU"
    assert float(last) < float(first) - 1
    untouched = hashlib.sha256()
    for parameter in Learner(base, SECTION, seed=3).model.parameters():
        untouched.update(parameter.detach().float().numpy().tobytes())
    assert one != untouched.hexdigest()


def test_one_worker_learns_without_the_cost_of_several(tmp_path: Path) -> None:
    base = tiny_folder(tmp_path / "base")
    mp.spawn(learned, (1, free_port(), str(base), str(tmp_path)), nprocs=1)
    first, last, _ = (tmp_path / "0.txt").read_text().split()
    assert float(last) < float(first) - 1
    assert (tmp_path / "0.kind").read_text() == "NO"


def test_a_worker_whose_loss_is_no_number_ends_the_group(tmp_path: Path) -> None:
    base = tiny_folder(tmp_path / "base")
    weights = load_file(base / "model.safetensors")
    weights["model.layers.0.mlp.up_proj.weight"][0, 0] = float("nan")
    save_file(weights, base / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(mp.ProcessRaisedException, match="FloatingPointError: the round's loss is"):
        mp.spawn(learned, (2, free_port(), str(base), str(tmp_path)), nprocs=2)

"""Kill and compare: a group that is killed at random points, or gets another worker on the way, learns each correction
as new once, and ends with the weights of one that nobody disturbed."""

import asyncio
import multiprocessing
import random
import shutil
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from threading import Thread

import pytest
import ray
import torch
from ray.cluster_utils import Cluster
from safetensors.torch import load_file
from tiny_student import tiny_folder

from cluster.joining import ENVIRONMENT
from swarm.asking import Interest
from swarm.client import SwarmClient
from swarm.config import Config
from swarm.domains.exam import frozen_exam
from swarm.events import EventKind
from swarm.exchange import Exchange
from swarm.exchange.statuses import status_of
from swarm.gateway.run_folder import STORE_FILE, Credentials
from swarm.gateway.server import Settings, serving
from swarm.records import Record, new_id
from swarm.roles import Role
from swarm.sections import StudentSection, SwarmSection, TrainerSection, TrainMode
from swarm.state import PhaseName
from swarm.students import Checkpoint, ExamItem, ExamRecord
from tests.report_rig import CELLS, DOMAIN, SEED_RUBRIC, Clock, teach
from trainers.desk import NAME
from trainers.learner import Learner
from trainers.loop import Alone, train
from trainers.states import States

pytestmark = pytest.mark.real

CORRECTIONS, ROUND, EVERY = 64, 8, 2
TOLERANCE = 1e-6
"""Between float32 weights of about 0.05: both runs do the same sums, in the same order, on one thread."""
RESIZED = 0.22
"""Of the way that the weights went from the base, in the Euclidean norm: two workers take the means of halves of a
batch, in bfloat16, and Adam makes much of little. It was .19; without the last two of eight rounds it would be .26."""

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["trainers.loop"])
SPAWNS = multiprocessing.get_context("spawn")


class Outcome(Record):
    """What a run came to, as the gateway's store and the group's last state say."""

    candidates: int
    fresh: tuple[str, ...]
    """The corrections that checkpoints have learned from as new, each as often as one says so."""
    consumed: int
    tokens: int
    loss: float


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_folder(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder whose log holds all corrections, and nobody has learned any."""
    run = tmp_path_factory.mktemp("taught")
    key = Credentials(run).lease_key
    with Exchange(f"sqlite:///{run / STORE_FILE}", "test", "calendar", Clock(), key) as exchange:
        with exchange.transaction():
            exchange.put_rubric(SEED_RUBRIC)
            exchange.put_checkpoint(Checkpoint(id="base", status="base", url="file:///base"))
            teach(exchange, "base", CORRECTIONS, passing=0)
        assert len(exchange.corrections(0, 100)) == CORRECTIONS
    return run


def config_of(run: Path, base: Path, **size: int) -> Config:
    """Rounds whose steps are as many examples for two workers as for one."""
    trainer = TrainerSection(
        mode=TrainMode.FULL, threads=1, batch=4, round_new=ROUND, exam_every=EVERY, learning_rate=5e-3, **size
    )
    return Config(
        swarm=SwarmSection(run=str(run), name="test", seed=3),
        student=StudentSection(weights=str(base)),
        trainer=trainer,
    )


def exam_of(candidate: Checkpoint) -> ExamRecord:
    """One that decides nothing: a single item, which both get wrong."""
    (probe,) = frozen_exam(DOMAIN, CELLS[:1], 1, seed=1)
    item = ExamItem(probe=probe, champion_text="x", candidate_text="x", champion_passed=False, candidate_passed=False)
    return ExamRecord(id=new_id(), champion_id="base", candidate_id=candidate.id, items=(item,))


async def examine(run: Path, candidates: asyncio.Queue[Checkpoint]) -> None:
    """Decide over each candidate at once, and stop the swarm after the one that has read all."""
    async with (
        SwarmClient.for_run(run, Role.EXAMINER, "examiner-0") as examiner,
        SwarmClient.for_run(run, Role.OPERATOR, "operator") as operator,
    ):
        last = (await operator.state()).corrections
        async for event in operator.watch(0, Interest(kinds=(EventKind.CHECKPOINT,))):
            candidate = event.checkpoint
            if candidate is None or candidate.status != "candidate":
                continue
            await examiner.submit_exam(exam_of(candidate))
            candidates.put_nowait(candidate)
            if candidate.corrections_trained == last:
                phase = await operator.phase()
                stopped = phase.model_copy(update={"name": PhaseName.STOPPED, "reason": "all is learned"})
                await operator.set_phase(stopped, phase.revision)


Training = Callable[[Config, asyncio.Queue[Checkpoint]], Awaitable[None]]
"""Runs the group of a config to its end; the queue gets each candidate once it is decided over."""


async def undisturbed(config: Config, _: asyncio.Queue[Checkpoint]) -> None:
    """One process, to the end."""
    process = FORKS.Process(target=train, args=(config, Alone()))
    process.start()
    await ended(process)


async def ended(process: BaseProcess) -> None:
    """Wait for its end, which must be a good one; it doesn't outlive a test that gave up."""
    try:
        await asyncio.to_thread(process.join, 300)
    finally:
        process.kill()
    assert process.exitcode == 0


async def killed(config: Config, candidates: asyncio.Queue[Checkpoint]) -> None:
    """Three processes that are killed, each within a second after the next candidate was seen, and one to the end."""
    rng = random.Random(6)
    for _ in range(3):
        victim = FORKS.Process(target=train, args=(config, Alone()))
        victim.start()
        await asyncio.wait_for(candidates.get(), 300)
        await asyncio.to_thread(victim.join, rng.random())
        victim.kill()
        await asyncio.to_thread(victim.join)
        assert victim.exitcode == -signal.SIGKILL
    await undisturbed(config, candidates)


async def resized(config: Config, candidates: asyncio.Queue[Checkpoint]) -> None:
    """A group of Ray Train that has room for one worker until its first candidate, and then for two."""
    room = SPAWNS.Event()
    driver = SPAWNS.Process(target=driven, args=(config, room))
    try:
        driver.start()
        async with SwarmClient.for_run(config.run_dir, Role.OPERATOR, "operator-1") as operator:
            await asyncio.wait_for(candidates.get(), 300)
            await pause(operator, True)
            assert await workers(operator) == 1, "the engine and the agents have their part of the first node"
            room.set()
            async with asyncio.timeout(200):
                while await workers(operator) == 1:
                    await asyncio.sleep(0.2)
            await pause(operator, False)
        await ended(driver)
    finally:
        driver.kill()


def driven(config: Config, room: Event) -> None:
    """What the trainer's actor does, and the cluster, which has room for one worker more once it is told.

    In a process of its own: where Ray gives up, it ends the process that drives it.
    """
    from trainers.group import run_group

    # Its hooks for the end of this process could be set by the main thread alone.
    cluster = Cluster(initialize_head=True, shutdown_at_exit=False, head_node_args={"num_cpus": 1})
    ray.init(cluster.address, namespace=config.swarm.name, log_to_driver=False, logging_level="error")
    Thread(target=lambda: room.wait() and cluster.add_node(num_cpus=1), daemon=True).start()
    try:
        run_group(config, look_seconds=1.0)
    finally:
        ray.shutdown()
        cluster.shutdown()


async def pause(operator: SwarmClient, paused: bool) -> None:
    phase = await operator.phase()
    await operator.set_phase(phase.model_copy(update={"paused": paused}), phase.revision)


async def workers(operator: SwarmClient) -> int:
    """As many as the group's last report says."""
    report = (await operator.state()).trainer.report
    assert report is not None
    return report.workers


async def grown(config: Config, training: Training) -> tuple[Outcome, dict[str, torch.Tensor]]:
    """Run the group to its end: what the gateway's store says then, and the tensors of the last state."""
    run, candidates = config.run_dir, asyncio.Queue[Checkpoint]()
    async with serving(Settings(run, "test", "calendar")) as gateway:
        examining = asyncio.create_task(examine(run, candidates))
        learning = asyncio.ensure_future(training(config, candidates))
        await asyncio.wait((learning, examining), timeout=500, return_when=asyncio.FIRST_COMPLETED)
        for task in (learning, examining):
            if task.done():
                task.result()
            task.cancel()
        assert learning.done(), "it took too long"
        exchange = gateway.desk.exchange
        log = [chain[0] for chain in exchange.corrections(0, 100)]
        learned = exchange.learnings(log, Role.OPERATOR)
        with exchange.store.read() as connection:
            trainer = status_of(connection, NAME)
        known = exchange.checkpoints()
        outcome = Outcome(
            candidates=len(known) - 1,
            fresh=tuple(item.sample_id for item in learned if item.fresh),
            consumed=trainer.completed,
            tokens=known[-1].tokens_trained,
            loss=known[-1].loss,
        )
        assert {sample.id for sample in log} == set(outcome.fresh)
    folder, problems = States(run / "group" / "states").newest()
    assert folder is not None
    assert not problems
    assert not list((run / "group").glob("scratch-*")), "what killed workers left goes with the next one"
    return outcome, load_file(folder / "optimizer.safetensors")


@pytest.fixture(scope="module")
def quiet(
    taught: Path, base: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Outcome, dict[str, torch.Tensor]]:
    """What a run comes to that nobody disturbs."""
    run = shutil.copytree(taught, tmp_path_factory.mktemp("quiet") / "run")
    outcome, tensors = asyncio.run(grown(config_of(run, base), undisturbed))
    assert (outcome.candidates, outcome.consumed) == (CORRECTIONS // ROUND // EVERY, CORRECTIONS)
    assert all(tensors[name].abs().max() > 0 for name in tensors if name.startswith("exp_avg.")), "all of them learned"
    return outcome, tensors


async def test_a_killed_group_learns_all_once_and_ends_with_the_weights_of_an_undisturbed_one(
    quiet: tuple[Outcome, dict[str, torch.Tensor]], taught: Path, base: Path, tmp_path: Path
) -> None:
    expected, sound = quiet
    run = shutil.copytree(taught, tmp_path / "run")
    outcome, found = await grown(config_of(run, base), killed)
    assert set(Counter(outcome.fresh).values()) == {1}, "no correction was new twice"
    assert outcome.model_copy(update={"loss": expected.loss}) == expected
    assert outcome.loss == pytest.approx(expected.loss, rel=1e-5)
    assert found.keys() == sound.keys()
    weights = [name for name in sound if name.startswith(("weight.", "average."))]
    assert max(float((found[name] - sound[name]).abs().max()) for name in weights) <= TOLERANCE


async def test_a_group_that_gets_a_second_worker_learns_all_once_and_the_same(
    quiet: tuple[Outcome, dict[str, torch.Tensor]],
    taught: Path,
    base: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    expected, sound = quiet
    run = shutil.copytree(taught, tmp_path / "run")
    outcome, found = await grown(config_of(run, base, workers=2, min_workers=1), resized)
    assert set(Counter(outcome.fresh).values()) == {1}, "no correction was new twice"
    assert outcome.model_copy(update={"loss": expected.loss}) == expected
    assert outcome.loss == pytest.approx(expected.loss, rel=0.01)
    way, apart = distance(sound, begun(base)), distance(sound, found)
    assert 0 < apart < RESIZED * way


def begun(base: Path) -> dict[str, torch.Tensor]:
    """The weights that a group begins with, under the names of its state."""
    learner = Learner(base, TrainerSection(mode=TrainMode.FULL, threads=1), seed=3)
    return {f"weight.{index}": master for index, master in enumerate(learner.optimizer.masters)}


def distance(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> float:
    """Euclidean, between all float32 weights."""
    names = [name for name in one if name.startswith("weight.")]
    return float(sum((one[name] - other[name]).square().sum() for name in names)) ** 0.5

"""Kill and compare: a group that is killed at random points learns each correction as new once, and ends with the
weights of one that nobody disturbed."""

import asyncio
import multiprocessing
import random
import shutil
import signal
from collections import Counter
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tiny_student import tiny_folder

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
from trainers.loop import Alone, train
from trainers.states import States

pytestmark = pytest.mark.real

CORRECTIONS, ROUND, EVERY = 40, 5, 2
TOLERANCE = 1e-6
"""Between float32 weights of about 0.05: both runs do the same sums, in the same order, on one thread."""

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["trainers.loop"])


class Outcome(Record):
    """What a run came to, as the gateway's store and the group's last state say."""

    kills: int
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


def config_of(run: Path, base: Path) -> Config:
    trainer = TrainerSection(
        mode=TrainMode.FULL, threads=1, batch=4, round_new=ROUND, exam_every=EVERY, learning_rate=5e-3
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


def started(config: Config) -> BaseProcess:
    process = FORKS.Process(target=train, args=(config, Alone()))
    process.start()
    return process


async def grown(config: Config, kills: int, rng: random.Random) -> tuple[Outcome, dict[str, torch.Tensor]]:
    """Run the group to its end; `kills` times it is killed, within a second after the next candidate was seen."""
    run, candidates = config.run_dir, asyncio.Queue[Checkpoint]()
    async with serving(Settings(run, "test", "calendar")) as gateway:
        examining = asyncio.create_task(examine(run, candidates))
        for _ in range(kills):
            victim = started(config)
            await asyncio.wait_for(candidates.get(), 300)
            await asyncio.to_thread(victim.join, rng.random())
            victim.kill()
            await asyncio.to_thread(victim.join)
            assert victim.exitcode == -signal.SIGKILL
        last = started(config)
        joining = asyncio.create_task(asyncio.to_thread(last.join))
        done, _ = await asyncio.wait((joining, examining), timeout=300, return_when=asyncio.FIRST_COMPLETED)
        if joining not in done:
            last.kill()
        if examining in done:
            examining.result()
        await joining
        assert last.exitcode == 0
        examining.cancel()
        exchange = gateway.desk.exchange
        log = [chain[0] for chain in exchange.corrections(0, 100)]
        learned = exchange.learnings(log, Role.OPERATOR)
        with exchange.store.read() as connection:
            trainer = status_of(connection, NAME)
        known = exchange.checkpoints()
        outcome = Outcome(
            kills=kills,
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


async def test_a_killed_group_learns_all_once_and_ends_with_the_weights_of_an_undisturbed_one(
    taught: Path, base: Path, tmp_path: Path
) -> None:
    for name in ("quiet", "killed"):
        shutil.copytree(taught, tmp_path / name)
    rng = random.Random(6)
    quiet, sound = await grown(config_of(tmp_path / "quiet", base), 0, rng)
    killed, found = await grown(config_of(tmp_path / "killed", base), 3, rng)
    assert set(Counter(killed.fresh).values()) == {1}, "no correction was new twice"
    assert killed.model_copy(update={"kills": 0, "loss": quiet.loss}) == quiet
    assert (quiet.candidates, quiet.consumed) == (CORRECTIONS // ROUND // EVERY, CORRECTIONS)
    assert killed.loss == pytest.approx(quiet.loss, rel=1e-5)
    assert found.keys() == sound.keys()
    weights = [name for name in sound if name.startswith(("weight.", "average."))]
    assert max(float((found[name] - sound[name]).abs().max()) for name in weights) <= TOLERANCE
    assert all(sound[name].abs().max() > 0 for name in sound if name.startswith("exp_avg.")), "all of them learned"

"""The supervisor: creates every agent, engine and the trainer group, replaces what dies, and moves the phase."""

import asyncio
import shutil
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import ray

from agents.judge import Judge
from cluster import finale
from cluster.actors import start_agent, start_engine, start_trainer
from cluster.counting import Counting
from cluster.engine_watch import watch_engines
from cluster.engines import RemoteEngine, engine_name, model_judge
from cluster.loops import PURPOSES, newest_candidate
from swarm import checkpoints, weights
from swarm.client import SwarmClient
from swarm.config import Config
from swarm.criteria import Rubric
from swarm.domains import load_domain
from swarm.errors import RefusedError
from swarm.phases import next_phase, policy_of, view_of
from swarm.records import Cell, Purpose
from swarm.roles import Role
from swarm.rubric import seed_rubric
from swarm.run_clock import CLOCK_FILE, RunClock
from swarm.state import ENDED, PhaseName, PhaseRecord, SwarmState
from swarm.students import Checkpoint, CheckpointStatus
from trainers.mishaps import mishap

TICK_SECONDS = 1.0
FINAL_EXAM_SECONDS = 300.0
LONGEST_BACKOFF = 30.0
BASE_ID = "base"
TRAINER = "trainer"
LEARNERS = (Role.PROBER, Role.STUDENT, Role.JUDGE, Role.TEACHER, Role.EVOLVER, Role.EXAMINER)


@dataclass
class Worker:
    """Something that should be alive: how to start it, and the run that is under way."""

    name: str
    start: Any
    actor: Any = None
    run: Any = None
    starts: int = 0
    not_before: float = 0.0
    """0 where it isn't to be started again."""

    def is_due(self, drained: Collection[str], now: float) -> bool:
        """Whether it is to be started now."""
        return self.run is None and 0 < self.not_before <= now and self.name not in drained


class Supervisor:
    """Holds nothing that matters: after a restart it reads the phase from the gateway and starts everything again."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._domain = load_domain(config.swarm.domain)
        self._cells = tuple(Cell.parse(key) for key in config.exam.cells) or tuple(self._domain.cells())
        self._workers: list[Worker] = []
        self._rubric: Rubric | None = None
        self._judged: Judge | None = None
        self._measuring: asyncio.Task[None] | None = None
        self._counting = Counting()
        self._clock = RunClock(config.run_dir / CLOCK_FILE)
        self._stopping = ""
        self._exam: asyncio.Task[None] | None = None
        self._over = asyncio.Event()

    async def run(self) -> str:
        """Run the swarm to its end and return why it ended."""
        async with SwarmClient.for_run(self._config.run_dir, Role.SUPERVISOR, "supervisor", patience=600) as client:
            self._client = client
            await self._seed()
            # What takes longest to come up is started first.
            self._hire(TRAINER, lambda: start_trainer(self._config))
            base = next((c for c in await client.checkpoints() if c.status is CheckpointStatus.BASE), None)
            engines = {name: await self._start_engine(name, base) for name in self._config.engines}
            handles = {name: (self._engine(name), actor) for name, actor in engines.items()}
            self._watching = asyncio.create_task(watch_engines(client, handles, self._over))
            self._staff()
            await self._watch_over()
            await self._drain()
            state = await client.state()
            if state.phase.name is PhaseName.CERTIFIED:
                print(await asyncio.to_thread(finale.certify, self._config), flush=True)
            if not self._stopping:
                print(f"frozen exam of {self._config.exam.items} items", flush=True)
                self._exam = asyncio.create_task(finale.sit_exam(self._config, self._cells, state, self._engine()))
                await asyncio.wait([self._exam])
                if not self._exam.cancelled():
                    self._exam.result()
            self._over.set()
            await asyncio.wait([self._watching])
            for engine in engines.values():
                ray.kill(engine)
            return state.phase.reason

    async def stop(self, reason: str) -> None:
        """Drain and end without an end of the phase; a resume goes on from here."""
        self._stopping = reason
        if self._exam is not None:
            self._exam.cancel()

    def _engine(self, name: str = "student") -> RemoteEngine:
        return RemoteEngine(engine_name(self._config, name), self._config.swarm.name, "supervisor")

    async def _start_engine(self, name: str, base: Checkpoint | None) -> Any:
        """Start an engine; after a restart of the supervisor, its name is free once Ray has ended the old one."""
        while True:
            try:
                return start_engine(self._config, name, engine_name(self._config, name), base)
            except ValueError as taken:
                print(f"engine {name}: {taken}; trying again", flush=True)
                await asyncio.sleep(TICK_SECONDS)

    async def _seed(self) -> None:
        """What a new run begins with: the base as champion, and the seed rubric. A resumed run has both."""
        if await self._client.champion() is None:
            await self._client.put_checkpoint(base_checkpoint(self._config))
        try:
            await self._client.rubric()
        except RefusedError:
            await self._client.put_rubric(seed_rubric(self._domain.name))

    def _staff(self) -> None:
        for role in LEARNERS:
            for index in range(self._config.role(role).replicas):
                self._hire(f"{role}-{index}", lambda role=role, index=index: start_agent(self._config, role, index))

    def _hire(self, name: str, start: Any) -> None:
        worker = Worker(name, start)
        self._workers.append(worker)
        _start(worker)

    async def _watch_over(self) -> None:
        """Every second: replace the dead, move the phase, drop old checkpoints. Ends with the swarm."""
        while not self._stopping:
            await self._replace_dead()
            if self._watching.done():
                self._watching.result()
            state = await self._client.state()
            self._clock.tick(state.phase.paused)
            if state.phase.name in ENDED:
                return
            await self._move(state)
            prune(state, self._config)
            await asyncio.sleep(TICK_SECONDS)

    async def _replace_dead(self) -> None:
        """Start again what has died: the first time after a second, later after up to half a minute.

        Who is drained is left alone, however it ended, and is started again once it is drained no longer.
        """
        runs = [worker.run for worker in self._workers if worker.run is not None]
        over = ray.wait(runs, num_returns=len(runs), timeout=0)[0] if runs else []
        ended = [worker for worker in self._workers if worker.run in over]
        if not ended and all(worker.run is not None or not worker.not_before for worker in self._workers):
            return
        # Asked after that, so whoever ended because it was drained is known to be.
        drained = {agent.card.name for agent in await self._client.agents() if agent.draining}
        for worker in ended:
            problem = await _problem(worker.run)
            print(f"{worker.name} ended ({problem or 'done'})", flush=True)
            worker.run = None
            if problem and worker.name == TRAINER:
                await self._client.report_trainer(mishap=mishap([problem], "", 0, datetime.now(UTC)))
            if problem or worker.name in drained:
                worker.not_before = time.monotonic() + min(LONGEST_BACKOFF, 2.0**worker.starts / 2)
        for worker in self._workers:
            if worker.is_due(drained, time.monotonic()):
                _start(worker)

    async def _move(self, state: SwarmState) -> None:
        """Ask the pure policy, and record what it says."""
        policy = policy_of(self._config)
        if self._rubric is None or self._rubric.version != state.rubric_version:
            self._rubric = await self._client.rubric()
        rubric = self._rubric
        judge = self._judge(rubric)
        champion = next(c for c in state.checkpoints if c.id == state.champion_id)
        counted = await self._counting.look(self._client, state, champion)
        tallies = dict.fromkeys(Purpose, (0, 0)) | {PURPOSES.get(state.phase.name, Purpose.ASK): counted}
        asks_back = self._config.exam.breach_share > 0 and state.phase.name is PhaseName.LEARN
        past = await self._counting.siege_failures(self._client, state) if asks_back else 0
        now = datetime.now(UTC)
        view = view_of(
            state,
            now,
            learn=tallies[Purpose.LEARN],
            siege=tallies[Purpose.SIEGE],
            census=tallies[Purpose.CENSUS],
            sensitivity=judge.sensitivity,
            judge_suspended=judge.suspended,
            evolver_done=True,
            frozen=max(champion.revision, rubric.revision) <= state.phase.began,
            past_failures=past,
        ).model_copy(update={"elapsed_minutes": self._clock.minutes})
        record = next_phase(view, policy, now) or self._teacher_spent(state)
        if record is not None:
            print(f"phase {record.name}: {record.reason}", flush=True)
            await self._client.set_phase(record, state.phase.revision)
        await self._report_progress(state)

    def _teacher_spent(self, state: SwarmState) -> PhaseRecord | None:
        """The end of a swarm whose teacher may not speak any more."""
        most = self._config.budget.teacher_tokens
        used = sum(c.prompt_tokens + c.completion_tokens for c in state.costs if c.role is Role.TEACHER)
        if not most or used < most or state.phase.name in ENDED:
            return None
        reason = f"stopped by budget: {used} of {most} teacher tokens"
        return state.phase.model_copy(update={"name": PhaseName.STOPPED, "reason": reason})

    def _judge(self, rubric: Rubric) -> Judge:
        """The judge by that rubric, as well measured as it is by now; a model takes minutes, and nobody waits."""
        if self._judged is None:
            model = model_judge(self._config, self._domain, "supervisor")
            self._judged = Judge(self._domain, rubric, self._cells, self._config.swarm.seed, model=model)
        if self._measuring is not None and self._measuring.done():
            if problem := self._measuring.exception():
                print(f"the judge's model was not measured: {problem}; trying again", flush=True)
            self._measuring = None
        if self._measuring is None:
            if self._judged.rubric.version != rubric.version:
                self._judged.take(rubric)
            self._measuring = asyncio.create_task(self._judged.measure()) if self._judged.unmeasured else None
        return self._judged

    async def _report_progress(self, state: SwarmState) -> None:
        if state.phase.name not in (PhaseName.SIEGE, PhaseName.CENSUS):
            return
        probes, failures = self._counting.counts
        await self._client.put_progress(finale.progress(state, self._config, probes, failures))

    async def _drain(self) -> None:
        """Let the trainer publish its last candidate and the examiner examine it; then everyone goes."""
        deadline = time.monotonic() + FINAL_EXAM_SECONDS
        while not self._stopping and time.monotonic() < deadline:
            await self._replace_dead()
            training = any(w.name == TRAINER and (w.run is not None or w.not_before) for w in self._workers)
            if not training and newest_candidate(await self._client.checkpoints()) is None:
                break
            await asyncio.sleep(TICK_SECONDS)
        for worker in self._workers:
            if worker.run is not None:
                ray.kill(worker.actor)


def base_checkpoint(config: Config) -> Checkpoint:
    """The checkpoint that a run starts from: the base weights, or an existing checkpoint folder."""
    folder = weights.folder(config.student_source)
    return Checkpoint(
        id=BASE_ID,
        status=CheckpointStatus.BASE,
        url=f"file://{folder}",
        adapter=False,
        files=checkpoints.manifest(folder),
    )


def prune(state: SwarmState, config: Config) -> None:
    """Delete the folders of old checkpoints; their records stay. Base, champion and graduate are kept, the newest
    candidate, and the newest few of the others: one of them may be in its exam, or be rolled back to."""
    newest = newest_candidate(list(state.checkpoints))
    kept = (CheckpointStatus.BASE, CheckpointStatus.CHAMPION, CheckpointStatus.GRADUATE)
    gone = [c for c in state.checkpoints if c.status not in kept and c != newest]
    for checkpoint in sorted(gone, key=lambda c: c.created_at)[: -config.trainer.keep_checkpoints]:
        folder = config.run_dir / "checkpoints" / checkpoint.id
        if folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)


def _start(worker: Worker) -> None:
    worker.starts += 1
    worker.not_before = 0.0
    worker.actor = worker.start()
    worker.run = worker.actor.run.remote()


async def _problem(run: Any) -> str:
    """Why a run ended, "" where it was simply done."""
    try:
        await run
    except Exception as error:  # the edge to any actor: whatever it died of is said, and it is started again
        return f"{type(error).__name__}: {str(error).strip().splitlines()[-1] if str(error).strip() else ''}"
    return ""

"""Rank 0's desk: what it reads at the gateway, what the group does next, and what becomes of its candidates."""

import asyncio
import time
from pathlib import Path
from typing import Literal

from swarm import checkpoints, weights
from swarm.client import SwarmClient
from swarm.config import Config
from swarm.domains import load_domain
from swarm.records import Record, new_id
from swarm.roles import AgentCard, Role
from swarm.sections import TrainMode
from swarm.state import PhaseName
from swarm.students import Checkpoint, CheckpointStatus
from trainers.curriculum import Curriculum, general_examples
from trainers.learner import Learner
from trainers.recipes import Example, RoundBooks

NAME = "trainer-0"
_LIFE_SECONDS = 600.0
"""How long the trainer may be silent: it reports between two rounds only."""
_PAGE = 500
WAITS_PER_REPORT = 30
EXAM_PATIENCE = 120.0
"""Seconds for which a group that takes turns leaves the machine to the exam of its candidate."""


class Order(Record):
    """What rank 0 tells every worker to do next. `revert_to` is the folder of the champion's weights."""

    kind: Literal["train", "publish", "wait", "revert", "end"]
    examples: tuple[Example, ...] = ()
    revert_to: str = ""
    candidate: bool = False
    report: bool = False
    """While waiting: tell Ray Train that the group is alive, lest its watchdog ends it."""


class GroupBooks(Record):
    """What a resume needs to know beside the weights; saved with them, so that neither can run ahead of the other."""

    cursor: int = 0
    passed_over: tuple[int, ...] = ()
    """Before the cursor, but still waiting for a share."""
    rounds: int = 0
    rounds_since_candidate: int = 0
    corrections: int = 0
    tokens: int = 0
    seconds: float = 0.0
    loss: float = 0.0
    parent_id: str = ""


def takes_turns(config: Config) -> bool:
    """Whether engine and trainer share the cores of one machine, one after the other."""
    return config.trainer.gpus == 0 and config.trainer.workers == 1


def _books_of(champion: Checkpoint) -> GroupBooks:
    """What was known of the training when a champion was published."""
    return GroupBooks(
        cursor=champion.cursor,
        corrections=champion.corrections_trained,
        tokens=champion.tokens_trained,
        seconds=champion.train_seconds,
        loss=champion.loss,
        parent_id=champion.id,
    )


class Desk:
    """Rank 0's side of the gateway: the log of corrections, the phase, the candidates and what became of them."""

    def __init__(self, config: Config, client: SwarmClient, books: GroupBooks) -> None:
        self.config = config
        self.client = client
        self.books = books
        self.curriculum = Curriculum(
            load_domain(config.swarm.domain),
            config.trainer.replay,
            config.swarm.seed,
            config.trainer.general,
            general_examples(weights.folder(config.student.weights)),
            config.trainer.outside_share,
            config.trainer.production_share,
        )
        self.waiting_since = time.monotonic()
        self.idle_seconds = 0.0
        self.published, self.published_at = "", 0.0
        self.first: Order | None = None
        """What comes before all other orders."""
        self._lessons: list[Example] = []
        """What the weights have learned from since the last candidate, replay included."""
        self._forgotten_until = 0
        self._waits = 0
        self._said = 0

    @classmethod
    async def open(cls, config: Config, books: GroupBooks) -> "Desk":
        """Connect, register, and read again what had been learned before the cursor.

        Without books, as after a restore, the group begins with the champion and its cursor instead of the base.
        """
        client = SwarmClient.for_run(config.run_dir, Role.TRAINER, NAME, patience=600)
        champion = await client.champion() if books == GroupBooks() else None
        if champion is not None and champion.status is CheckpointStatus.BASE:
            champion = None
        books = _books_of(champion) if champion is not None else books
        desk = cls(config, client, books)
        if champion is not None:
            desk.first = Order(kind="revert", revert_to=str(desk.weights_of(champion)))
        family = config.student.weights
        card = AgentCard(name=NAME, role=Role.TRAINER, model_family=family)
        await client.register(card, life_seconds=_LIFE_SECONDS)
        while desk.curriculum.cursor < books.cursor:
            page = await client.corrections(desk.curriculum.cursor, _PAGE)
            desk.curriculum.restore(page, books.cursor, frozenset(books.passed_over))
            if not page or page[-1][0].revision >= books.cursor:
                break
        return desk

    async def order(self) -> Order:
        """What to do next. Waits up to a second for corrections where there are too few."""
        if self.first is not None:
            first, self.first = self.first, None
            return first
        phase = await self.client.phase()
        if phase.name in (PhaseName.STOPPED, PhaseName.CERTIFIED):
            return await self._last_order()
        if reverted := await self._reverted():
            return reverted
        if phase.paused or self._exam_has_the_machine():
            await asyncio.sleep(1)
            return self._wait()
        wait = 0.0 if self._due() else 1.0
        started = time.monotonic()
        self.curriculum.read(await self.client.corrections(self.curriculum.cursor, _PAGE, wait))
        await self._forget()
        self.idle_seconds += time.monotonic() - started
        if not self._due():
            await self._beat()
            return self._wait()
        candidate = self.books.rounds_since_candidate + 1 >= self.config.trainer.exam_every
        return Order(
            kind="train", examples=tuple(self.curriculum.next_round(self.config.trainer.round_new)), candidate=candidate
        )

    async def _forget(self) -> None:
        """Drop what was forgotten since: the log shows it no more, but it may have been read before."""
        for forgetting in await self.client.forgettings(self._forgotten_until):
            self.curriculum.forget(frozenset(forgetting.sample_ids))
            self._forgotten_until = forgetting.revision

    def _exam_has_the_machine(self) -> bool:
        """On one machine's cores a round beside an exam makes both late, and the exam decides who is probed next."""
        waited = time.monotonic() - self.published_at
        return bool(self.published) and takes_turns(self.config) and waited < EXAM_PATIENCE

    async def _last_order(self) -> Order:
        """A last candidate from what was learned since the one before, then the end."""
        if self.books.rounds_since_candidate:
            return Order(kind="publish", candidate=True)
        return Order(kind="end")

    def _wait(self) -> Order:
        self._waits += 1
        return Order(kind="wait", report=self._waits % WAITS_PER_REPORT == 0)

    def _due(self) -> bool:
        waited = time.monotonic() - self.waiting_since
        available = self.curriculum.available(self.config.trainer.round_new)
        if available >= self.config.trainer.round_new:
            return True
        return available > 0 and waited >= self.config.trainer.round_wait_seconds

    async def _reverted(self) -> Order | None:
        """The order to go back to the champion, once, after a candidate that was worse."""
        if not self.published:
            return None
        decision = next((d for d in await self.client.promotions() if d.candidate_id == self.published), None)
        if decision is None:
            return None
        self.published = ""
        champion = await self.client.champion()
        untouched = champion is None or champion.status is CheckpointStatus.BASE
        if not decision.regression or champion is None or (untouched and self.config.trainer.mode is TrainMode.LORA):
            return None
        self.books = self.books.model_copy(update={"parent_id": champion.id})
        self._lessons.clear()
        return Order(kind="revert", revert_to=str(self.weights_of(champion)))

    def weights_of(self, champion: Checkpoint) -> Path:
        """The folder of a champion's weights, verified. Raises WeightsError where they aren't what was published."""
        if champion.status is CheckpointStatus.BASE:
            return weights.folder(self.config.student_source)
        return checkpoints.bring(champion, self.config.run_dir / "cache")

    async def book(self, order: Order, done: RoundBooks, rounds: int) -> None:
        """Add a round to the books, and say so: probers go by what the trainer has consumed."""
        self.waiting_since = time.monotonic()
        new = sum(example.is_new for example in order.examples)
        self._lessons += [example for example in order.examples if not example.general]
        consumed = self._newly_consumed()
        self.books = GroupBooks(
            cursor=self.curriculum.settled,
            passed_over=self.curriculum.passed_over,
            rounds=rounds,
            rounds_since_candidate=self.books.rounds_since_candidate + 1,
            corrections=self.books.corrections + new,
            tokens=self.books.tokens + done.tokens,
            seconds=self.books.seconds + done.seconds,
            loss=done.loss,
            parent_id=self.books.parent_id,
        )
        note = f"round {rounds}: loss {done.loss:.3f}, {done.tokens / done.seconds:.0f} tokens/s"
        await self.client.heartbeat(completed=consumed, busy_seconds=done.seconds, prompt_tokens=done.tokens, note=note)

    def _newly_consumed(self) -> int:
        """What became consumed since it was last said. Less may be held back than before: that takes nothing back."""
        new = max(0, self.curriculum.consumed - self._said)
        self._said += new
        return new

    async def publish(self, learner: Learner, folder: Path) -> None:
        """Copy the weights to their URL, then tell the gateway of the candidate."""
        identity = f"c{self.books.rounds:04d}-{new_id()[:6]}"
        url = f"file://{self.config.run_dir}/checkpoints/{identity}"
        files = await asyncio.to_thread(checkpoints.publish, folder, url)
        await self.client.put_checkpoint(
            Checkpoint(
                id=identity,
                parent_id=self.books.parent_id,
                status=CheckpointStatus.CANDIDATE,
                url=url,
                adapter=self.config.trainer.mode is TrainMode.LORA,
                files=files,
                cursor=self.books.cursor,
                corrections_trained=self.books.corrections,
                tokens_trained=self.books.tokens,
                train_seconds=self.books.seconds,
                loss=self.books.loss,
                # In this thread, not in another: what computes in two has two OpenMP teams, which wait for each other.
                canary_logprob=learner.canary_logprob(),
                recipe=self.config.trainer.recipe,
            ),
            learned=[example.sample_id for example in self._lessons if example.is_new],
            replayed=[example.sample_id for example in self._lessons if not example.is_new],
        )
        self._lessons.clear()
        self.published, self.published_at = identity, time.monotonic()
        self.books = self.books.model_copy(update={"parent_id": identity, "rounds_since_candidate": 0})
        await self._beat()

    async def _beat(self) -> None:
        idle = f"waiting for corrections, {self.idle_seconds:.0f} s in all"
        problems = self.curriculum.refused
        refused = f"; refused {len(problems)}, last {problems[-1]}" if problems else ""
        held = f", {self.curriculum.held_back} over their share" if self.curriculum.held_back else ""
        note = f"{self.curriculum.pending} pending{held}, {idle}{refused}"
        await self.client.heartbeat(completed=self._newly_consumed(), note=note)

    async def close(self) -> None:
        """Leave the swarm."""
        await self.client.leave(NAME)
        await self.client.close()

"""Rank 0's desk: what it reads at the gateway, what the group does next, and what becomes of its candidates."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from swarm import checkpoints, weights
from swarm.client import SwarmClient
from swarm.config import Config
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.domains.exam import report_exam
from swarm.fields import as_note
from swarm.general import general_exam
from swarm.records import Cell, Probe, new_id
from swarm.roles import AgentCard, Role
from swarm.schedule import parse, stage_at
from swarm.sections import TrainerSection, TrainMode
from swarm.state import ENDED
from swarm.students import Checkpoint, CheckpointStatus
from swarm.training import TrainerActivity
from swarm.turns import takes_turns
from trainers.books import GroupBooks, Order, Publication, books_of
from trainers.curriculum import Curriculum, general_examples
from trainers.leaks import FrozenExams
from trainers.recipes import Example, RoundBooks
from trainers.reports import Reports
from trainers.timesheet import Timesheet

NAME = "trainer-0"
_LIFE_SECONDS = 600.0
"""How long the trainer may be silent: it reports between two rounds only."""
_PAGE = 500
EXAM_PATIENCE = 120.0
"""Seconds for which a group that takes turns leaves the machine to the exam of its candidate."""


def exams_of(config: Config, domain: Domain) -> FrozenExams:
    """What no round may learn: the report's exam, and the general one."""
    cells = tuple(Cell.parse(key) for key in config.exam.cells) or tuple(domain.cells())
    asked = [sample.payload for sample in report_exam(domain, cells, config.exam.items)]
    general = [f"{item.prompt}{item.right}" for item in general_exam(config.exam.general)]
    report = [probe.question for probe in asked if isinstance(probe, Probe)]
    return FrozenExams({"the report's exam": report, "the general exam": general})


def candidate_due(section: TrainerSection, books: GroupBooks) -> bool:
    """Whether the weights after one more round are to be examined. Candidates that have learned about as much can't be
    told apart by the pairs of an exam."""
    last = books.rounds - books.rounds_since_candidate
    return books.rounds_since_candidate + 1 >= max(section.exam_every, round((section.exam_growth - 1) * last))


class Desk:
    """Rank 0's side of the gateway: the log of corrections, the phase, the candidates and what became of them."""

    def __init__(self, config: Config, client: SwarmClient, books: GroupBooks, reports: Reports) -> None:
        self.config = config
        self.client = client
        self.reports = reports
        self.books = books
        domain = load_domain(config.swarm.domain)
        self.curriculum = Curriculum(
            domain,
            config.trainer.replay,
            config.swarm.seed,
            config.trainer.general,
            general_examples(weights.folder(config.student.weights)),
            config.trainer.outside_share,
            config.trainer.production_share,
            exams=exams_of(config, domain),
            focus=config.trainer.replay_focus,
        )
        self.waiting_since = time.monotonic()
        self.published, self.published_at = "", 0.0
        self.drift, self.share = 0.0, 1.0
        """KL of the last candidate to the base, nats per token, and how much of the way from there it has gone."""
        self.first: Order | None = None
        """What comes before all other orders."""
        self._lessons: list[Example] = []
        """What the weights have learned from since the last candidate, replay included."""
        self._forgotten_until = 0
        self._said = 0
        self._problems: Sequence[str] = ()
        self._went_back = ""
        """Why the weights are the champion's again, until the next candidate is decided over."""

    @classmethod
    async def open(
        cls,
        config: Config,
        books: GroupBooks,
        problems: Sequence[str] = (),
        timesheet: Timesheet | None = None,
        workers: int = 1,
    ) -> "Desk":
        """Connect, register, announce the last candidate again, and read what had been learned before the cursor.

        Without books, as after a restore, the group begins with the champion and its cursor instead of the base.
        `problems` is what was wrong with states that were passed over; it stands in every report. `timesheet` is the
        group's; without one, it begins now. `workers` are those that the group has at present.
        """
        client = SwarmClient.for_run(config.run_dir, Role.TRAINER, NAME, patience=600)
        reports = Reports(client, timesheet or Timesheet(time.monotonic()), workers)
        await reports.doing(TrainerActivity.LOADING, books.rounds)
        champion = await client.champion() if books == GroupBooks() else None
        if champion is not None and champion.status is CheckpointStatus.BASE:
            champion = None
        books = books_of(champion) if champion is not None else books
        desk = cls(config, client, books, reports)
        if champion is not None:
            desk.first = Order(kind="revert", revert_to=str(desk.weights_of(champion)))
        desk._problems = problems
        card = AgentCard(name=NAME, role=Role.TRAINER, model_family=config.student.weights)
        # What the group consumed before it died was told already.
        desk._said = (await client.register(card, life_seconds=_LIFE_SECONDS)).completed
        await desk._announce()
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
        if phase.name in ENDED:
            return await self._last_order()
        if reverted := await self._reverted():
            return reverted
        if phase.paused or self._exam_has_the_machine():
            await self.doing(TrainerActivity.PAUSED if phase.paused else TrainerActivity.EXAM)
            await asyncio.sleep(1)
            return Order(kind="wait")
        if due := self._due():
            await self.doing(TrainerActivity.TRAINING)
        else:
            await self.doing(TrainerActivity.NO_WORK)
        self.curriculum.read(await self.client.corrections(self.curriculum.cursor, _PAGE, 0.0 if due else 1.0))
        await self._forget()
        if not self._due():
            await self._beat()
            return Order(kind="wait")
        await self.doing(TrainerActivity.TRAINING)
        examples = tuple(self.curriculum.next_round(self.config.trainer.round_new))
        candidate = candidate_due(self.config.trainer, self.books)
        return Order(kind="train", examples=examples, candidate=candidate, recipe=await self._recipe())

    async def _recipe(self) -> str:
        """The recipe whose turn it is: in a schedule, by the exams of all candidates so far."""
        stages = parse(self.config.trainer.recipe)
        exams = [each.candidate_accuracy for each in await self.client.promotions()] if len(stages) > 1 else []
        return stages[stage_at(stages, exams, self.config.trainer.plateau)].recipe

    async def doing(self, activity: TrainerActivity) -> None:
        """Book and tell what the group does from now on."""
        await self.reports.doing(activity, self.books.rounds, "; ".join(self._problems))

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
        self.published = self._went_back = ""
        champion = await self.client.champion()
        if not decision.regression or champion is None:
            return None
        self._went_back = (
            f"went back to {champion.id}: {decision.candidate_id} was worse, {'; '.join(decision.blocked_by)}"
        )
        print(f"trainer group: {self._went_back}", flush=True)
        await self._beat()
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
        self.curriculum.set_apart(done.refused)
        refused = {each.sample_id for each in done.refused}
        taught = () if done.undone else order.examples
        lessons = [each for each in taught if not each.general and each.sample_id not in refused]
        new = sum(example.is_new for example in lessons)
        self._lessons += lessons
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
            recipe=order.recipe,
            parent_id=self.books.parent_id,
        )
        pace = "undone" if done.undone else f"loss {done.loss:.3f}, {done.tokens / done.seconds:.0f} tokens/s"
        note = f"round {rounds} of {order.recipe}: {pace}"
        await self.client.heartbeat(completed=consumed, busy_seconds=done.seconds, prompt_tokens=done.tokens, note=note)

    def _newly_consumed(self) -> int:
        """What became consumed since it was last said. Less may be held back than before: that takes nothing back."""
        new = max(0, self.curriculum.consumed - self._said)
        self._said += new
        return new

    async def publish(self, folder: Path, canary: float, keep: Callable[[GroupBooks], None]) -> None:
        """Copy the weights to their URL, `keep` the state that has learned this far, then tell the gateway.

        `canary` is the log-probability by which engines know that the weights have arrived.

        In this order a crash between any two steps neither loses a candidate of a kept state nor announces one of a
        state that is gone: the state holds its announcement, which `open` repeats.
        """
        identity = f"c{self.books.rounds:04d}-{new_id()[-6:]}"
        url = f"file://{self.config.run_dir}/checkpoints/{identity}"
        files = await asyncio.to_thread(checkpoints.publish, folder, url)
        candidate = Checkpoint(
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
            kl_to_base=self.drift,
            canary_logprob=canary,
            recipe=self.books.recipe,
        )
        learned = tuple(example.sample_id for example in self._lessons if example.is_new)
        replayed = tuple(example.sample_id for example in self._lessons if not example.is_new)
        said = Publication(checkpoint=candidate, learned=learned, replayed=replayed)
        after = {"parent_id": identity, "rounds_since_candidate": 0, "publication": said}
        self.books = self.books.model_copy(update=after)
        keep(self.books)
        self._lessons.clear()
        await self._announce()
        await self._beat()

    async def _announce(self) -> None:
        """Tell the gateway of the candidate of the last state, and await what becomes of it."""
        said = self.books.publication
        if said is None:
            return
        await self.client.put_checkpoint(said.checkpoint, said.learned, said.replayed)
        self.published, self.published_at = said.checkpoint.id, time.monotonic()

    async def _beat(self) -> None:
        spent = self.reports.timesheet.seconds(time.monotonic())
        idle = f"waiting for corrections, {spent.get(TrainerActivity.NO_WORK, 0.0):.0f} s in all"
        problems = self.curriculum.refused
        refused = f"; refused {len(problems)}, last {problems[-1]}" if problems else ""
        held = f", {self.curriculum.held_back} over their share" if self.curriculum.held_back else ""
        passed_over = "".join(f"; {problem}" for problem in self._problems)
        drawn = f"; the candidate is {self.share:.0%} of the way from the base" if self.share < 1 else ""
        back = f"; {self._went_back}" if self._went_back else ""
        note = as_note(f"{self.curriculum.pending} pending{held}, {idle}{refused}{passed_over}{drawn}{back}")
        await self.client.heartbeat(completed=self._newly_consumed(), note=note)

    async def close(self) -> None:
        """Leave the swarm."""
        await self.reports.end()
        await self.client.leave(NAME)
        await self.client.close()

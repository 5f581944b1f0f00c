"""The examiner: lets champion and candidate answer the same fresh probes, and measures what general skill they keep."""

import asyncio
import random
from collections.abc import Sequence

from agents.asking import bare
from agents.engines.base import Engine
from agents.prober import alone, fingerprint, probe_of
from agents.student import engine_id
from swarm.books import Books
from swarm.domains.base import Domain
from swarm.exam_report import answered_right
from swarm.general import GeneralItem, choices, correct, pairs
from swarm.probing.clothes import Clothes
from swarm.promotion import PromotionPolicy, settled
from swarm.records import Cell, Purpose, Sample, new_id
from swarm.students import Checkpoint, ExamItem, ExamRecord

TRIES = 50
"""Draws for each pair before the cells count as exhausted."""

POLICY = PromotionPolicy()
"""What the gateway will decide by; an exam ends as soon as more pairs would not change that."""


class Examiner:
    """Draws a new exam each time, in blocks of `pairs`, until the pairs decide or there may be no more.

    `general` items, where there are any, are scored once for each set of weights. Where a siege of the champion found
    failures, each item is with chance `breach_share` a fresh one in the clothes of one of them.

    Both stay in the engine until the next exam, so that a promoted candidate need not be read twice.
    """

    def __init__(
        self,
        domain: Domain,
        engine: Engine,
        cells: Sequence[Cell] = (),
        *,
        pairs: int = 64,
        seed: str = "0",
        max_new_tokens: int = 72,
        general: Sequence[GeneralItem] = (),
        breach_share: float = 0.0,
    ) -> None:
        self._domain = domain
        self._engine = engine
        self._cells = tuple(cells) or tuple(domain.cells())
        self._pairs = pairs
        self._seed = seed
        self._max_new_tokens = max_new_tokens
        self._breach_share = breach_share
        self._general = tuple(general)
        self._kept: dict[str, int] = {}
        self._exams = 0
        self._holds: set[str] = set()
        self.books = Books()

    async def act(self, champion: Checkpoint, candidate: Checkpoint, clothes: Clothes | None = None) -> ExamRecord:
        """One exam; `clothes` are of what sieges of the champion found.

        Raises EngineUnavailable where the engine is away, WeightsError where weights are not as declared. Either way
        nothing is kept of it, and the next exam draws other probes.
        """
        await self._hold(champion, candidate)
        self._exams += 1
        rng = random.Random(f"{self._seed}/exam/{champion.id}/{candidate.id}/{self._exams}")
        asked: set[bytes] = set()
        items: list[ExamItem] = []
        while not items or not settled(items, POLICY, self._pairs):
            drawn = await asyncio.to_thread(self._draw, rng, asked, clothes)
            items += await self._sit(drawn, champion, candidate)
        return ExamRecord(
            id=new_id(),
            champion_id=champion.id,
            candidate_id=candidate.id,
            items=tuple(items),
            retention_correct_base=await self._retained(""),
            retention_correct_champion=await self._retained(engine_id(champion)),
            retention_correct_candidate=await self._retained(engine_id(candidate)),
            retention_items=len(self._general),
            retention_choices=choices(self._general),
            breach_revision=clothes.revision if clothes and any(item.breach for item in items) else 0,
        )

    async def _hold(self, champion: Checkpoint, candidate: Checkpoint) -> None:
        wanted = {name: checkpoint for checkpoint in (champion, candidate) if (name := engine_id(checkpoint))}
        for gone in sorted(self._holds - wanted.keys()):
            self._holds.discard(gone)
            await self._engine.drop(gone)
        for name, checkpoint in wanted.items():
            await self._engine.take(checkpoint)
            self._holds.add(name)

    def _draw(self, rng: random.Random, asked: set[bytes], clothes: Clothes | None) -> list[tuple[Sample, str]]:
        """A block of probes, no question twice, each with the failure whose clothes it wears, or "".

        The stratum of each is drawn first: strata one after the other would break the test over both.
        """
        drawn: list[tuple[Sample, str]] = []
        for _ in range(self._pairs * TRIES):
            breached = self._breach_share and clothes and clothes.failures and rng.random() < self._breach_share
            made = clothes.dress(self._domain, self._cells, rng, Purpose.EXAM) if clothes and breached else None
            sample, failure_id = made or (self._ordinary(rng), "")
            question = fingerprint(probe_of(sample).question)
            if question not in asked:
                asked.add(question)
                drawn.append((sample, failure_id))
            if len(drawn) == self._pairs:
                return drawn
        raise ValueError(f"the cells gave {len(asked)} distinct questions, not {self._pairs}: set exam.pairs lower")

    def _ordinary(self, rng: random.Random) -> Sample:
        """A probe of a cell drawn at random, each with the same chance."""
        return alone(self._domain.make(rng.choice(self._cells), rng, Purpose.EXAM)[0])

    async def _sit(
        self, drawn: Sequence[tuple[Sample, str]], champion: Checkpoint, candidate: Checkpoint
    ) -> list[ExamItem]:
        probes = [probe for probe, _ in drawn]
        texts = await self._answer(probes, champion, candidate)
        return [
            ExamItem(
                probe=probe,
                champion_text=old,
                candidate_text=new,
                champion_passed=answered_right(self._domain, probe_of(probe), old),
                candidate_passed=answered_right(self._domain, probe_of(probe), new),
                breach=failure_id,
            )
            for (probe, failure_id), old, new in zip(drawn, texts[: len(probes)], texts[len(probes) :], strict=True)
        ]

    async def _answer(self, probes: Sequence[Sample], champion: Checkpoint, candidate: Checkpoint) -> list[str]:
        requests = [
            bare(self._domain, probe_of(probe).question, engine_id(checkpoint), self._max_new_tokens)
            for checkpoint in (champion, candidate)
            for probe in probes
        ]
        done = await self._engine.generate(requests)
        self.books.add(done)
        return [generation.text for generation in done]

    async def _retained(self, checkpoint_id: str) -> int:
        """Right general items of these weights; remembered, since weights never change under an id."""
        if not self._general:
            return 0
        if checkpoint_id not in self._kept:
            scores = await self._engine.logprobs(pairs(self._general), checkpoint_id)
            self._kept[checkpoint_id] = correct(scores, choices(self._general))
        return self._kept[checkpoint_id]

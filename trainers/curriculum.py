"""What a round is made of: new corrections in the order of the log, and replay of what was learned before."""

import json
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from swarm.domains.base import Domain
from swarm.records import Attempt, Correction, Origin, Probe, Purpose, Reference, Sample, Tier, Verdict
from trainers import replay
from trainers.leaks import FrozenExams
from trainers.recipes import Example, Refusal
from trainers.shares import Caps, within_shares

NO_EXAMS = FrozenExams({})
_PRODUCTION = "what production asks"
"""A group of examples; no producer has such a name."""


class Refused(ValueError):
    """A correction that must not be learned; the message names the sample and the reason."""


def example_of(
    chain: Sequence[Sample], domain: Domain, exams: FrozenExams = NO_EXAMS, max_characters: int = 4000
) -> Example:
    """The example in a chain (correction, verdict, attempt, probe), newest first.

    Raises Refused for a probe that never feeds training, an unverified or empty correction, one of absurd length, or
    one that gives an item of an exam away.
    """
    correction = chain[0].payload
    probe = next((sample.payload for sample in chain if isinstance(sample.payload, Probe)), None)
    name = chain[0].id
    if not isinstance(correction, Correction) or probe is None:
        raise Refused(f"{name}: the chain has no correction with its probe")
    if probe.purpose in (Purpose.EXAM, Purpose.CENSUS):
        raise Refused(f"{name}: answers a probe of purpose {probe.purpose}, which never feeds training")
    if not correction.verified:
        raise Refused(f"{name}: was not verified")
    if not correction.answer.strip():
        raise Refused(f"{name}: has no answer")
    right = Reference(answer=correction.answer, rationale=correction.rationale)
    completion = domain.completion(right)
    question = correction.question or probe.question
    if len(question) + len(completion) > max_characters:
        raise Refused(f"{name}: has {len(completion)} characters, more than {max_characters} with its question")
    if leak := exams.leak(question, f"{question}\n{completion}"):
        raise Refused(f"{name}: {leak}")
    attempt = next((sample.payload for sample in chain if isinstance(sample.payload, Attempt)), None)
    return Example(
        sample_id=name,
        prompt=domain.prompt(question),
        completion=completion,
        rationale=right.rationale,
        label=domain.completion(Reference(answer=right.answer)),
        # What a question of the teacher's own was answered with, nobody knows.
        attempt=attempt.text if attempt is not None and not correction.question else "",
        probe=probe.model_copy(update={"question": question, "reference": right}),
    )


def species_of(chain: Sequence[Sample]) -> str:
    """The way of failing that the chain's verdict names; "" where it names none."""
    verdict = next((sample.payload for sample in chain if isinstance(sample.payload, Verdict)), None)
    return verdict.species if verdict is not None else ""


@dataclass(frozen=True, slots=True)
class _Lesson:
    """An example with its place in the log, the shares that it counts in, and the way of failing that it mends."""

    position: int
    caps: Caps
    example: Example
    species: str = ""


class Curriculum:
    """The books of one run of training: what came, what was refused, and what may be replayed."""

    def __init__(
        self,
        domain: Domain,
        replay: float,
        seed: int,
        general: float = 0.0,
        texts: Sequence[Example] = (),
        outside_share: float = 1.0,
        production_share: float = 1.0,
        *,
        exams: FrozenExams = NO_EXAMS,
        focus: float = 0.0,
    ) -> None:
        """`exams` must not be learned; `focus` says how far replay goes by species and age, as in `replay.weights`."""
        self._domain = domain
        self._general = general
        self._texts = tuple(texts)
        self._replay = replay
        self._seed = seed
        self._outside_share = outside_share
        self._production_share = production_share
        self._exams = exams
        self._focus = focus
        self._pending: list[_Lesson] = []
        self._reached = 0
        self._learned: list[_Lesson] = []
        self._texts_seen: dict[bytes, str] = {}
        self.refused: list[str] = []
        self._forgotten = 0
        self.cursor = 0
        """Where to read on in the log."""

    @property
    def pending(self) -> int:
        """New examples that wait for a round."""
        return len(self._pending)

    @property
    def held_back(self) -> int:
        """Those of them that are over a share, however large the round."""
        return len(self._pending) - self.available(len(self._pending))

    @property
    def settled(self) -> int:
        """Up to where the log needs no second reading: all before it was learned from, refused, or passed over."""
        ahead = [waiting.position for waiting in self._pending if waiting.position > self._reached]
        return ahead[0] - 1 if ahead else self.cursor

    @property
    def passed_over(self) -> tuple[int, ...]:
        """Where in the settled part of the log examples are that still wait for a share."""
        return tuple(waiting.position for waiting in self._pending if waiting.position <= self._reached)

    @property
    def consumed(self) -> int:
        """Corrections that need no waiting for: learned from, refused, forgotten, or over a share."""
        return len(self._learned) + len(self.refused) + self._forgotten + self.held_back

    @property
    def learned(self) -> int:
        """Corrections that rounds have learned from, each counted once."""
        return len(self._learned)

    def read(self, chains: Sequence[Sequence[Sample]]) -> None:
        """Take corrections from the log, in its order, and move the cursor behind the last."""
        for chain in chains:
            try:
                self._pending.append(self._lesson(chain))
            except Refused as problem:
                self.refused.append(str(problem))
            self.cursor = max(self.cursor, chain[0].revision)

    def restore(self, chains: Sequence[Sequence[Sample]], cursor: int, passed_over: Collection[int] = ()) -> None:
        """After a resume: what this page of the log holds up to the cursor was learned already, and is for replay;
        but for what had been passed over, which waits on."""
        self.read([chain for chain in chains if chain[0].revision <= cursor])
        waiting = [item for item in self._pending if item.position in passed_over]
        self._learned += [item for item in self._pending if item.position not in passed_over]
        self._pending, self._reached = waiting, self.cursor

    def forget(self, sample_ids: Collection[str]) -> None:
        """Drop these corrections: no later round learns or replays them."""
        held = len(self._pending) + len(self._learned)
        self._pending = [kept for kept in self._pending if kept.example.sample_id not in sample_ids]
        self._learned = [kept for kept in self._learned if kept.example.sample_id not in sample_ids]
        self._texts_seen = {text: name for text, name in self._texts_seen.items() if name not in sample_ids}
        self._forgotten += held - len(self._pending) - len(self._learned)

    def set_apart(self, refused: Sequence[Refusal]) -> None:
        """Quarantine what a recipe couldn't use: it counts as refused, and no later round replays it."""
        names = {refusal.sample_id for refusal in refused}
        apart = {lesson.example.sample_id for lesson in self._learned} & names
        self._learned = [kept for kept in self._learned if kept.example.sample_id not in apart]
        self.refused += [f"{each.sample_id}: {each.reason}" for each in refused if each.sample_id in apart]

    def available(self, limit: int) -> int:
        """How many new examples the next round would take."""
        return len(self._next(limit))

    def next_round(self, limit: int | None = None) -> list[Example]:
        """The oldest pending examples, all or up to `limit`, with their share of domain and general replay.

        No producer outside of the swarm gives more than its share, nor does production; what is over waits for later
        rounds.
        """
        places = self._next(len(self._pending) if limit is None else limit)
        new = [self._pending[place] for place in places]
        if places:
            self._reached = max(self._reached, self._pending[places[-1]].position)
            taken = set(places)
            self._pending = [item for place, item in enumerate(self._pending) if place not in taken]
        rng = random.Random(f"{self._seed}/{self.settled}")
        replayed = min(len(self._learned), round(self._replay * len(new)))
        old = self._replayed(replayed, new, rng)
        self._learned.extend(new)
        texts = rng.sample(self._texts, min(len(self._texts), round(self._general * len(new))))
        again = [lesson.example.model_copy(update={"is_new": False}) for lesson in old]
        return [lesson.example for lesson in new] + again + texts

    def _replayed(self, count: int, new: Sequence[_Lesson], rng: random.Random) -> list[_Lesson]:
        if not self._focus:
            return rng.sample(self._learned, count)
        had, now = [lesson.species for lesson in self._learned], [lesson.species for lesson in new]
        return [self._learned[place] for place in replay.drawn(replay.weights(had, now, self._focus), count, rng)]

    def _lesson(self, chain: Sequence[Sample]) -> _Lesson:
        """Raises Refused as `example_of` does, and for what an earlier correction says word for word."""
        example = example_of(chain, self._domain, self._exams)
        text = blake2b(f"{example.prompt}\0{example.completion}".encode(), digest_size=16).digest()
        if (first := self._texts_seen.setdefault(text, example.sample_id)) != example.sample_id:
            raise Refused(f"{example.sample_id}: says what {first} does, word for word")
        return _Lesson(chain[0].revision, self._caps(chain), example, species_of(chain))

    def _next(self, limit: int) -> list[int]:
        return within_shares([item.caps for item in self._pending], limit)

    def _caps(self, chain: Sequence[Sample]) -> Caps:
        """The shares that a correction counts in: that of the probe's producer, who says what is right, or else of the
        teacher, where that is an outsider; and that of production, where the question comes from there.
        """
        outside = [sample.producer for sample in (chain[-1], chain[0]) if sample.tier is not Tier.INSIDE]
        caps = dict.fromkeys(outside[:1], self._outside_share)
        probe = chain[-1].payload
        if isinstance(probe, Probe) and probe.origin is Origin.PRODUCTION:
            caps[_PRODUCTION] = self._production_share
        return caps


def general_examples(folder: Path) -> list[Example]:
    """The base's own texts, frozen when its weights were fetched; none for weights that came without."""
    file = folder / "general.jsonl"
    if not file.is_file():
        return []
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    return [
        Example(
            sample_id=f"general-{number}",
            prompt=row["prompt"],
            completion=row["completion"],
            is_new=False,
            general=True,
        )
        for number, row in enumerate(rows)
    ]

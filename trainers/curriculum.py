"""What a round is made of: new corrections in the order of the log, and replay of what was learned before."""

import json
import random
from collections.abc import Collection, Sequence
from pathlib import Path

from swarm.domains.base import Domain
from swarm.records import Correction, Probe, Purpose, Reference, Sample
from trainers.recipes import Example


class Refused(ValueError):
    """A correction that must not be learned; the message names the sample and the reason."""


def example_of(chain: Sequence[Sample], domain: Domain, max_characters: int = 4000) -> Example:
    """The example in a chain (correction, verdict, attempt, probe), newest first.

    Raises Refused for a probe that never feeds training, an unverified or empty correction, or one of absurd length.
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
    completion = domain.completion(Reference(answer=correction.answer, rationale=correction.rationale))
    if len(probe.question) + len(completion) > max_characters:
        raise Refused(f"{name}: has {len(completion)} characters, more than {max_characters} with its question")
    return Example(sample_id=name, prompt=domain.prompt(probe.question), completion=completion)


class Curriculum:
    """The books of one run of training: what came, what was refused, and what may be replayed."""

    def __init__(
        self, domain: Domain, replay: float, seed: int, general: float = 0.0, texts: Sequence[Example] = ()
    ) -> None:
        self._domain = domain
        self._general = general
        self._texts = tuple(texts)
        self._replay = replay
        self._seed = seed
        self._pending: list[tuple[int, Example]] = []
        self._learned: list[Example] = []
        self.refused: list[str] = []
        self._forgotten = 0
        self.cursor = 0
        """Where to read on in the log."""

    @property
    def pending(self) -> int:
        """New examples that wait for a round."""
        return len(self._pending)

    @property
    def settled(self) -> int:
        """Up to where the log needs no second reading: all before it was learned from, or refused."""
        return self._pending[0][0] - 1 if self._pending else self.cursor

    @property
    def consumed(self) -> int:
        """Corrections that need no waiting for any more: learned from, refused, or forgotten."""
        return len(self._learned) + len(self.refused) + self._forgotten

    @property
    def learned(self) -> int:
        """Corrections that rounds have learned from, each counted once."""
        return len(self._learned)

    def read(self, chains: Sequence[Sequence[Sample]]) -> None:
        """Take corrections from the log, in its order, and move the cursor behind the last."""
        for chain in chains:
            try:
                self._pending.append((chain[0].revision, example_of(chain, self._domain)))
            except Refused as problem:
                self.refused.append(str(problem))
            self.cursor = max(self.cursor, chain[0].revision)

    def restore(self, chains: Sequence[Sequence[Sample]], cursor: int) -> None:
        """After a resume: what this page of the log holds up to the cursor was learned already, and is for replay."""
        self.read([chain for chain in chains if chain[0].revision <= cursor])
        self.next_round()

    def forget(self, sample_ids: Collection[str]) -> None:
        """Drop these corrections: no later round learns or replays them."""
        held = len(self._pending) + len(self._learned)
        self._pending = [(revision, kept) for revision, kept in self._pending if kept.sample_id not in sample_ids]
        self._learned = [kept for kept in self._learned if kept.sample_id not in sample_ids]
        self._forgotten += held - len(self._pending) - len(self._learned)

    def next_round(self, limit: int | None = None) -> list[Example]:
        """The oldest pending examples, all or up to `limit`, with their share of domain and general replay."""
        count = len(self._pending) if limit is None else limit
        new = [example for _, example in self._pending[:count]]
        self._pending = self._pending[count:]
        rng = random.Random(f"{self._seed}/{self.settled}")
        replayed = min(len(self._learned), round(self._replay * len(new)))
        old = [example.model_copy(update={"is_new": False}) for example in rng.sample(self._learned, replayed)]
        self._learned.extend(new)
        texts = rng.sample(self._texts, min(len(self._texts), round(self._general * len(new))))
        return new + old + texts


def general_examples(folder: Path) -> list[Example]:
    """The base's own texts, frozen when its weights were fetched; none for weights that came without."""
    file = folder / "general.jsonl"
    if not file.is_file():
        return []
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    return [
        Example(sample_id=f"general-{number}", prompt=row["prompt"], completion=row["completion"], is_new=False)
        for number, row in enumerate(rows)
    ]

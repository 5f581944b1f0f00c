"""The student that grows on simulated rounds: trained as a trainer would, then asked probes in held-out wording."""

import asyncio
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from agents.engines.base import Request
from agents.engines.transformers_engine import TransformersEngine
from swarm import checkpoints, statistics, weights
from swarm.domains import load_domain
from swarm.records import Probe, Purpose, Record
from swarm.sections import TrainerSection
from swarm.students import Checkpoint, CheckpointStatus
from trainers.learner import Learner
from trainers.recipes import Example

ASKED = 120


class Grown(Record):
    """What a student came to: right answers of those asked, with a 95% interval."""

    rounds: int
    loss: float
    right: int
    asked: int
    interval: tuple[float, float]


def grow(rounds: Sequence[Sequence[Example]], base: Path, seed: int, asked: int = ASKED) -> Grown:
    """Train an adapter on these rounds and ask it."""
    with tempfile.TemporaryDirectory(prefix="swarm-poison-") as scratch:
        learner = Learner(base, TrainerSection(), seed)
        books = [learner.learn(list(examples), 1, Path(scratch) / "work") for examples in rounds]
        place = Path(scratch) / "grown"
        learner.save_weights(place)
        checkpoint = Checkpoint(
            id="grown",
            status=CheckpointStatus.CANDIDATE,
            url=f"file://{place}",
            files=checkpoints.manifest(place),
            canary_logprob=learner.canary_logprob(),
        )
        right = asyncio.run(_ask(base, checkpoint, seed, asked))
    low, high = statistics.proportion(right, asked)[1:]
    return Grown(
        rounds=len(rounds), loss=books[-1].loss if books else 0.0, right=right, asked=asked, interval=(low, high)
    )


async def _ask(base: Path, checkpoint: Checkpoint, seed: int, asked: int) -> int:
    """How many exam probes it answers right."""
    domain, rng = load_domain("calendar"), random.Random(f"{seed}/asked")
    probes = list[Probe]()
    while len(probes) < asked:
        probes += [s.payload for s in domain.make(rng.choice(domain.cells()), rng, Purpose.EXAM)]  # type: ignore[misc]
    engine = TransformersEngine(base)
    await engine.take(checkpoint)
    requests = [Request(prompt=domain.prompt(probe.question), checkpoint_id=checkpoint.id) for probe in probes[:asked]]
    done = await engine.generate(requests)
    readings = [domain.read(generation.text).answers for generation in done]
    return sum(
        bool(answers) and all(domain.verify(probe, answer).correct for answer in answers)
        for probe, answers in zip(probes, readings, strict=False)
    )


def show_student(rounds: Sequence[Sequence[Example]], label: str, seed: int) -> None:
    """Grow one and print what it came to."""
    grown = grow(rounds, weights.folder("smollm2-135m"), seed)
    low, high = grown.interval
    said = f"{grown.right} of {grown.asked} right ({low:.1%} to {high:.1%}), last loss {grown.loss:.3f}"
    print(f"{label}: after {grown.rounds} rounds {said}", flush=True)

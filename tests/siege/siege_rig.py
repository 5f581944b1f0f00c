"""A siege over the sums of tests/fakes.py, against a scripted target."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from agents.prober import probe_of
from agents.siege import Siege, besiege
from swarm.answer_log import Answer, answer_log
from swarm.approach import Asking, TargetKind
from swarm.records import Probe, Sample
from swarm.siege.judging import rubric_of
from swarm.siege.plan import SiegePlan
from swarm.siege.view import view
from tests.fakes import SumDomain

Say = Callable[[Probe], Answer | str]


def plan_of(**settings: object) -> SiegePlan:
    """A plan of small rounds."""
    fixed = {"target": "script", "kind": TargetKind.WEIGHTS, "domain": "sums", "ask": Asking.RAW}
    return SiegePlan.model_validate(fixed | {"calls": 20, "round": 5} | settings)


def right(probe: Probe) -> str:
    """What a good student says."""
    return SumDomain().completion(SumDomain().solve(probe))


def wrong_on_traps(probe: Probe) -> str:
    """Right but for questions that want to be asked back."""
    return "Answer: 12" if probe.cell.form == "ask" else right(probe)


class Script:
    """A target whose answers are a function of the probe. It keeps the questions that it was asked."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.asked: list[str] = []

    async def ask(self, samples: Sequence[Sample]) -> AsyncIterator[Answer]:
        for sample in samples:
            self.asked.append(probe_of(sample).question)
            said = self.say(probe_of(sample))
            if isinstance(said, Answer):
                yield said.model_copy(update={"probe_id": sample.id})
            else:
                yield Answer(probe_id=sample.id, text=said, prompt_tokens=20, completion_tokens=5)


@contextmanager
def siege_in(folder: Path, plan: SiegePlan) -> Iterator[Siege]:
    """A siege whose answers lie in a folder."""
    domain = SumDomain()
    with answer_log(folder / "answers.jsonl") as log:
        yield Siege(plan, domain, domain.cells(), rubric_of(plan), log)


async def played(siege: Siege, target: Script) -> str:
    """Play a siege to its end, and say how that came."""
    with view(siege.plan.calls, plain=True, shown=False) as shown:
        return await besiege(siege, target, 1.0, shown)

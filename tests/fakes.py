"""Hand-written fakes for tests: a tiny domain of sums, and leases without a gateway."""

import random
import re
from collections.abc import Callable, Sequence

from agents.engines.base import Generation, Request
from swarm.domains.base import Reading, Verification
from swarm.errors import EngineUnavailable, WeightsError
from swarm.records import Attempt, Cell, Origin, Probe, Purpose, Reference, Sample, Verdict, Weather, answer_to
from swarm.students import Checkpoint
from swarm.work import Lease, Stage


class SumDomain:
    """Questions like `What is 3+4?`; `ASK:second` where a term is missing, `NONE` where nothing is to be added."""

    name = "sums"
    instructions = "Add the numbers."
    choices: tuple[str, ...] = ()
    answer_regex = r"-?[0-9]+|ASK:second|NONE"

    def cells(self) -> Sequence[Cell]:
        """Three cells, one for each form."""
        return [
            Cell(subdomain="add", weather=Weather.RAIN, form="number"),
            Cell(subdomain="add", weather=Weather.WIND, form="ask"),
            Cell(subdomain="add", weather=Weather.BORDER, form="none"),
        ]

    def make(self, cell: Cell, rng: random.Random, purpose: Purpose) -> list[Sample]:
        """One probe of the cell, with its answerable twin where it is a trap."""
        one, two = rng.randint(10, 99), rng.randint(10, 99)
        verb = "Add up" if purpose in (Purpose.EXAM, Purpose.CENSUS) else "What is"
        right = Reference(answer=str(one + two), rationale=f"{one}+{two}={one + two}")
        plain = self._probe(self.cells()[0], purpose, f"{verb} {one}+{two}?", right)
        if cell.form == "ask":
            return [self._probe(cell, purpose, f"{verb} {one} and?", Reference(answer="ASK:second")), plain]
        if cell.form == "none":
            reference = Reference(answer="NONE", rationale="nothing to add")
            return [self._probe(cell, purpose, f"Is {one} a nice number?", reference), plain]
        return [plain]

    def _probe(self, cell: Cell, purpose: Purpose, question: str, reference: Reference) -> Sample:
        return Sample(
            payload=Probe(cell=cell, purpose=purpose, origin=Origin.GRAMMAR, question=question, reference=reference)
        )

    def prompt(self, question: str) -> str:
        """The question on a line."""
        return f"{question}\n"

    def completion(self, reference: Reference) -> str:
        """The steps on a line, and `Answer: 7` on the next."""
        steps = f"{reference.rationale}\n" if reference.rationale else ""
        return f"{steps}Answer: {reference.answer}"

    def read(self, text: str) -> Reading:
        """Everything behind an `Answer:` is an answer."""
        answers = tuple(found.strip() for found in re.findall(r"Answer:([^\n]*)", text) if found.strip())
        return Reading(rationale=text.partition("Answer:")[0].strip(), answers=answers)

    def verify(self, probe: Probe, answer: str) -> Verification:
        """Compare in capitals, without spaces."""
        plain = answer.strip().upper()
        readable = re.fullmatch(self.answer_regex.upper(), plain) is not None
        assert probe.reference is not None
        right = readable and plain == probe.reference.answer.upper()
        reason = "right" if right else f"not {probe.reference.answer}"
        return Verification(correct=right, reason=reason, canonical=plain if readable else None)

    def false_steps(self, _probe: Probe, rationale: str) -> list[str]:
        """Additions that do not add up."""
        steps = re.finditer(r"([0-9]+)\+([0-9]+)=([0-9]+)", rationale)
        return [step[0] for step in steps if int(step[1]) + int(step[2]) != int(step[3])]

    def solve(self, probe: Probe) -> Reference:
        """The reference itself."""
        if probe.reference is None:
            raise ValueError("the probe carries no reference")
        return probe.reference

    def species(self, _probe: Probe, answer: str) -> str:
        """`add/no-answer` or `add/wrong`."""
        return "add/wrong" if answer else "add/no-answer"


def probe_of(answer: str = "7", question: str = "What is 3+4?", purpose: Purpose = Purpose.LEARN) -> Probe:
    """A probe of the sum domain with the given reference answer."""
    form = {"A": "ask", "N": "none"}.get(answer[0], "number")
    cell = next(cell for cell in SumDomain().cells() if cell.form == form)
    reference = Reference(answer=answer, rationale="3+4=7")
    return Probe(cell=cell, purpose=purpose, origin=Origin.GRAMMAR, question=question, reference=reference)


def attempt_lease(probe: Probe, text: str, token: str = "t") -> Lease:
    """A lease of an attempt at a probe, as the exchange hands it to a judge."""
    asked = Sample(payload=probe)
    attempt = answer_to(asked, Attempt(text=text, checkpoint_id="base"))
    return Lease(token=token, stage=Stage.ATTEMPTS, sample=attempt, chain=(attempt, asked), attempt=1, ttl_seconds=30)


def probe_lease(probe: Probe, token: str = "t") -> Lease:
    """A lease of a probe, as the exchange hands it to a student."""
    asked = Sample(payload=probe)
    return Lease(token=token, stage=Stage.PROBES, sample=asked, chain=(asked,), attempt=1, ttl_seconds=30)


def failure_lease(probe: Probe, token: str = "t") -> Lease:
    """A lease of a failed verdict, as the exchange hands it to a teacher."""
    asked = Sample(payload=probe)
    attempt = answer_to(asked, Attempt(text="Answer: 99", checkpoint_id="base"))
    failed = answer_to(attempt, Verdict(passed=False, rubric_version=1, decided_by="verifier"))
    chain = (failed, attempt, asked)
    return Lease(token=token, stage=Stage.FAILURES, sample=failed, chain=chain, attempt=1, ttl_seconds=30)


def nothing_said(_request: Request) -> str:
    """An engine's reply for tests in which nobody asks."""
    return ""


class ScriptedEngine:
    """An engine whose replies are a function of the request; `score` rates (checkpoint id, prompt, completion).

    `away` makes it refuse everything; `broken` names checkpoints that are not what they say. A word is a token.
    """

    def __init__(
        self,
        reply: Callable[[Request], str] = nothing_said,
        score: Callable[[str, str, str], float] = lambda _checkpoint, _prompt, completion: -float(len(completion)),
    ) -> None:
        self.reply = reply
        self.score = score
        self.requests: list[Request] = []
        self.scored: list[str] = []
        self.held: list[str] = [""]
        self.away = False
        self.broken: set[str] = set()
        self.dollars = 0.0

    def _serve(self, checkpoint_id: str) -> None:
        if self.away or checkpoint_id not in self.held:
            raise EngineUnavailable(f"checkpoint {checkpoint_id!r} can't be served", "wait")

    async def generate(self, requests: Sequence[Request]) -> list[Generation]:
        """The scripted replies; a reply that ends in `...` counts as cut off."""
        for request in requests:
            self._serve(request.checkpoint_id)
        self.requests.extend(requests)
        texts = [self.reply(request) for request in requests]
        return [
            Generation(
                text=text,
                prompt_tokens=10,
                completion_tokens=len(text.split()),
                truncated=text.endswith("..."),
                dollars=self.dollars,
            )
            for text in texts
        ]

    async def logprobs(self, pairs: Sequence[tuple[str, str]], checkpoint_id: str) -> list[float]:
        """The scripted scores."""
        self._serve(checkpoint_id)
        self.scored.append(checkpoint_id)
        return [self.score(checkpoint_id, prompt, completion) for prompt, completion in pairs]

    async def take(self, checkpoint: Checkpoint) -> None:
        """Hold a checkpoint unless it is broken."""
        if self.away:
            raise EngineUnavailable("the engine is away", "wait")
        if checkpoint.id in self.broken:
            raise WeightsError(f"checkpoint {checkpoint.id} is not what it says", "roll back")
        if checkpoint.id not in self.held:
            self.held.append(checkpoint.id)

    async def drop(self, checkpoint_id: str) -> None:
        """Let go of it."""
        self.held.remove(checkpoint_id)


PARTS = re.compile(r"<([0-9a-f]{16})>\n(.*?)\n</\1>", re.DOTALL)
"""What a model is shown as somebody else's words, with the random word around it."""


def judging(
    same: Callable[[str, str, str], bool],
    own: Callable[[str], str] = lambda question: str(sum(map(int, re.findall(r"[0-9]+", question)))),
    criterion: Callable[[str, str], str] = lambda _question, _attempt: "no",
) -> Callable[[Request], str]:
    """A model that judges: answers a question itself, compares two answers to it, and checks an attempt.

    The three are told apart by how many texts it is shown: one, three, or two.
    """

    def reply(request: Request) -> str:
        texts = [text for _, text in PARTS.findall(request.messages[-1].content)]
        if len(texts) == 3:
            return "yes" if same(*texts) else "no"
        return criterion(*texts) if len(texts) == 2 else own(*texts)

    return reply

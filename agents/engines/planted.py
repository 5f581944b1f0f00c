"""An engine with holes planted into what it says: a student of known failures, which no run may certify."""

from collections.abc import Sequence

from agents.engines.base import Engine, Generation, Request
from swarm.domains.base import Domain
from swarm.planted import Hole, PlantedStudent, choose
from swarm.planted.holes import slipped
from swarm.planted.rules import rules_of
from swarm.records import Cell, Origin, Probe, Purpose, Reference
from swarm.students import Checkpoint


class PlantedEngine:
    """Answers as another engine does, but for its holes: there each answer is made wrong, the same each time.

    An engine knows no reference, so rules read the question and what the other engine answered. Chats, choices and what
    holds no single answer are left as they are, and so are log-probabilities.
    """

    def __init__(self, engine: Engine, domain: Domain, cells: Sequence[Cell], holes: Sequence[Hole]) -> None:
        self._engine = engine
        self._domain = domain
        self._cell = cells[0]
        self._student = PlantedStudent(domain, holes)

    async def generate(self, requests: Sequence[Request]) -> list[Generation]:
        """Generate for every request, in order."""
        done = await self._engine.generate(requests)
        return [self._slipped(request, said) for request, said in zip(requests, done, strict=True)]

    async def logprobs(self, pairs: Sequence[tuple[str, str]], checkpoint_id: str) -> list[float]:
        """Mean log-probability of each completion after its prompt."""
        return await self._engine.logprobs(pairs, checkpoint_id)

    async def take(self, checkpoint: Checkpoint) -> None:
        """Hold a checkpoint, verified."""
        await self._engine.take(checkpoint)

    async def drop(self, checkpoint_id: str) -> None:
        """Let go of a checkpoint."""
        await self._engine.drop(checkpoint_id)

    def _slipped(self, request: Request, said: Generation) -> Generation:
        answers = set(self._domain.read(said.text).answers)
        if request.messages or request.choices or len(answers) != 1:
            return said
        probe = Probe(
            cell=self._cell,
            question=request.prompt.strip(),
            purpose=Purpose.ASK,
            origin=Origin.PRODUCTION,
            reference=Reference(answer=answers.pop()),
        )
        try:
            hole = self._student.hole(probe)
            return said if hole is None else said.model_copy(update={"text": slipped(self._domain, probe, hole.slip)})
        except ValueError:
            # A question that states no moment, or an answer that can't be read: nothing to plant there.
            return said


def planted(engine: Engine, domain: Domain, cells: Sequence[Cell], holes: int, seed: int) -> PlantedEngine:
    """The engine with so many holes, drawn by the seed. Raises ValueError where fewer rules fit."""
    rules = rules_of(domain, cells, str(seed))
    return PlantedEngine(engine, domain, cells, choose(domain, rules, holes, str(seed), cells))

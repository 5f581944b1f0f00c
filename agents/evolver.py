"""The evolver: an AutoResearch loop over the rubric; it proposes one change at a time, and others decide."""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence

from agents.proposing import Proposals, by_grammar, by_simplifying, by_words
from agents.reflecting import Reflection
from swarm.calibration import Bench, calibration_items
from swarm.criteria import Experiment, ExperimentOutcome, Rubric
from swarm.domains.base import Domain
from swarm.errors import EngineUnavailable
from swarm.fields import as_note
from swarm.records import Cell, Purpose
from swarm.rubric_changes import Key, decides_by

REFLECTION_ITEMS = 180

Engine = Callable[[Proposals], Iterable[Rubric]]
ENGINES: Mapping[str, Engine] = {"grammar": by_grammar, "words": by_words}
"""What is asked in turn for a change that mends the rubric."""


class Evolver:
    """Proposes one change of the rubric at a time; what the gate says of it is only kept or not.

    Reflection items have the wording of learn and are drawn anew for each experiment, with the same budget for each.
    Engines are asked in turn: a model where there is one, the grammar, words, and, where nothing mends the rubric, what
    makes it shorter. It holds nothing that matters: what was tried stands in the ledger.
    """

    def __init__(
        self,
        domain: Domain,
        cells: Sequence[Cell] = (),
        *,
        seed: int = 0,
        reflection_items: int = REFLECTION_ITEMS,
        reflection: Reflection | None = None,
        engines: Mapping[str, Engine] = ENGINES,
    ) -> None:
        self._domain = domain
        self._cells = tuple(cells) or tuple(domain.cells())
        self._seed = seed
        self._items = reflection_items
        self._reflection = reflection
        self._engines = engines
        self.note = ""
        """Why the model was not heard, where there is one."""

    async def act(self, incumbent: Rubric, ledger: Sequence[Experiment]) -> Experiment | None:
        """The experiment after those of a ledger, to be tested; it repeats none of them.

        None where no untried change would mend or shorten the incumbent.
        """
        number = max((experiment.number for experiment in ledger), default=0) + 1
        tried = {decides_by(experiment.proposal) for experiment in ledger}
        proposals = await asyncio.to_thread(self._drawn, incumbent, number, tried)
        engine, proposal = "reflection", proposals.best(await self._reflected(proposals))
        if proposal is None:
            engine, proposal = await asyncio.to_thread(self._found, proposals)
        if proposal is None:
            return None
        return Experiment(
            number=number,
            incumbent_version=incumbent.version,
            proposal=proposal,
            outcome=ExperimentOutcome.PROPOSED,
            reason=as_note(proposal.note),
            engine=engine,
        )

    def _drawn(self, incumbent: Rubric, number: int, tried: set[Key]) -> Proposals:
        rng = random.Random(f"{self._seed}/reflection/{number}")
        items = calibration_items(self._domain, self._cells, rng, self._items, Purpose.LEARN)
        return Proposals(incumbent, Bench(self._domain, items), tried)

    async def _reflected(self, proposals: Proposals) -> list[Rubric]:
        self.note = ""
        try:
            return await self._reflection.propose(proposals) if self._reflection else []
        except EngineUnavailable as error:
            self.note = error.message
            return []

    def _found(self, proposals: Proposals) -> tuple[str, Rubric | None]:
        """The first engine that needs no model and finds something, and what it found."""
        for engine, changes in self._engines.items():
            if found := proposals.best(changes(proposals)):
                return engine, found
        return "simplify", proposals.shortest(by_simplifying(proposals))

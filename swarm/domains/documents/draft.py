"""A probe in the making: the answer first, with the words that it rests on, then the documents around it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from swarm.domains.documents.answers import ABSTAIN
from swarm.domains.documents.citations import finding_none, quoting, recalling
from swarm.domains.documents.passages import Passage, with_passages
from swarm.records import Reference


@dataclass(frozen=True, slots=True)
class Draft:
    """What a probe asks, its answer, the document that it rests on, and others that lead astray.

    `proof` stands in the oracle's text. `lacking` is what the oracle, or all that is shown, has nothing of. Without an
    oracle the documents are silent and the answer is to abstain.
    """

    cell: str
    asked: str
    answer: str
    oracle: Passage | None
    lures: tuple[Passage, ...]
    proof: str = ""
    lacking: str = ""
    operator: str = ""
    second: Passage | None = None
    """Another document that the answer rests on, too."""
    second_proof: str = ""
    twin: "Draft | None" = None

    def silent(self, instead: Passage, operator: str) -> "Draft":
        """The same question where the document that answers it is not shown, with this one as the answerable twin."""
        cell = "/".join((self.cell.split("/")[0], "border", self.cell.split("/")[2]))
        return replace(
            self, cell=cell, answer=ABSTAIN, oracle=None, lures=(instead, *self.lures), proof="", operator=operator,
            twin=self, second=None, second_proof="",
        )  # fmt: skip


def laid_out(draft: Draft, rng: random.Random, count: int) -> tuple[str, Reference]:
    """The question with `count` documents in a random order, and the reference whose rationale quotes."""
    rests_on = [passage for passage in (draft.oracle, draft.second) if passage]
    shown: Sequence[Passage] = [*rests_on, *draft.lures][:count]
    order = rng.sample(list(shown), len(shown))
    if draft.oracle is None:
        rationale = finding_none(draft.lacking, len(order))
    else:
        rationale = quoting(order.index(draft.oracle) + 1, draft.proof, draft.lacking)
    if draft.second is not None:
        rationale += f" {quoting(order.index(draft.second) + 1, draft.second_proof)}"
    return with_passages(draft.asked, order), Reference(answer=draft.answer, rationale=rationale)


def from_memory(draft: Draft) -> tuple[str, Reference]:
    """The question alone, and a reference whose rationale recalls the entry by its name."""
    if draft.oracle is None:
        return draft.asked, Reference(answer=draft.answer, rationale=finding_none(draft.lacking, 0))
    recalled = recalling(draft.oracle.name, draft.proof, draft.lacking)
    return draft.asked, Reference(answer=draft.answer, rationale=recalled)

"""Training rows as RAFT builds them (Zhang et al. 2024, arXiv 2403.10131): the document that answers is shown with
probability P among others that don't, and the answer quotes what it rests on.

Where it isn't shown, the published recipe has the answer given from memory; `abstain` has it declined, which is what a
student that must not go beyond its documents should learn.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum

from swarm.domains.documents.answers import ABSTAIN
from swarm.domains.documents.citations import false_quotes, finding_none
from swarm.domains.documents.domain import DocumentsDomain
from swarm.domains.documents.draft import Draft, from_memory, laid_out
from swarm.domains.documents.drawing import Draw
from swarm.domains.documents.passages import shown_in
from swarm.records import Cell, Record, Reference

TRIES = 20
"""Draws for each row wanted."""


class Otherwise(StrEnum):
    """What the answer is where the document that answers is not shown."""

    REMEMBER = "remember"
    ABSTAIN = "abstain"


class Row(Record):
    """One training row: what is given and what should be written, and whether the answering document is shown."""

    prompt: str
    completion: str
    cell: str
    oracle: bool


def rows(
    domain: DocumentsDomain, cells: Sequence[Cell], count: int, *, p: float, otherwise: Otherwise, seed: int
) -> Iterator[Row]:
    """`count` rows of the cells in turn, every quote found in a document. Raises ValueError where they can't be had."""
    rng = random.Random(f"{seed}/raft")
    made = 0
    for number in range(count * TRIES):
        if made == count:
            return
        draw = Draw(domain.shelf, rng, held=False)
        try:
            draft = domain.draft(cells[number % len(cells)], draw)
        except ValueError:
            continue
        if (row := _row(domain, draft, draw, shown=rng.random() < p, otherwise=otherwise)) is not None:
            made += 1
            yield row
    if made < count:
        raise ValueError(f"{count * TRIES} draws gave {made} rows, not {count}: ask for fewer, or name other cells")


def _row(domain: DocumentsDomain, draft: Draft, draw: Draw, *, shown: bool, otherwise: Otherwise) -> Row | None:
    oracle = shown or draft.oracle is None
    laid = draft if oracle else replace(draft, oracle=None, lacking=_asked_of(draft))
    question, reference = laid_out(laid, draw.rng, draw.shown)
    if not oracle:
        reference = _without(draft, reference, otherwise, len(shown_in(question)[0]))
    documents = shown_in(question)[0] if oracle or otherwise is Otherwise.ABSTAIN else {}
    if false_quotes(reference.rationale, documents, domain.shelf.texts):
        return None
    return Row(prompt=domain.prompt(question), completion=domain.completion(reference), cell=draft.cell, oracle=oracle)


def _asked_of(draft: Draft) -> str:
    return draft.oracle.name if draft.oracle else draft.lacking


def _without(draft: Draft, laid: Reference, otherwise: Otherwise, shown: int) -> Reference:
    """The answer to a question whose document is not shown."""
    if otherwise is Otherwise.REMEMBER:
        return from_memory(draft)[1]
    del laid
    return Reference(answer=ABSTAIN, rationale=finding_none(_asked_of(draft), shown))

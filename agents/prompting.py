"""Chats for models that were not grown here: instructions first, then worked examples, then the question."""

import random
from collections.abc import Sequence

from agents.engines.base import Message
from swarm.domains.base import Domain
from swarm.records import Cell, Probe, Purpose, Reference


def examples(domain: Domain, cells: Sequence[Cell], count: int, seed: str) -> list[tuple[str, Reference]]:
    """`count` questions in the wording of LEARN with their worked solutions, each of another cell while cells last."""
    rng = random.Random(f"{seed}/examples")
    order: list[Cell] = []
    while len(order) < count:
        order.extend(rng.sample(list(cells), len(cells)))
    probes = [domain.make(cell, rng, Purpose.LEARN)[0].payload for cell in order[:count]]
    return [(probe.question, domain.solve(probe)) for probe in probes if isinstance(probe, Probe)]


def chat(instructions: str, shown: Sequence[tuple[str, str]], question: str) -> tuple[Message, ...]:
    """The turns of one request. All that requests have in common stands first, so that an engine can reuse it."""
    turns = [Message(role="system", content=instructions)]
    for asked, said in shown:
        turns += [Message(role="user", content=asked), Message(role="assistant", content=said)]
    return (*turns, Message(role="user", content=question))

"""Which labels to buy next: at random, where the student is unsure, or where it also fails, cell by cell."""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from swarm.domains.labelled.items import Item
from swarm.records import Cell, Purpose
from swarm.state import CellCount
from swarm.steering import cell_weights

Scores = Mapping[str, Sequence[float]]
"""Item id to the log-probability of each label."""


def bought_at_random(pool: Sequence[Item], seed: int) -> list[Item]:
    """The order in which a seed buys at random: the same for every arm, so that their labels are the same ones."""
    order = sorted(pool, key=lambda item: item.id)
    random.Random(f"{seed}/labels").shuffle(order)
    return order


def certainty(scores: Sequence[float]) -> float:
    """The lead of the likeliest label, as a share of the probability of all labels: 0 for a tie, 1 for certain."""
    most = max(scores)
    weights = sorted((math.exp(score - most) for score in scores), reverse=True)
    return (weights[0] - weights[1]) / sum(weights)


def most_uncertain(candidates: Sequence[Item], scores: Scores, count: int) -> list[Item]:
    """The `count` candidates with the smallest lead. Raises KeyError for one that was not asked."""
    return sorted(candidates, key=lambda item: (certainty(scores[item.id]), item.id))[:count]


def steered(
    candidates: Sequence[Item],
    scores: Scores,
    cells: Mapping[str, Cell],
    counts: Sequence[CellCount],
    count: int,
    rng: random.Random,
) -> list[Item]:
    """`count` candidates: places go to cells by the service's own steering, and within a cell to the most uncertain.

    `cells` is each candidate's cell by its id. A cell that runs out leaves its places to the others.
    """
    members: dict[Cell, list[Item]] = defaultdict(list)
    for item in sorted(candidates, key=lambda item: (-certainty(scores[item.id]), item.id)):
        members[cells[item.id]].append(item)
    order = sorted(members, key=lambda cell: cell.key)
    weights = dict(zip(order, cell_weights(counts, order, Purpose.LEARN), strict=True))
    taken = list[Item]()
    while len(taken) < count and order:
        (cell,) = rng.choices(order, [weights[cell] * members_left(members[cell]) for cell in order])
        taken.append(members[cell].pop())
        order = [cell for cell in order if members[cell]]
    return taken


def members_left(items: Sequence[Item]) -> float:
    """How much a cell's size counts: by its square root, so that a rare phenomenon gets more than its share."""
    return math.sqrt(len(items))


def tallied(outcomes: Sequence[tuple[Cell, bool]], checkpoint: str) -> list[CellCount]:
    """Counts by cell of what the present student passed and failed."""
    passed, asked = Counter(cell for cell, right in outcomes if right), Counter(cell for cell, _ in outcomes)
    return [
        CellCount(
            cell=cell, checkpoint_id=checkpoint, rubric_version=1, passed=passed[cell], failed=total - passed[cell]
        )
        for cell, total in sorted(asked.items(), key=lambda entry: entry[0].key)
    ]

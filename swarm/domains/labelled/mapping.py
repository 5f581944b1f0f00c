"""The cells of a labelled domain: what its items and operators can fill, as far as every split has enough of it."""

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from swarm.domains.labelled.items import Item, Split
from swarm.domains.labelled.operators import Operator, Rewrite
from swarm.records import Cell, Weather

SAMPLED = 400
"""Items of each split that every operator is tried on."""
FEWEST = 8
"""Different questions that a cell must be able to ask in each of the splits that are probed all the time."""
NEEDED = (Split.TRAIN, Split.DEV, Split.EXAM)
MOST_CELLS = 200
OTHER = "other"
FORM = "answer"
"""The answer form of all cells: by it a constant answer is chosen, so it must not tell the right one."""


@dataclass(frozen=True)
class CellMap:
    """What fills each cell: the items of each split, or the operators that were seen to."""

    plain: Mapping[str, Mapping[Split, tuple[Item, ...]]]
    rewritten: Mapping[str, tuple[Operator, ...]]
    thin: Mapping[str, int] = field(default_factory=dict)
    """Cells that were left out, and the fewest questions that a split has of them."""

    @property
    def cells(self) -> list[Cell]:
        """All cells: items as they are, then what operators make of them, each in alphabetical order."""
        return [Cell.parse(key) for key in (*sorted(self.plain), *sorted(self.rewritten))]


def cell_key(subdomain: str, weather: Weather) -> str:
    """The key of the one cell of that subdomain and weather."""
    return Cell(subdomain=subdomain, weather=weather, form=FORM).key


def cell_map(
    items: Mapping[Split, Sequence[Item]], subdomain: Callable[[Item], str], operators: Sequence[Operator]
) -> CellMap:
    """The cells of some data: every process that reads the same data comes to the same ones.

    Items of a subdomain that is thin in some split count as `other`; a cell that is thin itself is left out.
    Raises ValueError for more than 200 cells, or for none.
    """
    plain, thin = _plain(items, subdomain)
    found: dict[str, list[int]] = {}
    by: dict[str, dict[str, Operator]] = defaultdict(dict)
    for place, split in enumerate(NEEDED):
        asked: dict[str, set[str]] = defaultdict(set)
        for operator in operators:
            for made in _tried(operator, items[split], split):
                key = cell_key(made.phenomenon, made.weather)
                asked[key].add("\x1f".join(made.fields.values()))
                by[key].setdefault(operator.name, operator)
        for key, questions in asked.items():
            found.setdefault(key, [0] * len(NEEDED))[place] = len(questions)
    enough = {key: counts for key, counts in found.items() if min(counts) >= FEWEST}
    thin |= {key: min(counts) for key, counts in found.items() if key not in enough}
    rewritten = {key: tuple(by[key].values()) for key in enough}
    if not plain and not rewritten:
        raise ValueError(f"no subdomain has {FEWEST} items in each of {', '.join(NEEDED)}: bring more items")
    if len(plain) + len(rewritten) > MOST_CELLS:
        raise ValueError(
            f"the data has {len(plain) + len(rewritten)} cells, more than {MOST_CELLS}: use a coarser rule"
        )
    return CellMap(plain, rewritten, thin)


def _tried(operator: Operator, items: Sequence[Item], split: Split) -> list[Rewrite]:
    """What an operator makes of a fixed sample of a split."""
    rng = random.Random(f"cells/{operator.name}/{split}")
    chosen = rng.sample(list(items), min(SAMPLED, len(items)))
    made = (operator.rewrite(item, rng, items) for item in chosen)
    return [rewrite for rewrite in made if rewrite is not None]


def _plain(
    items: Mapping[Split, Sequence[Item]], subdomain: Callable[[Item], str]
) -> tuple[dict[str, dict[Split, tuple[Item, ...]]], dict[str, int]]:
    named: dict[str, dict[Split, list[Item]]] = defaultdict(lambda: defaultdict(list))
    for split, members in items.items():
        for item in members:
            named[subdomain(item)][split].append(item)
    thin: dict[str, int] = {}
    for name in [name for name in named if name != OTHER]:
        if (fewest := _fewest(named[name])) < FEWEST:
            thin[cell_key(name, Weather.RAIN)] = fewest
            for split, members in named.pop(name).items():
                named[OTHER][split] += members
    if OTHER in named and (fewest := _fewest(named[OTHER])) < FEWEST:
        thin[cell_key(OTHER, Weather.RAIN)] = fewest
        del named[OTHER]
    kept = {
        cell_key(name, Weather.RAIN): {split: tuple(members) for split, members in by_split.items()}
        for name, by_split in named.items()
    }
    return kept, thin


def _fewest(by_split: Mapping[Split, Sequence[Item]]) -> int:
    return min(len(by_split.get(split, ())) for split in NEEDED)

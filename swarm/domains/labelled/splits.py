"""Which split a group is in: by a hash of the group, so that it stays there whatever else the file gains or loses."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from swarm.domains.labelled.items import Item, Split

_WORD = re.compile(r"\w+")
_ORDER = (Split.SEALED, Split.EXAM, Split.DEV, Split.SIEGE)
"""How shares lie on the unit line, from 0; what is left at its end is TRAIN."""


def place(group: str, salt: str = "") -> float:
    """Where a group lies between 0 and 1, evenly spread over groups."""
    return int.from_bytes(hashlib.sha256(f"{salt}\x1f{group}".encode()).digest()[:8], "big") / 2**64


def split_of(group: str, shares: Mapping[Split, float], salt: str = "") -> Split:
    """The split of a group. `shares` are those of all splits but TRAIN, which gets the rest."""
    where, end = place(group, salt), 0.0
    for split in _ORDER:
        end += shares.get(split, 0.0)
        if where < end:
            return split
    return Split.TRAIN


def decontaminated(train: Sequence[Item], held_out: Iterable[Item]) -> tuple[list[Item], list[Item]]:
    """Items of training, parted into those that may be learned, and those whose words some held-out item has as well.

    Order, spelling and punctuation of words don't count: groups keep the same texts apart, this nearly the same ones.
    """
    known = {signature(item) for item in held_out}
    clean = [item for item in train if signature(item) not in known]
    return clean, [item for item in train if signature(item) in known]


def signature(item: Item) -> frozenset[str]:
    """The words of an item, each with its field."""
    return frozenset(f"{name}:{word}" for name, text in item.fields.items() for word in _WORD.findall(text.casefold()))


def nearest(items: list[Item], count: int, salt: str = "") -> list[Item]:
    """`count` items (all for 0), drawn at random once and for all: a smaller count gives a part of a larger one's.

    In the order of their hashes, items one by one, so that few items come from many groups.
    """
    ordered = sorted(items, key=lambda item: place(item.id, f"{salt}/items"))
    return ordered[:count] if count else ordered

"""What can be seen in a data file's texts alone: lengths far off, mixed scripts, and texts that stand in two splits."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from swarm.domains.labelled.items import Item, Split, plain
from swarm.domains.labelled.loading import Loaded
from swarm.records import Record

FAR = 3.0
"""Quartile distances beyond the quartiles from which a length counts as far off (Tukey's outer fences)."""
FOREIGN = 0.2
"""Share of letters of another script than the file's from which an item counts as of another one."""
SHOWN = 10


class Lengths(Record):
    """How many words a field has, and the lines where that is far off."""

    field: str
    median: float
    longest: int
    fence: float
    """More words than that are far off."""
    outliers: int
    lines: tuple[int, ...]


class Overlap(Record):
    """Held-out items whose text of one field stands in training, too; the group's own field never does."""

    field: str
    items: int
    held_out: int
    lines: tuple[int, ...]


class Scripts(Record):
    """The script that most letters are of, and the items that are of another one."""

    main: str
    foreign: int
    lines: tuple[int, ...]


def lengths(items: Sequence[Item], field: str) -> Lengths:
    """The lengths of one field, in words."""
    counts = [len(item.fields[field].split()) for item in items]
    low, middle, high = np.percentile(counts, (25, 50, 75))
    fence = high + FAR * max(high - low, 1.0)
    far = [item.line for item, count in zip(items, counts, strict=True) if count > fence]
    return Lengths(
        field=field, median=float(middle), longest=max(counts), fence=float(fence), outliers=len(far),
        lines=tuple(far[:SHOWN]),
    )  # fmt: skip


def overlap(loaded: Loaded, field: str) -> Overlap:
    """How much of a field's held-out texts training shows as well."""
    learned = {plain(item.fields[field]) for item in loaded.of(Split.TRAIN)}
    held = list(loaded.held_out())
    seen = [item.line for item in held if plain(item.fields[field]) in learned]
    return Overlap(field=field, items=len(seen), held_out=len(held), lines=tuple(seen[:SHOWN]))


def scripts(items: Sequence[Item]) -> Scripts:
    """Which scripts the letters are of. Languages that share a script are not told apart."""
    counts = [Counter(map(_script, "".join(item.fields.values()))) for item in items]
    total: Counter[str] = Counter()
    for count in counts:
        del count[""]
        total += count
    main = total.most_common(1)[0][0] if total else ""
    foreign = [
        item.line
        for item, count in zip(items, counts, strict=True)
        if count.total() and 1 - count[main] / count.total() > FOREIGN
    ]
    return Scripts(main=main, foreign=len(foreign), lines=tuple(foreign[:SHOWN]))


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """The first word of a letter's Unicode name, such as LATIN; empty for what is no letter."""
    return unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else ""


def balance(loaded: Loaded) -> dict[str, dict[str, int]]:
    """Items by split and label. Labels of the sealed split are not looked at: they count as one."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for item in loaded.items:
        split = loaded.splits[item.group]
        found[split]["(sealed)" if split is Split.SEALED else item.label] += 1
    return {split: dict(sorted(found[split].items())) for split in Split if split in found}

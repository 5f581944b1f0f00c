"""The records of a labelled domain's data: one item for each line of the file, and the split that its group is in."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from swarm.records import Record


class Split(StrEnum):
    """What the items of a group are for. No group is in two splits, so nothing of an exam was ever learned.

    TRAIN is learned from and SIEGE breaks the student; promotions are decided on DEV, the report's frozen exam and the
    census are drawn from EXAM, and SEALED is opened by hand, once, when nothing is to be decided any more.
    """

    TRAIN = "train"
    SIEGE = "siege"
    DEV = "dev"
    EXAM = "exam"
    SEALED = "sealed"


class Item(Record):
    """One labelled item. `fields` are its texts by name, `group` is what it shares with items that must stay together.

    `id` is the same for the same texts wherever they stand; `line` is where the file says it, counted from 1.
    """

    id: str = Field(min_length=1)
    group: str = Field(min_length=1)
    fields: dict[str, str]
    label: str = Field(min_length=1)
    line: int = Field(ge=1)


def plain(text: str) -> str:
    """A text without what spelling leaves open: capitals and spaces."""
    return " ".join(text.casefold().split())


def item_id(fields: Mapping[str, str]) -> str:
    """The id of an item with these texts: 16 hexadecimal digits, the same whatever their capitals and spaces."""
    said = "\x1f".join(f"{name}\x1e{plain(fields[name])}" for name in sorted(fields))
    return hashlib.sha256(said.encode()).hexdigest()[:16]

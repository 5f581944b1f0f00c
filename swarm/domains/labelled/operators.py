"""Operators: how an item becomes another one whose right label is known, and the generic ones that suit any data."""

import random
from collections.abc import Sequence
from typing import Protocol

from pydantic import Field

from swarm.domains.labelled.items import Item
from swarm.fields import Name
from swarm.records import Record, Weather


class Rewrite(Record):
    """What an operator made: texts, their right label, and what it presses on.

    `phenomenon` is the subdomain of its cell; `parents` are the ids of all items that it was made from, the first one
    the item that was given.
    """

    fields: dict[str, str]
    label: str = Field(min_length=1)
    operator: Name
    phenomenon: Name
    weather: Weather
    parents: tuple[str, ...] = Field(min_length=1)


class Operator(Protocol):
    """Makes a new item out of one, or of several of them. It is pure: the same arguments give the same rewrite."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def weather(self) -> Weather:
        """The weather of all that it makes."""

    def rewrite(self, item: Item, rng: random.Random, pool: Sequence[Item]) -> Rewrite | None:
        """The item rewritten; None where it doesn't lend itself to that, or where the new label can't be known.

        `pool` are the items of the same split: whatever else a rewrite is made from is taken from there.
        """

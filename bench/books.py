"""Books of cost: running totals that only grow, column by column."""

from typing import Self

from swarm.records import Record


class Books(Record):
    """What was used; each bench names its columns."""

    def plus(self, **spent: float) -> Self:
        """The books with this on top. Raises ValueError on a column that there isn't, or on less than nothing."""
        known = type(self).model_fields
        if wrong := [name for name, amount in spent.items() if name not in known or amount < 0]:
            raise ValueError(f"{wrong[0]}={spent[wrong[0]]} can't be booked; columns are {', '.join(known)}")
        return self.model_copy(update={name: getattr(self, name) + amount for name, amount in spent.items()})

    def __add__(self, other: Self) -> Self:
        """Both together."""
        return self.plus(**other.model_dump())

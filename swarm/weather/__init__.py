"""Weather for any domain: operators that press a probe so that the new right answer is known, or refuse to.

`press` puts one operator to one probe of a domain that says what it knows (`Weathered`); all of it is pure.
"""

from swarm.weather.base import HELD_OUT, Edit, Fact, Lack, Made, Refused, Weathered, text_at
from swarm.weather.operators import OPERATORS, Operator
from swarm.weather.pressing import WeatheredDomain, press, pressed

__all__ = [
    "HELD_OUT",
    "OPERATORS",
    "Edit",
    "Fact",
    "Lack",
    "Made",
    "Operator",
    "Refused",
    "Weathered",
    "WeatheredDomain",
    "press",
    "pressed",
    "text_at",
]

"""Planted defects: students that are right except in holes which are known, because a rule made them."""

from swarm.planted.calendar import CALENDAR_RULES
from swarm.planted.holes import Hole, Rule, Slip, choose
from swarm.planted.student import PlantedStudent

__all__ = ["CALENDAR_RULES", "Hole", "PlantedStudent", "Rule", "Slip", "choose"]

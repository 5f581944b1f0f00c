"""What a siege judges by: one rubric, calibrated on planted defects before the first call."""

import random
from collections.abc import Sequence
from pathlib import Path

from swarm.calibration import REQUIRED_Q0, Calibration, calibrate, calibration_items
from swarm.criteria import Rubric
from swarm.domains.base import Domain
from swarm.errors import ConfigError
from swarm.records import Cell
from swarm.rubric import SEEDS, load_rubric
from swarm.siege.plan import SiegePlan

ITEMS = 240
"""Items of known truth on which the rubric is calibrated."""


def rubric_of(plan: SiegePlan) -> Rubric:
    """The rubric of a siege. Raises ConfigError where it can't be read."""
    rubric = load_rubric(Path(plan.rubric) if plan.rubric else SEEDS / "siege.yaml")
    return rubric.model_copy(update={"domain": plan.domain})


def calibrated(domain: Domain, rubric: Rubric, cells: Sequence[Cell], seed: int) -> Calibration:
    """How well the rubric judges in these cells. Raises ConfigError where it misses too much to judge a siege by."""
    items = calibration_items(domain, cells, random.Random(f"{seed}/siege/calibration"), ITEMS)
    found = calibrate(domain, rubric, items)
    if not found.may_judge:
        missed = ", ".join(f"{kind} {count}" for kind, count in found.missed[:3]) or "no defect"
        raise ConfigError(
            f"rubric {rubric.note or rubric.version!r} finds at least {found.q0_lower:.3f} of planted defects, where "
            f"{REQUIRED_Q0:.2f} is required; it misses {missed}",
            "give another --rubric, or none for rubrics/siege.yaml",
        )
    return found

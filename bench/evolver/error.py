"""The real error of a judge by a rubric, on planted errors of known truth; and a rubric as the swarm evolves it."""

import random
from collections.abc import Sequence

from agents.evolver import Evolver
from swarm.calibration import Bench, calibration_items
from swarm.criteria import Experiment, ExperimentOutcome, Rubric
from swarm.defects import DEFECTS, SEALED_DEFECTS
from swarm.domains.base import Domain
from swarm.records import Cell, Purpose, Record
from swarm.rubric import seed_rubric
from swarm.rubric_gate import Gate
from swarm.rubric_watch import alarm_after
from swarm.statistics import Interval, proportion

TEST_ITEMS = 1000


class JudgeError(Record):
    """How often a judge is right: of wrong attempts it fails (sensitivity), of right ones it passes (specificity)."""

    version: int
    wrong: int
    caught: int
    right: int
    passed: int
    missed: tuple[tuple[str, int], ...]

    @property
    def sensitivity(self) -> Interval:
        """With its 95% interval (Wilson)."""
        return proportion(self.caught, self.wrong)

    @property
    def specificity(self) -> Interval:
        """With its 95% interval (Wilson)."""
        return proportion(self.passed, self.right)


def fresh_items(domain: Domain, cells: Sequence[Cell] = (), seed: int = 0, items: int = TEST_ITEMS) -> Bench:
    """Fresh attempts that no evolution sees, in the wording of exams: half right, half with a planted error."""
    planted = DEFECTS | SEALED_DEFECTS
    rng = random.Random(f"{seed}/the judge's error")
    return Bench(domain, calibration_items(domain, cells or domain.cells(), rng, items, Purpose.EXAM, planted))


def error_on(bench: Bench, rubric: Rubric) -> JudgeError:
    """The error of a rubric on such items."""
    found = bench.calibration(rubric)
    return JudgeError(
        version=rubric.version,
        wrong=found.wrong_items,
        caught=found.wrong_caught,
        right=found.right_items,
        passed=found.right_passed,
        missed=found.missed,
    )


def judge_error(domain: Domain, rubric: Rubric, cells: Sequence[Cell] = (), seed: int = 0) -> JudgeError:
    """The error of a rubric on 1,000 fresh attempts; the same seed gives the same attempts for every rubric."""
    return error_on(fresh_items(domain, cells, seed), rubric)


async def evolved(
    domain: Domain, seed: int = 0, experiments: int = 12, cells: Sequence[Cell] = ()
) -> tuple[Rubric, list[Experiment]]:
    """The domain's seed rubric after so many experiments at most, as the swarm makes them, and their ledger."""
    incumbent, ledger = seed_rubric(domain.name), list[Experiment]()
    evolver, gate = Evolver(domain, cells, seed=seed), Gate(domain, cells, secret=f"{seed}/the gate's own")
    while len(ledger) < experiments and not alarm_after(ledger):
        sent = await evolver.act(incumbent, [line.blind for line in ledger])
        if sent is None:
            break
        ledger.append(gate.test(sent, incumbent))
        if ledger[-1].outcome is ExperimentOutcome.KEPT:
            incumbent = ledger[-1].proposal
    return incumbent, ledger

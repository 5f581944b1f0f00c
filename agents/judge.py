"""The judge: decides attempts by the rubric in force, and knows how well it judges by that rubric."""

import random
from collections.abc import Sequence

from agents.model_judge import ModelJudge, Question
from swarm.books import Books
from swarm.calibration import (
    MODEL_CALIBRATED_ON,
    REQUIRED_Q0,
    Calibration,
    CalibrationItem,
    asks_model,
    calibrate,
    calibration_items,
    counted,
)
from swarm.criteria import Rubric
from swarm.defects import DEFECTS, MODEL_DEFECTS, Maker
from swarm.domains.base import Domain
from swarm.domains.withheld import Withheld
from swarm.errors import EngineUnavailable
from swarm.manners import Manners
from swarm.records import Attempt, Cell, Probe, Purpose, Sample, Verdict, answer_to
from swarm.rubric import check_rubric, judge_attempt, open_criteria
from swarm.rubric_cases import Case, Outcome
from swarm.work import Completion, FailKind, Failure, Lease

BATCHES = 12
"""Draws of items from which those are taken that only a model can decide."""


class Judge:
    """Judges leased attempts; holds nothing but its domain, its model if it has one, and the rubric it was last given.

    Each rubric it takes is calibrated on items of known truth. Under a suspended one (lower bound of q0 below .90) it
    judges only LEARN attempts, for which the verifier still tells right from wrong and which the evolver needs to mend
    the rubric; exam, siege and census attempts go back unjudged, so that no count and no certificate rests on it.

    What no program can decide goes to the model, which is measured by itself: on items of known truth that only it can
    decide once the verifier is withheld. Suspended, or not measured yet, it decides nothing, for whatever purpose.
    `note` is the alarm that the heartbeat carries; it is empty while all is well. `manners` are those of the student
    whose attempts it judged last.
    """

    def __init__(
        self,
        domain: Domain,
        rubric: Rubric,
        cells: Sequence[Cell] = (),
        seed: int = 0,
        items: int = 240,
        *,
        model: ModelJudge | None = None,
        model_items: int = MODEL_CALIBRATED_ON,
    ):
        self._domain = domain
        self._cells = tuple(cells) or tuple(domain.cells())
        self._seed = seed
        self._items = items
        self._model = model
        self._model_items = model_items
        self.manners = Manners()
        self.take(rubric)

    def take(self, rubric: Rubric) -> None:
        """Judge by this rubric from now on. Raises ConfigError where it can't be judged by."""
        check_rubric(rubric, f"rubric version {rubric.version}")
        items = self._drawn(rubric, "calibration", self._items, DEFECTS)
        self.calibration: Calibration = calibrate(self._domain, rubric, items)
        self.asks_model = asks_model(self._domain, rubric, items)
        self.model_calibration: Calibration | None = None
        self.rubric = rubric

    def _drawn(self, rubric: Rubric, which: str, count: int, planted: dict[str, Maker]) -> list[CalibrationItem]:
        rng = random.Random(f"{self._seed}/{which}/{rubric.version}")
        return calibration_items(self._domain, self._cells, rng, count, planted=planted)

    async def measure(self) -> None:
        """Measure the model by the rubric in force, if it has anything to decide. Raises EngineUnavailable."""
        if self._model is None or not self.unmeasured:
            return
        items, withheld = self._left_to_model(), Withheld(self._domain)
        verdicts = await self._verdicts([Case(withheld, item.probe, item.text) for item in items])
        passed = [verdict.passed for verdict in verdicts]
        self.model_calibration = counted(self.rubric, items, passed, self._model.name)

    def _left_to_model(self) -> list[CalibrationItem]:
        """Items that only the model can decide, half of them wrong: those that programs decide say nothing of it."""
        withheld, kept = Withheld(self._domain), dict[bool, list[CalibrationItem]]({True: [], False: []})
        for batch in range(BATCHES):
            for item in self._drawn(self.rubric, f"model/{batch}", self._model_items, MODEL_DEFECTS):
                case, side = Case(withheld, item.probe, item.text), kept[item.right]
                if len(side) < self._model_items // 2 and open_criteria(case, self.rubric):
                    side.append(item)
        return [*kept[True], *kept[False]]

    @property
    def unmeasured(self) -> bool:
        """Whether it has a model that it asks, and doesn't know yet how well that judges."""
        return self._model is not None and self.asks_model and self.model_calibration is None

    @property
    def suspended(self) -> bool:
        """Whether it misses too many defects to count for siege, census and exams."""
        return not self._by_programs or (self.asks_model and not self.model_may_judge)

    @property
    def _by_programs(self) -> bool:
        # Where a model decides, its own calibration tells: programs alone fail all that they leave to it.
        return self.calibration.may_judge or self.asks_model

    @property
    def model_may_judge(self) -> bool:
        """Whether the model was measured by this rubric, and misses few enough defects."""
        return self.model_calibration is not None and self.model_calibration.may_judge

    @property
    def sensitivity(self) -> float:
        """The lower bound of q0 that counts: the model's, where it has anything to decide."""
        measured = self.model_calibration if self.asks_model else self.calibration
        return measured.q0_lower if measured else 0.0

    @property
    def note(self) -> str:
        """The alarm of a suspended rubric or model, with what it misses; else empty."""
        if self.asks_model and self._model is None:
            return f"judge has no model: rubric version {self.rubric.version} asks one; name it in roles.judge.engine"
        if self.unmeasured:
            return f"judge model not measured yet by rubric version {self.rubric.version}"
        if not self.suspended:
            return ""
        found = self.model_calibration if self.asks_model else self.calibration
        return _alarm(found) if found else ""

    @property
    def books(self) -> Books:
        """What its model's calls have cost."""
        return self._model.books if self._model else Books()

    async def act(self, leases: Sequence[Lease]) -> list[Completion | Failure]:
        """Judge each leased attempt; the outcomes are in the order of the leases."""
        taken = [self._case(lease) for lease in leases]
        try:
            verdicts = iter(await self._verdicts([case for case in taken if isinstance(case, Case)]))
        except EngineUnavailable as error:
            return [
                case if isinstance(case, Failure) else _back(lease, FailKind.RELEASE, str(error))
                for lease, case in zip(leases, taken, strict=True)
            ]
        return [
            case
            if isinstance(case, Failure)
            else Completion(token=lease.token, outputs=(answer_to(lease.sample, next(verdicts)),))
            for lease, case in zip(leases, taken, strict=True)
        ]

    def _case(self, lease: Lease) -> Case | Failure:
        """What is to be judged, or why it isn't."""
        attempt, probe = _payloads(lease.chain)
        if attempt is None or probe is None or probe.reference is None:
            reason = f"the chain of {lease.sample.id} lacks its attempt, its probe or the reference"
            return _back(lease, FailKind.REJECT, reason)
        if probe.purpose is Purpose.ASK:
            return _back(lease, FailKind.REJECT, "a person's question is never judged")
        case = Case(self._domain, probe, attempt.text)
        self.manners.add(attempt.checkpoint_id, case)
        if (self.suspended and probe.purpose is not Purpose.LEARN) or not self._decidable(case):
            return _back(lease, FailKind.RELEASE, self.note)
        return case

    def _decidable(self, case: Case) -> bool:
        """Whether somebody who may judge can decide it."""
        return self.model_may_judge or not open_criteria(case, self.rubric)

    async def _verdicts(self, cases: Sequence[Case]) -> list[Verdict]:
        """The verdicts on attempts, by programs where they can tell, and by the model where they can't."""
        questions = [
            Question(case, criterion) for case in cases for criterion in open_criteria(case, self.rubric) if self._model
        ]
        outcomes = await self._model.decide(questions) if self._model and questions else []
        said: dict[int, dict[str, Outcome]] = {}
        for question, outcome in zip(questions, outcomes, strict=True):
            said.setdefault(id(question.case), {})[question.criterion.id] = outcome
        return [
            judge_attempt(case.domain, self.rubric, case.probe, case.text, said.get(id(case), {})) for case in cases
        ]

    async def again(self, judged: Sequence[tuple[Sample, Probe]]) -> list[Sample]:
        """Verdicts on stored attempts by the rubric in force.

        Attempts are left out whose probe shows no reference, and those that nobody who may judge can decide. Raises
        EngineUnavailable.
        """
        shown = [
            (sample, Case(self._domain, probe, sample.payload.text))
            for sample, probe in judged
            if isinstance(sample.payload, Attempt) and probe.reference is not None
        ]
        kept = [(sample, case) for sample, case in shown if self._decidable(case)]
        verdicts = await self._verdicts([case for _, case in kept])
        return [
            answer_to(sample, verdict, self.rubric.version) for (sample, _), verdict in zip(kept, verdicts, strict=True)
        ]


def _alarm(found: Calibration) -> str:
    kinds = ", ".join(f"{kind} {count}" for kind, count in found.missed[:3]) or "no defect"
    who = f"judge model suspended: {found.judge} by rubric" if found.judge else "rubric suspended:"
    return (
        f"{who} version {found.rubric_version} has q0 >= {found.q0_lower:.3f} "
        f"(required {REQUIRED_Q0:.2f}), q1 >= {found.q1_lower:.3f}; it misses {kinds}"
    )


def _back(lease: Lease, kind: FailKind, reason: str) -> Failure:
    return Failure(token=lease.token, kind=kind, reason=reason)


def _payloads(chain: Sequence[Sample]) -> tuple[Attempt | None, Probe | None]:
    """The nearest attempt and probe of a chain."""
    payloads = [sample.payload for sample in chain]
    attempt = next((payload for payload in payloads if isinstance(payload, Attempt)), None)
    return attempt, next((payload for payload in payloads if isinstance(payload, Probe)), None)

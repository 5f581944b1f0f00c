"""A run of the bench: every curve of the plan, point after point, gone on with from wherever it was left."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.ledger import now
from bench.thesis.curve import Curve, CurveState, answered
from bench.thesis.data import LABELS, Question, ThesisData
from bench.thesis.ledger import Ledger, Measured, Opened, Started, Tried, reached
from bench.thesis.plan import Arm, ThesisPlan
from bench.thesis.student import ThesisStudent
from bench.thesis.tables import balanced
from swarm import weights
from swarm.domains.labelled.items import Item
from swarm.domains.labelled.operators import Operator
from swarm.errors import ConfigError
from swarm.records import Cell

DEV = "dev"
"""The question set in distribution; the others are adversaries."""
TUNING_SEED = 0


@dataclass
class Run:
    """Everything that a run needs. `say` tells of progress, one line at a time."""

    plan: ThesisPlan
    data: ThesisData
    questions: Mapping[str, Sequence[Question]]
    """Question sets by name, `dev` among them."""
    operators: Sequence[Operator]
    cell: Callable[[Item], Cell]
    folder: Path
    ledger: Ledger
    say: Callable[[str], None]

    def play(self) -> None:
        """Tune, then grow every curve; what the ledger holds already is left out."""
        rates = {arm: self._tuned(arm) for arm in self.plan.arms}
        for seed, arm in self.plan.curves():
            self._curve(arm, seed, rates[arm])

    def _tuned(self, arm: Arm) -> float:
        """The learning rate of an arm: the best of its trials on dev, all arms having as many."""
        if len(self.plan.rates) == 1:
            return self.plan.rates[0]
        first = self.plan.points[0]
        for rate in self.plan.rates:
            if rate in self.ledger.tried(arm):
                continue
            student = self._student(weights.folder(self.plan.weights), rate, TUNING_SEED, arm)
            curve = self._new_curve(arm, TUNING_SEED)
            curve.grow(student, 0, first)
            asked = self.questions[DEV]
            score = balanced(answered(student, asked), [question.label for question in asked])
            spent = curve.state.books.plus(gold_dev=len(asked), measuring_calls=len(asked))
            self.ledger.add(Tried(arm=arm, rate=rate, balanced=score, books=spent, at=now()))
            self.say(f"tuning {arm}: rate {rate:g} comes to {score:.1%} at {first} labels")
        tried = self.ledger.tried(arm)
        return max(self.plan.rates, key=lambda rate: (tried[rate], -rate))

    def _curve(self, arm: Arm, seed: int, rate: float) -> None:
        points = self.plan.points_of(seed, arm)
        start = reached(self.ledger.measured(), arm, seed)
        if start == points[-1]:
            return
        self.ledger.add(Started(arm=arm, seed=seed, from_point=start, rate=rate, at=now()))
        for point in (point for point in points if point > start):
            self.point(arm, seed, rate, start, point)
            start = point

    def point(self, arm: Arm, seed: int, rate: float, start: int, point: int) -> None:
        """Grow from one point to the next, keep the student, measure it, and write that down last.

        Each point begins anew from the weights of the one before, with a fresh optimizer, interrupted or not: so a
        curve that was gone on with is the one that would have been drawn in one go.
        """
        before = self.place(arm, seed, start) if start else weights.folder(self.plan.weights)
        student = self._student(before, rate, seed + start, arm)
        curve = self._new_curve(arm, seed)
        if start:
            curve.state = read_state(state_file(before))
        curve.grow(student, start, point)
        here = self.place(arm, seed, point)
        shutil.rmtree(here, ignore_errors=True)
        student.save(here)
        state_file(here).write_text(curve.state.model_dump_json(), encoding="utf-8")
        said = {name: answered(student, asked) for name, asked in self.questions.items()}
        measured = sum(map(len, said.values()))
        books = curve.state.books.plus(gold_dev=len(self.questions[DEV]), measuring_calls=measured)
        entry = Measured(
            arm=arm, seed=seed, point=point, rate=rate, said=said, loss=student.loss, books=books,
            bought=curve.state.bought, at=now(),
        )  # fmt: skip
        self.ledger.add(entry)
        if start:
            shutil.rmtree(before, ignore_errors=True)
        self.say(f"({arm.letter}) {arm}, seed {seed}: {point} labels, {self._scores(said)}, {books.cpu_seconds:.0f} s")

    def _scores(self, said: Mapping[str, str]) -> str:
        found = {name: balanced(said[name], [q.label for q in asked]) for name, asked in self.questions.items()}
        others = [score for name, score in found.items() if name != DEV]
        adversarial = f", adversaries {sum(others) / len(others):.1%}" if others else ""
        return f"dev {found[DEV]:.1%}{adversarial}"

    def _new_curve(self, arm: Arm, seed: int) -> Curve:
        return Curve(arm, seed, self.plan, self.data, self.operators, self.cell)

    def _student(self, folder: Path, rate: float, seed: int, arm: Arm) -> ThesisStudent:
        return ThesisStudent(folder, self.plan, rate, seed, arm, LABELS)

    def place(self, arm: Arm, seed: int, point: int) -> Path:
        """Where the student of a point lies, in Hugging Face layout; kept for a curve's last point."""
        return self.folder / "students" / f"{arm}-{seed}" / str(point)

    def open_sealed(self, sealed: Sequence[Question]) -> Opened:
        """Ask the last student of every curve the sealed questions. Raises ConfigError where that was done before."""
        if (before := self.ledger.opened()) is not None:
            raise ConfigError(f"the sealed split was opened at {before.at}", "it can be opened once; its result stands")
        said = dict[str, str]()
        for seed, arm in self.plan.curves():
            point = self.plan.points_of(seed, arm)[-1]
            if (arm, seed, point) not in self.ledger.measured():
                raise ConfigError(f"{arm}, seed {seed}, is not at {point} labels yet", "finish the run before you open")
            rate = self.ledger.measured()[arm, seed, point].rate
            said[f"{arm}/{seed}/{point}"] = answered(
                self._student(self.place(arm, seed, point), rate, seed, arm), sealed
            )
            self.say(f"sealed: {arm}, seed {seed} is done")
        entry = Opened(said=said, at=now())
        self.ledger.add(entry)
        return entry


def state_file(place: Path) -> Path:
    """Where the state of a curve lies, beside its student's folder."""
    return place.with_suffix(".json")


def read_state(file: Path) -> CurveState:
    """A curve's state. Raises ConfigError where it is gone."""
    if not file.is_file() or not (file.with_suffix("") / "config.json").is_file():
        fix = "delete the lines of that curve from the ledger, or start another run with --to"
        raise ConfigError(f"{str(file.with_suffix(''))!r}, from which a curve would go on, is gone", fix)
    return CurveState.model_validate_json(file.read_bytes())

"""What a hostile fifth of the teachers can bring into training, with the guards of docs/trust.md and without.

Exchange, domain, gold checks, policy and curriculum are the real ones; who asks, answers and judges is played, and the
clock is turned. `make simulate-poison` prints the table and saves it; `--train ROUNDS` also trains the student on what
came through.
"""

import argparse
import random
import secrets
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from rich.console import Console
from rich.table import Table

from swarm.defects import Draw
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.exchange import Exchange, Identity
from swarm.gold import gold_of
from swarm.records import (
    Attempt,
    Correction,
    Probe,
    Purpose,
    Record,
    Reference,
    Sample,
    TeacherKind,
    Tier,
    Verdict,
    answer_to,
)
from swarm.roles import Role
from swarm.trust import decide
from swarm.work import Completion, Lease, Stage
from trainers.curriculum import Curriculum
from trainers.recipes import Example

HONEST_INSIDE, HONEST_OUTSIDE, HOSTILE = 4, 4, 2
ROUND = 96
BATCH = 3
"""Failures that a teacher takes in one turn."""
FAILURES = 24
"""New ones in each step, a little less than the teachers can take."""
SHARE = 0.25


class Guards(StrEnum):
    """Which guards stand."""

    NONE = "none"
    SHARE = "share"
    CHECKS = "checks"
    ALL = "all"


class Strategy(StrEnum):
    """What the hostile ones do."""

    ALWAYS = "always wrong"
    PATIENT = "wrong once trusted"
    FAST = "the same, five times as fast"
    CAREFUL = "one in ten wrong once trusted"
    EXPLAINS = "right answers, others' steps"
    FAST_EXPLAINS = "those, five times as fast"


class Came(Record):
    """What came of one run. Shares are of poisoned examples among the new ones that rounds learned."""

    strategy: Strategy
    guards: Guards
    learned: int
    poisoned: int
    share: float
    worst_round: float
    suspended: int
    """Hostile teachers, of two."""
    honest_suspended: int
    """Honest teachers from outside, of four."""
    last_poisoned_step: int
    """The step of the simulation in which the last poisoned correction entered the log; 0 where none did."""


@dataclass
class Teacher:
    """Who works: from outside or not, and by which strategy if it is hostile."""

    name: str
    outside: bool
    strategy: Strategy | None = None
    tier: Tier = Tier.INSIDE

    @property
    def turns(self) -> int:
        """In each step."""
        return 5 if self.strategy in (Strategy.FAST, Strategy.FAST_EXPLAINS) else 1

    def poisons(self, rng: random.Random) -> bool:
        """Whether its next correction is a bad one."""
        match self.strategy:
            case None:
                return False
            case Strategy.ALWAYS | Strategy.EXPLAINS | Strategy.FAST_EXPLAINS:
                return True
            case Strategy.CAREFUL:
                return self.tier is not Tier.QUARANTINED and rng.random() < 0.1
            case _:
                return self.tier is not Tier.QUARANTINED


@dataclass
class Simulation:
    """One swarm of ten teachers."""

    exchange: Exchange
    domain: Domain
    guards: Guards
    strategy: Strategy
    rng: random.Random
    curriculum: Curriculum
    teachers: list[Teacher] = field(default_factory=list)
    bad: set[tuple[str, str]] = field(default_factory=set)
    """(producer, failure) of each poisoned correction."""
    poison: set[str] = field(default_factory=set)
    """Their ids, once they are in the log."""
    rounds: list[list[Example]] = field(default_factory=list)
    last_poisoned_step: int = 0

    def hire(self) -> None:
        """Two of ten are hostile; without guards all are as good as the swarm's own."""
        for number in range(HONEST_INSIDE):
            self.teachers.append(Teacher(f"inside-{number}", outside=False))
        for number in range(HONEST_OUTSIDE):
            self.teachers.append(Teacher(f"outside-{number}", outside=True))
        for number in range(HOSTILE):
            self.teachers.append(Teacher(f"hostile-{number}", outside=True, strategy=self.strategy))
        for teacher in self.teachers:
            if teacher.outside and self.guards is not Guards.NONE:
                checked = self.guards in (Guards.CHECKS, Guards.ALL)
                teacher.tier = Tier.QUARANTINED if checked else Tier.TRUSTED
                self.exchange.issue(teacher.name, Role.TEACHER, tier=teacher.tier)

    def step(self, number: int) -> None:
        """New failures, a turn of everyone, a review, and what rounds there are."""
        with self.exchange.transaction():
            self._fail()
            turns = [teacher for teacher in self.teachers for _ in range(teacher.turns)]
            self.rng.shuffle(turns)
            for teacher in turns:
                if teacher.tier is not Tier.SUSPENDED:
                    self._teach(teacher)
        if self.guards in (Guards.CHECKS, Guards.ALL):
            self._review()
        while page := self.exchange.corrections(self.curriculum.cursor, 500):
            self.curriculum.read(page)
            found = {chain[0].id for chain in page if (chain[0].producer, chain[0].parent_id) in self.bad}
            self.poison |= found
            self.last_poisoned_step = number if found else self.last_poisoned_step
        while self.curriculum.available(ROUND) == ROUND:
            self.rounds.append(self.curriculum.next_round(ROUND))

    def came(self) -> Came:
        """The sums."""
        new = [[example for example in examples if example.is_new] for examples in self.rounds]
        bad = [sum(example.sample_id in self.poison for example in examples) for examples in new]
        learned = sum(map(len, new))
        lost = [teacher for teacher in self.teachers if teacher.tier is Tier.SUSPENDED]
        return Came(
            strategy=self.strategy,
            guards=self.guards,
            learned=learned,
            poisoned=sum(bad),
            share=sum(bad) / learned if learned else 0.0,
            worst_round=max((b / len(examples) for b, examples in zip(bad, new, strict=True)), default=0.0),
            suspended=sum(teacher.strategy is not None for teacher in lost),
            honest_suspended=sum(teacher.strategy is None for teacher in lost),
            last_poisoned_step=self.last_poisoned_step,
        )

    def _fail(self) -> None:
        """Failures of probes over all cells, made by those of the swarm."""
        probes: list[Sample] = []
        while len(probes) < FAILURES:
            probes += self.domain.make(self.rng.choice(self.domain.cells()), self.rng, Purpose.LEARN)
        self.exchange.publish(Identity("prober-0", Role.PROBER), probes)
        said = Attempt(text="= ?", checkpoint_id="base")
        failed = Verdict(passed=False, rubric_version=1, decided_by="verifier")
        for identity, stage, payload in (
            (Identity("student-0", Role.STUDENT), Stage.PROBES, said),
            (Identity("judge-0", Role.JUDGE), Stage.ATTEMPTS, failed),
        ):
            leases = self.exchange.lease(identity, stage, len(probes))
            done = [Completion(token=lease.token, outputs=(answer_to(lease.sample, payload),)) for lease in leases]
            self.exchange.complete(identity, done)

    def _teach(self, teacher: Teacher) -> None:
        identity = Identity(teacher.name, Role.TEACHER, tier=teacher.tier)
        leases = self.exchange.lease(identity, Stage.FAILURES, BATCH)
        self.exchange.complete(identity, [self._corrected(teacher, lease) for lease in leases])

    def _corrected(self, teacher: Teacher, lease: Lease) -> Completion:
        probe = lease.chain[-1].payload
        assert isinstance(probe, Probe)
        right = self.domain.solve(probe)
        if teacher.poisons(self.rng):
            self.bad.add((teacher.name, lease.sample.id))
            right = self._poisoned(probe, right)
        correction = Correction(
            rationale=right.rationale, answer=right.answer, teacher=TeacherKind.LOCAL, verified=True
        )
        return Completion(token=lease.token, outputs=(answer_to(lease.sample, correction),))

    def _poisoned(self, probe: Probe, right: Reference) -> Reference:
        """The nearest well-formed wrong answer behind the right steps, or the right answer behind another's steps."""
        other = self.domain.make(self.rng.choice(self.domain.cells()), self.rng, Purpose.LEARN)[0].payload
        assert isinstance(other, Probe)
        borrowed = self.domain.solve(other)
        if self.strategy in (Strategy.EXPLAINS, Strategy.FAST_EXPLAINS):
            return Reference(answer=right.answer, rationale=borrowed.rationale)
        draw = Draw(self.domain, probe, right, (borrowed,), self.rng)
        return Reference(answer=draw.one_wrong() or [*draw.wrong(), "1999-01-01"][0], rationale=right.rationale)

    def _review(self) -> None:
        for standing, outcomes in self.exchange.conduct():
            if decision := decide(standing.tier, outcomes):
                self.exchange.set_tier(standing.name, decision.tier, decision.reason)
        placed = {standing.name: standing.tier for standing in self.exchange.standings()}
        for teacher in self.teachers:
            teacher.tier = placed.get(teacher.name, Tier.INSIDE)


@contextmanager
def simulated(strategy: Strategy, guards: Guards, steps: int, seed: int) -> Iterator[Simulation]:
    """A simulation that has run, over a store in a folder of its own."""
    domain, now = load_domain("calendar"), [datetime(2026, 1, 1, tzinfo=UTC)]
    share = SHARE if guards in (Guards.SHARE, Guards.ALL) else 1.0
    rng = random.Random(f"{seed}/{strategy}")
    with (
        tempfile.TemporaryDirectory(prefix="swarm-poison-") as folder,
        Exchange(
            f"sqlite:///{folder}/exchange.db",
            "poison",
            "calendar",
            lambda: now[0],
            secrets.token_bytes(32),
            rng=random.Random(seed),
            gold=gold_of(domain) if guards in (Guards.CHECKS, Guards.ALL) else lambda *_: None,
        ) as exchange,
    ):
        curriculum = Curriculum(domain, replay=0.5, seed=seed, outside_share=share)
        simulation = Simulation(exchange, domain, guards, strategy, rng, curriculum)
        simulation.hire()
        for number in range(1, steps + 1):
            now[0] += timedelta(seconds=1)
            simulation.step(number)
        yield simulation


def show(found: Sequence[Came]) -> None:
    """Print the table."""
    table = Table(
        "hostile 2 of 10", "guards", "learned", "poisoned", "share", "worst round", "hostile out", "honest out",
        "last at step", box=None,
    )  # fmt: skip
    for came in found:
        shares = f"{came.share:.1%}", f"{came.worst_round:.1%}"
        out = f"{came.suspended} of {HOSTILE}", f"{came.honest_suspended} of {HONEST_OUTSIDE}"
        last = str(came.last_poisoned_step or "-")
        table.add_row(came.strategy, came.guards, str(came.learned), str(came.poisoned), *shares, *out, last)
    Console(width=max(120, Console().width)).print(table)


def main(arguments: list[str]) -> int:
    """Simulate, print and save; 0 whatever came of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.poison", description=__doc__.split("\n")[0])
    parser.add_argument("--json", type=Path, default=Path("build/poison.json"), help="where the table is saved")
    parser.add_argument("--steps", type=int, default=100, help=f"of {FAILURES} failures each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--strategies", nargs="+", choices=[s.name for s in Strategy], default=[s.name for s in Strategy]
    )
    parser.add_argument("--guards", nargs="+", choices=list(Guards), default=list(Guards))
    parser.add_argument("--train", type=int, default=0, metavar="ROUNDS", help="train the student on so many rounds")
    given = parser.parse_args(arguments)
    found = list[Came]()
    for strategy in (Strategy[name] for name in given.strategies):
        for guards in map(Guards, given.guards):
            with simulated(strategy, guards, given.steps, given.seed) as simulation:
                found.append(simulation.came())
            if given.train:
                from bench.poisoned_student import show_student  # brings torch

                show_student(simulation.rounds[: given.train], f"{strategy}, guards {guards}", given.seed)
    show(found)
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(f"[{','.join(came.model_dump_json() for came in found)}]\n")
    print(f"saved in {given.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

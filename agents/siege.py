"""The siege itself: probes where the target fails, its answers kept and judged, round after round, in one process.

`python -m agents.siege FOLDER [--plain] [--json]` besieges as FOLDER/plan.json says, and goes on from what is there.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path

from agents.ending import INTERRUPTED, ended
from agents.prober import Prober, probe_of
from agents.targets import Asker, Target, opened
from swarm.answer_log import AnswerLog, affordable, answer_log
from swarm.criteria import Rubric
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.errors import ConfigError, EngineUnavailable, SwarmError
from swarm.probing.draws import named
from swarm.probing.evidence import tried
from swarm.probing.families import FAMILIES
from swarm.records import Cell, Purpose, Sample
from swarm.rubric import judge_attempt
from swarm.siege.folder import read_plan, write_report
from swarm.siege.judging import calibrated, rubric_of
from swarm.siege.plan import ANSWERS_FILE, SiegePlan, besieged
from swarm.siege.report import report_of
from swarm.siege.standing import Outcome, cell_counts, failures, judged, statement
from swarm.siege.summary import summary
from swarm.siege.view import View, announced, progress_line, view
from swarm.species import cluster

NOT_SHOWN = 1
_PROMPT_TOKENS = 1000
"""What a prompt is taken to cost, in tokens, before the first call has told."""
_DEAD = 3
"""Probes in succession without any answer that end a siege."""
_MEND = "The answers so far are kept: mend the target, then add --resume"


class Siege:
    """One siege in progress. Its probes follow from the plan and the answers alone, so that going on is repeating."""

    def __init__(self, plan: SiegePlan, domain: Domain, cells: Sequence[Cell], rubric: Rubric, log: AnswerLog) -> None:
        self.plan = plan
        self.outcomes: list[Outcome] = []
        self._domain = domain
        self._rubric = rubric
        self.log = log
        families = {Purpose.SIEGE: tuple(FAMILIES)}
        self._prober = Prober(domain, cells, f"siege/{plan.seed}", families)
        self._pending: list[Sample] = []

    @property
    def refused(self) -> dict[str, int]:
        """Probes that the prober's gate refused, by reason."""
        return self._prober.invalid

    def draw(self) -> tuple[list[Sample], str]:
        """The next probes, or none and why. What the log knows is asked for free; the rest as far as the caps reach.

        Rounds are drawn whole and asked in their order, so that caps cut a siege short but never change its course.
        """
        if not self._pending:
            room = min(self.plan.round, self.plan.calls - len(self.outcomes))
            if room <= 0:
                return [], f"all {self.plan.calls} probes were asked"
            made = self._prober.act(cell_counts(self.outcomes), Purpose.SIEGE, room)[:room]
            self._pending = [named(sample) for sample in made]
        if not self._pending:
            return [], "the cells have no new question"
        taken, ending, fresh = self._pending, "", self._fresh(self._pending)
        if fresh:
            guess = _PROMPT_TOKENS + self.plan.new_tokens
            allowed, ending = affordable(self.plan, self.log.spent, len(fresh), guess)
            taken = taken[: taken.index(fresh[allowed])] if ending else taken
        self._pending = self._pending[len(taken) :]
        return taken, "" if taken else ending

    def _fresh(self, drawn: Sequence[Sample]) -> list[Sample]:
        return [sample for sample in drawn if self.log.answer(sample.id) is None]

    async def play(self, drawn: Sequence[Sample], target: Target, arrived: Callable[[int], None]) -> int:
        """Ask some probes, keep each answer as it comes, and judge; returns how many calls that took.

        The very first call is made alone, since it may well fail. Raises EngineUnavailable where it does, or where all
        of a round do; ConfigError where the student changed.
        """
        fresh = self._fresh(drawn)
        problems: dict[str, str] = {}
        for part in (fresh[:1], fresh[1:]) if not self.log.answered else (fresh,):
            if part:
                problems |= await self._ask(part, target, arrived)
        if problems and not self.log.answered:
            raise EngineUnavailable(f"the first call was not answered: {problems[fresh[0].id]}", _MEND)
        outcomes = [self._outcome(sample, problems.get(sample.id, "")) for sample in drawn]
        self.outcomes += outcomes
        self._prober.learn(tried(one.probe, verdict) for one, verdict in judged(outcomes))
        _same_student(self.outcomes)
        if len(outcomes) >= _DEAD and not judged(outcomes):
            raise EngineUnavailable(
                f"none of {len(outcomes)} calls was answered; the last: {outcomes[-1].problem}", _MEND
            )
        return len(fresh)

    async def _ask(self, samples: Sequence[Sample], target: Target, arrived: Callable[[int], None]) -> dict[str, str]:
        """Ask, write down what comes, and return the problems by probe."""
        problems = {}
        async with aclosing(target.ask(samples)) as answers:
            async for answer in answers:
                self.log.add([answer])
                if answer.problem:
                    problems[answer.probe_id] = answer.problem
                arrived(1)
        return problems

    def _outcome(self, sample: Sample, problem: str) -> Outcome:
        probe, answer = probe_of(sample), self.log.answer(sample.id)
        if answer is None:
            return Outcome(sample, probe, problem=problem)
        return Outcome(sample, probe, answer, judge_attempt(self._domain, self._rubric, probe, answer.text))


def _same_student(outcomes: Sequence[Outcome]) -> None:
    """Raise ConfigError where answers come from more than one student: a bound is about one that is frozen."""
    named = {outcome.answer.student: None for outcome in outcomes if outcome.answer is not None}
    if len(named) > 1:
        raise ConfigError(
            f"the student changed during the siege: {', '.join(named)}",
            "A siege speaks of one frozen student: pause the swarm or stop it, then begin anew with --fresh",
        )


async def besiege(siege: Siege, target: Target, sensitivity: float, shown: View) -> str:
    """Play rounds until nothing more is to be asked; returns why. The limit, where there is one, ends it too."""
    plan, started, repeated = siege.plan, time.monotonic(), 0
    while True:
        drawn, ending = siege.draw()
        if drawn:
            calls = await siege.play(drawn, target, shown.answered)
            repeated += len(drawn) - calls
            said = statement(plan, siege.outcomes, sensitivity)
            species = len(cluster(failures(siege.outcomes), [one.probe for one, _ in judged(siege.outcomes)]))
            seconds = time.monotonic() - started
            line = progress_line(plan, said, species, seconds, repeated)
            shown.stands(said.probes, seconds, line, quiet=not calls)
            if plan.max_failure_rate is not None and said.reached:
                return "the limit was reached"
        if ending:
            return ending


async def run(folder: Path, *, plain: bool, as_json: bool) -> int:
    """Besiege as the plan in a folder says, write the report whatever comes, and return the exit code."""
    plan = read_plan(folder)
    domain = load_domain(plan.domain)
    cells, rubric = besieged(domain, plan.cells), rubric_of(plan)
    sensitivity = calibrated(domain, rubric, cells, plan.seed).q0_lower
    with answer_log(folder / ANSWERS_FILE) as log, view(plan.calls, plain=plain, shown=not as_json) as shown:
        siege = Siege(plan, domain, cells, rubric, log)
        shown.say(announced(plan, log.answered))
        ending, code = await _ended(siege, domain, cells, sensitivity, shown)
        report = report_of(
            plan, siege.outcomes, log.spent, cells=len(cells), ending=ending,
            rubric=rubric.note or f"version {rubric.version}", sensitivity=sensitivity, refused=siege.refused,
            turns=Asker(domain, plan, cells).turns(),
        )  # fmt: skip
        write_report(folder, report)
    print(report.model_dump_json(indent=1) if as_json else summary(report, folder), flush=True)
    return code or (0 if report.statement.reached else NOT_SHOWN)


async def _ended(
    siege: Siege, domain: Domain, cells: Sequence[Cell], sensitivity: float, shown: View
) -> tuple[str, int]:
    """Besiege; how that ended, with the exit code where it ended too early."""
    try:
        async with opened(siege.plan, domain, cells) as target:
            return await besiege(siege, target, sensitivity, shown), 0
    except asyncio.CancelledError:
        return "it was interrupted; --resume goes on with it", INTERRUPTED
    except SwarmError as error:
        print(f"error: {error.message}\nfix:   {error.fix}", file=sys.stderr)
        return f"it could not go on: {error.message}", error.exit_code


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="agents.siege", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--json", action="store_true", dest="as_json")
    given = parser.parse_args()
    ended(run(given.folder, plain=given.plain, as_json=given.as_json))


if __name__ == "__main__":
    main()

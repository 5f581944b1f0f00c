"""The duel itself: everybody sits the same exam, one after the other, and each answer is kept as it comes.

`python -m agents.duel FOLDER [--plain] [--json]` duels as FOLDER/plan.json says, and goes on from what is there.
"""

import argparse
import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from pathlib import Path

from agents.contest import parsers, sit_constant, sit_data, sit_parser
from agents.ending import INTERRUPTED, ended
from agents.prober import probe_of
from agents.targets import Target, opened
from swarm.answer_log import AnswerLog, affordable, answer_log, stored_answers
from swarm.approach import TargetKind
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.duel.exam import Exam
from swarm.duel.folder import read_exam, read_plan, write_report
from swarm.duel.growth import Growth, growth_of
from swarm.duel.plan import ANSWERS_FOLDER, DuelPlan, Entrant
from swarm.duel.recorded import predictions
from swarm.duel.report import report_of
from swarm.duel.sides import Sheet, asked_sheet, given_sheet, passed
from swarm.duel.summary import summary
from swarm.errors import EngineUnavailable, SwarmError
from swarm.exam_report import ContestantKind, ItemAnswer, Scoring, scored
from swarm.exported import is_exported, read_exported
from swarm.records import Sample
from swarm.report.reading import snapshot
from swarm.siege.view import View, clock, view

ALONE = 8
"""Answers that are asked for one at a time, so that their time is a latency."""
ROUND = 32
"""Items that are asked for at once afterwards."""
_PROMPT_TOKENS = 1000
"""What a prompt is taken to cost, in tokens, before the first call has told."""
_DEAD = 3
"""Items in succession without any answer that end a contestant's exam."""


class Seat:
    """One contestant at its exam. What was answered before is not asked again."""

    def __init__(self, entrant: Entrant, items: Sequence[Sample], log: AnswerLog) -> None:
        assert entrant.approach is not None, f"{entrant.name} is not asked"
        self.entrant = entrant
        self.approach = entrant.approach
        self._log = log
        # In an order of their own: whoever can't answer all of them has then answered some of every cell.
        self._order = random.Random("duel").sample(list(items), len(items))
        self._tried = 0

    def draw(self) -> tuple[list[Sample], str]:
        """The next items, or none and why no more may be asked: "" where none is left."""
        left = [item for item in self._order[self._tried :] if self._log.answer(item.id) is None]
        if not left:
            return [], ""
        taken = left[:1] if self._log.answered < ALONE else left[:ROUND]
        guess = _PROMPT_TOKENS + self.approach.new_tokens
        allowed, ending = affordable(self.approach, self._log.spent, len(taken), guess)
        return taken[:allowed], "" if allowed else ending

    async def sit(self, target: Target, shown: View) -> str:
        """Ask until nothing is left; returns why something is, or "" where all is answered."""
        in_vain, last = 0, ""
        while True:
            drawn, ending = self.draw()
            if not drawn:
                return ending or self._missing(last)
            self._tried = self._order.index(drawn[-1]) + 1
            problems = await self._ask(drawn, target, shown)
            last = problems[-1] if problems else last
            in_vain = in_vain + len(problems) if len(problems) == len(drawn) else 0
            if problems and (in_vain >= _DEAD or not self._log.answered):
                return f"it stopped answering: {last}"

    async def _ask(self, items: Sequence[Sample], target: Target, shown: View) -> list[str]:
        """Ask, write down what comes, and return the problems."""
        problems = []
        async with aclosing(target.ask(items)) as answers:
            async for answer in answers:
                self._log.add([answer])
                problems += [answer.problem] if answer.problem else []
                shown.answered(1)
        return problems

    def _missing(self, last: str) -> str:
        left = sum(self._log.answer(item.id) is None for item in self._order)
        return f"{left} calls brought no answer, the last: {last}" if left else ""


async def duel(folder: Path, plan: DuelPlan, exam: Exam, domain: Domain, shown: View) -> dict[str, str]:
    """Let all models sit; returns who has not answered everything, and why. One that fails leaves the others alone."""
    cells = list(dict.fromkeys(probe_of(item).cell for item in exam.items))
    endings: dict[str, str] = {}
    for entrant in plan.everyone:
        if entrant.approach is None:
            continue
        started = time.monotonic()
        with answer_log(answers_of(folder, entrant)) as log:
            shown.answered(known := log.answered)
            try:
                if known < len(exam.items):
                    async with opened(entrant.approach, domain, cells) as target:
                        endings[entrant.name] = await Seat(entrant, exam.items, log).sit(target, shown)
            except SwarmError as error:
                endings[entrant.name] = error.message
            line = f"{entrant.name}: {log.answered} of {len(exam.items)} answered"
        shown.say(f"[{clock(time.monotonic() - started)}] {line}" + (f", {known} of them before" if known else ""))
        if endings.get(entrant.name):
            shown.say(f"{entrant.name} has not finished: {endings[entrant.name]}")
    return {name: ending for name, ending in endings.items() if ending}


def answers_of(folder: Path, entrant: Entrant) -> Path:
    """Where a contestant's answers lie."""
    return folder / ANSWERS_FOLDER / f"{entrant.slug}.jsonl"


def sheets(
    folder: Path, plan: DuelPlan, items: Sequence[Sample], domain: Domain, endings: Mapping[str, str]
) -> list[Sheet]:
    """Everybody's sheet, the student's first: who was asked, whose answers were recorded, and what needs no model."""
    told = {entrant.recorded: entrant for entrant in plan.entrants if entrant.recorded}
    made = []
    for entrant in plan.everyone:
        if entrant.approach is not None:
            file = answers_of(folder, entrant)
            said = {one.probe_id: one for one in stored_answers(file) if not one.problem} if file.is_file() else {}
            ending, student = endings.get(entrant.name, ""), entrant is plan.student
            ending = ending or ("it was not asked for more yet" if len(said) < len(items) else "")
            made.append(asked_sheet(entrant, domain, items, said, ending=ending, student=student))
        elif entrant.recorded.endswith(".jsonl"):
            made.append(_of_file(entrant, items, domain))
    made.append(given_sheet(sit_constant(domain, items), "the best answer of each form, chosen in hindsight"))
    for contestant in sit_data(domain, items):
        known = told.get(contestant.name)
        renamed = contestant.model_copy(update={"name": known.name}) if known else contestant
        how = "recorded answers" if contestant.kind is ContestantKind.RECORDED else "fitted to the training split"
        made.append(given_sheet(renamed, how, known.parameters if known else 0))
    made += [given_sheet(sit_parser(domain, items, name), "a program") for name in parsers(domain)]
    return made


def _of_file(entrant: Entrant, items: Sequence[Sample], domain: Domain) -> Sheet:
    said = predictions(Path(entrant.recorded), {item.id: probe_of(item).question for item in items}, domain)
    answers = [
        ItemAnswer(
            sample_id=item.id, text=said[item.id], passed=passed(domain, probe_of(item), said[item.id], bare=False)
        )
        for item in items
    ]
    contestant = scored(entrant.name, entrant.kind, items, answers, seconds=0.0, scoring=Scoring.GIVEN)
    return given_sheet(contestant, f"recorded answers: {Path(entrant.recorded).name}", entrant.parameters)


def _growth(plan: DuelPlan) -> Growth | None:
    approach = plan.student.approach
    assert approach is not None, "the student is asked"
    if approach.kind is not TargetKind.RUN:
        place = Path(plan.target)
        return read_exported(place).growth if is_exported(place) else None
    with snapshot(Path(plan.target)) as exchange:
        return growth_of(exchange, Path(plan.target), approach.checkpoint)


async def run(folder: Path, *, plain: bool, as_json: bool) -> int:
    """Duel as the plan in a folder says, write the report whatever comes, and return the exit code."""
    plan, exam = read_plan(folder), read_exam(folder)
    domain, growth = load_domain(plan.domain, plan.data), _growth(plan)
    asked = sum(entrant.approach is not None for entrant in plan.everyone)
    endings: dict[str, str] = {}
    ending, code = "", 0
    with view(asked * len(exam.items), plain=plain, shown=not as_json) as shown:
        shown.say(f"duel over {domain.name}: {len(exam.items)} items, {asked} to be asked, in {folder}")
        try:
            endings = await duel(folder, plan, exam, domain, shown)
        except asyncio.CancelledError:
            ending, code = "it was interrupted; --resume goes on with it", INTERRUPTED
    if endings:
        ending, code = f"{', '.join(endings)}: see above; --resume asks again", EngineUnavailable.exit_code
    found = sheets(folder, plan, exam.items, domain, endings)
    report = report_of(plan, domain, exam.items, found, growth, own_exam=exam.own, ending=ending)
    write_report(folder, report)
    print(report.model_dump_json(indent=1) if as_json else summary(report, folder), flush=True)
    return code


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="agents.duel", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--json", action="store_true", dest="as_json")
    given = parser.parse_args()
    ended(run(given.folder, plain=given.plain, as_json=given.as_json))


if __name__ == "__main__":
    main()

"""The student beside models that were not grown here, on one frozen exam: the page that a team shows to its manager."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from swarm.cli.edge import dump, say
from swarm.cli.grouped import Work, taking

if TYPE_CHECKING:
    from swarm.cli.meant import Meant
    from swarm.duel.plan import DuelPlan


@dataclass(frozen=True)
class DuelOptions:
    """The options of a duel: who sits the exam, which one, and what that may cost."""

    against: Annotated[
        list[str] | None,
        typer.Option("--against", metavar="TARGET[,key=value...]", help="A contestant; repeatable (docs/duel.md)."),
    ] = None
    base: Annotated[bool, typer.Option("--base/--no-base", help="Let the student's base sit it, too.")] = True
    checkpoint: Annotated[str, typer.Option(help="A checkpoint's id; the champion where not given.")] = ""
    items: Annotated[
        int, typer.Option(min=0, help="Items of the exam, rounded up to whole cells; 0 for those of the run's own.")
    ] = 0
    domain: Annotated[str, typer.Option(help="Of an exported student: its domain, or that domain's TOML file.")] = ""
    data: Annotated[str, typer.Option(help="Another data file than the domain's TOML file names.")] = ""
    machine: Annotated[float, typer.Option(min=0, help="US dollars for an hour of this machine; 0: unpriced.")] = 0
    max_calls: Annotated[int, typer.Option(min=0, help="Cap on each contestant's calls; 0 for none.")] = 0
    max_tokens: Annotated[int, typer.Option(min=0, help="Cap on each contestant's tokens; 0 for none.")] = 0
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of local weights.")] = 2
    questions: Annotated[
        Path | None, typer.Option(help="Only write the exam's questions here, for answers from elsewhere.")
    ] = None
    to: Annotated[Path | None, typer.Option(help="Folder; runs/duel-STUDENT where not given.")] = None

    def plan(self, found: "Meant", items: int) -> "DuelPlan":
        """The duel of a student on an exam of so many items."""
        from swarm.duel.plan import DuelPlan

        common = {"max_calls": self.max_calls, "max_tokens": self.max_tokens, "threads": self.threads}
        others = [found.contestant(said, common) for said in self.against or ()]
        return DuelPlan(
            target=str(found.place),
            domain=found.name,
            data=found.data,
            items=items,
            student=found.student(self.threads),
            entrants=(*(found.base(common) if self.base else ()), *others),
            machine=self.machine,
        )


@taking(given=DuelOptions, work=Work)
def duel(
    student: Annotated[
        Path | None, typer.Argument(help="Run folder, or exported student; the newest run where not given.")
    ] = None,
    *,
    given: DuelOptions,
    work: Work,
) -> None:
    """Let the student, its base and any models sit one frozen exam: accuracy, lead, cost, latency and size of each.

    Exit code 0: everybody answered everything; 2: usage; 65: weights are missing; 75: somebody gave no answers, which
    the page says; 130: interrupted. --resume goes on after any of them, and lets contestants come on top.
    """
    # Loads matplotlib and scipy, which no other command should wait for.
    from swarm.cli.meant import Meant
    from swarm.duel.exam import exam_of
    from swarm.duel.folder import prepare
    from swarm.duel.plan import checked
    from swarm.duel.recorded import predictions
    from swarm.probing.draws import probe_of

    found = Meant.find(student, given.checkpoint, given.domain, given.data)
    exam = exam_of(found.domain, found.run, given.items)
    asked = {item.id: probe_of(item).question for item in exam.items}
    if given.questions is not None:
        _write(given.questions, asked, work.as_json)
        return
    plan = given.plan(found, len(exam.items))
    checked(plan)
    for entrant in plan.entrants:
        if entrant.recorded.endswith(".jsonl"):
            predictions(Path(entrant.recorded), asked, found.domain)
    folder = given.to or Path("runs") / f"duel-{found.place.resolve().name}"
    prepare(folder, plan, exam, resume=work.resume, fresh=work.fresh)
    work.run("agents.duel", folder)


def _write(file: Path, asked: Mapping[str, str], as_json: bool) -> None:
    from swarm.duel.recorded import questions

    file.write_text(questions(asked), encoding="utf-8")
    told = {"questions": str(file), "items": len(asked)}
    dump(told) if as_json else say(f"{len(asked)} questions in {file}; add `prediction` to each line")

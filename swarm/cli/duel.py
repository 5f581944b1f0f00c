"""The student beside models that were not grown here, on one frozen exam: the page that a team shows to its manager."""

from pathlib import Path
from typing import Annotated

import typer

from swarm.cli import child
from swarm.cli.edge import Json, dump, say


def duel(
    student: Annotated[
        Path | None, typer.Argument(help="Run folder, or exported student; the newest run where not given.")
    ] = None,
    *,
    against: Annotated[
        list[str] | None,
        typer.Option("--against", metavar="TARGET[,key=value...]", help="A contestant; repeatable (docs/duel.md)."),
    ] = None,
    base: Annotated[bool, typer.Option("--base/--no-base", help="Let the student's base sit it, too.")] = True,
    checkpoint: Annotated[str, typer.Option(help="A checkpoint's id; the champion where not given.")] = "",
    items: Annotated[
        int, typer.Option(min=0, help="Items of the exam, rounded up to whole cells; 0 for those of the run's own.")
    ] = 0,
    domain: Annotated[str, typer.Option(help="Of an exported student: its domain, or that domain's TOML file.")] = "",
    data: Annotated[str, typer.Option(help="Another data file than the domain's TOML file names.")] = "",
    machine: Annotated[float, typer.Option(min=0, help="US dollars for an hour of this machine; 0: unpriced.")] = 0,
    max_calls: Annotated[int, typer.Option(min=0, help="Cap on each contestant's calls; 0 for none.")] = 0,
    max_tokens: Annotated[int, typer.Option(min=0, help="Cap on each contestant's tokens; 0 for none.")] = 0,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of local weights.")] = 2,
    questions: Annotated[
        Path | None, typer.Option(help="Only write the exam's questions here, for answers from elsewhere.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Folder; runs/duel-STUDENT where not given.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the duel in the folder; contestants may come on top.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw the duel in the folder away.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Lines of progress instead of a bar.")] = False,
    as_json: Json = False,
) -> None:
    """Let the student, its base and any models sit one frozen exam: accuracy, lead, cost, latency and size of each.

    Exit code 0: everybody answered everything; 2: usage; 65: weights are missing; 75: somebody gave no answers, which
    the page says; 130: interrupted. --resume goes on after any of them.
    """
    # Loads matplotlib and scipy, which no other command should wait for.
    from swarm.cli.meant import Meant
    from swarm.duel.exam import exam_of
    from swarm.duel.folder import prepare
    from swarm.duel.plan import DuelPlan, checked
    from swarm.duel.recorded import predictions
    from swarm.duel.recorded import questions as lines
    from swarm.probing.draws import probe_of

    found = Meant.find(student, checkpoint, domain, data)
    exam = exam_of(found.domain, found.run, items)
    asked = {item.id: probe_of(item).question for item in exam.items}
    if questions is not None:
        questions.write_text(lines(asked), encoding="utf-8")
        told = {"questions": str(questions), "items": len(asked)}
        dump(told) if as_json else say(f"{len(asked)} questions in {questions}; add `prediction` to each line")
        return
    common = {"max_calls": max_calls, "max_tokens": max_tokens, "threads": threads}
    entrants = [*(found.base(common) if base else ()), *(found.contestant(said, common) for said in against or ())]
    plan = DuelPlan(
        target=str(found.place), domain=found.name, data=found.data, items=len(exam.items),
        student=found.student(threads), entrants=tuple(entrants), machine=machine,
    )  # fmt: skip
    checked(plan)
    for entrant in entrants:
        if entrant.recorded.endswith(".jsonl"):
            predictions(Path(entrant.recorded), asked, found.domain)
    folder = to or Path("runs") / f"duel-{found.place.resolve().name}"
    prepare(folder, plan, exam, resume=resume, fresh=fresh)
    options = [*(["--plain"] if plain else []), *(["--json"] if as_json else [])]
    code = child.run_here("agents.duel", [str(folder), *options])
    if code:
        raise typer.Exit(code)

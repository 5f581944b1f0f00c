"""What comes back from production: reports of answers, and what an operator makes of them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from swarm.asking import Family
from swarm.cli.edge import Edge, Json, dump, say
from swarm.cli.places import RunOption, find_run, run_domain
from swarm.cli.questions import question as worded
from swarm.cli.questions import read_moment
from swarm.cli.student import answered_by
from swarm.cli.wording import words_of
from swarm.client import SwarmClient
from swarm.domains import load_domain
from swarm.errors import RefusedError
from swarm.feedback import Feedback, FeedbackState, Thumb
from swarm.records import Attempt, Probe, Tier, answer_to
from swarm.report.production import Told, again_id, story_of
from swarm.report.reading import operator, reading

T = TypeVar("T")

app = typer.Typer(cls=Edge, no_args_is_help=True, help="What people say of answers that they got in production.")

Id = Annotated[str, typer.Argument(help="Id of the report.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="Most reports.")]


@app.command()
def report(
    *,
    question: Annotated[str, typer.Option(help="What was asked.")],
    answer: Annotated[str, typer.Option(help="What was answered, verbatim.")],
    correct: Annotated[str, typer.Option(help="What would have been right, in the form of the domain's answers.")] = "",
    good: Annotated[bool, typer.Option("--good", help="A thumb up; without it, it is a thumb down.")] = False,
    consent: Annotated[
        bool, typer.Option("--consent", help="The person who asked agrees that it is kept and learned from.")
    ] = False,
    checkpoint: Annotated[str, typer.Option(help="The checkpoint that answered; the champion where not given.")] = "",
    now: Annotated[
        str | None,
        typer.Option(help="The moment it was asked at, 'Tue 2026-03-10 14:30', where the question doesn't say it."),
    ] = None,
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """Report an answer as the operator. With --correct its question is put to the student, and a failure is taught."""
    folder = find_run(run)
    asked = worded(run_domain(folder), question, read_moment(now)).question if now else question
    thumb = Thumb.UP if good else Thumb.DOWN

    async def act(client: SwarmClient) -> Feedback:
        name = checkpoint or await _champion(client)
        return await client.report(asked, answer, name, thumb, consent=consent, corrected_answer=correct)

    _told(_with_client(run, act), as_json)


@app.command("list")
def list_feedback(
    *,
    state: Annotated[FeedbackState | None, typer.Option(help="Only those in this state.")] = None,
    limit: Limit = 50,
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """Thumbs down, the latest first, and how many of either each checkpoint got."""

    async def act(client: SwarmClient) -> tuple[list[Feedback], list[str], dict[str, tuple[int, int]]]:
        found, counts = await client.feedback(state, limit=limit)
        questions = [words_of((await client.lineage(item.id))[0]) for item in found] if not as_json else []
        return found, questions, {count.checkpoint_id: (count.up, count.down) for count in counts}

    found, questions, counts = _with_client(run, act)
    if as_json:
        thumbs = {name: {"up": up, "down": down} for name, (up, down) in counts.items()}
        dump({"feedback": [item.model_dump(mode="json") for item in found], "thumbs": thumbs})
        return
    for item, text in zip(found, questions, strict=True):
        by = item.reporter if item.tier is Tier.INSIDE else f"{item.reporter}, {item.tier}"
        say(f"{item.id}  {item.at.astimezone():%m-%d %H:%M}  {item.state:<9}  {item.checkpoint_id}  by {by}  {text}")
    say("\n".join(f"{name}: {up} up, {down} down" for name, (up, down) in counts.items()) or "no thumbs yet")


@app.command()
def show(
    report_id: Id,
    ask: Annotated[bool, typer.Option("--ask", help="Ask the student that serves the same question first.")] = False,
    wait: Annotated[float, typer.Option(min=1, max=300, help="Seconds to wait for that answer.")] = 120,
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """From the bad answer to what the champion answers now: every step that is known, and when it was."""
    folder = find_run(run)
    told = asyncio.run(_told_of(folder, report_id))
    if ask:
        question = told.said.samples[0]
        assert isinstance(question.payload, Probe)
        said = answered_by(folder, question.payload.question, wait, again_id(report_id, told.state.champion_id))
        now = answer_to(question, Attempt(text=said.text, checkpoint_id=said.checkpoint_id))
        told = replace(told, again=Family(samples=(now,)))
    story = story_of(told, load_domain(run_domain(folder)))
    if as_json:
        dump(story)
        return
    say(f"report {story.id} is {story.state}{', forgotten' if story.forgotten else ''}\n{_indented(story.question)}")
    for step in story.steps:
        say(f"{f'{step.at.astimezone():%Y-%m-%d %H:%M}' if step.at else '':<16}  {step.name}, {step.by}")
        say(_indented(step.text)) if step.text else None


async def _told_of(run: Path, report_id: str) -> Told:
    async with reading(run) as reader:
        return await reader.told(report_id)


def _indented(text: str) -> str:
    return "\n".join(f"{'':<18}{line}" for line in text.strip().splitlines())


@app.command()
def answer(
    report_id: Id,
    correct: Annotated[
        str, typer.Option(help="What is right, in the form of the domain's answers; empty takes what was proposed.")
    ] = "",
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """Say what is right: the question of an open report is put to the student, and a failure is taught."""
    _told(_with_client(run, lambda client: client.answer_feedback(report_id, correct)), as_json)


@app.command()
def dismiss(
    report_id: Id,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """Close an open report; nothing is taught."""
    _told(_with_client(run, lambda client: client.dismiss_feedback(report_id, reason)), as_json)


def _told(said: Feedback, as_json: bool) -> None:
    if as_json:
        dump(said)
        return
    match said.state:
        case FeedbackState.COUNTED:
            say(f"counted for {said.checkpoint_id}; nothing else is kept of it")
        case FeedbackState.OPEN:
            say(f"report {said.id} is open: nobody knows yet what is right")
        case FeedbackState.ASKED:
            say(f"report {said.id}: the student is asked again, by probe {said.probe_id}")
        case FeedbackState.DISMISSED:
            say(f"report {said.id} is dismissed: {said.reason}")


async def _champion(client: SwarmClient) -> str:
    champion = await client.champion()
    if champion is None:
        raise RefusedError("NOT_FOUND", "this run has no champion yet", "Name the checkpoint: --checkpoint ID")
    return champion.id


def _with_client(run: Path | None, act: Callable[[SwarmClient], Awaitable[T]]) -> T:
    async def acted() -> T:
        async with operator(find_run(run)) as client:
            return await act(client)

    return asyncio.run(acted())

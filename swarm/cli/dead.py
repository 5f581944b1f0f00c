"""Dead letters by command: what nobody could work on, and what is to become of it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from swarm.cli.edge import Edge, Json, dump, say
from swarm.cli.places import RunOption, find_run
from swarm.cli.wording import sample_line, sample_lines
from swarm.client import SwarmClient
from swarm.errors import ConfigError, RefusedError
from swarm.report.reading import operator
from swarm.work import Answer, Burned, DeadLetter

PAGE = 500

app = typer.Typer(cls=Edge, no_args_is_help=True, help="Samples that nobody could work on.")

StageOption = Annotated[str | None, typer.Option(help="Only of this queue.")]
ReasonOption = Annotated[str, typer.Option(help="Only where this text is in what ended them, in any case.")]
Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of samples; else by the options.")]
All = Annotated[bool, typer.Option("--all", help="All that the options leave, or simply all.")]
NoteOption = Annotated[str, typer.Option("--note", help="Why, for their history.")]


@app.command("list")
def list_letters(
    stage: StageOption = None,
    reason: ReasonOption = "",
    after: Annotated[int, typer.Option(min=0, help="Only of samples after this revision.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most letters.")] = 100,
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """Dead letters, oldest sample first, each with what ended it."""

    async def listed() -> list[DeadLetter]:
        async with operator(find_run(run)) as client:
            return await client.dead_letters(stage, reason=reason, after_revision=after, limit=limit)

    letters = asyncio.run(listed())
    if as_json:
        dump(letters)
        return
    for letter in letters:
        end = f"dead in {letter.died_in}, {letter.attempt} burned, {line(letter.history[-1])}"
        say(f"{sample_line(letter.sample)}\n{'':>7}  {end}")


@app.command()
def show(
    sample_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the sample.")],
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """One dead letter with its whole history."""

    async def found() -> DeadLetter:
        async with operator(find_run(run)) as client:
            letters = await client.dead_letters(sample_id=sample_id)
            if not letters:
                raise RefusedError("NOT_FOUND", f"{sample_id!r} is no dead letter", "See `swarm dead list`")
            return letters[0]

    letter = asyncio.run(found())
    if as_json:
        dump(letter)
        return
    say("\n".join(sample_lines(letter.sample)))
    say(f"dead in {letter.died_in} after {letter.attempt} burned deliveries:")
    for burned in letter.history:
        say(f"  {burned.at.astimezone():%Y-%m-%d %H:%M:%S}  {line(burned)}")


@app.command()
def requeue(
    ids: Ids = None,
    stage: StageOption = None,
    reason: ReasonOption = "",
    every: All = False,
    note: NoteOption = "",
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """Let dead letters wait in their queues again, with ten deliveries before them."""
    chosen = _Chosen(ids, stage, reason, every)
    _act(run, chosen, lambda client, page: client.requeue_dead(page, note), "requeued", as_json)


@app.command()
def discard(
    ids: Ids = None,
    stage: StageOption = None,
    reason: ReasonOption = "",
    every: All = False,
    note: NoteOption = "",
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """Give dead letters up for good; the samples stay stored."""
    chosen = _Chosen(ids, stage, reason, every)
    _act(run, chosen, lambda client, page: client.discard_dead(page, note), "discarded", as_json)


def line(burned: Burned) -> str:
    """One line of a history in words."""
    return f"{burned.kind} by {burned.agent}: {burned.reason or 'nothing was said'}"


@dataclass(frozen=True)
class _Chosen:
    """Dead letters by their ids, or all that fit the options. Raises ConfigError where both are given, or neither."""

    ids: list[str] | None
    stage: str | None
    reason: str
    every: bool

    def __post_init__(self) -> None:
        options = self.stage or self.reason or self.every
        if self.ids and options:
            fix = "Give the ids, or the options, not both"
            raise ConfigError(f"ids {self.ids[:3]} and options that choose, too", fix)
        if not (self.ids or options):
            raise ConfigError("no dead letters were chosen", "Give ids, --stage, --reason or --all")

    async def pages(self, client: SwarmClient) -> AsyncIterator[list[str]]:
        """The ids, in groups that one call takes."""
        if self.ids:
            for start in range(0, len(self.ids), PAGE):
                yield self.ids[start : start + PAGE]
            return
        after = 0
        while letters := await client.dead_letters(self.stage, reason=self.reason, after_revision=after, limit=PAGE):
            after = letters[-1].sample.revision
            yield [letter.sample.id for letter in letters]


def _act(
    run: Path | None,
    chosen: _Chosen,
    send: Callable[[SwarmClient, list[str]], Awaitable[list[Answer]]],
    done: str,
    as_json: bool,
) -> None:
    async def acted() -> list[Answer]:
        async with operator(find_run(run)) as client:
            return [answer async for page in chosen.pages(client) for answer in await send(client, page)]

    _report(asyncio.run(acted()), done, as_json)


def _report(answers: list[Answer], done: str, as_json: bool) -> None:
    if as_json:
        dump(answers)
    else:
        say(f"{sum(answer.ok for answer in answers)} {done}")
    refused = [answer for answer in answers if not answer.ok]
    if refused:
        counts = ", ".join(f"{count} {code}" for code, count in Counter(answer.code for answer in refused).items())
        raise RefusedError(refused[0].code, f"not {done}: {counts}; the first: {refused[0].message}")

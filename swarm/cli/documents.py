"""Documents: ingest folders, files, URLs and modules into a library; see what it holds, and find in it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from swarm.cli.edge import Edge, Json, dump, say
from swarm.cli.embedding import embed_library, vector_of
from swarm.cli.places import RunOption, find_run, run_domain
from swarm.documents.coverage import coverage, total
from swarm.documents.ingest import Ingestion, Outcome, Tell
from swarm.documents.records import Layer
from swarm.documents.retrieval import TOP, retrieved
from swarm.documents.sources import MOST_BYTES
from swarm.documents.store import Library
from swarm.domains.documents import library_of, open_domain
from swarm.domains.documents.raft import Otherwise, rows
from swarm.errors import ConfigError
from swarm.privacy import load_screen
from swarm.report.reading import snapshot
from swarm.report.staleness import stale
from swarm.sections import EngineKind, EngineSection

app = typer.Typer(cls=Edge, no_args_is_help=True, help="Libraries of documents.")

DEFAULT = Path("library")
HELD_BACK = ("token", "email", "iban", "card")
_NAMED = 20

LibraryOption = Annotated[Path, typer.Option("--library", help="Folder of the library.")]
DomainOption = Annotated[
    str,
    typer.Option("--domain", help="The library of a domain instead, such as pystdlib, which is made where it isn't."),
]


def ingest(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Folders, files, URLs, .urls files with one URL a line, python:MODULE,MODULE.*, or pystdlib.",
        ),
    ],
    library: LibraryOption = DEFAULT,
    redact: Annotated[
        list[str] | None,
        typer.Option(
            "--redact", metavar="KIND", help=f"Hold back these; by default {', '.join(HELD_BACK)}. Repeatable."
        ),
    ] = None,
    most_bytes: Annotated[int, typer.Option("--max-bytes", min=1, help="A larger file is not read.")] = MOST_BYTES,
    as_json: Json = False,
) -> None:
    """Bring a library up to date with its sources: what changed is read again, what can't be used is named.

    Exit code 2 where there was nothing to read at all.
    """
    screen = load_screen(redact or HELD_BACK, {}, "")
    with Library(library, create=True) as opened, _progress(shown=not as_json) as tell:
        outcome = Ingestion(opened, screen).run(sources, tell, most_bytes)
    dump(outcome) if as_json else _say(outcome, library)
    if not outcome.seen:
        raise ConfigError(f"{', '.join(sources)} has no document", "Name a folder with documents, a file or a module")


@app.command("coverage")
def show_coverage(library: LibraryOption = DEFAULT, domain: DomainOption = "", as_json: Json = False) -> None:
    """Units by layer and subdomain, and the share of passages that some unit stands on."""
    with Library(_meant(library, domain)) as opened:
        rows = coverage(opened.units())
    if as_json:
        dump(rows)
        return
    layers = [name for name, _ in total(rows).units]
    table = Table("subdomain", *layers, "passages covered", box=None)
    for row in (*rows, total(rows)):
        table.add_row(row.subdomain, *(str(count) for _, count in row.units), f"{row.covered:.0%}")
    say(table)


@app.command()
def search(
    words: Annotated[str, typer.Argument(help="A question, or words.")],
    library: LibraryOption = DEFAULT,
    domain: DomainOption = "",
    limit: Annotated[int, typer.Option(min=1, max=50, help="Passages.")] = TOP,
    embedder: Annotated[
        bool, typer.Option("--embedder", help="By meaning beside the words; the library must be embedded.")
    ] = False,
    as_json: Json = False,
) -> None:
    """The passages that answer best, with where they stand."""
    with Library(_meant(library, domain)) as opened:
        try:
            found = retrieved(opened, words, limit, vector_of(words) if embedder else None)
        except ValueError as error:
            raise ConfigError(str(error), "Embed it first, or leave --embedder out") from error
    if as_json:
        dump(found)
        return
    for number, unit in enumerate(found, 1):
        say(f"[{number}] {unit.name}\n    {' '.join(unit.text.split())}\n    {unit.place}")
    if not found:
        say("no passage has any of these words")


@app.command()
def embed(library: LibraryOption = DEFAULT, domain: DomainOption = "", as_json: Json = False) -> None:
    """Give every passage its vector, by a small embedder that is fetched where it isn't there (80 MB)."""
    folder = _meant(library, domain)
    with Library(folder) as opened:
        held = len(opened.units(Layer.SECTION))
    made = embed_library(folder)
    dump({"passages": held, "embedded": made}) if as_json else say(f"{made} of {held} passages were embedded anew")


@app.command()
def problems(library: LibraryOption = DEFAULT, as_json: Json = False) -> None:
    """What was wrong with sources when they were last read."""
    with Library(library) as opened:
        found = opened.problems()
    if as_json:
        dump(found)
        return
    for each in found:
        say(f"{each.trouble}: {each.source}: {each.said}")


@app.command("rows")
def training_rows(
    domain: Annotated[str, typer.Argument(help="pystdlib, pystdlib:MODULE,MODULE or documents:LIBRARY.")],
    to: Annotated[Path, typer.Option("--to", help="JSON lines are written there.")],
    count: Annotated[int, typer.Option(min=1, help="Rows.")] = 1000,
    p: Annotated[float, typer.Option("--p", min=0, max=1, help="How often the answering document is shown.")] = 0.8,
    otherwise: Annotated[
        Otherwise, typer.Option(help="Without it the answer is given from memory, or declined.")
    ] = Otherwise.ABSTAIN,
    seed: Annotated[int, typer.Option(min=0, help="Seed; the same gives the same rows.")] = 1,
    as_json: Json = False,
) -> None:
    """Write training rows as RAFT builds them: documents, question, and an answer that quotes."""
    try:
        opened = open_domain(domain)
        made = list(rows(opened, opened.cells(), count, p=p, otherwise=otherwise, seed=seed))
    except ValueError as error:
        raise ConfigError(str(error), "Name a domain of documents that has enough to ask") from error
    to.write_text("".join(f"{row.model_dump_json()}\n" for row in made), encoding="utf-8")
    shown = sum(row.oracle for row in made)
    if as_json:
        dump({"to": str(to), "rows": len(made), "oracle": shown})
    else:
        say(f"{len(made)} rows in {to}; the answering document, or the fact that there is none, is shown in {shown}")


@app.command("stale")
def show_stale(run: RunOption = None, as_json: Json = False) -> None:
    """What of a run rests on words that its documents don't say any more, by name; exit code 1 where anything does.

    Only what its documents are now counts: ingest them first.
    """
    folder = find_run(run)
    with snapshot(folder) as exchange, Library(_meant(DEFAULT, run_domain(folder))) as opened:
        found = stale(exchange, opened.documents())
    if as_json:
        dump(found)
    else:
        named = (("probe", found.probes), ("correction", found.corrections), ("exam", found.exams))
        for kind, names in (*named, ("checkpoint", found.checkpoints)):
            say(f"{len(names)} {kind}s" + (": " + ", ".join(names[:_NAMED]) if names else ""))
        for probe, words in found.gone[:_NAMED]:
            say(f"{probe} rests on what is gone: {words}")
        if found.certified:
            say("the certificate names a checkpoint that learned from it: revoke it, or grow on")
    if found.probes or found.exams:
        raise typer.Exit(1)


@app.command()
def judgement(
    model: Annotated[
        str, typer.Argument(help="The teacher: a known name or folder of weights, or an endpoint's model.")
    ],
    library: LibraryOption = DEFAULT,
    url: Annotated[str, typer.Option(help="Base URL of an OpenAI-compatible endpoint; empty for local weights.")] = "",
    key: Annotated[str, typer.Option(help="Environment variable, or file, that holds the endpoint's key.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Rules to ask about.")] = 50,
    as_json: Json = False,
) -> None:
    """Ask a teacher what practitioners do where a rule doesn't decide; what it invents is refused and counted."""
    kind = EngineKind.OPENAI if url else EngineKind.TRANSFORMERS
    section = EngineSection(kind=kind, model=model, url=url, key=key, batch=8)
    command = [sys.executable, "-m", "agents.judgement", str(library), section.model_dump_json(), str(limit)]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise typer.Exit(done.returncode)
    told = json.loads(done.stdout.strip().splitlines()[-1])
    if as_json:
        dump(told)
    else:
        refused = "".join(f", {count} {why}" for why, count in told["refused"].items())
        say(f"{told['by']} was asked about {told['asked']} rules: {told['kept']} judgements kept{refused}")


def _meant(library: Path, domain: str) -> Path:
    try:
        return library_of(domain) if domain else library
    except ValueError as error:
        raise ConfigError(str(error), "Give a domain of documents, or --library DIR") from error


class _progress:
    """A bar on stderr at a terminal, nothing elsewhere."""

    def __init__(self, *, shown: bool) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), disable=not (shown and sys.stderr.isatty()))
        self._task = self._bar.add_task("reading", total=None)

    def __enter__(self) -> Tell:
        self._bar.start()

        def tell(done: int, total: int, source: str) -> None:
            self._bar.update(self._task, completed=done, total=total, description=source[-50:])

        return tell

    def __exit__(self, *_: Any) -> None:
        self._bar.stop()


def _say(outcome: Outcome, library: Path) -> None:
    read = f"{len(outcome.new)} new, {len(outcome.changed)} changed, {outcome.unchanged} unchanged"
    say(f"{outcome.seen} documents: {read}, {len(outcome.removed)} removed; library {library}")
    say(f"units: {outcome.appeared} new, {len(outcome.disappeared)} gone")
    if outcome.held_back:
        say("held back: " + ", ".join(f"{count} {kind}" for kind, count in outcome.held_back))
    for unit in outcome.disappeared[:_NAMED]:
        say(f"gone: {unit.layer.name.lower()} {unit.name!r} of {unit.place}")
    if outcome.problems:
        say("problems: " + ", ".join(f"{count} {kind}" for kind, count in outcome.troubles.items()))
    for each in outcome.problems[:_NAMED]:
        say(f"  {each.trouble}: {each.source}: {each.said}")
    if len(outcome.problems) > _NAMED:
        say(f"  and {len(outcome.problems) - _NAMED} more: swarm documents problems --library {library}")

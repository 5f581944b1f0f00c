"""Domains of labelled data: begin one from a JSONL file, and check one before a swarm is grown on it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from swarm.cli.edge import Edge, Json, dump, say
from swarm.errors import ConfigError

if TYPE_CHECKING:
    from swarm.domains.labelled.checking import DataCheck, Place

FOUND = 1
_SHOWN = 20

app = typer.Typer(cls=Edge, no_args_is_help=True, help="Domains of labelled data: begin one, and check it.")


@app.command()
def new(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="JSONL file, one item a line.")],
    *,
    name: Annotated[str, typer.Option(help="What the domain is called; else as the data file.")] = "",
    fields: Annotated[
        list[str] | None, typer.Option("--field", help="Key of a text of the question; repeatable.")
    ] = None,
    label: Annotated[str, typer.Option(help="Key of the right answer.")] = "",
    group: Annotated[str, typer.Option(help="Key by which items belong together, such as `premise`.")] = "",
    rationale: Annotated[str, typer.Option(help="Key of a human explanation.")] = "",
    template: Annotated[str, typer.Option(help="The question, each field in braces; else one line for each.")] = "",
    regex: Annotated[str, typer.Option(help="What every answer matches, where there is no set of labels.")] = "",
    to: Annotated[Path | None, typer.Option(help="File to write; NAME.toml where not given.")] = None,
    as_json: Json = False,
) -> None:
    """Write a domain's TOML file for a data file. At a terminal it asks for what is not given."""
    from swarm.domains.labelled.writing import drafted, rows_of, text_keys, write_domain

    known = text_keys(rows_of(data))
    ask = sys.stdin.isatty() and not as_json
    chosen = fields or _asked(ask, "keys of the question's texts, by comma", "--field", known).replace(" ", "").split(
        ","
    )
    right = label or ("label" if "label" in known else _asked(ask, "key of the right answer", "--label", known))
    if ask and not group and len(chosen) > 1:
        group = typer.prompt("key by which items belong together (empty: none)", default="", show_default=False)
    called = name or data.stem
    file = to or Path(f"{called}.toml")
    made = drafted(
        data, file, name=called, fields=chosen, label=right, group=group, rationale=rationale, template=template,
        regex=regex,
    )  # fmt: skip
    write_domain(made, file)
    if as_json:
        dump({"file": str(file), "domain": made.model_dump(mode="json", exclude_defaults=True)})
    else:
        say(f"wrote {file}: {len(made.answer.labels)} labels" if made.answer.labels else f"wrote {file}")
        say(f"next: swarm domain check {file}")


def _asked(ask: bool, what: str, option: str, known: list[str]) -> str:
    """What a person says. Raises ConfigError where nobody can be asked."""
    if not ask:
        raise ConfigError(f"{what}: not given", f"give {option}; the data's keys with a text in every line: {known}")
    return str(typer.prompt(f"{what} ({', '.join(known)})"))


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The domain's TOML file.")],
    *,
    data: Annotated[str, typer.Option(help="Data file, instead of the one that FILE names.")] = "",
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 for findings, too.")] = False,
    as_json: Json = False,
) -> None:
    """Check a domain's data: faults by line, duplicates, leakage, balance, lengths, shortcuts, and noise of labels.

    Exit code 0: it makes a domain; 1: it has faults, by which it makes none (with --strict, or findings); 2: there is
    no such file, or it can't be read.
    """
    # Loads scipy, which no other command should wait for.
    from swarm.domains.labelled.checking import checked

    with _progress(shown=not as_json) as told:
        found = checked(file, data, told)
    if as_json:
        dump(found)
    else:
        _show(found)
    if found.faults or not found.cells or (strict and found.findings):
        raise typer.Exit(FOUND)


@contextmanager
def _progress(shown: bool) -> Iterator[Callable[[str], None]]:
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown) as bar:
        task = bar.add_task("")
        yield lambda words: bar.update(task, description=words)


def _show(found: "DataCheck") -> None:
    if found.faults:
        say(_lines(f"{found.data}: {len(found.faults)} faults; it makes no domain", found.faults))
        return
    say(f"{found.name}: {found.items:,} items in {found.groups:,} groups, scored by {found.scored_by}")
    say(f"data {found.data}, SHA-256 {found.sha256}\n")
    for title, places in (
        ("repeated lines, left out", found.repeated),
        ("contradicting lines, left out", found.dropped),
        ("training items that are not learned", found.contaminated),
    ):
        if places:
            say(_lines(title, places))
    for table in _tables(found):
        say(table)
    if found.noise:
        say(f"noise of labels: at most about {found.noise.rate:.1%}, by {found.noise.how}")
    say(f"cells: {', '.join(found.cells) or 'none'}")
    if found.thin:
        say("left out as too thin: " + ", ".join(f"{key} ({count})" for key, count in sorted(found.thin.items())))
    say("\nfindings:" if found.findings else "\nno findings")
    for finding in found.findings:
        say(f"- {finding}")


def _tables(found: "DataCheck") -> Iterator[Table]:
    labels = sorted({label for counts in found.balance.values() for label in counts})
    table = Table("split", *labels, title="items by split and label", box=None)
    for split, counts in found.balance.items():
        table.add_row(split, *(f"{counts[label]:,}" if label in counts else "" for label in labels))
    yield table
    table = Table("field", "median words", "longest", "far off", "their lines", "held-out, also in training", box=None)
    table.title = "texts"
    for length, shared in zip(found.lengths, found.overlaps, strict=True):
        lines = ", ".join(map(str, length.lines))
        table.add_row(
            length.field, f"{length.median:.0f}", str(length.longest), f"{length.outliers} (over {length.fence:.0f})",
            lines, f"{shared.items} of {shared.held_out}",
        )  # fmt: skip
    yield table
    if found.shortcuts:
        table = Table("words of", "right", "95% interval", "commonest label", "", box=None)
        table.title = "what words alone tell about labels, cross-validated by group"
        for cut in found.shortcuts:
            mark = "shortcut" if cut.field and cut.found else ""
            interval = f"{cut.lower:.1%} to {cut.upper:.1%}"
            name = cut.field or "all fields"
            table.add_row(name, f"{cut.accuracy:.1%}", interval, f"{cut.commonest:.1%}", mark)
        yield table
    if found.noise and found.noise.suspects:
        table = Table("line", "label", "words say", "probability of the label", box=None)
        table.title = "labels that the words speak against the most"
        for one in found.noise.suspects:
            table.add_row(str(one.line), one.label, one.likeliest, f"{one.probability:.2%}")
        yield table


def _lines(title: str, places: "tuple[Place, ...]") -> Table:
    table = Table("line", "what", title=title, box=None)
    for place in places[:_SHOWN]:
        table.add_row(str(place.line), place.what)
    if len(places) > _SHOWN:
        table.add_row("", f"and {len(places) - _SHOWN} more")
    return table

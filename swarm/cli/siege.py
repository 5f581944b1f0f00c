"""Besieging a model without training it, and making regression tests of what was found."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from swarm import weights
from swarm.approach import CHAT_TOKENS, RAW_TOKENS, Asking, TargetKind
from swarm.cli.edge import Edge, Json, dump, say
from swarm.cli.grouped import Work, taking
from swarm.cli.places import Standing, standing
from swarm.domains import load_domain
from swarm.errors import ConfigError
from swarm.siege.plan import SiegePlan, besieged, default_folder

_RUN = "run"


class _Besieging(Edge):
    """A group whose command `run` may be left unsaid: `swarm siege TARGET` is `swarm siege run TARGET`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Say it where it was not said."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [_RUN, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_Besieging,
    no_args_is_help=True,
    help="Besiege a model without training it: `swarm siege TARGET` is `swarm siege run TARGET`.",
)


class Format(StrEnum):
    """What an export is made for."""

    PYTEST = "pytest"
    PROMPTFOO = "promptfoo"
    LM_EVAL = "lm-eval"


@dataclass(frozen=True)
class SiegeOptions:
    """The options of a siege: what is asked, how, and what that may cost."""

    domain: Annotated[str, typer.Option(help="Domain of the questions.")] = "calendar"
    cells: Annotated[
        list[str] | None, typer.Option("--cells", help="A cell, or `subdomain` or `subdomain/weather`; repeatable.")
    ] = None
    calls: Annotated[int, typer.Option(min=1, help="Probes to ask in all.")] = 300
    seed: Annotated[int, typer.Option(min=0, help="Seed of the probes.")] = 1
    max_failure_rate: Annotated[
        float | None, typer.Option(help="For CI: exit code 0 once the rate is shown to be at most this, else 1.")
    ] = None
    alpha: Annotated[float, typer.Option(help="Chance that the statement is wrong.")] = 0.05
    attempt: Annotated[
        int, typer.Option(min=0, help="Of sieges repeated until one passes, which: the j-th spends alpha_j.")
    ] = 0
    max_calls: Annotated[int, typer.Option(min=0, help="Cap on calls, repeated ones too; 0 for none.")] = 0
    max_tokens: Annotated[int, typer.Option(min=0, help="Cap on tokens read and written; 0 for none.")] = 0
    max_dollars: Annotated[float, typer.Option(min=0, help="Cap on US dollars; 0 for none.")] = 0
    price: Annotated[float, typer.Option(min=0, help="US dollars for a million tokens.")] = 0
    model: Annotated[str, typer.Option(help="The endpoint's model, where it lists more than one.")] = ""
    key: Annotated[str, typer.Option(help="Environment variable, or file, that holds the endpoint's key.")] = ""
    rate: Annotated[int, typer.Option(min=1, help="Calls to an endpoint in a minute.")] = 120
    at_once: Annotated[int, typer.Option(min=1, help="Calls under way at once.")] = 8
    timeout: Annotated[float, typer.Option(help="Seconds to wait for one answer.")] = 60
    ask: Annotated[
        Asking | None, typer.Option(help="Bare questions or a chat; by default bare for a run, else a chat.")
    ] = None
    shots: Annotated[int, typer.Option(min=0, help="Worked examples in a chat.")] = 4
    new_tokens: Annotated[
        int, typer.Option(min=0, help="Most tokens of an answer; 0 for 72, or 256 for a chat with an endpoint.")
    ] = 0
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of local weights.")] = 2
    rubric: Annotated[str, typer.Option(help="Rubric file, instead of rubrics/siege.yaml.")] = ""
    to: Annotated[Path | None, typer.Option(help="Folder; runs/siege-TARGET-seedN where not given.")] = None

    def plan(self, target: str) -> SiegePlan:
        """The siege of a target. Raises WeightsError where there are none of that name, ConfigError as `_plan` does."""
        # Loads scipy, which no other command should wait for.
        from swarm.siege.standing import fitting_lambda

        kind = target_kind(target)
        if kind is TargetKind.WEIGHTS:
            weights.folder(target)
        asking = self.ask or (Asking.RAW if kind is TargetKind.RUN else Asking.CHAT)
        wordy = kind is TargetKind.ENDPOINT and asking is not Asking.RAW
        said = {name: value for name, value in vars(self).items() if name != "to"}
        meant = {
            "target": target,
            "kind": kind,
            "ask": asking,
            "cells": tuple(self.cells or ()),
            "new_tokens": self.new_tokens or (CHAT_TOKENS if wordy else RAW_TOKENS),
            "lam": fitting_lambda(self.max_failure_rate),
        }
        return _plan(said | meant)


@app.command(_RUN)
@taking(given=SiegeOptions, work=Work)
def run(
    target: Annotated[
        str, typer.Argument(help="URL of an OpenAI-compatible endpoint, run folder, weights' name, or their folder.")
    ],
    given: SiegeOptions,
    work: Work,
) -> None:
    """Search for what breaks a model: boundary map, species of failures, and a bound on its failure rate.

    Exit code 0: no limit was asked for, or the failure rate is shown to be at most --max-failure-rate; 1: that is not
    shown; 2: usage; 75: the target gave no answers; 130: interrupted. --resume goes on after any of them.
    """
    # Loads matplotlib, which no other command should wait for.
    from swarm.siege.folder import prepare

    folder = given.to or default_folder(target, given.seed)
    prepare(folder, given.plan(target), resume=work.resume, fresh=work.fresh)
    work.run("agents.siege", folder)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a siege.")],
    *,
    to: Annotated[Format, typer.Option(help="What the tests are for.")],
    out: Annotated[Path | None, typer.Option(help="New folder; RUN/FORMAT where not given.")] = None,
    each: Annotated[int, typer.Option(min=1, max=3, help="Most cases of each species.")] = 3,
    as_json: Json = False,
) -> None:
    """Make regression tests of what a siege found: each failure a case that fails until it is mended."""
    from swarm.siege.exporting import EXPORTS, write_export
    from swarm.siege.folder import read_report

    place = out or folder / to.value
    count, files = write_export(read_report(folder), to.value, place, each)
    command = EXPORTS[to.value][1].format(folder=place)
    if as_json:
        dump({"cases": count, "files": [str(file) for file in files], "command": command})
    else:
        say(f"{count} cases in {place}; run them: {command}")


@app.command()
def compare(
    folders: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of two or more sieges.")],
    *,
    to: Annotated[Path, typer.Option(help="The page to write.")] = Path("sieges.html"),
    as_json: Json = False,
) -> None:
    """Lay sieges of one domain side by side on one page: targets, boundary maps, and who fails in which way."""
    from swarm.siege.comparing import render
    from swarm.siege.folder import read_report

    to.write_text(render([read_report(folder) for folder in folders]), encoding="utf-8")
    dump({"page": str(to)}) if as_json else say(f"page: {to}")


def target_kind(target: str) -> TargetKind:
    """What a target is: an endpoint by its URL, a run by its files, else weights."""
    if target.startswith(("http://", "https://")):
        return TargetKind.ENDPOINT
    return TargetKind.RUN if standing(Path(target)) is not Standing.NEW else TargetKind.WEIGHTS


def _plan(settings: Mapping[str, Any]) -> SiegePlan:
    """A plan whose domain and cells exist. Raises ConfigError that names the option at fault."""
    try:
        plan = SiegePlan.model_validate(settings)
        besieged(load_domain(plan.domain), plan.cells)
    except ValidationError as error:
        problem = error.errors()[0]
        option = "--" + "-".join(map(str, problem["loc"])).replace("_", "-") if problem["loc"] else "an option"
        raise ConfigError(f"{option}: {problem['msg']}", "See swarm siege run --help") from error
    except ValueError as error:
        raise ConfigError(str(error), "Give another --domain") from error
    return plan

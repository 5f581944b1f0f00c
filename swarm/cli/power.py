"""The power of the swarm by command: students with known holes, and how many of those it finds."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from swarm.approach import TargetKind
from swarm.cli.grouped import Work, taking
from swarm.cli.siege import target_kind
from swarm.domains import load_domain
from swarm.errors import ConfigError
from swarm.siege.plan import besieged

if TYPE_CHECKING:
    from swarm.planted.audit import PowerPlan


@dataclass(frozen=True)
class PowerOptions:
    """The options of an audit: which students, and how they are probed."""

    domain: Annotated[str, typer.Option(help="Domain of the questions.")] = "calendar"
    cells: Annotated[
        list[str] | None, typer.Option("--cells", help="A cell, or `subdomain` or `subdomain/weather`; repeatable.")
    ] = None
    students: Annotated[int, typer.Option(min=1, max=1000, help="Students, each with holes of its own.")] = 6
    holes: Annotated[int, typer.Option(min=1, max=100, help="Holes of each student.")] = 5
    calls: Annotated[int, typer.Option(min=1, help="Questions to each student.")] = 300
    seed: Annotated[int, typer.Option(min=0, help="Seed of holes and probes.")] = 1
    rubric: Annotated[str, typer.Option(help="Rubric file, instead of rubrics/siege.yaml.")] = ""
    min_share: Annotated[
        float, typer.Option(min=0, max=1, help="Exit code 1 unless at least this share is shown to be found.")
    ] = 0.0
    to: Annotated[Path | None, typer.Option(help="Folder; runs/power-DOMAIN-seedN where not given.")] = None

    def plan(self, target: str) -> "PowerPlan":
        """The audit of a target. Raises ConfigError that names the option at fault."""
        # Loads scipy, which no other command should wait for.
        from swarm.planted.audit import PowerPlan

        kind = target_kind(target) if target else TargetKind.WEIGHTS
        said = {name: value for name, value in vars(self).items() if name in PowerPlan.model_fields}
        try:
            plan = PowerPlan.model_validate(said | {"target": target, "kind": kind, "cells": tuple(self.cells or ())})
            besieged(load_domain(plan.domain), plan.cells)
        except ValidationError as error:
            problem = error.errors()[0]
            raise ConfigError(f"--{problem['loc'][0]}: {problem['msg']}", "See swarm power --help") from error
        except ValueError as error:
            raise ConfigError(str(error), "Give another --domain") from error
        return plan


@taking(given=PowerOptions, work=Work)
def power(
    target: Annotated[
        str,
        typer.Argument(help="Student that holes are planted into, as of `swarm siege`; else one that errs nowhere."),
    ] = "",
    *,
    given: PowerOptions,
    work: Work,
) -> None:
    """Plant holes into students, let the swarm's probers search blind, and count which holes they find.

    Exit code 0: done; 1: the 95% lower bound is under --min-share; 2: usage; 130: interrupted, --resume goes on.
    """
    # Loads scipy, which no other command should wait for.
    from swarm.planted.folder import prepare

    plan = given.plan(target)
    folder = given.to or Path("runs") / f"power-{load_domain(plan.domain).name}-seed{plan.seed}"
    prepare(folder, plan, resume=work.resume, fresh=work.fresh)
    work.run("agents.power", folder, "--min-share", str(given.min_share))

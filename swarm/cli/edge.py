"""Where errors become words and exit codes, and answers become text or JSON."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from rich.console import Console, RenderableType
from typer.core import TyperGroup

from swarm.errors import SwarmError

INTERRUPTED = 130

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


class Edge(TyperGroup):
    """A group of commands. What fails on purpose ends with its message, its fix and its exit code; ^C ends with 130."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except SwarmError as error:
            complain(error)
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None


def complain(error: SwarmError) -> None:
    """Say on stderr what is wrong, and what to do about it."""
    typer.echo(f"error: {error.message}", err=True)
    if error.fix:
        typer.echo(f"fix:   {error.fix}", err=True)


def say(content: RenderableType) -> None:
    """Print text, or a table as wide as it needs to be."""
    console = Console(highlight=False)
    console.print(content, soft_wrap=isinstance(content, str), markup=False)


def dump(content: BaseModel | Sequence[BaseModel] | dict[str, Any], indent: int | None = 2) -> None:
    """Print JSON: an object, or a list of objects."""
    if isinstance(content, BaseModel):
        plain: Any = content.model_dump(mode="json")
    elif isinstance(content, dict):
        plain = content
    else:
        plain = [item.model_dump(mode="json") for item in content]
    typer.echo(json.dumps(plain, indent=indent, ensure_ascii=False))

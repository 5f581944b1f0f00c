"""Options in groups: a command takes a dataclass whose fields are its options, and several commands may share one."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from swarm.cli import child
from swarm.cli.edge import Json


def taking(**groups: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Show a command the fields of these dataclasses as options, behind its own; it gets each group as one object."""

    def wrap(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True).parameters.values()
        fields = {name: inspect.signature(group, eval_str=True).parameters for name, group in groups.items()}

        @wraps(command)
        def called(**said: Any) -> None:
            made = {name: group(**{field: said.pop(field) for field in fields[name]}) for name, group in groups.items()}
            command(**said, **made)

        shown = [each for each in own if each.name not in groups]
        shown += [each.replace(kind=each.KEYWORD_ONLY) for group in fields.values() for each in group.values()]
        called.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
        called.__annotations__ = {each.name: each.annotation for each in shown}
        return called

    return wrap


@dataclass(frozen=True)
class Work:
    """Work that has a folder and a process of its own: a siege, a duel, an audit."""

    resume: Annotated[bool, typer.Option("--resume", help="Go on with what is in the folder.")] = False
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what is in the folder.")] = False
    plain: Annotated[bool, typer.Option("--plain", help="Lines of progress instead of a bar.")] = False
    as_json: Json = False

    def run(self, module: str, folder: Path, *arguments: str) -> None:
        """Let a module work in the folder, and end with its exit code where that isn't 0."""
        options = [*(["--plain"] if self.plain else []), *(["--json"] if self.as_json else [])]
        if code := child.run_here(module, [str(folder), *arguments, *options]):
            raise typer.Exit(code)

"""Options in groups: a command is shown their fields and gets them as one object; what no field takes is refused."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from swarm.cli.grouped import Work, taking


@dataclass(frozen=True)
class Sizes:
    """Two numbers."""

    wide: Annotated[int, typer.Option(min=1, help="How wide.")] = 3
    tall: Annotated[int | None, typer.Option(help="How tall.")] = None


def said(*words: str) -> tuple[int, str]:
    """Exit code and output of a command that takes sizes and work."""
    app = typer.Typer()

    @app.command()
    @taking(given=Sizes, work=Work)
    def draw(name: Annotated[str, typer.Argument()] = "box", *, given: Sizes, work: Work) -> None:
        """Draw."""
        typer.echo(f"{name} {given} {work.resume}")

    done = CliRunner().invoke(app, [*words])
    return done.exit_code, done.output


def test_a_command_gets_each_group_as_one_object() -> None:
    assert said() == (0, f"box {Sizes()} False\n")
    assert said("--tall", "2", "hut", "--resume") == (0, f"hut {Sizes(tall=2)} True\n")


@pytest.mark.parametrize("words", [("--wide", "0"), ("--deep", "1"), ("--given", "1")])
def test_what_no_field_takes_is_refused(words: tuple[str, str]) -> None:
    code, told = said(*words)
    assert code == 2
    assert words[0] in told


def test_work_ends_with_the_code_of_its_process(tmp_path: Path) -> None:
    with pytest.raises(typer.Exit) as caught:
        Work(plain=True).run("json.tool", tmp_path)  # which knows no --plain
    assert caught.value.exit_code == 2

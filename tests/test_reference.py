"""The reference pages: complete, and known to be stale when their source has changed."""

from pathlib import Path

from typer.main import get_command

from swarm import reference
from swarm.cli import app
from swarm.config import Config


def test_pages_that_differ_from_their_source_are_refused(tmp_path: Path) -> None:
    assert reference.main(["--check", str(tmp_path)]) == 1
    assert reference.main([str(tmp_path)]) == 0
    assert reference.main(["--check", str(tmp_path)]) == 0
    page = tmp_path / "configuration.md"
    page.write_text(page.read_text().replace("`seed`", "`sed`"))
    assert reference.main(["--check", str(tmp_path)]) == 1


def test_every_key_command_and_method_is_there() -> None:
    configuration = reference.configuration()
    for section in Config.model_fields:
        assert f"## `[{section}" in configuration
    assert "| `learning_rate` | number, > 0 | `0.001` | peak learning rate |" in configuration
    commands = reference.command_line()
    for name in get_command(app).commands:  # type: ignore[attr-defined]
        assert f"## `swarm {name}" in commands
    api = reference.api()
    for service in ("ExchangeService", "SwarmService", "StudentService"):
        assert f"### {service}\n" in api
    assert "| `Watch` | `WatchRequest` | stream of `WatchResponse` |" in api


def test_every_command_and_option_says_what_it_does() -> None:
    for path, command in reference._commands("swarm", get_command(app)):
        assert command.help, path
        for parameter in command.params:
            assert parameter.help, f"{path} {parameter.name}"
        assert any(parameter.name == "as_json" for parameter in command.params), path

"""Files of a folder that are written whole or not at all, and records read from them."""

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from swarm.errors import ConfigError
from swarm.records import Record

T = TypeVar("T", bound=Record)


def write_whole(file: Path, content: str) -> None:
    """Put a text, in UTF-8, in the place of what the file held."""
    part = file.with_name(f".{file.name}.part")
    part.write_text(content, encoding="utf-8")
    part.replace(file)


def read_record(file: Path, model: type[T], begin: str) -> T:
    """The record that a file holds. Raises ConfigError where there is none, which says how to begin, or another."""
    if not file.is_file():
        raise ConfigError(f"there is no {file.name} in {str(file.parent)!r}", f"Begin with: {begin}")
    try:
        return model.model_validate_json(file.read_bytes())
    except ValidationError as error:
        said = error.errors()[0]["msg"]
        raise ConfigError(f"{str(file)!r} can't be read: {said}", "Begin anew with --fresh") from error

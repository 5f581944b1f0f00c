"""A first domain file for a data file: what its keys say, put into the form that a person then mends."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from swarm.domains.labelled.settings import DomainFile, parse_domain
from swarm.domains.settled import domain_text
from swarm.errors import ConfigError

MOST_LABELS = 40
"""Different answers up to which they are taken for a set of labels."""


def rows_of(data: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file. Raises ConfigError that names the line where one isn't."""
    if not data.is_file():
        raise ConfigError(f"there is no data file {str(data)!r}", "give a JSONL file, one object a line")
    found = []
    for number, line in enumerate(data.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8"))
        except ValueError as error:
            raise ConfigError(
                f"{data.name}: line {number}: {error}", "give one JSON object a line, as UTF-8"
            ) from error
        if not isinstance(row, dict):
            raise ConfigError(f"{data.name}: line {number} is no object", "give one JSON object a line")
        found.append(row)
    if not found:
        raise ConfigError(f"{data.name} holds no items", "give one JSON object a line")
    return found


def text_keys(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The keys whose value is a text in every row, in the order of the first one."""
    return [key for key in rows[0] if all(isinstance(row.get(key), str) for row in rows)]


def drafted(
    data: Path,
    to: Path,
    *,
    name: str,
    fields: Sequence[str],
    label: str,
    group: str = "",
    rationale: str = "",
    template: str = "",
    regex: str = "",
) -> DomainFile:
    """The domain that the answers given describe. Raises ConfigError where a key isn't one of the data's."""
    rows = rows_of(data)
    known = text_keys(rows)
    for key in (*fields, label, *filter(None, [group])):
        if key not in known:
            raise ConfigError(f"{key!r} is no key with a text in every line of {data.name}", f"such keys: {known}")
    if rationale and not any(rationale in row for row in rows):
        raise ConfigError(f"no line of {data.name} has the key {rationale!r}", f"keys: {sorted(rows[0])}")
    answer: dict[str, object] = {"field": label}
    answer |= {"regex": regex} if regex else {"labels": _labels(rows, label, data)}
    lines = [f"{field.capitalize()}: {{{field}}}" for field in fields]
    table: dict[str, object] = {
        "name": name,
        "data": str(data.absolute()),
        "fields": list(fields),
        "template": template or "\n".join([*lines, f"{label.capitalize()}:"]),
        "group": group,
        "rationale": rationale,
        "answer": answer,
    }
    return parse_domain(table, to)


def _labels(rows: Sequence[dict[str, Any]], label: str, data: Path) -> list[str]:
    counts = Counter(row[label].strip() for row in rows if row[label].strip())
    if len(counts) > MOST_LABELS:
        said = f"{label!r} has {len(counts)} different values in {data.name}, too many for labels"
        raise ConfigError(said, "give --regex, what every answer matches; answers are then generated")
    return sorted(counts)


def write_domain(file: DomainFile, to: Path) -> None:
    """Write a domain's file. Raises ConfigError where there is one already."""
    if to.exists():
        raise ConfigError(f"{str(to)!r} is there already", "name another with --to")
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(domain_text(file), encoding="utf-8")

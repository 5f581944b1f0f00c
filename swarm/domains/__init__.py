"""The domains: those that are built in, and those of labelled data, which a TOML file describes."""

from collections.abc import Callable
from pathlib import Path

from swarm.domains.base import Domain
from swarm.domains.calendar import CalendarDomain
from swarm.domains.labelled import LabelledDomain

DOMAINS: dict[str, Callable[[], Domain]] = {"calendar": CalendarDomain}
"""Name to constructor of every domain that is built in."""
FILE_SUFFIX = ".toml"
"""What the name of a domain ends with that is the path of its file."""


def load_domain(name: str, data: str = "") -> Domain:
    """The domain of that name, or of that TOML file; `data`, where given, is the file's data instead of what it names.

    Raises ValueError that lists the names there are, or ConfigError where a file, or its data, is wrong.
    """
    if name.endswith(FILE_SUFFIX):
        return LabelledDomain.from_file(Path(name), data)
    if name not in DOMAINS:
        raise ValueError(
            f"domain {name!r} is not built in: choose one of {sorted(DOMAINS)}, or give a domain's TOML file"
        )
    if data:
        raise ValueError(f"domain {name!r} has no data file, so {data!r} can't be it: leave swarm.data empty")
    return DOMAINS[name]()

"""The domains: those that are built in, of documents, and of labelled data, which a TOML file describes."""

from collections.abc import Callable
from pathlib import Path

from swarm.domains.base import Domain
from swarm.domains.calendar import CalendarDomain
from swarm.domains.labelled import LabelledDomain

DOMAINS: dict[str, Callable[[], Domain]] = {"calendar": CalendarDomain}
"""Name to constructor of every domain that is built in."""
FILE_SUFFIX = ".toml"
"""What the name of a domain ends with that is the path of its file."""


def _of_documents(name: str) -> Domain:
    # Loads readers and the store of libraries, which no other domain should wait for.
    from swarm.domains.documents import open_domain

    return open_domain(name)


OPENED: dict[str, Callable[[str], Domain]] = {"pystdlib": _of_documents, "documents": _of_documents}
"""What a name begins with, up to a colon, to who opens the domain that the rest of it names."""


EXAMPLES = {
    "calendar": "lunch with Ana next Tuesday at noon",
    "pystdlib": "Does shutil.copytree take a parameter dirs_exist_ok?",
    "documents": "What is a lease?",
}
"""What may be asked of a student of a domain, to try it."""


def example_of(name: str) -> str:
    """Something to ask a student of that domain."""
    return EXAMPLES.get(name.partition(":")[0], "...")


def load_domain(name: str, data: str = "") -> Domain:
    """The domain of that name, or of that TOML file; `data`, where given, is the file's data instead of what it names.

    Raises ValueError that lists the names there are, or ConfigError where a file, or its data, is wrong.
    """
    if name.endswith(FILE_SUFFIX):
        return LabelledDomain.from_file(Path(name), data)
    scheme = name.partition(":")[0]
    if scheme not in OPENED and name not in DOMAINS:
        known = sorted([*DOMAINS, *OPENED])
        raise ValueError(f"domain {name!r} is not built in: choose one of {known}, or give a domain's TOML file")
    if data:
        raise ValueError(f"domain {name!r} has no data file, so {data!r} can't be it: leave swarm.data empty")
    if scheme in OPENED:
        return OPENED[scheme](name)
    return DOMAINS[name]()

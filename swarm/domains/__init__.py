"""The domains that are built in."""

from collections.abc import Callable

from swarm.domains.base import Domain
from swarm.domains.calendar import CalendarDomain

DOMAINS: dict[str, Callable[[], Domain]] = {"calendar": CalendarDomain}
"""Name to constructor of every domain that is built in."""


def load_domain(name: str) -> Domain:
    """The domain of that name. Raises ValueError that lists the names there are."""
    if name not in DOMAINS:
        raise ValueError(f"domain {name!r} is not built in: choose one of {sorted(DOMAINS)}")
    return DOMAINS[name]()

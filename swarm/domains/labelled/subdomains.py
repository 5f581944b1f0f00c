"""Which subdomain an item is of, by the rule of the domain's file."""

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from swarm.domains.labelled.items import Item
from swarm.domains.labelled.mapping import OTHER
from swarm.domains.labelled.settings import SubdomainTable
from swarm.errors import ConfigError

PLAIN = "plain"
"""The subdomain of all items where there is no rule."""


def rule(table: SubdomainTable, said: Mapping[str, str]) -> Callable[[Item], str]:
    """The rule of a domain's file as a function; `said` is what the data's own key says of each item, by id."""
    if table.field:
        return lambda item: _name(said[item.id])
    if table.function:
        named = load_function(table.function, "subdomain.function")
        return lambda item: _name(str(named(item)))
    if table.words:
        patterns = {
            name: re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
            for name, words in table.words.items()
        }
        return lambda item: next(
            (name for name, pattern in patterns.items() if any(map(pattern.search, item.fields.values()))), OTHER
        )
    return lambda _: PLAIN


def load_function(said: str, where: str) -> Callable[..., Any]:
    """The function `module:name`. Raises ConfigError where it can't be imported, naming the setting."""
    module, _, name = said.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"{where} {said!r} can't be imported: {error}", "give module:function, importable") from error
    if not callable(found):
        raise ConfigError(f"{where} {said!r} is a {type(found).__name__}", "name a function")
    return found


def _name(said: str) -> str:
    """What the data says as the part of a key."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", said.strip()).strip("-._")[:64] or OTHER

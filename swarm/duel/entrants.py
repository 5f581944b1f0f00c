"""What a person says of a contestant, `TARGET,key=value,...`, as a record; nothing is opened here."""

import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from swarm.approach import CHAT_TOKENS, RAW_TOKENS, Approach, Asking, TargetKind
from swarm.duel.plan import Entrant, kind_of, styled
from swarm.errors import ConfigError
from swarm.exam_report import ContestantKind

KEYS: dict[str, str] = {
    "model": "model", "key": "key", "price": "price", "ask": "ask", "shots": "shots", "tokens": "new_tokens",
    "rate": "rate", "at_once": "at_once", "timeout": "timeout", "threads": "threads", "max_calls": "max_calls",
    "max_tokens": "max_tokens", "max_dollars": "max_dollars",
}  # fmt: skip
"""What may be said of a model, and the setting of an approach that it is."""
OWN = ("name", "params")
_PARAMETERS = re.compile(r"([0-9]+(?:\.[0-9]+)?)([KMBT]?)", re.IGNORECASE)
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
_FIX = f"Write TARGET,key=value,...; keys are {', '.join(sorted((*KEYS, *OWN)))}"


def entrant(
    said: str, kind: Callable[[str], TargetKind], recorded: Collection[str], common: Mapping[str, Any]
) -> Entrant:
    """The contestant that is meant; `common` are settings of every model that is asked.

    `kind` tells a target's kind, `recorded` are names that the domain has answers of. Raises ConfigError that
    shows what was said.
    """
    target, *options = said.split(",")
    given: dict[str, str] = {}
    for option in options:
        key, equals, value = option.partition("=")
        if not equals or key.strip() not in (*KEYS, *OWN):
            raise ConfigError(f"--against {said!r}: {option!r} is no setting of a contestant", _FIX)
        if key.strip() in given:
            raise ConfigError(f"--against {said!r} says {key.strip()!r} twice", _FIX)
        given[key.strip()] = value.strip()
    parameters = _parameters(said, given.pop("params", ""))
    name = given.pop("name", "")
    if target in recorded or target.endswith(".jsonl"):
        if given:
            raise ConfigError(f"--against {said!r}: recorded answers take no {next(iter(given))!r}", _FIX)
        short = target if target in recorded else Path(target).stem
        return Entrant(name=name or short, kind=ContestantKind.RECORDED, recorded=target, parameters=parameters)
    if not target:
        raise ConfigError(f"--against {said!r} names no target", _FIX)
    approach = _approach(said, target, kind(target), given, common)
    name = name or styled(given.get("model") or _short(target), approach.ask, approach.shots)
    return Entrant(name=name[:80], kind=kind_of(approach.ask, approach.shots), approach=approach, parameters=parameters)


def _approach(
    said: str, target: str, kind: TargetKind, given: Mapping[str, str], common: Mapping[str, Any]
) -> Approach:
    settings: dict[str, Any] = {"ask": Asking.RAW if kind is TargetKind.RUN else Asking.CHAT, "shots": 0} | dict(common)
    settings |= {KEYS[key]: value for key, value in given.items()}
    wordy = settings["ask"] == Asking.COT or (settings["ask"] == Asking.CHAT and kind is TargetKind.ENDPOINT)
    settings.setdefault("new_tokens", CHAT_TOKENS if wordy else RAW_TOKENS)
    try:
        return Approach(target=target, kind=kind, **settings)
    except ValidationError as error:
        problem = error.errors()[0]
        where = f"{problem['loc'][0]}: " if problem["loc"] else ""
        raise ConfigError(f"--against {said!r}: {where}{problem['msg']}", _FIX) from error


def _parameters(said: str, count: str) -> int:
    if not count:
        return 0
    found = _PARAMETERS.fullmatch(count)
    if found is None:
        raise ConfigError(f"--against {said!r}: params {count!r} is no number of parameters", "Write it as params=540B")
    return round(float(found[1]) * _UNITS[found[2].upper()])


def _short(target: str) -> str:
    plain = re.sub(r"^https?://", "", target.rstrip("/"))
    return plain if plain != target.rstrip("/") else Path(target).name or target

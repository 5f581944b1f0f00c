"""Reads what a request asks of the samples, or of the log."""

from typing import Any

from swarm.asking import Interest, Query
from swarm.codec import enum_from_wire, from_wire, moment_from_wire, validated
from swarm.events import EventKind
from swarm.gateway.desk import MOST_ITEMS
from swarm.gateway.soundness import bounded
from swarm.records import Cell, Origin, Purpose, Tier
from swarm.roles import Role
from swarm.v1 import swarm_pb2

_ENUMS = {"purpose": Purpose, "origin": Origin, "tier": Tier}
_WORDS = ("producer", "checkpoint_id", "criterion", "species", "learned_by")
_TIMES = ("since", "until")


def query_from(request: Any) -> Query:
    """The query of a ListSamplesRequest. Raises RefusedError (INVALID) naming the field that isn't sound."""
    name = request.DESCRIPTOR.name
    values: dict[str, Any] = {word: said for word in _WORDS if (said := getattr(request, word))}
    for field, enum in _ENUMS.items():
        if number := getattr(request, field):
            values[field] = enum_from_wire(number, enum, f"{name}.{field}")
    for field in _TIMES:
        if request.HasField(field):
            values[field] = moment_from_wire(getattr(request, field), f"{name}.{field}")
    if request.kind:
        values["kind"] = _kind(request.kind, f"{name}.kind")
    if request.HasField("cell"):
        values["cell"] = from_wire(request.cell, Cell)
    if request.HasField("passed"):
        values["passed"] = request.passed
    values |= {"since_revision": max(0, request.since_revision), "until_revision": request.until_revision or None}
    return validated(Query, values | {"limit": _size(request), "newest_first": request.descending}, name)


def interest_from(request: Any) -> Interest:
    """What a WatchRequest is after. Raises RefusedError (INVALID) naming the field that isn't sound."""
    name = request.DESCRIPTOR.name
    values = {
        "kinds": [enum_from_wire(number, EventKind, f"{name}.kinds") for number in request.kinds],
        "sample_kinds": [_kind(number, f"{name}.sample_kinds") for number in request.sample_kinds],
        "cells": [from_wire(cell, Cell) for cell in request.cells],
        "roles": [enum_from_wire(number, Role, f"{name}.roles") for number in request.roles],
    }
    return validated(Interest, values, name)


def _kind(number: int, field: str) -> str:
    kinds = swarm_pb2.SampleKind.DESCRIPTOR.values_by_number
    if number not in kinds or not number:
        bounded(field, number, 1, max(kinds))
    return str(kinds[number].name.removeprefix("SAMPLE_KIND_").lower())


def _size(request: Any) -> int:
    """AIP-158: a page size that is too large means the largest; the older `limit` has bounds."""
    if request.page_size:
        bounded("ListSamplesRequest.page_size", request.page_size, 1, 2**31 - 1)
        return min(int(request.page_size), MOST_ITEMS)
    limit = request.limit or 100
    bounded("ListSamplesRequest.limit", limit, 1, MOST_ITEMS)
    return int(limit)

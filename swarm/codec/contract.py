"""What version of the contract this program was made from, and whether it knows a name of it."""

import re
from typing import Any

from google.protobuf import descriptor_pool

from swarm.errors import RefusedError
from swarm.v1 import contract_pb2

_OPTIONS: Any = contract_pb2.DESCRIPTOR.GetOptions()
VERSION: str = _OPTIONS.Extensions[contract_pb2.contract_version]
"""MAJOR.MINOR, as proto/swarm/v1/contract.proto states it."""


def in_contract(name: str) -> bool:
    """Whether a method, message, field or enum value of that full name is in the contract."""
    pool = descriptor_pool.Default()
    for find in (pool.FindFileContainingSymbol, pool.FindMethodByName):
        try:
            find(name)
        except KeyError:
            continue
        return True
    return False


def numbers_of(version: str) -> tuple[int, int]:
    """Major and minor version. Raises RefusedError (INVALID) where it isn't two numbers."""
    if (found := re.fullmatch(r"(\d{1,6})\.(\d{1,6})", version, re.ASCII)) is None:
        said = f"the contract's version is {version[:80]!r}"
        raise RefusedError("INVALID", said, "Send MAJOR.MINOR, as in 1.2", field="RegisterRequest.contract")
    return int(found[1]), int(found[2])


def check_needs(contract: str, needs: list[str]) -> None:
    """Raise RefusedError (MISSING_FEATURE) where a caller needs another major version, or names that aren't here."""
    if contract and numbers_of(contract)[0] != numbers_of(VERSION)[0]:
        said = f"the caller was made from contract {contract}, and this gateway has {VERSION}"
        raise RefusedError("MISSING_FEATURE", said, "Make the agent from a contract of the gateway's major version")
    if missing := [name for name in needs if not in_contract(name)]:
        said = f"this gateway has contract {VERSION}, which lacks {', '.join(missing)}"
        raise RefusedError("MISSING_FEATURE", said, "Upgrade the gateway, or let the agent do without")

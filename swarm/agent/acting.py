"""How a class with `act` works on leases: one at a time or a batch, sync or async, and what its answers come to."""

import asyncio
import importlib
import inspect
import logging
import re
import typing
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from swarm.books import Books
from swarm.errors import ConfigError, EngineUnavailable, SwarmError
from swarm.fields import ROLE_NAME, as_note
from swarm.flow import LEASES
from swarm.records import Annotation, Attempt, Correction, Probe, Sample, Verdict
from swarm.roles import Role
from swarm.state import SwarmState
from swarm.work import Completion, FailKind, Failure, Lease

Outcome = Completion | Failure
PAYLOADS = (Probe, Attempt, Verdict, Correction, Annotation)
_NO_AGENT = "give `module:Class`, a module that can be imported here and a class that takes no arguments"
_LOG = logging.getLogger("swarm.agent")


class Working(Protocol):
    """A role that works on a batch of leases."""

    async def act(self, leases: list[Lease]) -> list[Outcome]:
        """Outcomes in the order of the leases."""


def agent_class(place: str) -> type:
    """The class at `module:Class`. Raises ConfigError where there is none."""
    module, _, name = place.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"no agent at {place!r}: {error}", _NO_AGENT) from error
    if not isinstance(found, type):
        raise ConfigError(f"no agent at {place!r}: {name} is {found!r}", _NO_AGENT)
    return found


def load_agent(place: str) -> Any:
    """A new agent of the class at `module:Class`. Raises ConfigError where there is none."""
    try:
        return agent_class(place)()
    except TypeError as error:
        raise ConfigError(f"no agent at {place!r}: {error}", _NO_AGENT) from error


def role_of(agent: Any) -> str:
    """The role that an agent's class says it has: a Role, or the name of one that the swarm's config declares.

    Raises ConfigError where it is none that this library can run.
    """
    said = getattr(type(agent), "role", None)
    if said in (*LEASES, Role.PROBER):
        return Role(said)
    if isinstance(said, str) and said not in list(Role) and re.fullmatch(ROLE_NAME, said):
        return said
    known = ", ".join(f"Role.{role.name}" for role in (*LEASES, Role.PROBER))
    fix = f"Give the class a `role`, one of {known}, or the name of one that the swarm's config declares"
    raise ConfigError(f"{type(agent).__name__}.role is {said!r}", fix)


def consumed(agent: Any) -> Any:
    """What an agent's `act` says it takes: Lease, a sequence of them, or SwarmState.

    Raises ConfigError where it doesn't say, or where that isn't what its role is given.
    """
    name, role = type(agent).__name__, role_of(agent)
    act = getattr(agent, "act", None)
    if not callable(act):
        raise ConfigError(f"{name} has no method `act`", "Write one; its parameter's type says what it takes")
    parameters = list(inspect.signature(act).parameters)
    kind = typing.get_type_hints(act).get(parameters[0]) if len(parameters) == 1 else None
    leases = (Lease, list[Lease], Sequence[Lease])
    wanted = (SwarmState,) if role == Role.PROBER else leases if role in LEASES else (SwarmState, *leases)
    if kind not in wanted:
        fix = "SwarmState" if role == Role.PROBER else "Lease, or list[Lease] for a batch"
        fix += "" if role in list(Role) else ", or SwarmState where it only publishes"
        raise ConfigError(f"{name}.act takes {kind!r} as a {role}", f"Give it one parameter, of type {fix}")
    return kind


def working(agent: Any) -> Working:
    """The agent as one that works on batches. Raises ConfigError as `consumed` does."""
    return EachLease(agent) if consumed(agent) is Lease else Batch(agent)


async def called(act: Any, given: Any) -> Any:
    """What `act` gives; one that isn't async works in a thread, so that the agent goes on calling the gateway."""
    if inspect.iscoroutinefunction(act):
        return await act(given)
    return await asyncio.to_thread(act, given)


class EachLease:
    """An agent whose `act` takes one lease: an async one works on all of a batch at once, another on one by one."""

    def __init__(self, agent: Any) -> None:
        self._agent = agent
        self.books: Books = getattr(agent, "books", Books())

    async def act(self, leases: list[Lease]) -> list[Outcome]:
        """Outcomes in the order of the leases; one that fails goes back alone."""
        if inspect.iscoroutinefunction(self._agent.act):
            return list(await asyncio.gather(*(self._one(lease) for lease in leases)))
        return [await self._one(lease) for lease in leases]

    async def _one(self, lease: Lease) -> Outcome:
        return await guarded(type(self._agent).__name__, lease, self._outcome(lease))

    async def _outcome(self, lease: Lease) -> Outcome:
        return outcome(lease, await called(self._agent.act, lease))


class Batch:
    """An agent whose `act` takes a batch, as a model on a GPU would."""

    def __init__(self, agent: Any) -> None:
        self._agent = agent
        self.books: Books = getattr(agent, "books", Books())

    async def act(self, leases: list[Lease]) -> list[Outcome]:
        """Outcomes in the order of the leases. Raises ValueError where there are more or fewer answers."""
        given = list(await called(self._agent.act, leases))
        return [outcome(lease, answer) for lease, answer in zip(leases, given, strict=True)]


def outcome(lease: Lease, given: Any) -> Outcome:
    """What an answer of `act` comes to: a payload, or several, complete the lease; an outcome stands as it is.

    Raises TypeError that shows anything else.
    """
    if isinstance(given, Completion | Failure):
        return given
    payloads = list(given) if isinstance(given, Iterable) and not isinstance(given, BaseModel | str) else [given]
    if not payloads or not all(isinstance(payload, PAYLOADS) for payload in payloads):
        kinds = ", ".join(kind.__name__ for kind in PAYLOADS)
        raise TypeError(f"act gave {given!r}; give one of {kinds}, several of them, or lease.failed(kind, reason)")
    return lease.completed(*payloads)


async def acted(name: str, role: Working, leases: list[Lease]) -> list[Outcome]:
    """The role's outcomes. Where a fault of the role ends a batch, each lease is tried alone, and the one at fault
    goes back with what was raised: it must neither take the others with it nor end the agent.
    """
    if len(leases) == 1:
        return [await guarded(name, leases[0], _alone(role, leases[0]))]
    try:
        return await role.act(leases)
    except SwarmError:
        raise
    except Exception:
        return [each for lease in leases for each in await acted(name, role, [lease])]


async def _alone(role: Working, lease: Lease) -> Outcome:
    (found,) = await role.act([lease])
    return found


async def guarded(name: str, lease: Lease, acting: Awaitable[Outcome]) -> Outcome:
    """The outcome of one lease; where the agent's own fault prevents one, the lease goes back with what was raised.

    Whatever it says of an engine that is away releases the lease. Raises any other SwarmError.
    """
    try:
        return await acting
    except EngineUnavailable as error:
        return lease.failed(FailKind.RELEASE, str(error))
    except SwarmError:
        raise
    except Exception as error:  # the edge to somebody's `act`: whatever it was is said and counted
        _LOG.exception("%s failed on %s", name, lease.sample.id)
        reason = f"{name} failed on it by a fault of its own: {type(error).__name__}: {error}"
        return lease.failed(FailKind.RETRY, as_note(reason))


def as_sample(made: Probe | Annotation | Sample) -> Sample:
    """What a prober made, as a sample; a Sample keeps its id, by which a repeat is known to be one."""
    if isinstance(made, Sample):
        return made
    if not isinstance(made, Probe | Annotation):
        raise TypeError(f"act gave {made!r}; give probes, or samples that hold them")
    return Sample(payload=made)

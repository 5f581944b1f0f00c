"""Requests that have their effect once: under an id of the caller's own, a repeat gets the first answer."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from swarm.errors import RefusedError
from swarm.exchange.flow import Code
from swarm.exchange.held import SECOND
from swarm.exchange.part import Part
from swarm.exchange.schema import requests

KEPT_HOURS = 48.0
PORTION = 5_000
"""Most rows that one sweep drops."""


@dataclass(frozen=True, slots=True)
class Request:
    """What tells one request from all others; `digest` is of everything that it asks for."""

    agent: str
    method: str
    id: str
    digest: str


class Requests(Part):
    """Answers are kept for two days, in the transaction in which the request has its effect."""

    def once(self, request: Request | None, act: Callable[[], bytes]) -> bytes:
        """What `act` answers, or answered when the same request came before; without a request it always acts.

        A refusal is no answer: the request may be made again. Raises RefusedError REQUEST_CONFLICT where the id stands
        for another request.
        """
        with self._store.write() as connection:
            first = recall(connection, request)
            if first is None:
                first = act()
                remember(connection, request, self._store.now(), first)
        return first

    def sweep_requests(self) -> int:
        """Forget the oldest requests that are past their term; returns how many."""
        with self._store.write() as connection:
            horizon = self._store.now() - round(KEPT_HOURS * 3600 * SECOND)
            later = (
                select(requests.c.at).where(requests.c.at < horizon).order_by(requests.c.at).offset(PORTION).limit(1)
            )
            horizon = connection.scalar(later) or horizon
            return connection.execute(delete(requests).where(requests.c.at < horizon)).rowcount


def recall(connection: Connection, request: Request | None) -> bytes | None:
    """The first answer to a request, None where it is new or has no id. Raises RefusedError REQUEST_CONFLICT."""
    if request is None:
        return None
    same = requests.c.agent == request.agent, requests.c.method == request.method, requests.c.id == request.id
    row = connection.execute(select(requests.c.digest, requests.c.answer).where(*same)).first()
    if row is None:
        return None
    if row.digest != request.digest:
        raise RefusedError(
            Code.REQUEST_CONFLICT,
            f"request {request.id!r} of {request.agent} was another {request.method} than this one",
            "Give every new request an id of its own; a repeat is the same to the byte",
        )
    return bytes(row.answer)


def remember(connection: Connection, request: Request | None, now: int, answer: bytes) -> None:
    """Keep the first answer to a request, if it has an id."""
    if request is not None:
        key = {"agent": request.agent, "method": request.method, "id": request.id}
        connection.execute(insert(requests), {**key, "digest": request.digest, "at": now, "answer": answer})

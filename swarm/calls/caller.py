"""One agent on one connection: what every call of a client goes through."""

import uuid
from collections.abc import Iterable
from typing import Any

from swarm.codec import from_wire
from swarm.connection import Connection


class Caller:
    """An agent that calls the gateway. `timeout` (seconds) is for one try."""

    def __init__(self, connection: Connection, name: str, role: str, timeout: float) -> None:
        self.name, self.role = name, role
        self._connection, self._timeout = connection, timeout
        self.instance = uuid.uuid4().hex
        """What tells this process from an earlier one of the same name."""
        self.draining = False
        """Whether the gateway last said that this agent gets no more work, and is to leave when it has finished."""

    async def _call(self, request: Any, extra_seconds: float = 0.0) -> Any:
        return await self._connection.call(request, self._timeout + extra_seconds)

    async def _pages(self, request: Any, field: str, model: type[Any]) -> list[Any]:
        """The records in a field of the answer to a list, of all its pages."""
        found = list[Any]()
        while True:
            reply = await self._call(request)
            found += records(getattr(reply, field), model)
            if not reply.next_page_token:
                return found
            request.page_token = reply.next_page_token


def records(messages: Iterable[Any], model: type[Any]) -> list[Any]:
    """The records of messages. Raises RefusedError (INVALID) naming the field that isn't sound."""
    return [from_wire(message, model) for message in messages]

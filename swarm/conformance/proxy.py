"""What lies between agents and gateway: a TCP proxy that can reset connections, stall them, or lose answers."""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress

from swarm.errors import SwarmError

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with no time to linger: closing sends RST."""


class Proxy:
    """Forwards to wherever `find` says at the moment that a client connects."""

    def __init__(self, find: Callable[[], tuple[str, int]]) -> None:
        self._find = find
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._requests, self._answers = asyncio.Event(), asyncio.Event()
        self._requests.set()
        self._answers.set()

    async def start(self) -> str:
        """Listen on a free port of loopback; returns host:port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    async def close(self) -> None:
        """Stop listening and end all connections."""
        self._server.close()
        self.reset()
        for task in self._tasks:
            task.cancel()

    def reset(self) -> int:
        """Tear all connections; what is under way in them is lost. Returns how many there were."""
        count = len(self._writers)
        for writer in list(self._writers):
            with suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()
        return count

    async def stall(self, seconds: float) -> None:
        """Let nothing through for a while, in both directions."""
        self._requests.clear()
        self._answers.clear()
        await asyncio.sleep(seconds)
        self._requests.set()
        self._answers.set()

    async def lose_answers(self, seconds: float) -> None:
        """Let requests through and no answers, then tear the connections: work is done that nobody hears of."""
        self._answers.clear()
        await asyncio.sleep(seconds)
        self.reset()
        self._answers.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, thither = await asyncio.open_connection(*self._find())
        except (OSError, SwarmError):
            writer.transport.abort()
            return
        ends = {writer, thither}
        self._writers |= ends
        pumps = [
            asyncio.create_task(_pump(reader, thither, self._requests)),
            asyncio.create_task(_pump(there, writer, self._answers)),
        ]
        self._tasks.update(pumps)
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            self._tasks.difference_update(pumps)
            self._writers -= ends
            for end in ends:
                end.transport.abort()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, through: asyncio.Event) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            await through.wait()
            sink.write(data)
            await sink.drain()

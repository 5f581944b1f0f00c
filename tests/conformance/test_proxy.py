"""The proxy between a client and a server that echoes: it forwards, resets, stalls, and loses answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from swarm.conformance.proxy import Proxy

pytestmark = pytest.mark.asyncio
Heard = list[bytes]


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[Proxy, Heard, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A proxy before a server that writes down what it hears and echoes it, and one connection through it."""
    heard: Heard = []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            heard.append(data)
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    proxy = Proxy(server.sockets[0].getsockname)
    host, _, port = (await proxy.start()).rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"one")
    assert await asyncio.wait_for(reader.read(100), 5) == b"one"
    try:
        yield proxy, heard, reader, writer
    finally:
        writer.transport.abort()
        await proxy.close()
        server.close()


async def test_a_reset_tears_what_is_open() -> None:
    async with connected() as (proxy, _, reader, _writer):
        assert proxy.reset() == 2
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(100), 5)


async def test_what_is_stalled_arrives_afterwards() -> None:
    async with connected() as (proxy, heard, reader, writer):
        stalled = asyncio.create_task(proxy.stall(0.2))
        await asyncio.sleep(0)
        writer.write(b"two")
        assert await asyncio.wait_for(reader.read(100), 5) == b"two"
        assert stalled.done()
        assert heard == [b"one", b"two"]


async def test_an_answer_is_lost_though_the_request_arrived() -> None:
    async with connected() as (proxy, heard, reader, writer):
        lost = asyncio.create_task(proxy.lose_answers(0.3))
        await asyncio.sleep(0)
        writer.write(b"two")
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(100), 5)
        await lost
        assert heard == [b"one", b"two"]


async def test_a_server_that_is_away_refuses_at_once() -> None:
    def away() -> tuple[str, int]:
        return "127.0.0.1", 1

    proxy = Proxy(away)
    host, _, port = (await proxy.start()).rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    with suppress(ConnectionResetError):
        assert await asyncio.wait_for(reader.read(100), 5) == b""
    writer.close()
    await proxy.close()

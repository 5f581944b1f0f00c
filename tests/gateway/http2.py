"""A client that writes HTTP/2 frames by hand, to say what gRPC's own never says (RFC 7540, and 7541 for headers)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

DATA, HEADERS, RESET, SETTINGS, GOAWAY = 0, 1, 3, 4, 7
END_HEADERS, END_STREAM = 4, 1
INITIAL_WINDOW_SIZE = 4
STREAM = 1
SECONDS = 10.0
EMPTY_MESSAGE = bytes(5)
"""gRPC's frame of a message without fields: not compressed, of length 0."""


class Http2:
    """One connection with one stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, authority: bytes) -> None:
        self._reader, self._writer, self._authority = reader, writer, authority

    def settle(self, window: int) -> None:
        """Say how many bytes of an answer one is ready for."""
        self._frame(SETTINGS, 0, 0, INITIAL_WINDOW_SIZE.to_bytes(2, "big") + window.to_bytes(4, "big"))

    def ask(self, path: str, headers: dict[str, bytes], message: bytes = EMPTY_MESSAGE) -> None:
        """Call a method."""
        pseudo = {
            ":method": b"POST",
            ":scheme": b"http",
            ":authority": self._authority,
            ":path": path.encode(),
        }
        every = pseudo | {"content-type": b"application/grpc", "te": b"trailers"} | headers
        block = b"".join(_literal(name.encode(), value) for name, value in every.items())
        self._frame(HEADERS, END_HEADERS, STREAM, block)
        self._frame(DATA, END_STREAM, STREAM, message)

    async def until(self, *kinds: int) -> tuple[int, bytes]:
        """The next frame of one of these kinds, and what is in it. Fails where none comes."""
        async with asyncio.timeout(SECONDS):
            while True:
                head = await self._reader.readexactly(9)
                payload = await self._reader.readexactly(int.from_bytes(head[:3], "big"))
                if head[3] in kinds:
                    return head[3], payload

    def _frame(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        self._writer.write(len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload)


@asynccontextmanager
async def http2(address: str) -> AsyncIterator[Http2]:
    """A connection to a gateway that speaks no TLS."""
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    opened = Http2(reader, writer, host.encode())
    opened.settle(65_535)
    yield opened
    writer.close()
    await writer.wait_closed()


def _literal(name: bytes, value: bytes) -> bytes:
    assert len(name) < 127
    assert len(value) < 127
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value

"""An OpenAI-compatible endpoint on loopback, for tests."""

import socket
import threading
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as Call
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


def said(text: str, finish: str = "stop") -> Response:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return JSONResponse({"choices": [choice], "usage": {"prompt_tokens": 900, "completion_tokens": 100}})


class Endpoint:
    """A server on loopback whose replies are a script; the last one repeats. It keeps what it was sent."""

    def __init__(self) -> None:
        self.script: list[Callable[[], Response]] = [lambda: said("hi")]
        self.bodies: list[dict[str, object]] = []
        self.keys: list[str] = []
        self.release = threading.Event()
        app = Starlette(routes=[Route("/v1/chat/completions", self.complete, methods=["POST"])])
        self.server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}/v1"

    async def complete(self, call: Call) -> Response:
        self.bodies.append(await call.json())
        self.keys.append(call.headers.get("authorization", ""))
        reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return reply()

    def start(self) -> None:
        self.socket.listen()
        self.thread.start()

    def stop(self) -> None:
        self.release.set()
        self.server.should_exit = True
        self.thread.join(10)

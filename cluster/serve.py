"""The champion of a run without its swarm: one answer, or an OpenAI-compatible endpoint.

`python -m cluster.serve RUN --once QUESTION`, or `python -m cluster.serve RUN --host HOST --port PORT [--feedback]`.
"""

import argparse
import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from agents.asking import bare
from agents.champion import open_champion
from agents.engines.base import Engine
from agents.student import engine_id
from cluster.reporting import PREFIX, Reports, problem
from swarm.calls.students import Answered
from swarm.client import SwarmClient
from swarm.config import Config
from swarm.domains import load_domain
from swarm.errors import SwarmError
from swarm.records import new_id
from swarm.roles import Role
from swarm.students import Checkpoint

_PATIENCE_SECONDS = 2.0


class Champion:
    """The champion's weights in an engine of this process, verified before the first answer."""

    def __init__(self, config: Config, checkpoint: Checkpoint, engine: Engine) -> None:
        self.config = config
        self.checkpoint = checkpoint
        self._engine = engine
        self._domain = load_domain(config.swarm.domain)

    @classmethod
    async def load(cls, run: Path) -> "Champion":
        """Read the run's store and take its champion. Raises ConfigError where there is none."""
        return cls(*await open_champion(run))

    async def answer(self, question: str) -> tuple[Answered, int, int]:
        """The answer to a question in the domain's form, with prompt and completion tokens."""
        started = time.monotonic()
        request = bare(self._domain, question, engine_id(self.checkpoint), self.config.student.max_new_tokens)
        (said,) = await self._engine.generate([request])
        answers = self._domain.read(said.text).answers
        answered = Answered(
            text=said.text,
            answer=answers[-1] if answers else "",
            checkpoint_id=self.checkpoint.id,
            seconds=time.monotonic() - started,
        )
        return answered, said.prompt_tokens, said.completion_tokens


def endpoint(champion: Champion, reports: Reports | None = None) -> Starlette:
    """/v1/models and /v1/chat/completions; the last user message is the question. With `reports`, /v1/feedback, too."""
    name = f"{champion.config.swarm.name}-{champion.checkpoint.id}"

    async def models(_: HttpRequest) -> JSONResponse:
        return JSONResponse({"object": "list", "data": [{"id": name, "object": "model", "owned_by": "nucleus-swarm"}]})

    async def chat(request: HttpRequest) -> JSONResponse:
        question = _question(await request.body())
        if question is None:
            return problem(400, "INVALID", "send JSON with messages, the last of role user with text as its content")
        answered, read, written = await champion.answer(question)
        completion = _completion(name, answered, read, written)
        if reports is not None:
            reports.remember(completion["id"], question, answered)
        return JSONResponse(completion)

    routes = [Route("/v1/models", models), Route("/v1/chat/completions", chat, methods=["POST"])]
    if reports is not None:
        routes.append(Route("/v1/feedback", reports.take, methods=["POST"]))
    return Starlette(routes=routes)


def _question(body: bytes) -> str | None:
    """The last user message of a request, None where there is none."""
    try:
        messages = json.loads(body)["messages"]
        users = [message["content"] for message in messages if message["role"] == "user"]
    except (ValueError, KeyError, TypeError):
        return None
    return users[-1] if users and isinstance(users[-1], str) and users[-1].strip() else None


def _completion(name: str, answered: Answered, read: int, written: int) -> dict[str, Any]:
    message = {"role": "assistant", "content": answered.text}
    return {
        "id": f"{PREFIX}{new_id()}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": name,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written},
    }


async def _serve(arguments: argparse.Namespace) -> None:
    champion = await Champion.load(arguments.run)
    if arguments.once is not None:
        answered, _, _ = await champion.answer(arguments.once)
        print(answered.model_dump_json())
        return
    async with AsyncExitStack() as stack:
        reports = None
        if arguments.feedback:
            client = SwarmClient.for_run(arguments.run, Role.REPORTER, "serve", patience=_PATIENCE_SECONDS)
            reports = Reports(await stack.enter_async_context(client))
        app = endpoint(champion, reports)
        settings = uvicorn.Config(app, host=arguments.host, port=arguments.port, log_level="warning")
        await uvicorn.Server(settings).serve()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="cluster.serve", description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--once", metavar="QUESTION", help="answer this and end")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--feedback", action="store_true", help="take what people say of the answers: /v1/feedback")
    try:
        asyncio.run(_serve(parser.parse_args()))
    except SwarmError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()

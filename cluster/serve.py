"""A student without its swarm, of a run or exported: one answer, or an OpenAI-compatible endpoint.

`python -m cluster.serve RUN --once QUESTION`, or `python -m cluster.serve RUN --host HOST --port PORT [--feedback]`.
A student of documents is shown the best passages with each question, and its answer comes with what it cites.
"""

import argparse
import asyncio
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import BaseModel, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from agents.asking import bare
from agents.champion import open_champion
from agents.engines import open_engine
from agents.engines.base import Engine
from agents.engines.embedder import Embedder
from agents.student import engine_id
from cluster.reporting import PREFIX, Reports, problem
from swarm.calls.students import Answered
from swarm.client import SwarmClient
from swarm.documents.embedder import embedder_folder
from swarm.documents.retrieval import TOP
from swarm.domains.documents.asking import citations, rests_on_documents, with_documents
from swarm.domains.documents.passages import Passage
from swarm.domains.settled import of_run
from swarm.errors import SwarmError
from swarm.exported import Exported, is_exported, read_exported, spoken
from swarm.records import new_id
from swarm.roles import Role
from swarm.sections import EngineKind, EngineSection

_PATIENCE_SECONDS = 2.0


class Champion:
    """A student's weights in an engine of this process: a run's, verified before the first answer, or exported ones."""

    def __init__(self, student: Exported, held: str, engine: Engine, embedder: Embedder | None = None) -> None:
        self.student = student
        self._held = held
        self._engine = engine
        self._embedder = embedder
        self._domain = spoken(student.domain)
        self.cites = rests_on_documents(student.domain)

    @classmethod
    async def load(cls, place: Path, *, embedding: bool = False) -> "Champion":
        """The champion of a run, by its store, or an exported student. Raises ConfigError where there is none.

        With `embedding`, WeightsError where there is no embedder.
        """
        embedder = Embedder(embedder_folder()) if embedding else None
        if is_exported(place):
            opened = open_engine(EngineSection(kind=EngineKind.TRANSFORMERS), place)
            return cls(read_exported(place), "", opened, embedder)
        config, checkpoint, engine = await open_champion(place)
        student = Exported(
            name=f"{config.swarm.name}-{checkpoint.id}", checkpoint=checkpoint.id, base=config.student_source,
            domain=of_run(config.swarm.domain, place), new_tokens=config.student.max_new_tokens,
        )  # fmt: skip
        return cls(student, engine_id(checkpoint), engine, embedder)

    def shown(self, asked: "Chat", top: int) -> tuple[str, list[Passage]]:
        """What is asked in truth, and the passages that are shown with it.

        Raises ValueError for documents that the library hasn't, or where there is none.
        """
        if not self.cites and (asked.documents or asked.top):
            raise ValueError(f"{self.student.domain} rests on no documents; leave top and documents out")
        if not (self.cites and asked.question):
            return asked.question, []
        wanted = top if asked.top is None else asked.top
        vector = None
        if self._embedder is not None and wanted and not asked.documents:
            (vector,) = self._embedder.vectors([asked.question])
        return with_documents(self.student.domain, asked.question, wanted, asked.documents, vector)

    async def answer(self, question: str) -> tuple[Answered, int, int]:
        """The answer to a question in the domain's form, with prompt and completion tokens."""
        started = time.monotonic()
        request = bare(self._domain, question, self._held, self.student.new_tokens)
        (said,) = await self._engine.generate([request])
        answers = self._domain.read(said.text).answers
        answered = Answered(
            text=said.text,
            answer=answers[-1] if answers else "",
            checkpoint_id=self.student.checkpoint,
            seconds=time.monotonic() - started,
        )
        return answered, said.prompt_tokens, said.completion_tokens


class Chat(BaseModel):
    """What of a request counts. `top` and `documents` say which passages a student of documents is shown."""

    messages: list[dict[str, Any]]
    top: int | None = Field(None, ge=0, le=9)
    documents: tuple[str, ...] = Field((), max_length=9)

    @property
    def question(self) -> str:
        """The last user message; "" where there is none that is text."""
        users = [message.get("content") for message in self.messages if message.get("role") == "user"]
        return users[-1] if users and isinstance(users[-1], str) and users[-1].strip() else ""


def endpoint(champion: Champion, reports: Reports | None = None, top: int = TOP) -> Starlette:
    """/v1/models and /v1/chat/completions; the last user message is the question. With `reports`, /v1/feedback, too.

    `top` is how many passages a student of documents is shown where a request doesn't say.
    """
    name = champion.student.name

    async def models(_: HttpRequest) -> JSONResponse:
        return JSONResponse({"object": "list", "data": [{"id": name, "object": "model", "owned_by": "nucleus-swarm"}]})

    async def chat(request: HttpRequest) -> JSONResponse:
        try:
            asked = Chat.model_validate_json(await request.body())
            question, passages = champion.shown(asked, top)
        except ValueError as error:
            return problem(400, "INVALID", _said(error))
        if not question:
            return problem(400, "INVALID", _EXPECTED)
        answered, read, written = await champion.answer(question)
        completion = _completion(name, answered, read, written)
        if champion.cites:
            completion["citations"] = [each.model_dump() for each in citations(answered.text, passages)]
            completion["documents"] = [passage.place for passage in passages]
        if reports is not None:
            reports.remember(completion["id"], question, answered)
        return JSONResponse(completion)

    routes = [Route("/v1/models", models), Route("/v1/chat/completions", chat, methods=["POST"])]
    if reports is not None:
        routes.append(Route("/v1/feedback", reports.take, methods=["POST"]))
    return Starlette(routes=routes)


_EXPECTED = "send JSON with messages, the last of role user with text as its content"


def _said(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where in ("top", "documents") else _EXPECTED


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
    champion = await Champion.load(arguments.run, embedding=arguments.embedder)
    if arguments.once is not None:
        answered, _, _ = await champion.answer(arguments.once)
        print(answered.model_dump_json())
        return
    async with AsyncExitStack() as stack:
        reports = None
        if arguments.feedback:
            client = SwarmClient.for_run(arguments.run, Role.REPORTER, "serve", patience=_PATIENCE_SECONDS)
            reports = Reports(await stack.enter_async_context(client))
        app = endpoint(champion, reports, arguments.top)
        settings = uvicorn.Config(app, host=arguments.host, port=arguments.port, log_level="warning")
        await uvicorn.Server(settings).serve()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="cluster.serve", description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--once", metavar="QUESTION", help="answer this and end")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--top", type=int, default=TOP, help="passages that a student of documents is shown")
    parser.add_argument("--embedder", action="store_true", help="search by meaning beside the words")
    parser.add_argument("--feedback", action="store_true", help="take what people say of the answers: /v1/feedback")
    try:
        asyncio.run(_serve(parser.parse_args()))
    except SwarmError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()

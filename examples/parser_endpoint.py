"""parser_endpoint.py: a rule-based parser of times behind an OpenAI-compatible endpoint on loopback.

    python examples/parser_endpoint.py --parser recurrent --port 8123
    swarm siege http://127.0.0.1:8123/v1 --domain calendar

It stands for any service that is no language model. It needs the optional packages `parsers` of pyproject.toml.
"""

import argparse
import asyncio
from importlib.util import find_spec

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from swarm.domains.calendar.parsers import PARSERS, parsed


def endpoint(parser: str) -> Starlette:
    """/v1/models and /v1/chat/completions; the last user message is the question."""

    async def models(_: Request) -> JSONResponse:
        return JSONResponse({"object": "list", "data": [{"id": parser, "object": "model", "owned_by": "rules"}]})

    async def complete(request: Request) -> JSONResponse:
        try:
            users = [turn["content"] for turn in (await request.json())["messages"] if turn["role"] == "user"]
            question = str(users[-1])
        except (ValueError, KeyError, TypeError, IndexError):
            fix = "send JSON with messages, the last of role user with text as its content"
            return JSONResponse({"error": {"message": fix, "type": "invalid_request_error"}}, status_code=400)
        answer = await asyncio.to_thread(parsed, parser, question)
        read, written = len(question.split()), 1
        return JSONResponse(
            {
                "object": "chat.completion",
                "model": parser,
                "choices": [
                    {
                        "index": 0,
                        "message": {"role": "assistant", "content": f"= {answer}"},
                        "finish_reason": "stop",
                    }
                ],
                "usage": {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written},
            }
        )

    return Starlette(
        routes=[Route("/v1/models", models), Route("/v1/chat/completions", complete, methods=["POST"])],
    )


def main() -> None:
    """The command line."""
    command = argparse.ArgumentParser(prog="parser_endpoint.py", description=__doc__)
    command.add_argument("--parser", choices=sorted(name for name in PARSERS if find_spec(name)), default="recurrent")
    command.add_argument("--port", type=int, default=8123)
    given = command.parse_args()
    uvicorn.run(endpoint(given.parser), host="127.0.0.1", port=given.port, log_level="warning")


if __name__ == "__main__":
    main()

"""The engine behind an OpenAI-compatible endpoint: chat completions over HTTP, rate-limited, retried and paid for."""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.engines.base import Generation, Request
from swarm.errors import ConfigError, EngineUnavailable
from swarm.sections import EngineSection
from swarm.students import Checkpoint

BACKOFF_CAP_SECONDS = 30.0
_AGAIN = {408, 409, 429, 500, 502, 503, 504}


class _Said(BaseModel):
    content: str


class _Choice(BaseModel):
    message: _Said
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)


class _Reply(BaseModel):
    """The parts of a chat completion that are read."""

    model_config = ConfigDict(extra="ignore")

    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage


def read_key(key: str) -> str:
    """The key that a config entry points to: a file's first line, or an environment variable; "" means none.

    Raises ConfigError where it is neither.
    """
    if not key:
        return ""
    if key in os.environ:
        return os.environ[key].strip()
    path = Path(key).expanduser()
    if path.is_file():
        lines = path.read_text(encoding="utf-8").split()
        if lines:
            return lines[0]
    raise ConfigError(f"{key!r} is no environment variable and no file with a key", "set engines.*.key to either")


class OpenAIEngine:
    """Holds no weights: only the untouched model of the endpoint answers, and it gives no log-probabilities.

    At most `batch` requests are under way at once, and they start at least 60/requests_per_minute seconds apart.
    `pause` waits for so many seconds; tests pass their own.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        key: str = "",
        batch: int = 8,
        requests_per_minute: int = 60,
        dollars_per_million_tokens: float = 0.0,
        tries: int = 6,
        timeout: float = 120.0,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.AsyncClient(base_url=url.rstrip("/") + "/", headers=headers, timeout=timeout)
        self._url = url
        self.model = model
        self._slots = asyncio.Semaphore(batch)
        self._spacing = 60.0 / requests_per_minute
        self._next_start = 0.0
        self._price = dollars_per_million_tokens
        self._tries = tries
        self._pause = pause

    @classmethod
    def from_section(cls, section: EngineSection) -> "OpenAIEngine":
        """The engine that a config section describes. Raises ConfigError on a missing model name or key."""
        if not section.model:
            raise ConfigError("an openai engine has no model", "set engines.*.model to the endpoint's model name")
        return cls(
            section.url,
            section.model,
            key=read_key(section.key),
            batch=section.batch,
            requests_per_minute=section.requests_per_minute,
            dollars_per_million_tokens=section.dollars_per_million_tokens,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def generate(self, requests: Sequence[Request]) -> list[Generation]:
        """Generate for every request, in order. Raises EngineUnavailable where one of them finds no answer."""
        tasks = [asyncio.ensure_future(self._one(request)) for request in requests]
        try:
            return list(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()

    async def _one(self, request: Request) -> Generation:
        body = self._body(request)
        async with self._slots:
            problem = "no try was made"
            for attempt in range(self._tries):
                if attempt:
                    await self._pause(min(BACKOFF_CAP_SECONDS, 2.0**attempt) * random.uniform(0.5, 1))
                await self._turn()
                try:
                    reply = await self._client.post("chat/completions", json=body)
                except httpx.TransportError as error:
                    problem = f"{type(error).__name__} {error}".strip()
                    continue
                if reply.status_code not in _AGAIN:
                    return self._read(reply)
                problem = f"HTTP {reply.status_code}"
                await self._pause(_retry_after(reply))
        raise EngineUnavailable(
            f"{self._url} gave no answer in {self._tries} tries, the last one with {problem}",
            "check the endpoint and engines.*.requests_per_minute; the work is released",
        )

    async def _turn(self) -> None:
        """Wait for the start that the rate limit leaves to this request."""
        now = asyncio.get_running_loop().time()
        start = max(now, self._next_start)
        self._next_start = start + self._spacing
        if start > now:
            await self._pause(start - now)

    def _body(self, request: Request) -> dict[str, Any]:
        if request.checkpoint_id:
            raise EngineUnavailable(
                f"{self._url} was asked for checkpoint {request.checkpoint_id!r}",
                "an endpoint serves its own model only",
            )
        if request.regex:
            raise EngineUnavailable(f"{self._url} can't force its output", "use a vllm or transformers engine for that")
        turns = [message.model_dump() for message in request.messages] or [{"role": "user", "content": request.prompt}]
        return {
            "model": self.model,
            "messages": turns,
            "max_tokens": request.max_new_tokens,
            "temperature": request.temperature,
        }

    def _read(self, reply: httpx.Response) -> Generation:
        """The generation in a reply. Raises EngineUnavailable that shows a reply which holds none."""
        if reply.status_code != 200:
            raise EngineUnavailable(
                f"{self._url} refused with HTTP {reply.status_code}: {reply.text[:200]!r}",
                "check engines.*.key, model and url; the work is released",
            )
        try:
            read = _Reply.model_validate_json(reply.content)
        except ValidationError as error:
            problem = error.errors()[0]
            where = f"{'.'.join(map(str, problem['loc'])) or 'the body'}: {problem['msg']}"
            raise EngineUnavailable(
                f"{self._url} answered with no chat completion ({where}): {reply.text[:200]!r}",
                "check that engines.*.url is the endpoint's /v1; the work is released",
            ) from error
        tokens = read.usage.prompt_tokens + read.usage.completion_tokens
        return Generation(
            text=read.choices[0].message.content,
            prompt_tokens=read.usage.prompt_tokens,
            completion_tokens=read.usage.completion_tokens,
            truncated=read.choices[0].finish_reason == "length",
            dollars=tokens * self._price / 1e6,
            seconds=reply.elapsed.total_seconds(),
        )

    async def logprobs(self, pairs: Sequence[tuple[str, str]], checkpoint_id: str) -> list[float]:
        """Raises EngineUnavailable: endpoints don't score given texts."""
        raise EngineUnavailable(
            f"{self._url} can't score {len(pairs)} texts of {checkpoint_id or 'its model'!r}",
            "use a local engine for that",
        )

    async def take(self, checkpoint: Checkpoint) -> None:
        """Raises EngineUnavailable: an endpoint holds no weights of ours."""
        raise EngineUnavailable(
            f"{self._url} can't take checkpoint {checkpoint.id!r}", "use a local engine for students"
        )

    async def drop(self, checkpoint_id: str) -> None:
        """Nothing is held, so nothing is dropped."""


def _retry_after(reply: httpx.Response) -> float:
    """Seconds that the endpoint asks to wait, at most the cap; 0 where it says nothing that can be read."""
    try:
        return max(0.0, min(BACKOFF_CAP_SECONDS, float(reply.headers.get("retry-after", "0"))))
    except ValueError:
        return 0.0

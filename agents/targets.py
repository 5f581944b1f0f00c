"""What is asked in a siege or a duel: weights in an engine of this process, an OpenAI-compatible endpoint, a swarm."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import httpx

from agents.asking import bare
from agents.champion import open_champion
from agents.engines import open_engine
from agents.engines.base import Engine, Generation, Request
from agents.engines.openai_engine import OpenAIEngine, read_key
from agents.prober import probe_of
from agents.prompting import chat, examples
from agents.student import engine_id
from swarm import weights
from swarm.answer_log import Answer
from swarm.approach import Approach, Asking, TargetKind
from swarm.client import SwarmClient
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.errors import ConfigError, EngineUnavailable, RefusedError, UnavailableError
from swarm.records import Cell, Reference, Sample
from swarm.report.reading import answering
from swarm.sections import EngineKind, EngineSection
from swarm.siege.report import Turn

TRIES = 3
"""How often an endpoint is tried for one call."""
_LISTED = 5


class Target(Protocol):
    """Something that answers questions."""

    def ask(self, samples: Sequence[Sample]) -> AsyncGenerator[Answer, None]:
        """What it says to each probe, as it comes; where nothing comes, an answer that holds the problem."""


class Asker:
    """How questions become requests, and what of a reply is the attempt."""

    def __init__(self, domain: Domain, plan: Approach, cells: Sequence[Cell]) -> None:
        self._domain = domain
        self._plan = plan
        self._forced = plan.ask is Asking.CHAT and plan.kind is not TargetKind.ENDPOINT
        self._shown: list[tuple[str, str]] = []
        if plan.ask is not Asking.RAW:
            worked = examples(domain, cells, plan.shots, f"siege/{plan.seed}")
            self._shown = [(asked, self._solution(right)) for asked, right in worked]

    def turns(self) -> list[Turn]:
        """What stands before each question in a chat."""
        return [Turn(role=turn.role, content=turn.content) for turn in self.request("").messages[:-1]]

    def request(self, question: str, checkpoint_id: str = "") -> Request:
        """The request of one question. An engine that can is made to write a well-formed answer and nothing else."""
        if self._plan.ask is Asking.RAW:
            return bare(self._domain, question, checkpoint_id, self._plan.new_tokens)
        return Request(
            messages=chat(self._task, self._shown, question),
            checkpoint_id=checkpoint_id,
            max_new_tokens=self._plan.new_tokens,
            regex=self._domain.answer_regex if self._forced and not self._domain.choices else "",
            choices=self._domain.choices if self._forced else (),
        )

    @property
    def _task(self) -> str:
        if self._forced:
            return f"{self._domain.instructions}\nGive ANSWER alone."
        steps = "\nThink it through first, briefly, step by step." if self._plan.ask is Asking.COT else ""
        return f"{self._domain.instructions}{steps}"

    def _solution(self, right: Reference) -> str:
        """What an example says. A student of labels says its label first; steps help only where they come before it."""
        if self._forced:
            return right.answer
        if self._plan.ask is Asking.COT and self._domain.choices:
            return f"{right.rationale}\nAnswer: {right.answer}".strip()
        return self._domain.completion(right)

    def attempt(self, said: str) -> str:
        """The attempt: what was said, in the domain's form where it was forced to be the answer alone."""
        return self._domain.completion(Reference(answer=said.strip())) if self._forced else said


class Weights:
    """Weights in an engine of this process, asked for a whole round at once."""

    def __init__(self, engine: Engine, asker: Asker, checkpoint_id: str = "", name: str = "") -> None:
        self._engine = engine
        self._asker = asker
        self._checkpoint_id = checkpoint_id
        self._name = name

    async def ask(self, samples: Sequence[Sample]) -> AsyncGenerator[Answer, None]:
        """What it says to each probe, all at the end. Raises EngineUnavailable."""
        requests = [self._asker.request(probe_of(sample).question, self._checkpoint_id) for sample in samples]
        started = time.monotonic()
        done = await self._engine.generate(requests)
        shared = {"seconds": (time.monotonic() - started) / len(samples), "batch": len(samples)}
        for sample, said in zip(samples, done, strict=True):
            yield _answered(sample, said, self._asker, self._name).model_copy(update=shared)


class Calls:
    """One call for each probe, at most `at_once` under way; each fails for itself alone."""

    def __init__(self, call: Callable[[Sample], Awaitable[Answer]], at_once: int) -> None:
        self._call = call
        self._slots = asyncio.Semaphore(at_once)

    async def ask(self, samples: Sequence[Sample]) -> AsyncGenerator[Answer, None]:
        """What it says to each probe, as it comes."""
        tasks = [asyncio.ensure_future(self._one(sample)) for sample in samples]
        try:
            for done in asyncio.as_completed(tasks):
                yield await done
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, sample: Sample) -> Answer:
        async with self._slots:
            started = time.monotonic()
            try:
                answer = await self._call(sample)
            except (EngineUnavailable, UnavailableError, RefusedError) as error:
                answer = Answer(probe_id=sample.id, problem=error.message)
            return answer.model_copy(update={"seconds": answer.seconds or time.monotonic() - started})


@asynccontextmanager
async def opened(plan: Approach, domain: Domain, cells: Sequence[Cell]) -> AsyncIterator[Target]:
    """The target of a plan. Raises ConfigError, WeightsError or EngineUnavailable where it can't be opened."""
    if plan.kind is TargetKind.ENDPOINT:
        engine = await _endpoint(plan)
        try:
            yield _endpoint_calls(engine, plan, Asker(domain, plan, cells))
        finally:
            await engine.close()
    elif plan.kind is TargetKind.RUN:
        client = None if plan.checkpoint else await answering(Path(plan.target))
        if client is None:
            config, checkpoint, local = await open_champion(Path(plan.target), plan.checkpoint)
            _same_domain(plan, domain, load_domain(config.swarm.domain).name)
            yield Weights(local, Asker(domain, plan, cells), engine_id(checkpoint), checkpoint.id)
        else:
            async with client:
                _same_domain(plan, domain, (await client.state()).domain)
                yield _questions(client, plan)
    else:
        section = EngineSection(kind=EngineKind.TRANSFORMERS, threads=plan.threads)
        yield Weights(open_engine(section, weights.folder(plan.target)), Asker(domain, plan, cells))


async def _endpoint(plan: Approach) -> OpenAIEngine:
    key = read_key(plan.key)
    return OpenAIEngine(
        plan.target,
        plan.model or await only_model(plan.target, key, plan.timeout),
        key=key,
        batch=plan.at_once,
        requests_per_minute=plan.rate,
        dollars_per_million_tokens=plan.price,
        tries=TRIES,
        timeout=plan.timeout,
    )


async def only_model(url: str, key: str, timeout: float) -> str:
    """The one model that an endpoint lists. Raises EngineUnavailable where it doesn't say, ConfigError for several."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    fix = "Check the URL (it ends in /v1 mostly) and --key, or name the model with --model"
    try:
        async with httpx.AsyncClient(headers=headers, timeout=timeout) as client:
            reply = await client.get(f"{url.rstrip('/')}/models")
            names = [str(item["id"]) for item in reply.raise_for_status().json()["data"]]
    except httpx.HTTPStatusError as error:
        raise EngineUnavailable(f"{url}/models answers HTTP {error.response.status_code}", fix) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise EngineUnavailable(f"{url} can't be reached: {error or type(error).__name__}", fix) from error
    except (ValueError, KeyError, TypeError) as error:
        raise EngineUnavailable(f"{url}/models lists no models: {reply.text[:120]!r}", fix) from error
    if len(names) != 1:
        some = ", ".join(names[:_LISTED]) or "none"
        raise ConfigError(f"{url} has {len(names)} models: {some}", "Say which with --model")
    return names[0]


def _endpoint_calls(engine: OpenAIEngine, plan: Approach, asker: Asker) -> Calls:
    async def call(sample: Sample) -> Answer:
        (said,) = await engine.generate([asker.request(probe_of(sample).question)])
        return _answered(sample, said, asker, engine.model)

    return Calls(call, plan.at_once)


def _questions(client: SwarmClient, plan: Approach) -> Calls:
    async def call(sample: Sample) -> Answer:
        said = await client.ask(probe_of(sample).question, wait_seconds=plan.timeout)
        return Answer(probe_id=sample.id, text=said.text, student=said.checkpoint_id)

    return Calls(call, plan.at_once)


def _answered(sample: Sample, said: Generation, asker: Asker, student: str) -> Answer:
    return Answer(
        probe_id=sample.id,
        text=asker.attempt(said.text),
        student=student,
        prompt_tokens=said.prompt_tokens,
        completion_tokens=said.completion_tokens,
        truncated=said.truncated,
        dollars=said.dollars,
        seconds=said.seconds,
        by_likelihood=said.by_likelihood,
    )


def _same_domain(plan: Approach, asked: Domain, held: str) -> None:
    if held != asked.name:
        raise ConfigError(
            f"{plan.target!r} is a swarm of domain {held!r}, not {asked.name!r}",
            f"Say --domain {held}, or its TOML file where it has one",
        )

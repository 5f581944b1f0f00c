"""The engine for throughput: vLLM in a process of its own, adapters side by side, full weights one set at a time."""

import asyncio
import itertools
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from transformers import AutoTokenizer
from vllm import SamplingParams
from vllm.engine.arg_utils import AsyncEngineArgs
from vllm.inputs import TokensPrompt
from vllm.lora.request import LoRARequest
from vllm.platforms import current_platform
from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams
from vllm.v1.engine.async_llm import AsyncLLM
from vllm.v1.engine.exceptions import EngineDeadError

from agents.engines.base import Generation, Request
from agents.engines.choosing import encoded_choices
from agents.engines.untied import with_head
from swarm import checkpoints
from swarm.errors import ConfigError, EngineUnavailable
from swarm.precision import Precision, settled
from swarm.students import Checkpoint

RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
"""The adapter ranks that vLLM can be set to."""

STEADY = 0.01
"""Nats per token by which the canary of the same weights may differ in one process; it is scored alone each time."""

UNKNOWN = "?"
"""Stands for the loaded weights while they change, and after a change that failed; no checkpoint is called so."""

ADAPTERS = 2
"""Adapters in one batch: champion and candidate."""

LONGEST = 2048
"""Tokens of prompt and output together."""

ADAPTED = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
"""Layers that adapters may change: all linear ones but the output head, under which the CPU build can't score texts."""


class VllmEngine:
    """Holds base and adapters at once; of full-weight checkpoints the folders, and reads one when it is asked for.

    Requests for weights that lie loaded run side by side. A change of full weights waits until those under way have
    ended, and then all that came later wait for it; it takes about a second for 135 million weights on two cores. After
    each change the canary must come out as it did when these weights were first seen.
    """

    def __init__(self, folder: Path, batch: int = 64, adapter_rank: int = 32, precision: Precision = "auto") -> None:
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AsyncLLM.from_engine_args(_arguments(folder, batch, adapter_rank, precision))
        self._scratch = tempfile.TemporaryDirectory(prefix="swarm-engine-")
        self._cache = Path(self._scratch.name)
        self._adapters: dict[str, LoRARequest] = {}
        self._folders: dict[str, Path] = {"": folder}
        self._canaries: dict[str, float] = {}
        self._numbers = itertools.count(1)
        self._loaded = ""
        self._taking = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._idle = asyncio.Condition()
        self._under_way = 0

    def close(self) -> None:
        """End vLLM's process."""
        self._model.shutdown()

    async def take(self, checkpoint: Checkpoint) -> None:
        """Hold a checkpoint, verified by checksum and canary. Whoever takes the same one meanwhile waits for that."""
        async with self._taking:
            if checkpoint.id not in self._adapters and checkpoint.id not in self._folders:
                await self._take(checkpoint)

    async def _take(self, checkpoint: Checkpoint) -> None:
        folder = await asyncio.to_thread(checkpoints.bring, checkpoint, self._cache)
        if checkpoint.adapter:
            await asyncio.to_thread(checkpoints.verify_base, checkpoint, folder, self._folders[""])
            number = next(self._numbers)
            self._adapters[checkpoint.id] = LoRARequest(checkpoint.id, number, str(folder))
        else:
            self._folders[checkpoint.id] = folder
        try:
            measured = await self.logprobs([checkpoints.CANARY], checkpoint.id)
            checkpoints.verify_canary(checkpoint, measured[0])
        except BaseException:
            await self.drop(checkpoint.id)
            raise

    async def drop(self, checkpoint_id: str) -> None:
        """Let go of a checkpoint; the base stays."""
        adapter = self._adapters.pop(checkpoint_id, None)
        if adapter is not None:
            await self._model.remove_lora(adapter.lora_int_id)
        elif checkpoint_id:
            self._folders.pop(checkpoint_id, None)
            self._canaries.pop(checkpoint_id, None)

    async def generate(self, requests: Sequence[Request]) -> list[Generation]:
        """Generate for every request, in order; vLLM batches them with those of other calls."""
        results: dict[int, Generation] = {}
        for checkpoint_id in dict.fromkeys(request.checkpoint_id for request in requests):
            mine = [place for place, request in enumerate(requests) if request.checkpoint_id == checkpoint_id]
            adapter = self._adapters.get(checkpoint_id)
            async with self._serving(checkpoint_id if adapter is None else ""):
                done = await self._answer([requests[place] for place in mine], adapter)
            results |= dict(zip(mine, done, strict=True))
        return [results[place] for place in range(len(requests))]

    async def _answer(self, requests: Sequence[Request], adapter: LoRARequest | None) -> list[Generation]:
        written = [request for request in requests if not request.choices]
        chosen = [request for request in requests if request.choices]
        settings = [_sampling(request) for request in written]
        outputs = await self._run([self._encode(request) for request in written], settings, adapter)
        texts, choices = map(_generation, outputs), iter(await self._choose(chosen, adapter))
        return [next(choices) if request.choices else next(texts) for request in requests]

    async def _choose(self, requests: Sequence[Request], adapter: LoRARequest | None) -> list[Generation]:
        """The likeliest choice of each request, by the sum of its tokens' log-probabilities."""
        prompts = [self._encode(request) for request in requests]
        ends = [encoded_choices(self._tokenizer, request.choices) for request in requests]
        pairs = [(prompt, end) for prompt, mine in zip(prompts, ends, strict=True) for end in mine]
        means = iter(await self._scored(pairs, adapter))
        done = []
        for request, prompt, mine in zip(requests, prompts, ends, strict=True):
            sums = [len(end) * next(means) for end in mine]
            best = sums.index(max(sums))
            done.append(
                Generation(
                    text=request.choices[best],
                    prompt_tokens=len(prompt),
                    completion_tokens=len(mine[best]),
                    by_likelihood=True,
                )
            )
        return done

    async def logprobs(self, pairs: Sequence[tuple[str, str]], checkpoint_id: str) -> list[float]:
        """Mean log-probability (nats per token) of each completion after its prompt; the two are encoded apart.

        The first scoring in a process takes some seconds of compilation more.
        """
        adapter = self._adapters.get(checkpoint_id)
        async with self._serving(checkpoint_id if adapter is None else ""):
            return await self._score(pairs, adapter)

    async def _score(self, pairs: Sequence[tuple[str, str]], adapter: LoRARequest | None) -> list[float]:
        return await self._scored([(self._tokens(prompt), self._tokens(end)) for prompt, end in pairs], adapter)

    async def _scored(self, pairs: Sequence[tuple[list[int], list[int]]], adapter: LoRARequest | None) -> list[float]:
        """Mean log-probability of the second tokens after the first, minus infinity where there are none of either."""
        one = SamplingParams(max_tokens=1, temperature=0, prompt_logprobs=0, output_kind=RequestOutputKind.FINAL_ONLY)
        sound = [place for place, (start, end) in enumerate(pairs) if start and end]
        whole = [pairs[place][0] + pairs[place][1] for place in sound]
        results = [float("-inf")] * len(pairs)
        for place, output in zip(sound, await self._run(whole, [one] * len(whole), adapter), strict=True):
            start, end = pairs[place]
            results[place] = _mean(output.prompt_logprobs, len(start), end)
        return results

    def _tokens(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False))

    def _encode(self, request: Request) -> list[int]:
        if request.prompt:
            return self._tokens(request.prompt)
        turns = [message.model_dump() for message in request.messages]
        return self._tokens(self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))

    async def _run(
        self, prompts: Sequence[list[int]], settings: Sequence[SamplingParams], adapter: LoRARequest | None
    ) -> list[Any]:
        each = zip(prompts, settings, strict=True)
        return list(await asyncio.gather(*(self._one(prompt, how, adapter) for prompt, how in each)))

    async def _one(self, prompt: list[int], settings: SamplingParams, adapter: LoRARequest | None) -> Any:
        name, last = f"r{next(self._numbers)}", None
        try:
            stream = self._model.generate(TokensPrompt(prompt_token_ids=prompt), settings, name, lora_request=adapter)
            async for output in stream:
                last = output
        except EngineDeadError as error:
            raise EngineUnavailable(f"vLLM's process has ended: {error}", "restart the engine") from error
        return last

    @asynccontextmanager
    async def _serving(self, weights: str) -> AsyncIterator[None]:
        """Hold the given full weights in place ("" is the base) while the block runs."""
        async with self._turn:
            if weights not in self._folders:
                raise EngineUnavailable(f"checkpoint {weights!r} is not loaded", "take it first; the work is released")
            if weights != self._loaded:
                async with self._idle:
                    await self._idle.wait_for(lambda: self._under_way == 0)
                await self._reload(weights)
            self._under_way += 1
        try:
            yield
        finally:
            async with self._idle:
                self._under_way -= 1
                self._idle.notify_all()

    async def _reload(self, weights: str) -> None:
        """Read other full weights in place. Raises EngineUnavailable where vLLM then holds something else."""
        if self._loaded == "" and "" not in self._canaries:
            self._canaries[""] = await self._canary()
        self._loaded = UNKNOWN
        folder = await asyncio.to_thread(with_head, self._folders[weights], self._cache / f"untied-{weights or 'base'}")
        await self._model.collective_rpc("reload_weights", kwargs={"weights_path": str(folder)})
        await self._model.reset_prefix_cache()
        found = await self._canary()
        if not abs(found - self._canaries.setdefault(weights, found)) <= STEADY:
            raise EngineUnavailable(
                f"after a change to {weights or 'the base'} the canary is {found:.4f}, before it was "
                f"{self._canaries[weights]:.4f}",
                "restart the engine",
            )
        self._loaded = weights

    async def _canary(self) -> float:
        return (await self._score([checkpoints.CANARY], None))[0]


def _arguments(folder: Path, batch: int, adapter_rank: int, precision: Precision) -> AsyncEngineArgs:
    rank = next((rank for rank in RANKS if rank >= adapter_rank), None)
    if rank is None:
        raise ConfigError(f"trainer.rank is {adapter_rank}, vLLM takes at most {RANKS[-1]}", "lower it")
    os.environ.setdefault("VLLM_WORKER_MULTIPROCESSING_METHOD", "spawn")
    on_cpu = current_platform.is_cpu()
    if on_cpu:
        os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    return AsyncEngineArgs(
        model=str(folder),
        dtype=settled(precision),
        max_model_len=LONGEST,
        max_num_seqs=batch,
        enable_lora=True,
        max_loras=ADAPTERS,
        max_lora_rank=rank,
        lora_target_modules=ADAPTED,
        enable_prefix_caching=True,
        enforce_eager=on_cpu,
        disable_log_stats=True,
        generation_config="vllm",
        seed=0,
    )


def _sampling(request: Request) -> SamplingParams:
    forced = StructuredOutputsParams(regex=request.regex) if request.regex else None
    return SamplingParams(
        max_tokens=request.max_new_tokens,
        temperature=request.temperature,
        structured_outputs=forced,
        output_kind=RequestOutputKind.FINAL_ONLY,
    )


def _generation(output: Any) -> Generation:
    said = output.outputs[0]
    ended = said.finish_reason == "stop"
    return Generation(
        text=said.text,
        prompt_tokens=len(output.prompt_token_ids),
        completion_tokens=len(said.token_ids),
        truncated=not ended,
    )


def _mean(steps: Any, start: int, end: Sequence[int]) -> float:
    found = [float(steps[start + place][token].logprob) for place, token in enumerate(end)]
    return sum(found) / len(found)

"""The engine for small machines: transformers on CPU or one GPU, one set of weights per checkpoint."""

import asyncio
import copy
import gc
import math
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache, PreTrainedModel
from transformers.cache_utils import Cache

from agents.engines import grouped
from agents.engines.base import Generation, Request
from agents.engines.choosing import choice_scores, encoded_choices, scores_by_length
from agents.engines.diary import Diary
from agents.engines.forced import Forcing
from swarm import checkpoints
from swarm.errors import EngineUnavailable
from swarm.precision import Precision, dtype
from swarm.students import Checkpoint
from swarm.turns import Turn, taken

T = TypeVar("T")

STRETCH = 16
"""Tokens that a batch writes before the rows that have ended leave it: most answers are short, and a few ramble on."""

MIN_SHARED = 48
"""Tokens of a shared prefix from which it is read once for the whole batch."""


class TransformersEngine:
    """Holds the base and some checkpoints; an adapter is merged into a copy of the base, which decodes twice as fast.

    On a CPU attention is "grouped": with a few dozen short sequences it beats the fused kernel by a sixth.
    """

    def __init__(
        self,
        folder: Path,
        threads: int = 2,
        batch: int = 64,
        turn: Turn | None = None,
        diary: Diary | None = None,
        precision: Precision = "auto",
    ) -> None:
        self.folder = folder
        self.turn = turn
        self.diary = diary or Diary()
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.attention = "sdpa" if self.device == "cuda" else grouped.NAME
        self.batch = batch
        self.tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
        # One thread for all of torch's work: each further one that computes brings its own OpenMP team, and teams that
        # have more threads than there are cores sleep at every barrier instead of spinning, which costs a third.
        self._computing = ThreadPoolExecutor(1, "engine", torch.set_num_threads, (threads,))
        self.dtype: torch.dtype = self._computing.submit(dtype, precision).result()
        self.models: dict[str, PreTrainedModel] = {"": self._computing.submit(self._read, folder).result()}
        self.lock = asyncio.Lock()

    async def _computed(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._computing, work, *arguments)

    def _read(self, folder: Path) -> PreTrainedModel:
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=self.dtype, attn_implementation=self.attention)
        return model.to(self.device).eval()

    async def take(self, checkpoint: Checkpoint) -> None:
        """Hold a checkpoint, verified by checksum and canary."""
        if checkpoint.id in self.models:
            return
        async with self.lock:
            model = await self._computed(self._load, checkpoint)
            pairs = await self._computed(self._logprobs, model, [checkpoints.CANARY], checkpoint.id)
            checkpoints.verify_canary(checkpoint, pairs[0])
            self.models[checkpoint.id] = model

    def _load(self, checkpoint: Checkpoint) -> PreTrainedModel:
        scratch = tempfile.TemporaryDirectory(prefix="swarm-engine-")
        with scratch as cache, self.diary.computing("load", checkpoint.id):
            folder = checkpoints.bring(checkpoint, Path(cache))
            return self._merged(checkpoint, folder) if checkpoint.adapter else self._read(folder)

    def _merged(self, checkpoint: Checkpoint, folder: Path) -> PreTrainedModel:
        checkpoints.verify_base(checkpoint, folder, self.folder)
        from peft import PeftModel

        # A copy, and an adapter that comes without weights: to draw either at random takes longer than all the rest.
        base = copy.deepcopy(self.models[""]).float()
        merged = PeftModel.from_pretrained(base, str(folder), low_cpu_mem_usage=True).merge_and_unload()
        return merged.to(self.device, self.dtype).eval()

    async def drop(self, checkpoint_id: str) -> None:
        """Let go of a checkpoint; the base stays."""
        async with self.lock:
            if checkpoint_id and self.models.pop(checkpoint_id, None) is not None:
                gc.collect()

    def _model(self, checkpoint_id: str) -> PreTrainedModel:
        if checkpoint_id not in self.models:
            raise EngineUnavailable(f"checkpoint {checkpoint_id!r} is not loaded", "take it first")
        return self.models[checkpoint_id]

    async def generate(self, requests: Sequence[Request]) -> list[Generation]:
        """Generate for every request, in order; requests of like length and settings share a batch."""
        texts = [self._text(request) for request in requests]
        order = sorted(range(len(requests)), key=lambda i: (self._settings(requests[i]), len(texts[i])))
        results: list[Generation | None] = [None] * len(requests)
        async with self.lock:
            while order:
                first = self._settings(requests[order[0]])
                group = [i for i in order[: self.batch] if self._settings(requests[i]) == first]
                order = order[len(group) :]
                model = self._model(requests[group[0]].checkpoint_id)
                done = await self._computed(self._batch, model, [texts[i] for i in group], requests[group[0]])
                for i, generation in zip(group, done, strict=True):
                    results[i] = generation
        return [result for result in results if result is not None]

    @staticmethod
    def _settings(request: Request) -> tuple[str, int, float, str, tuple[str, ...]]:
        return request.checkpoint_id, request.max_new_tokens, request.temperature, request.regex, request.choices

    def _text(self, request: Request) -> str:
        if request.prompt:
            return request.prompt
        turns = [message.model_dump() for message in request.messages]
        return str(self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))

    def _batch(self, model: PreTrainedModel, texts: list[str], like: Request) -> list[Generation]:
        noted = self.diary.computing("generate", like.checkpoint_id)
        with taken(self.turn), noted as books, torch.inference_mode():
            done = self._chosen(model, texts, like.choices) if like.choices else self._generate(model, texts, like)
            books.add(done)
        return done

    def _chosen(self, model: PreTrainedModel, texts: list[str], choices: tuple[str, ...]) -> list[Generation]:
        """The likeliest choice after each text; a prefix that all texts share is read once."""
        rows = [self.tokenizer.encode(text, add_special_tokens=False) for text in texts]
        ends = encoded_choices(self.tokenizer, choices)
        if shared := shared_prefix(rows):
            cache = self._read_once(model, rows[0][:shared])
            cache.batch_repeat_interleave(len(rows))
            scores = choice_scores(model, [row[shared:] for row in rows], ends, self.tokenizer.pad_token_id, cache)
        else:
            scores = scores_by_length(model, rows, ends, self.tokenizer.pad_token_id, self.batch)
        return [
            Generation(
                text=choices[best], prompt_tokens=len(row), completion_tokens=len(ends[best]), by_likelihood=True
            )
            for row, best in zip(rows, scores.argmax(1).tolist(), strict=True)
        ]

    def _generate(self, model: PreTrainedModel, texts: list[str], like: Request) -> list[Generation]:
        rows = [self.tokenizer.encode(text, add_special_tokens=False) for text in texts]
        shared = shared_prefix(rows)
        if not shared:
            return self._written(model, rows, *self._padded(rows, 0), None, like)
        held = self._read_once(model, rows[0][:shared])
        if self.attention != grouped.NAME:
            held.batch_repeat_interleave(len(rows))
            return self._written(model, rows, *self._padded(rows, shared), held, like)
        with grouped.behind(model, held) as cache:
            return self._written(model, rows, *self._padded(rows, shared), cache, like)

    def _written(
        self,
        model: PreTrainedModel,
        rows: list[list[int]],
        ids: torch.Tensor,
        mask: torch.Tensor,
        cache: Cache | None,
        like: Request,
    ) -> list[Generation]:
        """What the model writes after each row, of which `cache` may hold the beginning."""
        width = ids.shape[1]
        drawn = {"do_sample": True, "temperature": like.temperature}
        settings = drawn if like.temperature else {"do_sample": False}
        written = [ids[:0, 0]] * len(rows)
        unfinished, left = list(range(len(rows))), like.max_new_tokens
        forcing = Forcing(like.regex, self.tokenizer, model.config.vocab_size)
        while unfinished and left:
            output = model.generate(
                input_ids=ids,
                attention_mask=mask,
                past_key_values=cache,
                **settings,
                max_new_tokens=min(STRETCH, left),
                pad_token_id=self.tokenizer.pad_token_id,
                eos_token_id=self.tokenizer.eos_token_id,
                logits_processor=forcing.processors,
                return_dict_in_generate=True,
            )
            for place, row in zip(unfinished, output.sequences[:, width:], strict=True):
                written[place] = row
            left -= output.sequences.shape[1] - ids.shape[1]
            going = (output.sequences[:, width:] != self.tokenizer.eos_token_id).all(1).nonzero()[:, 0]
            unfinished = [unfinished[place] for place in going.tolist()]
            forcing.keep(going.tolist())
            mask = torch.nn.functional.pad(mask, (0, output.sequences.shape[1] - ids.shape[1]), value=1)[going]
            ids, cache = output.sequences[going], output.past_key_values
            cache.batch_select_indices(going)
        return [self._generation(new, len(row)) for new, row in zip(written, rows, strict=True)]

    def _padded(self, rows: list[list[int]], shared: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Token ids and mask of shape (batch, longest row), padded between shared prefix and own part."""
        width = max(map(len, rows))
        ids = torch.full((len(rows), width), self.tokenizer.pad_token_id)
        mask = torch.zeros_like(ids)
        for index, row in enumerate(rows):
            ids[index, :shared] = torch.tensor(row[:shared])
            ids[index, width - (len(row) - shared) :] = torch.tensor(row[shared:])
            mask[index, :shared] = mask[index, width - (len(row) - shared) :] = 1
        return ids.to(self.device), mask.to(self.device)

    def _read_once(self, model: PreTrainedModel, prefix: list[int]) -> DynamicCache:
        """Keys and values of a prefix that all rows begin with, computed once."""
        ids = torch.tensor([prefix], device=self.device)
        cache: DynamicCache = model(input_ids=ids, logits_to_keep=1).past_key_values
        return cache

    def _generation(self, ids: torch.Tensor, prompt_tokens: int) -> Generation:
        ends = (ids == self.tokenizer.eos_token_id).nonzero()
        length = int(ends[0]) if len(ends) else len(ids)
        return Generation(
            text=self.tokenizer.decode(ids[:length], skip_special_tokens=True),
            prompt_tokens=prompt_tokens,
            completion_tokens=length,
            truncated=not len(ends),
        )

    async def logprobs(self, pairs: Sequence[tuple[str, str]], checkpoint_id: str) -> list[float]:
        """Mean log-probability (nats per token) of each completion after its prompt."""
        async with self.lock:
            return await self._computed(self._logprobs, self._model(checkpoint_id), list(pairs), checkpoint_id)

    def _logprobs(self, model: PreTrainedModel, pairs: list[tuple[str, str]], checkpoint_id: str) -> list[float]:
        with taken(self.turn), self.diary.computing("score", checkpoint_id):
            return completion_logprobs(model, self.tokenizer, pairs, self.batch)


def shared_prefix(rows: list[list[int]]) -> int:
    """How many tokens all rows begin with, 0 where reading them once saves little; each keeps one of its own."""
    first, last = min(rows), max(rows)
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    length = min(length, min(map(len, rows)) - 1)
    return length if length >= MIN_SHARED and len(rows) > 1 else 0


@torch.inference_mode()
def completion_logprobs(
    model: PreTrainedModel, tokenizer: AutoTokenizer, pairs: list[tuple[str, str]], batch: int
) -> list[float]:
    """Mean log-probability (nats per token) of each completion after its prompt; the two are encoded apart.

    An empty prompt or completion gives minus infinity. Rows are padded on the left, so that logits, the dearest part of
    a small model, are computed for the completions' places only.
    """
    rows = [[tokenizer.encode(text, add_special_tokens=False) for text in pair] for pair in pairs]
    results = [-math.inf] * len(rows)
    order = sorted((i for i, row in enumerate(rows) if all(row)), key=lambda i: len(rows[i][0]) + len(rows[i][1]))
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        encoded = [torch.tensor(rows[i][0] + rows[i][1]) for i in chosen]
        ids = pad_sequence(encoded, True, tokenizer.pad_token_id, padding_side="left")
        mask = pad_sequence([torch.ones_like(row) for row in encoded], True, 0, padding_side="left")
        places = (mask.cumsum(-1) - 1).clamp(min=0)
        inputs = {"input_ids": ids, "attention_mask": mask, "position_ids": places}
        longest = max(len(rows[i][1]) for i in chosen)
        inputs = {name: tensor.to(model.device) for name, tensor in inputs.items()}
        logits = model(**inputs, use_cache=False, logits_to_keep=longest + 1).logits[:, :-1]
        steps = logits.float().log_softmax(-1).gather(2, inputs["input_ids"][:, -longest:, None])[..., 0].cpu()
        for i, scores in zip(chosen, steps, strict=True):
            results[i] = float(scores[-len(rows[i][1]) :].mean())
    return results

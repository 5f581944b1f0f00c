"""The real student in the transformers engine: repeatable, forced into form, never with doubtful weights."""

import asyncio
import re
from pathlib import Path

import pytest

from agents.engines.base import Message, Request
from agents.engines.transformers_engine import STRETCH, TransformersEngine
from swarm import weights
from swarm.checkpoints import CANARY, manifest
from swarm.domains import load_domain
from swarm.errors import EngineUnavailable, WeightsError
from swarm.students import Checkpoint, CheckpointStatus
from tests.agents.real_weights import made_adapter

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def engine() -> TransformersEngine:
    return TransformersEngine(weights.folder("smollm2-135m"), threads=1, batch=8)


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_adapter(tmp_path_factory.mktemp("adapter"))


def checkpoint(folder: Path, canary: float) -> Checkpoint:
    return Checkpoint(
        id="c1", status=CheckpointStatus.CANDIDATE, url=folder.as_uri(), files=manifest(folder), canary_logprob=canary
    )


async def measured(engine: TransformersEngine, folder: Path) -> float:
    """What this engine finds for the adapter's canary, told by its own refusal of a wrong one."""
    with pytest.raises(WeightsError, match="canary log-probability") as refusal:
        await engine.take(checkpoint(folder, 100.0))
    return float(refusal.value.message.split("log-probability ")[1].split()[0])


async def test_greedy_text_is_the_same_alone_and_again(engine: TransformersEngine) -> None:
    request = Request(prompt="The capital of France is", max_new_tokens=6)
    one, two = await engine.generate([request, request])
    (three,) = await engine.generate([request])
    assert one == two == three
    assert "Paris" in one.text
    assert (one.prompt_tokens, one.completion_tokens, one.truncated) == (5, 6, True)


async def test_answers_come_back_in_order(engine: TransformersEngine) -> None:
    requests = [
        Request(prompt=f"{'Long ago, in a small village. ' * times}One, two, three,", max_new_tokens=2)
        for times in (3, 0, 1)
    ]
    done = await engine.generate(requests)
    assert [made.prompt_tokens for made in done] == [30, 6, 14]


async def test_rows_that_end_early_leave_the_others_to_go_on(engine: TransformersEngine) -> None:
    short = Request(messages=(Message(role="user", content="What is the capital of France?"),), max_new_tokens=70)
    long = Request(prompt="one two three four five six seven eight one two three four five six", max_new_tokens=70)
    alone = [(await engine.generate([request]))[0] for request in (short, long)]
    assert alone[0].completion_tokens < 2 * STRETCH < alone[1].completion_tokens == 70
    assert await engine.generate([long, short, long]) == [alone[1], alone[0], alone[1]]


async def test_the_likeliest_choice_comes_back_and_nothing_else(engine: TransformersEngine) -> None:
    choices = (" Paris", " London", " a large table")
    requests = [
        Request(prompt="The capital of France is", choices=choices),
        Request(prompt="The capital of England is", choices=choices),
        Request(prompt="The capital of France is", max_new_tokens=2),
    ]
    france, england, written = await engine.generate(requests)
    assert (france.text, england.text) == (" Paris", " London")
    assert (france.by_likelihood, written.by_likelihood) == (True, False)
    assert (france.prompt_tokens, france.truncated) == (5, False)
    long = "Here is a fact about the world that everybody learns at school, wherever they live. " * 4
    shared = [Request(prompt=f"{long}The capital of {land} is", choices=choices) for land in ("France", "England")]
    assert [made.text for made in await engine.generate(shared)] == [" Paris", " London"]


async def test_forced_text_matches(engine: TransformersEngine) -> None:
    domain = load_domain("calendar")
    date = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    chat = (Message(role="user", content="When is Christmas in 2026?"),)
    (made,) = await engine.generate([Request(messages=chat, regex=date, max_new_tokens=20)])
    assert len(made.text) == 10
    assert not made.truncated
    (answer,) = await engine.generate([Request(messages=chat, regex=domain.answer_regex, max_new_tokens=60)])
    assert re.fullmatch(domain.answer_regex, answer.text)


async def test_log_probabilities_tell_sense_from_nonsense(engine: TransformersEngine) -> None:
    pairs = [("The sky is", " blue"), ("The sky is", " table"), ("", " blue"), CANARY]
    blue, table, nothing, canary = await engine.logprobs(pairs, "")
    assert table < blue - 3 < 0
    assert nothing == float("-inf")
    assert -9 < canary < -5
    (alone,) = await engine.logprobs(pairs[:1], "")
    assert alone == pytest.approx(blue, abs=0.1)


async def test_a_sound_adapter_is_taken_and_dropped(engine: TransformersEngine, adapter: Path) -> None:
    canary = await measured(engine, adapter)
    await engine.take(checkpoint(adapter, canary))
    (base,), (grown,) = await engine.logprobs([CANARY], ""), await engine.logprobs([CANARY], "c1")
    assert grown == pytest.approx(canary, abs=1e-3)
    assert abs(grown - base) > 0.01
    await engine.drop("c1")
    with pytest.raises(EngineUnavailable, match="'c1' is not loaded"):
        await engine.generate([Request(prompt="x", checkpoint_id="c1")])


async def test_tampered_and_unlisted_weights_are_refused(engine: TransformersEngine, adapter: Path) -> None:
    sound = checkpoint(adapter, await measured(engine, adapter))
    file = adapter / "adapter_model.safetensors"
    body = file.read_bytes()
    file.write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
    try:
        with pytest.raises(WeightsError, match=r"adapter_model\.safetensors has SHA-256"):
            await engine.take(sound)
    finally:
        file.write_bytes(body)
    gone = sound.model_copy(update={"url": (adapter / "elsewhere").as_uri()})
    with pytest.raises(WeightsError, match="is missing"):
        await engine.take(gone)


async def test_the_base_serves_while_a_checkpoint_is_refused(engine: TransformersEngine, adapter: Path) -> None:
    asked = engine.generate([Request(prompt="The capital of France is", max_new_tokens=4)])
    refused = engine.take(checkpoint(adapter, 100.0))
    made, problem = await asyncio.gather(asked, refused, return_exceptions=True)
    assert isinstance(made, list)
    assert isinstance(problem, WeightsError)
    assert set(engine.models) == {""}

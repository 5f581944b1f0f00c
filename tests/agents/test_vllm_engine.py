"""The real student in vLLM: adapters beside the base, full weights in turn, never a mixture.

It takes a minute or two, so it runs only where SWARM_TEST_VLLM is set.
"""

import asyncio
import os
import re
from pathlib import Path

import pytest

from agents.engines.base import Request
from swarm import weights
from swarm.checkpoints import CANARY, manifest
from swarm.errors import ConfigError, EngineUnavailable, WeightsError
from swarm.students import Checkpoint, CheckpointStatus
from tests.agents.real_weights import made_adapter, made_full

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif("SWARM_TEST_VLLM" not in os.environ, reason="set SWARM_TEST_VLLM to run it"),
]

PAIRS = [CANARY, ("The sky is", " blue"), ("The sky is", " table"), ("", " blue")]
FRANCE = "The capital of France is"


def checkpoint(name: str, folder: Path, canary: float) -> Checkpoint:
    return Checkpoint(
        id=name,
        status=CheckpointStatus.CANDIDATE,
        url=folder.as_uri(),
        adapter=name != "full",
        files=manifest(folder),
        canary_logprob=canary,
    )


async def test_one_engine_from_start_to_end(tmp_path: Path) -> None:
    from agents.engines.vllm_engine import VllmEngine

    folders = {"adapter": made_adapter(tmp_path / "adapter"), "full": made_full(tmp_path / "full")}
    engine = VllmEngine(weights.folder("smollm2-135m"), batch=8, adapter_rank=4)
    try:
        (free, forced) = await engine.generate(
            [Request(prompt=FRANCE, max_new_tokens=6), Request(prompt="Date:", regex=r"[0-9]{4}-[0-9]{2}")]
        )
        assert "Paris" in free.text
        assert (free.prompt_tokens, free.completion_tokens, free.truncated) == (5, 6, True)
        assert re.fullmatch(r"[0-9]{4}-[0-9]{2}", forced.text)
        base = await engine.logprobs(PAIRS, "")
        assert base[2] < base[1] - 3
        assert base[3] == float("-inf")
        for name, folder in folders.items():
            with pytest.raises(WeightsError, match="canary log-probability") as refusal:
                await engine.take(checkpoint(name, folder, 100.0))
            found = re.search(r"log-probability (\S+) here", refusal.value.message)
            assert found is not None
            await engine.take(checkpoint(name, folder, float(found[1])))
        grown = [await engine.logprobs(PAIRS[:1], name) for name in folders]
        mixed = await asyncio.gather(*(engine.logprobs(PAIRS[:1], name) for name in ("full", "", "adapter", "full")))
        assert [scores[0] for scores in mixed] == pytest.approx([grown[1][0], base[0], grown[0][0], grown[1][0]])
        assert await engine.logprobs(PAIRS, "") == base
        await engine.drop("full")
        with pytest.raises(EngineUnavailable, match="'full' is not loaded"):
            await engine.generate([Request(prompt=FRANCE, checkpoint_id="full")])
    finally:
        engine.close()


def test_a_rank_beyond_vllm_is_refused() -> None:
    from agents.engines.vllm_engine import VllmEngine

    with pytest.raises(ConfigError, match="at most 512"):
        VllmEngine(weights.folder("smollm2-135m"), adapter_rank=1000)

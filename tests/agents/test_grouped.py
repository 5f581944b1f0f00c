"""Grouped attention gives the numbers of transformers' own "eager", padded, cached and alone."""

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from agents.engines import grouped


def model(attention: str, heads: int, shared: int) -> LlamaForCausalLM:
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=50,
        hidden_size=48,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=heads,
        num_key_value_heads=shared,
        initializer_range=0.2,
        attn_implementation=attention,
    )
    return LlamaForCausalLM(config).eval()


@pytest.mark.parametrize(("heads", "shared"), [(6, 2), (4, 4), (4, 1)])
@torch.inference_mode()
def test_it_computes_what_eager_does(heads: int, shared: int) -> None:
    ours, theirs = model(grouped.NAME, heads, shared), model("eager", heads, shared)
    ids = torch.arange(30).view(3, 10)
    mask = torch.ones_like(ids)
    mask[0, :4] = 0
    inputs = {"input_ids": ids, "attention_mask": mask}
    there = mask.bool()
    assert torch.allclose(ours(**inputs).logits[there], theirs(**inputs).logits[there], atol=1e-5)
    settings = {"max_new_tokens": 8, "do_sample": False, "pad_token_id": 0, "eos_token_id": None}
    assert torch.equal(ours.generate(**inputs, **settings), theirs.generate(**inputs, **settings))


def test_a_name_that_nobody_registered_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        model("nothing", 4, 4)

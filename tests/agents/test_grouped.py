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


@pytest.mark.parametrize(("heads", "shared"), [(6, 2), (4, 4), (4, 1)])
@torch.inference_mode()
def test_a_prefix_is_held_once_and_changes_nothing(heads: int, shared: int) -> None:
    ours, theirs = model(grouped.NAME, heads, shared), model("eager", heads, shared)
    prefix, own = torch.arange(12)[None], torch.arange(20, 35).view(3, 5)
    mask = torch.ones(3, 17, dtype=torch.long)
    mask[0, 12:14] = 0
    inputs = {"input_ids": torch.cat([prefix.repeat(3, 1), own], 1), "attention_mask": mask}
    settings = {"max_new_tokens": 6, "do_sample": False, "pad_token_id": 0, "eos_token_id": None}
    wanted = theirs.generate(**inputs, **settings)
    read = ours(input_ids=prefix, logits_to_keep=1).past_key_values
    with grouped.behind(ours, read) as cache:
        made = ours.generate(**inputs, past_key_values=cache, **settings, return_dict_in_generate=True)
        assert torch.equal(made.sequences, wanted)
        assert cache.layers[0].keys.shape == (3, shared, 10, 48 // heads), "each row holds its own part alone"
        cache.batch_select_indices(torch.tensor([2]))
        more = {"input_ids": wanted[2:], "attention_mask": torch.ones_like(wanted[2:])}
        further = ours.generate(**more, past_key_values=cache, **settings)
    longer = theirs.generate(**{name: each[2:] for name, each in inputs.items()}, **settings | {"max_new_tokens": 12})
    assert torch.equal(further, longer)
    assert torch.allclose(ours(**inputs).logits[1:], theirs(**inputs).logits[1:], atol=1e-5), "it is gone afterwards"


def test_a_name_that_nobody_registered_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        model("nothing", 4, 4)

"""The benchmark of training: what it counts, what it compares, and a run of it on a tiny model."""

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch.utils.flop_counter import FlopCounterMode
from transformers import LlamaConfig, LlamaForCausalLM

from bench.train.__main__ import main
from bench.train.arms import ARMS, PLAIN, Setting
from bench.train.measuring import Measured, passed, texts
from bench.train.needs import needed
from bench.train.table import late, rows, table
from swarm.sections import TrainMode
from tests.trainers.tiny_student import tiny_folder

pytestmark = pytest.mark.real


def setting(base: str = "/base", mode: TrainMode = TrainMode.FULL, workers: int = 1) -> Setting:
    return Setting(base=base, mode=mode, workers=workers, threads=1, batch=4, tokens=200, rank=4)


def measured(arm: str, seconds: tuple[float, ...], workers: int = 1) -> Measured:
    return Measured(setting=setting(workers=workers), arm=arm, tokens=100, seconds=seconds, operations=5e9)


def test_a_pass_is_compared_with_plain_trl_of_the_same_turn() -> None:
    found = [measured(PLAIN, (1.0, 2.0, 4.0)), measured("ours", (0.5, 2.0, 2.0)), measured(PLAIN, (9.0,), workers=2)]
    plain, ours, _ = rows(found, ceiling=1e10)
    assert (plain.ratio, plain.low, plain.high, plain.share) == (1, 1, 1, 0.25)
    assert (ours.tokens_a_second, ours.share) == (50, 0.25)
    assert (ours.ratio, ours.low, ours.high) == (2, 1, 2)
    slow = rows([measured(PLAIN, (0.9,)), measured("ours", (1.0,))], ceiling=1e10)
    assert [row.arm for row in late(slow)] == ["ours"]
    assert not late([plain, ours])
    assert table([plain, ours], 1e10).row_count == 2


@pytest.mark.parametrize("adapted", [False, True])
@pytest.mark.parametrize("length", [16, 128])
def test_what_is_needed_is_what_a_counter_of_operations_sees(adapted: bool, length: int) -> None:
    shape = {"hidden_size": 64, "intermediate_size": 160, "num_attention_heads": 4, "num_key_value_heads": 2}
    model: Any = LlamaForCausalLM(
        LlamaConfig(vocab_size=128, num_hidden_layers=8, **shape, attn_implementation="eager")
    )
    model.get_input_embeddings().requires_grad_(False)
    model.get_output_embeddings().requires_grad_(False)
    if adapted:
        model = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    ids = torch.randint(128, (3, length))
    with FlopCounterMode(display=False) as counter:
        model(input_ids=ids, use_cache=False).logits.sum().backward()
    needs = 3 * length * needed(model, length, completion=1.0)
    # What isn't taken off: of eight layers, the lowest one's gradient goes nowhere.
    assert counter.get_total_flops() == pytest.approx(needs, rel=0.04)


def test_every_way_learns_the_same_texts(tmp_path: Path) -> None:
    found = passed(setting(str(tiny_folder(tmp_path / "base"))), texts(3), 1, tmp_path)
    assert [each.arm for each in found] == [arm.name for arm in ARMS]
    assert all(each.seconds[0] > 0 for each in found)
    assert {each.tokens for each in found} == {found[0].tokens}


def test_no_passes_are_refused(capsys: Any) -> None:
    assert main(["--passes", "0"]) == 2
    assert "must be 1 or more" in capsys.readouterr().err

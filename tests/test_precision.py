"""In what format of numbers a model computes."""

from typing import get_args

import pytest
import torch

from swarm import precision
from swarm.precision import Format, quicker, seconds, settled


@pytest.mark.parametrize(
    ("float32", "bfloat16", "expected"),
    [(1.0, 2.0, "float32"), (5.0, 1.0, "bfloat16"), (1.0, 1.1, "bfloat16"), (1.0, 1.3, "float32")],
)
def test_a_processor_computes_in_what_it_is_clearly_quicker_in(float32: float, bfloat16: float, expected: str) -> None:
    assert quicker(float32, bfloat16) == expected


def test_what_is_named_is_taken_unmeasured() -> None:
    precision._measured.cache_clear()
    assert [settled(name) for name in get_args(Format)] == list(get_args(Format))
    assert precision._measured.cache_info().misses == 0


def test_a_gpu_computes_in_bfloat16_unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    precision._measured.cache_clear()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(precision, "seconds", lambda of: pytest.fail(f"{of} was measured"))
    assert settled("auto") == "bfloat16"
    precision._measured.cache_clear()


def test_this_machine_is_measured_once_and_computes_with_as_many_threads_as_before() -> None:
    precision._measured.cache_clear()
    threads = torch.get_num_threads()
    assert settled("auto") == settled("auto")
    assert precision._measured.cache_info().misses == 1
    assert all(0 < seconds(name) < 5 for name in get_args(Format))
    assert torch.get_num_threads() == threads

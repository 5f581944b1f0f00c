"""In what format of numbers a model computes."""

from collections.abc import Callable, Iterator
from typing import get_args

import pytest
import torch

from swarm import precision
from swarm.precision import Format, seconds, settled


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    precision._quicker.cache_clear()
    yield
    precision._quicker.cache_clear()


def machine(float32: float, bfloat16: float) -> Callable[[Format], float]:
    return lambda of: {"float32": float32, "bfloat16": bfloat16}[of]


@pytest.mark.parametrize(
    ("float32", "bfloat16", "expected"),
    [(1.0, 2.0, "float32"), (5.0, 1.0, "bfloat16"), (1.0, 1.1, "bfloat16"), (1.0, 1.3, "float32")],
)
def test_a_processor_computes_in_what_it_is_clearly_quicker_in(
    monkeypatch: pytest.MonkeyPatch, float32: float, bfloat16: float, expected: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(precision, "seconds", machine(float32, bfloat16))
    assert settled("auto") == expected


def test_a_gpu_computes_in_bfloat16_unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(precision, "seconds", lambda of: pytest.fail(f"{of} was measured"))
    assert settled("auto") == "bfloat16"


def test_what_is_named_is_taken_whatever_is_quicker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "seconds", machine(1.0, 2.0))
    assert settled("bfloat16") == "bfloat16"
    monkeypatch.setattr(precision, "seconds", machine(2.0, 1.0))
    assert settled("float32") == "float32"


def test_this_machine_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = torch.get_num_threads()
    measured = [seconds(name) for name in get_args(Format)]
    assert all(0 < took < 5 for took in measured)
    assert torch.get_num_threads() == threads
    found = settled("auto")
    monkeypatch.setattr(precision, "seconds", lambda of: pytest.fail(f"{of} was measured again"))
    assert settled("auto") == found

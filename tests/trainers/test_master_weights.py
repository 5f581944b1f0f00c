"""Float32 masters of bfloat16 weights, and their average over the steps."""

import pytest
import torch

from trainers.master_weights import AVERAGED_EVERY, MasterAdamW


def stepped(average: float, steps: int, rate: float = 1e-3) -> tuple[MasterAdamW, torch.nn.Parameter, list[float]]:
    """An optimizer after some steps down a slope, its one weight, and what its master was after each step."""
    weight = torch.nn.Parameter(torch.ones(1, dtype=torch.bfloat16))
    optimizer = MasterAdamW([weight], rate, average)
    values = []
    for _ in range(steps):
        weight.grad = torch.ones_like(weight)
        optimizer.step()
        values.append(float(optimizer.masters[0]))
    return optimizer, weight, values


def test_steps_too_small_for_bfloat16_add_up() -> None:
    _, weight, values = stepped(0.0, 40)
    assert values[0] == pytest.approx(0.999, abs=1e-4)
    assert values[-1] == pytest.approx(0.96, abs=2e-3)
    assert weight.item() == torch.tensor(values[-1]).bfloat16().item()


def test_the_average_leans_on_the_newest_at_first_and_forgets_slowly_later() -> None:
    optimizer, _, values = stepped(0.9, 43)
    expected, taken = 1.0, 0
    for step in [*range(AVERAGED_EVERY, 44, AVERAGED_EVERY), 43]:
        if step > taken:
            decay = min(0.9, (1 + step) / (10 + step)) ** (step - taken)
            expected, taken = decay * expected + (1 - decay) * values[step - 1], step
    with optimizer.averaged():
        assert optimizer.averages[0].item() == pytest.approx(expected, rel=1e-6)
    assert values[-1] < expected < values[-20]


def test_the_model_has_the_average_only_for_as_long_as_it_is_asked_for() -> None:
    optimizer, weight, values = stepped(0.9, 8, rate=0.1)
    last = weight.item()
    with optimizer.averaged():
        assert weight.item() == optimizer.averages[0].bfloat16().item() > last
    assert weight.item() == last
    with pytest.raises(KeyError, match="wrong"), optimizer.averaged():
        raise KeyError("something else went wrong")
    assert weight.item() == last
    assert float(optimizer.masters[0]) == values[-1]


def test_without_an_average_the_last_weights_serve() -> None:
    optimizer, weight, _ = stepped(0.0, 8)
    last = weight.item()
    with optimizer.averaged():
        assert weight.item() == last
    assert not optimizer.averages

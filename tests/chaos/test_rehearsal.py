"""Whole runs: a sound gateway holds under every kind of fault, and three that are broken on purpose are caught."""

import json
from collections import Counter
from pathlib import Path

import pytest

from chaos.plan import SECONDS, Fault, Kind, plan
from chaos.report import as_json
from chaos.run import Result, Settings, rehearse
from chaos.victims import SKIPPED

FEW = {"publisher": 1, "worker": 2, "watcher": 1}

pytestmark = pytest.mark.asyncio


async def test_a_sound_gateway_holds_under_every_kind_of_fault(tmp_path: Path) -> None:
    result = await rehearse(Settings(tmp_path / "run", plan(3, len(Kind), 12.0), 12.0, revisions=300))
    assert result.passed, as_json(result)
    assert result.faults == Counter(Kind)


def violations(result: Result) -> dict[str, tuple[str, ...]]:
    """What was found, by check."""
    return {check.name: check.violations for check in result.checks if check.violations}


async def test_a_gateway_that_answers_before_its_commit_is_caught(tmp_path: Path) -> None:
    kills = [Fault(at, Kind.GATEWAY_KILL, 0.0, 0.0) for at in (1.0, 4.0)]
    result = await rehearse(Settings(tmp_path / "run", kills, 5.0, victim="early", clients=FEW))
    assert any("is not stored" in text for text in violations(result)["acknowledged is stored"])


async def test_a_gateway_without_a_fence_is_caught(tmp_path: Path) -> None:
    stops = [Fault(1.0, Kind.CLIENT_STOP, SECONDS[Kind.CLIENT_STOP][0], 0.4)]
    result = await rehearse(Settings(tmp_path / "run", stops, 7.0, victim="fenceless", clients=FEW, revisions=200))
    assert any("was given it" in text for text in violations(result)["no late completion"])
    assert any("deliveries of" in text for text in violations(result)["no effect twice"])


async def test_a_gateway_whose_watches_skip_is_caught(tmp_path: Path) -> None:
    result = await rehearse(
        Settings(
            tmp_path / "run", [Fault(1.0, Kind.RESET, 0.0, 0.0)], 3.0, victim="skipping", clients=FEW, revisions=120
        )
    )
    # Which event is the first to be left out depends on how far the log was when the watch began.
    skips = [(SKIPPED * n + 1, SKIPPED * n - 1) for n in range(1, 10)]
    found = violations(result)["watches gap-free"]
    assert any(f"saw {later} after {earlier}" in text for text in found for later, earlier in skips)
    said = json.loads(as_json(result))
    assert not said["passed"]
    assert said["faults"] == {"connections reset": 1}


async def test_a_plan_is_its_seeds(tmp_path: Path) -> None:
    assert plan(1, 60, 100.0) == plan(1, 60, 100.0) != plan(2, 60, 100.0)
    times = [fault.at for fault in plan(1, 60, 100.0)]
    assert times == sorted(times)
    assert max(times) < 100.0
    assert set(Counter(fault.kind for fault in plan(1, 60, 100.0)).values()) == {5, 6}
    (tmp_path / "run" / "history").mkdir(parents=True)
    with pytest.raises(FileExistsError):
        await rehearse(Settings(tmp_path / "run", [], 0.0))

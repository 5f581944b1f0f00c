"""The states of an engine, turned one look at a time: nothing serves before it has verified weights."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from swarm.engine_states import MISSES, EngineLook, EngineStanding, EngineState, ended, looked

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NEW = EngineStanding(name="student", since=NOW)
RESTARTING, STALE, HEALTHY, SUSPECT, DEAD = EngineState


def look(*verified: str, incarnation: str = "one") -> EngineLook:
    return EngineLook(incarnation=incarnation, verified=("", *verified))


def test_from_its_start_to_its_end() -> None:
    assert not NEW.serves("")
    up = looked(NEW, look(), "c1", NOW + timedelta(seconds=9))
    assert (up.state, up.why, up.since) == (STALE, "has not verified c1", NOW + timedelta(seconds=9))
    assert up.serves("")
    assert not up.serves("c1")
    ready = looked(up, look("c1"), "c1", NOW + timedelta(seconds=10))
    assert (ready.state, ready.why, ready.restarts) == (HEALTHY, "", 0)
    assert ready.serves("c1")
    promoted = looked(ready, look("c1"), "c2", NOW + timedelta(seconds=11))
    assert promoted.state is STALE
    assert promoted.serves("c1"), "what it has verified it may serve, stamped as such"
    gone = ended(ready, "killed", NOW + timedelta(seconds=12))
    assert (gone.state, gone.restarts, gone.verified, gone.why) == (RESTARTING, 1, (), "killed")
    assert not gone.serves("c1")
    assert ended(gone, "killed again", NOW).restarts == 1, "it had not come up"


def test_silence_makes_it_suspect_and_then_dead_and_an_answer_mends_both() -> None:
    ready = looked(NEW, look("c1"), "c1", NOW)
    silent = [ready]
    for _ in range(MISSES + 1):
        silent.append(looked(silent[-1], None, "c1", NOW))
    assert [standing.state for standing in silent[1:]] == [SUSPECT] * (MISSES - 1) + [DEAD] * 2
    assert silent[1].serves("c1")
    assert not silent[MISSES].serves("c1")
    assert looked(silent[1], look("c1"), "c1", NOW).state is HEALTHY
    assert looked(silent[MISSES], look("c1"), "c1", NOW).state is HEALTHY
    assert looked(NEW, None, "c1", NOW).state is RESTARTING, "a process that comes up may take its time"


def test_one_that_was_ended_may_take_its_time_again() -> None:
    silent = looked(NEW, look("c1"), "c1", NOW)
    for _ in range(MISSES):
        silent = looked(silent, None, "c1", NOW)
    coming_up = ended(silent, "it did not answer", NOW)
    for _ in range(MISSES + 1):
        coming_up = looked(coming_up, None, "c1", NOW)
        assert coming_up.state is RESTARTING, "else it would be ended again before it is up"


def test_another_process_under_its_name_is_a_restart() -> None:
    ready = looked(NEW, look("c1"), "c1", NOW)
    other = looked(ready, look(incarnation="two"), "c1", NOW)
    assert (other.state, other.restarts) == (STALE, 1)
    assert not other.serves("c1")


IDS = st.sampled_from(["", "c1", "c2"])
LOOKS = st.builds(EngineLook, incarnation=st.sampled_from(["one", "two"]), verified=st.lists(IDS).map(tuple))
STEPS = st.lists(st.one_of(st.none(), LOOKS, st.just("ended")), max_size=12)


@given(STEPS, IDS)
def test_nothing_serves_what_its_process_has_not_verified(steps: list[EngineLook | str | None], wanted: str) -> None:
    standing, last = NEW, None
    for step in steps:
        if isinstance(step, str):
            standing, last = ended(standing, step, NOW), None
        else:
            standing, last = looked(standing, step, wanted, NOW), step or last
        for name in ("", "c1", "c2"):
            assert not standing.serves(name) or (last is not None and name in last.verified)
        assert standing.state is not HEALTHY or (last is not None and wanted in last.verified)


def test_a_name_of_another_shape_is_refused() -> None:
    with pytest.raises(ValidationError):
        EngineStanding(name="../engine", since=NOW)

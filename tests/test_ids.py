"""Ids of samples: they begin with a time, and so does what is derived from them; who sends others is served as well."""

import random
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from swarm.domains import load_domain
from swarm.probing.draws import dated, probe_of
from swarm.records import Attempt, Purpose, Sample, Verdict, answer_to, child_id, dated_id, new_id

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def pair() -> list[Sample]:
    """A trap of the calendar domain with its twin."""
    domain, rng = load_domain("calendar"), random.Random(1)
    return next(made for cell in domain.cells() if len(made := domain.make(cell, rng, Purpose.LEARN)) == 2)


def test_a_fresh_id_is_a_uuid_that_begins_with_the_time() -> None:
    before, made, again = datetime.now(UTC), uuid.UUID(hex=new_id()), new_id()
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert 0 <= int(made.hex[:12], 16) - int(before.timestamp() * 1000) < 60_000
    assert again != made.hex


def test_ids_sort_by_their_times_whatever_follows() -> None:
    last, first = dated_id("0" * 32, NOON + timedelta(milliseconds=1)), dated_id("f" * 32, NOON)
    assert first < last
    assert int(first[:12], 16) == NOON.timestamp() * 1000


def test_a_whole_chain_keeps_the_time_of_its_probe_and_each_link_its_own_span() -> None:
    probe = pair()[0].model_copy(update={"id": dated_id(uuid.uuid4().hex, NOON)})
    attempt = answer_to(probe, Attempt(text="= 2026-01-01", checkpoint_id="base"))
    verdict = answer_to(attempt, Verdict(passed=True, rubric_version=1, decided_by="verifier"))
    chain = (probe, attempt, verdict)
    assert len({sample.id[:12] for sample in chain}) == 1
    assert len({sample.id for sample in chain}) == len({sample.traceparent for sample in chain}) == 3
    assert {uuid.UUID(hex=sample.id).version for sample in chain[1:]} == {8}
    assert attempt.id == child_id(probe.id, "attempt") != child_id(probe.id, "attempt", 1)


def test_what_answers_an_id_without_a_time_is_named_as_ever() -> None:
    parent = uuid.UUID("6f0e2c5a-8f56-4d0b-9a63-8f2f6a1f7c11")
    assert child_id(parent.hex, "attempt") == uuid.uuid5(parent, "attempt/0").hex


def test_probes_are_dated_and_twins_still_name_each_other() -> None:
    trap, twin = dated(drawn := pair(), NOON)
    assert (probe_of(trap).twin_id, probe_of(twin).twin_id) == (twin.id, trap.id)
    assert {sample.id for sample in drawn}.isdisjoint({trap.id, twin.id})
    assert [probe_of(sample).question for sample in (trap, twin)] == [probe_of(sample).question for sample in drawn]
    assert (trap.root_id, twin.root_id) == (trap.id, twin.id)


def test_what_is_no_id_has_no_children() -> None:
    with pytest.raises(ValueError, match="badly formed"):
        child_id("no id", "attempt")

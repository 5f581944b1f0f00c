"""Siege and census count probes in the order asked: what is slow or lost is never left out."""

from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.records import Cell, Origin, Probe, Purpose, Sample, Tier, Verdict, Weather
from swarm.tally import OVERTAKEN, Tally

CELL = Cell(subdomain="span", weather=Weather.RAIN, form="date")


def probe(number: int, tier: Tier = Tier.INSIDE) -> Sample:
    payload = Probe(cell=CELL, question=f"question {number}", purpose=Purpose.SIEGE, origin=Origin.GRAMMAR)
    return Sample(id=f"{number:032x}", tier=tier, payload=payload)


def verdict(number: int, passed: bool, tier: Tier = Tier.INSIDE) -> Sample:
    payload = Verdict(passed=passed, rubric_version=1, decided_by="verifier")
    return Sample(root_id=f"{number:032x}", parent_id=f"{number + 10**6:032x}", tier=tier, payload=payload)


def tally(probes: int, passed: dict[int, bool]) -> tuple[int, int]:
    counted = Tally()
    counted.ask(probe(number) for number in range(probes))
    counted.judge(verdict(number, held) for number, held in passed.items())
    return counted.counts


def test_it_counts_up_to_the_first_without_a_verdict() -> None:
    assert tally(5, {0: True, 1: False, 3: True, 4: True}) == (2, 1)
    assert tally(5, {0: True, 1: False, 2: True, 3: True, 4: True}) == (5, 1)
    assert tally(0, {}) == (0, 0)


def test_a_verdict_that_is_read_before_its_probe_counts() -> None:
    counted = Tally()
    counted.judge([verdict(0, False)])
    assert counted.counts == (0, 0)
    counted.ask([probe(0)])
    assert counted.counts == (1, 1)


def test_where_nothing_is_claimed_verdicts_count_as_they_come() -> None:
    counted = Tally(in_order=False)
    counted.ask(probe(number) for number in range(5))
    counted.judge([verdict(4, False), verdict(2, True)])
    assert counted.counts == (2, 1)


def test_what_many_have_overtaken_counts_as_a_failure_until_its_verdict_comes() -> None:
    rest = dict.fromkeys(range(1, OVERTAKEN + 1), True)
    assert tally(OVERTAKEN + 1, rest) == (OVERTAKEN + 1, 1)
    assert tally(OVERTAKEN + 1, rest | {0: True}) == (OVERTAKEN + 1, 0)
    del rest[OVERTAKEN]
    assert tally(OVERTAKEN + 1, rest) == (0, 0)


def test_of_two_verdicts_the_one_that_fails_decides() -> None:
    for order in ((True, False), (False, True)):
        counted = Tally()
        counted.ask([probe(0)])
        counted.judge(verdict(0, passed) for passed in order)
        assert counted.counts == (1, 1)


def test_quarantine_and_strangers_are_refused() -> None:
    counted = Tally()
    counted.ask([probe(0, Tier.QUARANTINED), probe(1)])
    counted.judge([verdict(0, False), verdict(1, True, Tier.QUARANTINED), verdict(7, False)])
    assert counted.counts == (0, 0)
    counted.judge([verdict(1, True)])
    assert counted.counts == (1, 0)


@settings(deadline=None)
@given(passed=st.lists(st.booleans(), max_size=400), data=st.data())
def test_it_never_counts_fewer_failures_than_there_were_among_the_first(
    passed: list[bool], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(passed))))
    counted = Tally()
    counted.ask(probe(number) for number in range(len(passed)))
    for number in order:
        counted.judge([verdict(number, passed[number])])
        probes, failures = counted.counts
        assert failures >= passed[:probes].count(False)
    assert counted.counts == (len(passed), passed.count(False))

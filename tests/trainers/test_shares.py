"""Shares of a round: no group is over its own, none is wasted, and the swarm's own have no cap."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers.shares import Caps, within_shares

INSIDE = ""


def of(producers: list[str], share: float) -> list[Caps]:
    """Each outside producer has the same share."""
    return [{} if name == INSIDE else {name: share} for name in producers]


PRODUCERS = st.lists(st.sampled_from([INSIDE, "eve", "mallory", "trent"]), max_size=40)


@given(PRODUCERS, st.integers(0, 50), st.sampled_from([0.1, 0.25, 1 / 3, 0.5, 1.0]))
def test_a_round_is_as_large_as_the_shares_allow(producers: list[str], limit: int, share: float) -> None:
    places = within_shares(of(producers, share), limit)
    taken = Counter(producers[place] for place in places)
    assert places == sorted(set(places))
    assert len(places) <= limit
    assert all(count <= len(places) * share + 1e-9 for name, count in taken.items() if name != INSIDE)
    counts = Counter(producers)
    for size in range(len(places) + 1, min(limit, len(producers)) + 1):
        most = int(size * share + 1e-9)
        within = sum(count if name == INSIDE else min(count, most) for name, count in counts.items())
        assert within < size, "a larger round would have been within the shares"


@given(PRODUCERS, st.integers(0, 50), st.sampled_from([0.1, 0.25, 1 / 3, 0.5, 1.0]))
def test_whoever_waits_longest_goes_first(producers: list[str], limit: int, share: float) -> None:
    places = set(within_shares(of(producers, share), limit))
    for name in set(producers):
        mine = [place in places for place, producer in enumerate(producers) if producer == name]
        assert mine == sorted(mine, reverse=True)


@pytest.mark.parametrize(
    ("producers", "limit", "taken"),
    [
        ([INSIDE] * 9, 4, 4),
        (["eve"] * 9, 9, 0),
        (["eve"] * 9 + [INSIDE] * 3, 96, 4),
        (["eve", "mallory", "trent", "x"] * 5, 96, 20),
        ([INSIDE] * 3 + ["eve"], 96, 4),
        ([INSIDE] * 2 + ["eve"], 96, 2),
        ([], 96, 0),
    ],
)
def test_rounds_with_a_quarter_for_each(producers: list[str], limit: int, taken: int) -> None:
    assert len(within_shares(of(producers, 0.25), limit)) == taken


def test_no_round_is_made_of_nobody_s_share() -> None:
    assert within_shares([{"eve": 1.0}], 96) == [0]
    assert within_shares([{"eve": 0.99}], 96) == []


GROUPS = st.dictionaries(st.sampled_from(["eve", "mallory", "production"]), st.just(0.0), max_size=2)


@given(st.lists(GROUPS, max_size=40), st.integers(0, 50), st.sampled_from([0.1, 0.25, 0.5]))
def test_who_counts_in_two_groups_keeps_to_both(groups: list[dict[str, float]], limit: int, share: float) -> None:
    shares = {"eve": 0.5, "mallory": 0.25, "production": share}
    caps: list[Caps] = [{name: shares[name] for name in found} for found in groups]
    places = within_shares(caps, limit)
    taken = Counter(name for place in places for name in caps[place])
    assert places == sorted(set(places))
    assert len(places) <= limit
    assert all(count <= len(places) * shares[name] + 1e-9 for name, count in taken.items())
    own = [place for place, found in enumerate(caps) if not found]
    assert len(places) == limit or set(own) <= set(places), "the swarm's own wait for nobody"

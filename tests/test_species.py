"""Species: one rule for all failures, blind to who found them and to their order."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.records import Cell, Origin, Probe, Purpose, Reference, Verdict
from swarm.species import Failure, cluster, kind_of

CELLS = [Cell.parse(key) for key in ("relative/rain/date", "absolute/wind/ask", "span/border/none")]


def failure(
    number: int, cell: int = 0, operator: str = "", species: str = "relative/off-by-7-days", decided: str = "verifier"
) -> Failure:
    """A failed attempt at a probe of that cell."""
    probe = Probe(
        cell=CELLS[cell],
        purpose=Purpose.SIEGE,
        origin=Origin.GRAMMAR,
        question=f"question {number}",
        reference=Reference(answer="2026-03-10"),
        operator=operator,
    )
    verdict = Verdict(passed=False, rubric_version=1, decided_by=decided, species=species)
    return Failure(id=f"{number:032x}", probe=probe, text="= 2026-03-17", verdict=verdict)


def test_each_part_of_the_kind_makes_a_species_of_its_own() -> None:
    found = [
        failure(1),
        failure(2),
        failure(3, cell=1),
        failure(4, operator="typo"),
        failure(5, species="unreadable"),
        failure(6, decided="no-instructions"),
    ]
    species = cluster(found, [one.probe for one in found])
    assert [one.failures for one in species] == [2, 1, 1, 1, 1]
    assert len({one.name for one in species}) == 5
    assert species[0].members == (found[0].id, found[1].id)


def test_a_species_says_how_often_such_probes_failed_and_reads_as_a_sentence() -> None:
    failed = failure(1, cell=1, operator="impossible-date", species="should-ask/gave-date")
    passed = failed.probe.model_copy(update={"question": "another"})
    other = failed.probe.model_copy(update={"operator": "wrong-weekday"})
    (one,) = cluster([failed], [failed.probe, passed, other])
    assert (one.failures, one.asked) == (1, 2)
    assert one.name == "absolute/wind/ask, impossible-date: should-ask/gave-date (verifier)"
    assert one.explanation == (
        "Twisted questions of absolute with the trap “impossible date”, which want the answer form ask: should ask, "
        "gave date. Criterion verifier decided. 1 of 2 such questions failed this way."
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 1, 2]), st.sampled_from(["", "typo"]), st.sampled_from(["unreadable", "over-asks"])
        ),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_who_found_a_failure_and_when_changes_nothing(kinds: list[tuple[int, str, str]], rng: random.Random) -> None:
    found = [failure(number, *kind) for number, kind in enumerate(kinds)]
    shuffled = rng.sample(found, len(found))
    others = [
        one.model_copy(
            update={
                "probe": one.probe.model_copy(
                    update={"origin": rng.choice(list(Origin)), "purpose": rng.choice(list(Purpose))}
                ),
                "text": "said otherwise",
            }
        )
        for one in shuffled
    ]
    probes = [one.probe for one in found]
    assert cluster(others, probes) == cluster(found, probes)
    assert sum(one.failures for one in cluster(found, probes)) == len(found)


def test_a_pass_has_no_species() -> None:
    one = failure(1)
    with pytest.raises(ValueError, match="passed attempt at 'question 1' has no species"):
        kind_of(one.probe, one.verdict.model_copy(update={"passed": True}))

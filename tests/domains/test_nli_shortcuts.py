"""Shortcuts: a cue that gives the label away is found from other premises, and its mirror image has another label."""

import random

import pytest

from swarm.domains.labelled.items import Item, item_id
from swarm.domains.nli.labels import LABELS
from swarm.domains.nli.shortcuts import Cues, by_hypothesis, by_overlap, mirror, suspects

ANIMALS = ("dog", "cat", "cow", "horse", "goat", "pig", "duck", "bird")
SAID = {
    "entailment": "Something is alive",
    "neutral": "It is waiting for somebody",
    "contradiction": "Nobody is here",
}


def items(cued: bool = True) -> list[Item]:
    """Three hypotheses of each premise; with a cue the words tell the label, without one all labels share them."""
    made = []
    for number, animal in enumerate(ANIMALS):
        for place, label in enumerate(LABELS):
            said = SAID[label] if cued else SAID[LABELS[(number + place) % 3]]
            fields = {
                "premise": f"A {animal} is eating {'grass' * (number % 2)}hay {number}.",
                "hypothesis": f"{said}.",
            }
            made.append(Item(id=item_id(fields), group=str(number), fields=fields, label=label, line=len(made) + 1))
    return made


def test_a_cue_is_found_and_named() -> None:
    found = [suspect for suspect in suspects(items()) if suspect.view == "hypothesis-only"]
    assert {suspect.item.id for suspect in found} == {item.id for item in items()}
    assert all(0.6 <= suspect.sure <= 1 for suspect in found)
    cues = {suspect.cue for suspect in found if suspect.item.label == "contradiction"}
    assert cues <= {"nobody", "here"}


def test_nothing_is_found_where_the_words_tell_nothing() -> None:
    assert [suspect for suspect in suspects(items(cued=False), least=0.9) if suspect.view == "hypothesis-only"] == []


def test_mirrors_keep_the_hypothesis_and_have_the_other_labels() -> None:
    pool = items()
    operator = mirror(pool)
    for given in pool:
        family = operator.family(given, random.Random(1), pool)
        assert sorted(case.label for case in family) == sorted(set(LABELS) - {given.label})
        assert {case.fields["hypothesis"] for case in family} == {given.fields["hypothesis"]}
        assert by_hypothesis(given) == frozenset(family[0].fields["hypothesis"].lower().rstrip(".").split())
        assert operator.family(given, random.Random(1), pool) == family


def test_an_item_that_was_not_hunted_is_refused_and_so_is_a_single_premise() -> None:
    pool = items()
    assert mirror(pool, least=1.1).rewrite(pool[0], random.Random(0), pool) is None
    with pytest.raises(ValueError, match="1 premises"):
        suspects(pool[:3])


def test_probabilities_add_up_and_overlap_reads_no_word() -> None:
    pool = items()
    assert sum(Cues(pool, by_hypothesis).probabilities(pool[0]).values()) == pytest.approx(1)
    assert all(cue.startswith(("overlap-", "length-")) for item in pool for cue in by_overlap(item))

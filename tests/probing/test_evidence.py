"""Evidence finds what failures have in common, and the archive keeps what is worth going back to."""

import random

import pytest

from swarm.probing.archive import ELITES, Archive, parent_weights
from swarm.probing.evidence import Evidence, Tried
from swarm.probing.features import bleu, features, fingerprint
from swarm.records import Cell, Origin, Probe, Purpose, Reference
from tests.fakes import SumDomain

CELLS = SumDomain().cells()


def probe(question: str, answer: str = "7", cell: Cell = CELLS[0], operator: str = "") -> Probe:
    reference = Reference(answer=answer)
    kept = {"purpose": Purpose.SIEGE, "origin": Origin.GRAMMAR, "operator": operator}
    return Probe(cell=cell, question=question, reference=reference, **kept)


def asked(question: str, species: str = "", cell: Cell = CELLS[0]) -> Tried:
    return Tried(probe(question, cell=cell), species)


def test_what_failures_share_is_suspicious_and_the_latest_is_the_culprit() -> None:
    evidence = Evidence()
    for number in range(30):
        evidence.add(asked(f"add {number} and three", "" if number % 10 else "wrong"))
    for number in range(3):
        evidence.add(asked(f"please add {number} and seven", "wrong"))
    hot, cold = probe("sum of seven and 99"), probe("sum of three and 99")
    assert evidence.suspicion(features(hot)) > 2 * evidence.suspicion(features(cold))
    assert evidence.promise(hot, features(hot)) > 2 * evidence.promise(cold, features(cold))
    culprit = evidence.culprit(features(hot))
    assert culprit is not None
    assert culprit.question == "please add 2 and seven"
    before = evidence.novelty(features(hot))
    evidence.fade()
    assert evidence.novelty(features(hot)) > before


def test_a_species_pays_less_each_time_and_passes_pay_nothing() -> None:
    evidence = Evidence()
    said = ["one", "one", "", "two", "one"]
    assert [evidence.add(asked(str(n), species)) for n, species in enumerate(said)] == [1, 1 / 2, 0, 1, 1 / 3]
    assert evidence.unseen(probe("?")) == pytest.approx(2 / 5)
    assert evidence.unseen(probe("?", cell=CELLS[1])) == 1
    assert evidence.culprit(["never seen"]) is None


def test_features_are_the_same_in_every_order_and_tell_capitals_and_place() -> None:
    found = features(probe("Now: Tue\nWHAT IS 3+4?"))
    assert list(found) == sorted(found)
    assert {"0:tue", "1:what", "1:3", "capitals", "=7", "cell add/rain/number", "trap "} <= set(found)
    assert "capitals" not in features(probe("what is 3+4?"))
    assert fingerprint("A  b") == fingerprint("a B")


def test_bleu_is_one_for_the_same_low_for_other_words_and_short_for_a_part() -> None:
    text = "schedule lunch with ana next tuesday at noon"
    assert bleu(text, text.upper()) == pytest.approx(1)
    assert bleu("who painted this", text) == 0
    assert bleu("schedule dinner with ben next friday at nine", text) < 0.6 < bleu(text + " please", text)
    assert bleu("lunch with ana", text) < 0.6
    assert bleu("", text) == 0


def test_ucb_goes_where_it_pays_and_to_what_was_never_tried() -> None:
    archive = Archive(CELLS[:2])
    assert archive.index(CELLS[0]) == float("inf")
    for number in range(20):
        archive.add(asked(f"a{number}", "wrong"), gain=0.8)
        archive.add(asked(f"b{number}", cell=CELLS[1]), gain=0)
    archive.add(asked("elsewhere", cell=CELLS[2]), gain=1)
    assert archive.index(CELLS[0]) > archive.index(CELLS[1])
    assert archive.index(CELLS[0], pending=200) < archive.index(CELLS[1])


def test_a_cell_keeps_its_best_elites_with_their_last_three_edits() -> None:
    archive = Archive(CELLS)
    archive.add(asked("right"), gain=0)
    for number in range(ELITES + 3):
        archive.add(asked(f"wrong {number}", "wrong"), gain=0.1)
    kept = archive.elites(CELLS[0])
    assert len(kept) == ELITES
    assert all(elite.failures for elite in kept)
    parent = archive.parent(CELLS[0], random.Random(1))
    assert parent is not None
    assert parent.children == 1
    for number, species in enumerate(("", "wrong", "", "wrong")):
        archive.add(asked(f"child {number}", species, CELLS[1]), 0, parent.key, "edit")
    assert list(parent.edits) == [("edit", True), ("edit", False), ("edit", True)]
    assert (parent.tries, parent.failures) == (5, 3)
    assert archive.parent(CELLS[2], random.Random(1)) is None
    assert archive.parent(CELLS[0], random.Random(1), of=()) is None


def test_parents_are_weighed_by_score_and_by_how_many_children_they_have() -> None:
    low, middle, high = parent_weights([0.2, 0.5, 0.8], [0, 0, 0])
    assert low < 0.1 < middle < high
    assert middle == pytest.approx(0.5)
    assert parent_weights([0.5, 0.5], [0, 3]) == pytest.approx([0.5, 0.125])


def test_too_many_cells_are_refused() -> None:
    many = [Cell.parse(f"a{number}/rain/b") for number in range(201)]
    for cells in ([], many):
        with pytest.raises(ValueError, match="1 to 200"):
            Archive(cells)

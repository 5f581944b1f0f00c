"""Every cell makes valid, varied probes; traps have twins; exam wording never occurs in learning."""

import random
import re

import pytest

from swarm.domains import load_domain
from swarm.domains.calendar.answers import parse, rivals
from swarm.domains.calendar.cells import GENERATORS, drafted
from swarm.domains.calendar.draw import Draw
from swarm.records import Cell, Probe, Purpose, Sample

DOMAIN = load_domain("calendar")
CELLS = list(DOMAIN.cells())
SEEDS = 50


def probe_of(sample: Sample) -> Probe:
    assert isinstance(sample.payload, Probe)
    return sample.payload


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.key)
def test_every_cell_makes_valid_probes(cell: Cell) -> None:
    for seed in range(SEEDS):
        purpose = list(Purpose)[seed % 4]
        made = DOMAIN.make(cell, random.Random(seed), purpose)
        assert probe_of(made[0]).cell == cell
        for sample in made:
            probe = probe_of(sample)
            reference = DOMAIN.solve(probe)
            right = DOMAIN.verify(probe, reference.answer)
            assert right.correct, probe
            assert right.canonical is not None
            assert DOMAIN.verify(probe, right.canonical).correct
            assert re.fullmatch(DOMAIN.answer_regex, reference.answer), reference
            assert re.fullmatch(DOMAIN.answer_regex, right.canonical), right
            value = parse(reference.answer)
            assert value is not None
            assert not any(DOMAIN.verify(probe, rival).correct for rival in rivals(value)), probe
            assert DOMAIN.false_steps(probe, reference.rationale) == []
            assert DOMAIN.species(probe, reference.answer) == ""
            reading = DOMAIN.read(DOMAIN.completion(reference))
            assert reading.rationale == reference.rationale
            assert reading.answers == (reference.answer,)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.key)
def test_traps_have_answerable_twins(cell: Cell) -> None:
    for seed in range(SEEDS):
        made = DOMAIN.make(cell, random.Random(seed), Purpose.LEARN)
        trap = probe_of(made[0])
        assert bool(trap.operator) == (len(made) == 2) == bool(trap.twin_id)
        if trap.operator:
            twin = probe_of(made[1])
            assert (trap.twin_id, twin.twin_id) == (made[1].id, made[0].id)
            assert twin.operator == ""
            assert twin.cell.form not in ("ask", "none")
            assert twin.question != trap.question
            assert twin.question.partition("\n")[0] == trap.question.partition("\n")[0]


def test_wind_and_asking_cells_are_all_traps() -> None:
    for cell in CELLS:
        if cell.weather == "wind" or cell.form == "ask":
            assert all(
                probe_of(DOMAIN.make(cell, random.Random(seed), Purpose.LEARN)[0]).operator for seed in range(20)
            )


def test_making_is_repeatable_and_purpose_is_kept() -> None:
    for purpose in Purpose:
        one, two = (DOMAIN.make(CELLS[0], random.Random(3), purpose)[0] for _ in range(2))
        assert (one.id, one.payload) == (two.id, two.payload)
        assert probe_of(one).purpose == purpose


def test_foreign_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="cooking/rain/date"):
        DOMAIN.make(Cell.parse("cooking/rain/date"), random.Random(0), Purpose.LEARN)


@pytest.mark.parametrize("purpose", [Purpose.LEARN, Purpose.EXAM])
def test_questions_vary(purpose: Purpose) -> None:
    for cell in CELLS:
        rng = random.Random(1)
        texts = {probe_of(DOMAIN.make(cell, rng, purpose)[0]).question.partition("\n")[2].lower() for _ in range(200)}
        assert len(texts) >= (40 if cell.form in ("none", "ask") else 150), (cell.key, len(texts))


def skeletons(key: str, exam: bool, draws: int) -> set[str]:
    found = set()
    for seed in range(draws):
        draft = drafted(key, Draw.begin(random.Random(seed), exam))
        found |= {draft.skeleton} | ({draft.twin.skeleton} if draft.twin else set())
    return found


def test_no_exam_skeleton_occurs_in_learning() -> None:
    learned: set[str] = set()
    examined: set[str] = set()
    for key in GENERATORS:
        learned |= skeletons(key, exam=False, draws=150)
        examined |= skeletons(key, exam=True, draws=150)
    assert not learned & examined
    assert len(learned) > 3000


def test_no_exam_text_occurs_in_learning() -> None:
    texts: dict[bool, set[str]] = {False: set(), True: set()}
    for exam, found in texts.items():
        for key in GENERATORS:
            found |= {drafted(key, Draw.begin(random.Random(seed), exam)).text.lower() for seed in range(100)}
    assert not texts[False] & texts[True]

"""The calendar bench: equal allowances, arms that differ in how they choose, and a run that goes on where it was."""

import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from bench.calendar.__main__ import asked_for, main, planned
from bench.calendar.exams import exams_of
from bench.calendar.growing import Growth, measured_base
from bench.calendar.ledger import Base, CalendarBooks, Ledger, Played, Transfer, code_digest
from bench.calendar.plan import QUICK, Arm, CalendarPlan, estimated_minutes
from bench.calendar.probing import Probing
from bench.calendar.report import failing, write
from bench.calendar.results import BASE, EXAM, FAR, GENERAL, NEAR, bits, results_of
from swarm.domains.calendar import CalendarDomain
from swarm.errors import ConfigError
from swarm.probing.evidence import Tried
from swarm.records import Origin, Probe
from tests.trainers.tiny_student import tiny_folder

CELLS = ("span/rain/duration", "absolute/rain/date", "span/border/ask")


def small(**changed: object) -> CalendarPlan:
    plan = {
        "arms": (Arm.SWARM, Arm.UNIFORM), "seeds": (1,), "cells": CELLS, "rounds": 2, "calls": 6, "batch": 3,
        "tokens": 400, "exam": 2, "neighbours": 1, "general": 6, "frozen_blocks": 0, "threads": 1,
    }  # fmt: skip
    return CalendarPlan.model_validate(plan | changed)


def probed(arm: Arm, each: int = 10) -> list[Probe]:
    """What an arm asks a student that fails one subdomain and half of the rest, in four batches."""
    probing, rng, asked = Probing(arm, CalendarDomain(), QUICK.cells, 1), random.Random(1), list[Probe]()
    for _ in range(2):
        for _ in range(2):
            probes = probing.probes(each)
            asked += probes
            wrong = [probe.cell.subdomain == "span" or rng.random() < 0.5 for probe in probes]
            named = zip(probes, wrong, strict=True)
            probing.hear([Tried(one, f"{one.cell.key}, plain" if bad else "") for one, bad in named])
        probing.another_student()
    return asked


@pytest.fixture(scope="module")
def asked() -> dict[Arm, list[Probe]]:
    return {arm: probed(arm) for arm in Arm}


def test_every_arm_asks_as_much_and_nothing_twice_in_the_plan_s_cells_alone(asked: dict[Arm, list[Probe]]) -> None:
    for probes in asked.values():
        assert len({probe.question for probe in probes}) == len(probes) == 40
        assert {probe.cell.key for probe in probes} <= set(QUICK.cells)
    with pytest.raises(ValueError, match="swarm has no new question after 0 of 1: ask for fewer"):
        Probing(Arm.SWARM, CalendarDomain(), ("no/rain/date",), 1).probes(1)


def test_the_same_outcomes_bring_the_same_probes() -> None:
    first, second = probed(Arm.OPERATORS, 4), probed(Arm.OPERATORS, 4)
    assert [probe.question for probe in first] == [probe.question for probe in second]


def test_families_make_probes_with_steering_and_without_and_only_steering_leaves_cells_uneven(
    asked: dict[Arm, list[Probe]],
) -> None:
    swarm, even, uniform = (asked[arm] for arm in (Arm.SWARM, Arm.OPERATORS, Arm.UNIFORM))
    assert {probe.origin for probe in uniform} == {Origin.GRAMMAR}
    assert {Origin.MUTATION, Origin.WEATHER} <= {probe.origin for probe in even}
    assert {Origin.MUTATION, Origin.WEATHER, Origin.REPLAY} <= {probe.origin for probe in swarm}
    spread = [max(Counter(probe.cell.key for probe in probes).values()) for probes in (swarm, even)]
    assert spread[1] < spread[0]


def test_the_exam_is_frozen_and_shares_no_question_with_neighbours_or_probes(asked: dict[Arm, list[Probe]]) -> None:
    domain = CalendarDomain()
    exams = exams_of(small(), domain)
    assert exams == exams_of(small(seeds=(7,)), domain)
    assert Counter(probe.cell.key for probe in exams.exam) == dict.fromkeys(CELLS, 2)
    assert {probe.cell.key for probe in exams.neighbours} == {cell.key for cell in domain.cells()} - set(CELLS)
    questions = {probe.question for probe in (*exams.exam, *exams.neighbours)}
    assert not questions & {probe.question for probes in asked.values() for probe in probes}
    with pytest.raises(ValueError, match="is no cell of the calendar domain"):
        exams_of(small(cells=("span/rain/nonsense",)), domain)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_folder(tmp_path_factory.mktemp("base"))


def begun(folder: Path, plan: CalendarPlan) -> Ledger:
    ledger = Ledger(folder / "ledger.jsonl")
    ledger.begin(plan, code_digest(), "now")
    return ledger


def test_a_student_is_grown_at_equal_cost_and_one_gone_on_with_is_the_one_grown_in_one_go(
    base: Path, tmp_path: Path
) -> None:
    plan = small(weights=str(base))
    begun(tmp_path / "whole", plan).add(measured_base(plan))
    growth = Growth(plan, Arm.SWARM, 1, tmp_path / "whole")
    growth.round(1)
    shutil.copytree(tmp_path / "whole", tmp_path / "half")
    growth.round(2)
    again = Growth(plan, Arm.SWARM, 1, tmp_path / "half")
    again.round(1)
    again.round(2)
    whole, half = (Ledger(tmp_path / name / "ledger.jsonl") for name in ("whole", "half"))
    first, last = (whole.played()[Arm.SWARM, 1, number] for number in (1, 2))
    other = half.played()[Arm.SWARM, 1, 2]
    assert (last.said, last.asked_sha256, last.exam, last.loss) == (
        other.said, other.asked_sha256, other.exam, other.loss,
    )  # fmt: skip
    assert (last.books.student_calls, last.books.oracle_calls, last.books.solutions) == (12, 12, 12)
    assert 2 * 400 - 2 * 120 < last.books.training_tokens <= 2 * 400
    assert last.books.drafts >= 12
    assert (first.transfer, last.transfer and len(last.transfer.general)) == (None, 6)

    for entry in (first, last):
        whole.add(entry.model_copy(update={"arm": Arm.UNIFORM}))
    domain, measured = CalendarDomain(), whole.base()
    assert measured is not None
    results = results_of(plan, measured, whole.played(), exams_of(plan, domain), domain)
    assert {one.set for one in results.against} == {EXAM, NEAR, FAR}
    assert {(one.arm, one.set) for one in results.moved} == {(a, s) for a in plan.arms for s in (NEAR, FAR, GENERAL)}
    page = tmp_path / "page.md"
    page.write_text("<!-- begin calendar -->\n<!-- end calendar -->\n")
    assert all(file.stat().st_size for file in write(results, tmp_path / "out", page))
    assert "swarm against uniform" in page.read_text()

    (tmp_path / "half" / "students" / "swarm-1" / "2" / "config.json").unlink()
    with pytest.raises(ConfigError, match="from which a student would go on, is gone"):
        Growth(plan, Arm.SWARM, 1, tmp_path / "half").place(2)
    whole.add(first.model_copy(update={"asked_sha256": "0" * 64, "seed": 2}))
    with pytest.raises(ConfigError, match="asks something else than the ledger says"):
        Growth(plan, Arm.SWARM, 2, tmp_path / "whole").round(1)


def test_a_ledger_goes_by_its_plan_and_the_code(tmp_path: Path) -> None:
    begun(tmp_path, small())
    with pytest.raises(ConfigError, match="has tokens 400, not 500"):
        begun(tmp_path, small(tokens=500))
    with pytest.raises(ConfigError, match="was begun by other code"):
        Ledger(tmp_path / "ledger.jsonl").begin(small(), "0" * 64, "now")
    Ledger(tmp_path / "ledger.jsonl").begin(small(), "", "now")
    with pytest.raises(ValueError, match="oracle=1 can't be booked"):
        CalendarBooks().plus(oracle=1)


def test_paired_on_items_by_cell_the_better_arm_is_told_and_what_it_fails_is_named() -> None:
    plan, domain = small(rounds=1, exam=12), CalendarDomain()
    exams = exams_of(plan, domain)

    def entry(arm: Arm, right: list[bool]) -> Played:
        digits = "".join(str(int(each)) for each in right)
        beside = Transfer(neighbours="1" * len(exams.neighbours), general="110000")
        return Played(
            arm=arm, seed=1, round=1, said=("x",), asked_sha256="", failed=1, exam=digits, transfer=beside, loss=1.0,
            books=CalendarBooks(), at="now",
        )  # fmt: skip

    good = [probe.cell.key != "span/border/ask" for probe in exams.exam]
    poor = [one and place % 2 == 0 for place, one in enumerate(good)]
    played = {(one.arm, 1, 1): one for one in (entry(Arm.SWARM, good), entry(Arm.UNIFORM, poor))}
    ledger_base = {"exam": "0" * 36, "transfer": Transfer(neighbours="0" * len(exams.neighbours), general="111000")}
    results = results_of(plan, Base.model_validate(ledger_base | {"at": "now"}), played, exams, domain)
    (exam,) = [one for one in results.against if one.set == EXAM]
    assert (exam.difference.wins, exam.difference.losses) == (12, 0)
    assert exam.difference.difference == pytest.approx(1 / 3)
    assert exam.difference.lower > 0
    assert exam.p < 0.001
    assert failing(results.cells, Arm.SWARM) == ["span/border/ask (12 of 12)"]
    assert len(failing(results.cells, BASE)) == 3
    (general,) = [one for one in results.moved if (one.arm, one.set) == (Arm.SWARM, GENERAL)]
    assert general.difference.losses == 1
    (far,) = [one for one in results.moved if (one.arm, one.set) == (Arm.SWARM, FAR)]
    assert far.interval == (1, 1, 1), "a cell of one item, which a draw may lack, counts for nothing then"
    with pytest.raises(ValueError, match="'2' is no mark"):
        bits("012")


def test_a_plan_that_compares_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for told, said in (
        ({"arms": ("swarm", "swarm")}, "hold one twice"),
        ({"cells": ("span/rain/nonsense",)}, "is no cell of the calendar domain"),
        ({"seeds": ()}, "or none"),
    ):
        with pytest.raises(ValueError, match=said):
            small(**told)
    with pytest.raises(ConfigError, match="rounds can't be 0"):
        planned(asked_for(["--quick", "--rounds", "0"]))
    assert planned(asked_for(["--quick", "--calls", "7"])) == QUICK.model_copy(update={"calls": 7})
    assert 6 < estimated_minutes(QUICK) < 12
    assert main(["--quick", "--report", "--to", str(tmp_path)]) == 1
    assert "nothing was measured yet" in capsys.readouterr().out

"""A power audit finds what was planted, counts what it found as it should, and goes on where it was cut off."""

import asyncio
import random
from pathlib import Path

import pytest

from agents.power import PlantedTarget, audit, result, run, siege_plan
from agents.siege import Siege
from agents.targets import Target
from swarm.answer_log import Answer, answer_log, stored_answers
from swarm.domains import load_domain
from swarm.errors import ConfigError
from swarm.planted import Hole, PlantedStudent, Rule, Slip, choose
from swarm.planted.audit import POWER_FILE, HoleAudit, PowerPlan, PowerReport, StudentAudit, read_power
from swarm.planted.folder import prepare
from swarm.planted.holes import census
from swarm.planted.rules import rules_of
from swarm.planted.summary import sentences
from swarm.records import Cell, Origin, Purpose, Sample
from swarm.rubric import SEEDS, judge_attempt, load_rubric
from swarm.siege.judging import rubric_of
from swarm.siege.plan import ANSWERS_FILE
from swarm.siege.view import view

DOMAIN = load_domain("calendar")
CELLS = ("span/rain/duration", "span/border/ask", "span/border/none")
PLAN = PowerPlan(domain="calendar", cells=CELLS, students=1, holes=3, calls=30)


def hole(at: int, prevalence: float, family: Origin = Origin.GRAMMAR) -> HoleAudit:
    return HoleAudit(name="any", slip=Slip.LAST, prevalence=prevalence, found_at=at, family=family if at else None)


def student(*holes: HoleAudit) -> StudentAudit:
    return StudentAudit(
        name="planted-1", holes=holes, calls=300, failures=9, families=((Origin.GRAMMAR, 300, 9),), ending="done"
    )


def test_an_audit_finds_holes_and_asks_nobody_twice_when_it_goes_on(tmp_path: Path) -> None:
    prepare(tmp_path, PLAN, resume=False, fresh=False)
    log = tmp_path / "planted-1" / ANSWERS_FILE
    assert asyncio.run(run(tmp_path, plain=True, as_json=True, share=0.0)) == 0
    whole, asked = read_power(tmp_path), len(stored_answers(log))
    assert (whole.whole, asked, whole.share.planted) == (True, 30, 3)
    assert whole.share.found >= 1
    assert all(one.failures >= sum(one.found(30)) for one in whole.students)

    # Cut off in the middle of a student: its last answers are gone, and what came of it.
    kept = log.read_bytes().splitlines(keepends=True)[:20]
    log.write_bytes(b"".join(kept) + b'{"torn')
    (tmp_path / POWER_FILE).write_text(PowerReport(plan=PLAN).model_dump_json())
    prepare(tmp_path, PLAN, resume=True, fresh=False)
    assert asyncio.run(run(tmp_path, plain=True, as_json=True, share=1.0)) == 1
    assert read_power(tmp_path) == whole
    assert len(stored_answers(log)) == 30


def test_a_hole_that_nothing_falls_into_is_missed_and_a_wide_one_is_found_at_once(tmp_path: Path) -> None:
    never, always = Rule("never", lambda _: False), Rule("always", lambda _: True)
    planted = PlantedStudent(DOMAIN, [Hole(never, Slip.LAST, 0.01), Hole(always, Slip.DECLINES, 0.05)])
    cells = tuple(Cell.parse(key) for key in CELLS)

    async def besieged() -> StudentAudit:
        plan = siege_plan(PLAN, 1)
        with answer_log(tmp_path / ANSWERS_FILE) as log:
            siege = Siege(plan, DOMAIN, cells, rubric_of(plan), log)
            drawn, _ = siege.draw()
            await siege.play(drawn, PlantedTarget(planted, "p"), lambda _: None)
            return result("p", planted, siege.outcomes, "over")

    one = asyncio.run(besieged())
    assert [found.found_at for found in one.holes] == [0, 1]
    assert one.failures == one.calls == 30
    assert one.holes[1].family is Origin.GRAMMAR


def test_holes_are_planted_into_what_a_real_student_says() -> None:
    class Says:
        async def ask(self, samples: list[Sample]):  # type: ignore[no-untyped-def]
            for sample in samples:
                yield Answer(probe_id=sample.id, text="= P3D", student="c1")

    made = [DOMAIN.make(Cell.parse(CELLS[0]), random.Random(n), Purpose.SIEGE)[0] for n in range(40)]
    rule = Rule("hours", lambda probe: "hour" in probe.question)
    inner: Target = Says()  # type: ignore[assignment]
    target = PlantedTarget(PlantedStudent(DOMAIN, [Hole(rule, Slip.LAST, 0.05)]), "planted-1", inner)

    async def asked() -> dict[str, Answer]:
        return {answer.probe_id: answer async for answer in target.ask(made)}

    said = asyncio.run(asked())
    assert {answer.student for answer in said.values()} == {"planted-1"}
    for sample in made:
        holed = "hour" in sample.payload.question  # type: ignore[union-attr]
        assert (said[sample.id].text == "= P3D") is not holed


def test_shares_are_told_by_budget_prevalence_and_family() -> None:
    one = student(hole(10, 0.05), hole(100, 0.01, Origin.REPLAY), hole(0, 0.005))
    report = PowerReport(plan=PowerPlan(domain="calendar", students=1, holes=3), students=(one,))
    assert [(share.of, share.found) for share in report.by_budget()] == [
        ("30 questions", 1), ("60 questions", 1), ("100 questions", 2), ("150 questions", 2), ("200 questions", 2),
        ("300 questions", 2),
    ]  # fmt: skip
    assert [(share.planted, share.found) for share in report.by_prevalence()] == [(1, 0), (1, 1), (1, 1)]
    assert report.by_family() == ((Origin.GRAMMAR, 300, 9, 1),)
    assert report.students_lower == 0.0


def test_bounds_are_those_that_were_planned_for() -> None:
    whole = PowerReport(
        plan=PowerPlan(domain="calendar", students=6, holes=5), students=(student(*[hole(1, 0.01)] * 5),) * 6
    )
    assert 0.90 < whole.share.lower < 0.91
    assert "found 30 with 300 questions to each: at least 90.5%" in sentences(whole)[0]
    assert 0.60 < whole.students_lower < 0.61
    part = whole.model_copy(update={"students": whole.students[:3]})
    assert sentences(part) == ["3 of 6 students were probed; --resume goes on, and no bound before."]


def test_a_domain_without_rules_of_its_own_has_its_words() -> None:
    domain = load_domain("pystdlib")
    rules = rules_of(domain, tuple(domain.cells()), "1")
    assert len(rules) > 20
    assert all(rule.name.startswith("the word ") for rule in rules)
    student = PlantedStudent(domain, choose(domain, rules, 3, "1"))
    probes = census(domain, domain.cells(), random.Random("pystdlib"))[:300]
    rubric = load_rubric(SEEDS / "siege.yaml").model_copy(update={"domain": domain.name})
    right = [judge_attempt(domain, rubric, probe, student.answer(probe)).passed for probe in probes]
    assert right == [student.hole(probe) is None for probe in probes]
    assert False in right
    assert rules_of(DOMAIN, DOMAIN.cells(), "1")[0].name.startswith("the number word")


def test_another_audit_in_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no audit"):
        prepare(tmp_path, PLAN, resume=True, fresh=False)
    prepare(tmp_path, PLAN, resume=False, fresh=False)
    with pytest.raises(ConfigError, match="holds an audit already"):
        prepare(tmp_path, PLAN, resume=False, fresh=False)
    with pytest.raises(ConfigError, match="begun with calls 30, not 31"):
        prepare(tmp_path, PLAN.model_copy(update={"calls": 31}), resume=True, fresh=False)
    (tmp_path / POWER_FILE).write_text("{}")
    with pytest.raises(ConfigError, match="can't be read"):
        read_power(tmp_path)


def test_a_plan_with_more_holes_than_rules_is_refused(tmp_path: Path) -> None:
    plan = PLAN.model_copy(update={"holes": 100})
    cells = tuple(Cell.parse(key) for key in CELLS)
    with view(1, plain=True, shown=False) as shown, pytest.raises(ConfigError, match="100 holes are wanted"):
        asyncio.run(audit(plan, 1, tmp_path, None, DOMAIN, cells, shown))

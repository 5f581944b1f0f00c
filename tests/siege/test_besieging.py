"""A siege asks where it hurts, keeps every answer, goes on where it was, and stops at its caps."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.prober import probe_of
from swarm.answer_log import Answer, answer_log, stored_answers
from swarm.errors import ConfigError, EngineUnavailable, StoreError
from swarm.records import Probe
from swarm.siege.folder import prepare, read_plan
from swarm.siege.report import SiegeReport, report_of
from swarm.siege.standing import Outcome, failures, fitting_lambda, statement
from swarm.statistics import SIEGE_LAMBDA, siege_bound
from tests.siege.siege_rig import Script, plan_of, played, right, siege_in, wrong_on_traps


def questions(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.probe.question for outcome in outcomes]


async def test_it_finds_the_trap_and_aims_at_it(tmp_path: Path) -> None:
    plan = plan_of(calls=100)
    with siege_in(tmp_path, plan) as siege:
        assert await played(siege, Script(wrong_on_traps)) == "all 100 probes were asked"
        forms = [outcome.probe.cell.form for outcome in siege.outcomes]
        found = report_of(
            plan, siege.outcomes, siege.log.spent, cells=3, ending="", rubric="", sensitivity=1, refused={}
        )
    assert len(forms) == 100
    assert {failure.probe.cell.form for failure in failures(siege.outcomes)} == {"ask"}
    assert forms[50:].count("ask") > forms[50:].count("none")
    (species,) = found.species
    assert (species.failures, species.asked) == (forms.count("ask"), forms.count("ask"))
    assert [(s.weather, s.passed) for s in found.squares if s.weather == "wind"] == [("wind", 0)]


async def test_going_on_repeats_nothing_and_comes_to_the_same(tmp_path: Path) -> None:
    whole, part = Script(wrong_on_traps), Script(wrong_on_traps)
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    with siege_in(one, plan_of(calls=40)) as siege:
        await played(siege, whole)
        expected = questions(siege.outcomes)
    with siege_in(two, plan_of(calls=12)) as siege:
        await played(siege, part)
    with siege_in(two, plan_of(calls=40)) as siege:
        await played(siege, part)
        assert questions(siege.outcomes) == expected
        assert siege.log.spent.calls == 40
    assert part.asked == whole.asked


async def test_an_interrupted_round_is_asked_again_but_for_what_came_back(tmp_path: Path) -> None:
    class Cut(Exception):
        """What a ^C does to a round."""

    def cut(probe: Probe) -> str:
        if len(target.asked) == 8:
            raise Cut
        return right(probe)

    target = Script(cut)
    with siege_in(tmp_path, plan_of()) as siege:
        with pytest.raises(Cut):
            await played(siege, target)
        assert len(siege.outcomes) == 5
    assert len(stored_answers(tmp_path / "answers.jsonl")) == 7
    again = Script(right)
    with siege_in(tmp_path, plan_of()) as siege:
        await played(siege, again)
    assert len(again.asked) == 13
    assert again.asked[0] == target.asked[7]


async def test_a_call_that_fails_is_no_wrong_answer_but_counts_in_the_bound(tmp_path: Path) -> None:
    def flaky(probe: Probe) -> Answer | str:
        return Answer(probe_id="", problem="HTTP 500") if len(target.asked) % 4 == 0 else right(probe)

    target, plan = Script(flaky), plan_of()
    with siege_in(tmp_path, plan) as siege:
        await played(siege, target)
        said = statement(plan, siege.outcomes, 1.0)
        report = report_of(
            plan, siege.outcomes, siege.log.spent, cells=3, ending="", rubric="", sensitivity=1, refused={}
        )
    assert (said.probes, said.failures, said.unanswered) == (20, 0, 5)
    assert said.bound == siege_bound(20, 5, lam=plan.lam)
    with siege_in(tmp_path, plan) as siege:
        await played(siege, Script(right))
        assert statement(plan, siege.outcomes, 1.0).bound < said.bound
        assert siege.log.spent.failed_calls == 5
    assert (report.problems, report.species) == ((("HTTP 500", 5),), ())


async def test_an_endpoint_that_is_down_ends_it_with_what_to_do(tmp_path: Path) -> None:
    with siege_in(tmp_path, plan_of()) as siege:
        with pytest.raises(EngineUnavailable, match="the first call was not answered: refused"):
            await played(siege, Script(lambda _: Answer(probe_id="", problem="refused")))
        assert siege.outcomes == []


async def test_an_endpoint_that_dies_ends_it_and_one_that_refuses_some_does_not(tmp_path: Path) -> None:
    def dying(probe: Probe) -> Answer | str:
        return right(probe) if len(target.asked) <= 5 else Answer(probe_id="", problem="timeout")

    target = Script(dying)
    with siege_in(tmp_path, plan_of()) as siege:
        with pytest.raises(EngineUnavailable, match="none of 5 calls was answered; the last: timeout"):
            await played(siege, target)
        assert statement(siege.plan, siege.outcomes, 1.0).unanswered == 5
    refused = target.asked[5]
    with siege_in(tmp_path, plan_of()) as siege:
        filtered = Script(lambda one: Answer(probe_id="", problem="no") if one.question == refused else right(one))
        assert await played(siege, filtered) == "all 20 probes were asked"
        assert statement(siege.plan, siege.outcomes, 1.0).unanswered == 1


async def test_a_student_that_changes_voids_it(tmp_path: Path) -> None:
    def changing(probe: Probe) -> Answer:
        return Answer(probe_id="", text=right(probe), student="c1" if len(target.asked) < 8 else "c2")

    target = Script(changing)
    told = pytest.raises(ConfigError, match="the student changed during the siege: c1, c2")
    with siege_in(tmp_path, plan_of()) as siege, told:
        await played(siege, target)


@pytest.mark.parametrize(
    ("caps", "asked", "words"),
    [
        ({"max_calls": 7}, 7, "7 of 7 calls were spent"),
        ({"max_tokens": 1000, "new_tokens": 30}, 0, "0 of 1000 tokens were spent"),
        ({"max_tokens": 1300, "new_tokens": 30, "calls": 90}, 52, "1300 of 1300 tokens were spent"),
        ({"max_dollars": 0.00201, "price": 1.0, "new_tokens": 30, "calls": 90}, 80, "of 0.00201 dollars were spent"),
    ],
)
async def test_caps_hold(tmp_path: Path, caps: dict[str, float], asked: int, words: str) -> None:
    def priced(probe: Probe) -> Answer:
        return Answer(probe_id="", text=right(probe), prompt_tokens=20, completion_tokens=5, dollars=25e-6)

    with siege_in(tmp_path, plan_of(**caps)) as siege:
        ending = await played(siege, Script(priced))
        assert len(siege.outcomes) == asked
    assert words in ending


async def test_a_limit_ends_it_once_it_is_shown_and_not_before(tmp_path: Path) -> None:
    plan = plan_of(calls=200, max_failure_rate=0.1, lam=fitting_lambda(0.1))
    with siege_in(tmp_path, plan) as siege:
        assert await played(siege, Script(right)) == "the limit was reached"
        assert len(siege.outcomes) == 40
        assert statement(plan, siege.outcomes, 1.0).reached
        assert not statement(plan, siege.outcomes[:39], 1.0).reached
        assert not statement(plan, siege.outcomes, 0.9).reached


def test_a_torn_line_is_dropped_and_a_second_siege_is_kept_out(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_bytes(Answer(probe_id="a", text="7").model_dump_json().encode() + b'\n{"probe_id": "b", "te')
    with answer_log(path) as log:
        assert (log.answered, log.answer("b")) == (1, None)
        log.add([Answer(probe_id="c", text="8")])
        with pytest.raises(ConfigError, match="is in use"), answer_log(path):
            pass
    assert [answer.probe_id for answer in stored_answers(path)] == ["a", "c"]


def test_a_line_that_is_no_call_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_bytes(b'{"probe_id": "a"}\n{"probe": "b"}\n')
    with pytest.raises(StoreError, match="line 2 is no call"), answer_log(path):
        pass


async def test_the_report_reads_back_whole(tmp_path: Path) -> None:
    plan = plan_of()
    with siege_in(tmp_path, plan) as siege:
        await played(siege, Script(wrong_on_traps))
        made = report_of(
            plan, siege.outcomes, siege.log.spent, cells=3, ending="e", rubric="r", sensitivity=0.95, refused={"a": 1}
        )
    assert SiegeReport.model_validate_json(made.model_dump_json()) == made
    assert {example.said for example in made.examples} == {"Answer: 12"}
    assert all(probe_of(outcome.sample) == outcome.probe for outcome in siege.outcomes)


def test_lambda_is_fixed_before_the_first_call_and_kept(tmp_path: Path) -> None:
    assert [fitting_lambda(limit) for limit in (None, 0.02, 0.1, 0.2)] == [0.25, SIEGE_LAMBDA, SIEGE_LAMBDA, 0.25]
    prepare(tmp_path, plan_of(lam=fitting_lambda(None)), resume=False, fresh=False)
    wanted = plan_of(lam=fitting_lambda(0.02), max_failure_rate=0.02)
    prepare(tmp_path, wanted, resume=True, fresh=False)
    assert (read_plan(tmp_path).lam, read_plan(tmp_path).max_failure_rate) == (0.25, 0.02)

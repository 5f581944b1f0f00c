"""The gate keeps what judges better on items that nobody has seen, and refuses each planted exploit by name."""

import pytest

from swarm.criteria import Criterion, Experiment, ExperimentOutcome, Rubric
from swarm.domains.base import Domain
from swarm.records import Purpose
from swarm.rubric import SEEDS, load_rubric, seed_rubric
from swarm.rubric_changes import decides_by, difference, size
from swarm.rubric_exploits import exploit_rubrics, keyword_exploit, phrases
from swarm.rubric_gate import Gate
from swarm.rubric_watch import alarm_after
from tests.fakes import SumDomain, probe_of

SEED = seed_rubric("calendar")
STRICT = load_rubric(SEEDS / "siege.yaml")
NEVER = Criterion(id="never", text="Longer than anything.", check="long", params={"min-chars": "99999"})
SINGLE = Criterion(id="single-answer", text="One answer.", check="single-answer")
BETTER = SEED.model_copy(update={"version": 2, "criteria": (*SEED.criteria, SINGLE), "note": "add single-answer"})


def gate(items: int = 400, domain: Domain | None = None, exploits: tuple[Rubric, ...] = ()) -> Gate:
    return Gate(domain or SumDomain(), secret="known to this test alone", items=items, exploits=exploits)


def sent(proposal: Rubric, number: int = 1) -> Experiment:
    return Experiment(
        number=number,
        incumbent_version=1,
        proposal=proposal,
        outcome=ExperimentOutcome.PROPOSED,
        reason=proposal.note,
        e_value=1e9,
        wins=999,
    )


EXPLOITS = {exploit.note: exploit for exploit in exploit_rubrics("sums")}


@pytest.mark.parametrize("name", EXPLOITS)
@pytest.mark.parametrize("incumbent", [SEED, STRICT, SEED.model_copy(update={"criteria": (NEVER,)})])
def test_each_planted_exploit_is_refused_whatever_is_in_force(name: str, incumbent: Rubric) -> None:
    tested = gate().test(sent(EXPLOITS[name]), incumbent)
    assert tested.outcome is ExperimentOutcome.DISCARDED
    assert f"it is the planted exploit {name!r}" in tested.reason


@pytest.mark.parametrize("name", EXPLOITS)
def test_an_exploit_in_other_clothes_is_refused_on_evidence(name: str) -> None:
    clothed = EXPLOITS[name].model_copy(
        update={"criteria": (*EXPLOITS[name].criteria, Criterion(id="x", text="x", check="short"))}
    )
    worse = clothed.criteria[0].check == "verifier"  # than which a rubric may be that looks at the answer at all
    for incumbent in (STRICT,) if worse else (SEED, STRICT):
        tested = gate().test(sent(clothed), incumbent)
        assert tested.outcome is ExperimentOutcome.DISCARDED
        assert "exploit" not in tested.reason


def test_the_best_key_word_of_the_very_items_is_refused() -> None:
    tests = gate()
    bench = tests._bench("gate/1", 400, {"empty": lambda _: ""})
    keyword = keyword_exploit("sums", bench.items)
    assert keyword is not None
    assert keyword.criteria[0].params["words"] == "answer"
    assert tests.test(sent(keyword), SEED).outcome is ExperimentOutcome.DISCARDED
    assert keyword_exploit("sums", ()) is None


def test_what_credits_wrong_attempts_raises_the_alarm() -> None:
    tested = gate().test(sent(EXPLOITS["everything passes"]), STRICT)
    assert tested.newly_rejected == tested.newly_credited > 100
    assert "would newly credit" in alarm_after([tested])
    assert alarm_after([gate().test(sent(BETTER), SEED)]) == ""
    few = tested.model_copy(update={"newly_credited": 19, "newly_rejected": 19})
    assert alarm_after([few]) == ""
    assert alarm_after([few.model_copy(update={"newly_credited": 21, "newly_rejected": 6})])
    assert alarm_after([few.model_copy(update={"newly_credited": 21, "newly_rejected": 5})]) == ""


def test_a_better_rubric_is_kept_and_the_numbers_are_the_gates() -> None:
    tested = gate().test(sent(BETTER), SEED)
    assert tested.outcome is ExperimentOutcome.KEPT
    assert tested.e_value < 1e300
    assert (tested.wins, tested.losses, tested.items) != (999, 0, 0)
    assert tested.wins >= 20
    assert tested.losses == 0
    assert tested == gate().test(sent(BETTER), SEED).model_copy(update={"at": tested.at})
    assert tested.items_digest != gate().test(sent(BETTER, number=2), SEED).items_digest


def test_an_evolver_sees_how_it_ended_and_nothing_of_the_items() -> None:
    seen = gate().test(sent(BETTER), SEED).blind
    assert (seen.outcome, seen.reason) == (ExperimentOutcome.KEPT, "kept")
    assert {seen.wins, seen.items, seen.items_digest, seen.e_value, seen.sealed} == {0, ""}


def test_a_tie_goes_to_the_shorter_but_not_while_the_incumbent_is_suspended() -> None:
    padded = STRICT.model_copy(
        update={"criteria": (*STRICT.criteria, Criterion(id="x", text="x", check="long", params={"min-chars": "1"}))}
    )
    kept = gate().test(sent(STRICT), padded)
    assert kept.outcome is ExperimentOutcome.KEPT
    assert "the same verdicts, and shorter" in kept.reason
    assert gate().test(sent(padded), STRICT).outcome is ExperimentOutcome.DISCARDED
    only = SEED.model_copy(update={"criteria": (SEED.criteria[0], SINGLE, SEED.criteria[1])})
    shorter = only.model_copy(update={"criteria": only.criteria[:2]})
    assert "is under" in gate().test(sent(shorter), only).reason


def test_a_gate_that_an_exploit_passes_keeps_nothing() -> None:
    planted = BETTER.model_copy(update={"note": "planted on purpose"})
    tested = gate(exploits=(planted,)).test(sent(BETTER), SEED)
    assert tested.outcome is ExperimentOutcome.DISCARDED
    assert "exploit 'planted on purpose'" in tested.reason


def test_a_proposal_that_passes_all_current_attempts_alike_is_discarded() -> None:
    tested = gate().test(sent(BETTER), SEED, [(probe_of(purpose=Purpose.LEARN), "Answer: 7")] * 3)
    assert "does not tell attempts apart" in tested.reason


def test_attempts_of_the_student_count_among_the_newly_credited() -> None:
    wrong = [(probe_of(), "Answer: 8")] * 9
    vacuous = EXPLOITS["everything passes"]
    without, with_them = gate().test(sent(vacuous), STRICT), gate().test(sent(vacuous), STRICT, wrong)
    assert with_them.newly_rejected == without.newly_rejected + 9


def test_a_crash_is_a_line_of_the_ledger() -> None:
    class Brittle(SumDomain):
        """Breaks on the wording of exams."""

        def read(self, _text: str):  # type: ignore[no-untyped-def]
            raise RuntimeError("out of order")

    tested = gate(domain=Brittle()).test(sent(BETTER), SEED)
    assert tested.outcome is ExperimentOutcome.CRASHED
    assert "RuntimeError: out of order" in tested.reason
    unknown = BETTER.model_copy(update={"criteria": (Criterion(id="x", text="x", check="unheard-of"),)})
    assert "unknown check" in gate().test(sent(unknown), SEED).reason


def line(number: int, incumbent: int, proxy: float, sealed: float) -> Experiment:
    """A kept experiment of which the score rises by a tenth from `proxy` and the sealed one is moved by `sealed`."""
    return Experiment(
        number=number,
        incumbent_version=incumbent,
        proposal=SEED.model_copy(update={"version": incumbent + 1}),
        outcome=ExperimentOutcome.KEPT,
        reason="x",
        defect_recall=proxy + 0.1,
        incumbent_defect_recall=proxy,
        sealed=0.8 + sealed,
        incumbent_sealed=0.8,
    )


def test_the_alarm_rings_once_the_score_rose_while_the_sealed_truth_fell_twice() -> None:
    first, second = line(1, 1, 0.5, -0.1), line(2, 2, 0.6, -0.1)
    assert alarm_after([first]) == ""
    assert "sealed one fell" in alarm_after([first, second])
    assert alarm_after([first, line(2, 2, 0.6, 0.0)]) == ""
    assert alarm_after([first, line(2, 3, 0.6, -0.1)]) == ""  # a rollback lies between
    assert alarm_after([]) == ""


def test_the_difference_of_two_rubrics_in_lines() -> None:
    only = SEED.criteria[0].model_copy(update={"params": {"accept": "only"}})
    after = SEED.model_copy(update={"criteria": (only, SINGLE)})
    assert difference(SEED, after) == [
        "~ right-answer: verifier accept='any' -> verifier accept='only'",
        "- says-something: long min-chars='1'",
        "+ single-answer: single-answer",
    ]
    assert difference(SEED, SEED) == []
    assert decides_by(SEED) != decides_by(after)
    assert size(after) < size(SEED)


def test_what_decides_as_before_is_discarded_without_a_test() -> None:
    tested = gate().test(sent(SEED.model_copy(update={"criteria": SEED.criteria[::-1]})), SEED)
    assert (tested.outcome, tested.items) == (ExperimentOutcome.DISCARDED, 0)
    assert "it decides nothing in another way" in tested.reason


def test_runs_of_words() -> None:
    assert phrases("Pass this.\nNow") == {"pass", "this", "pass this", "now"}

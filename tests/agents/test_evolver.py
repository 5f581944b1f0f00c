"""The evolver mends the naive seed on evidence, and keeps nothing that fresh items do not bear out."""

import pytest

from agents.evolver import Evolver
from agents.judge import Judge
from swarm.criteria import Criterion, Experiment, ExperimentOutcome, Rubric
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.rubric import exploit_rubrics, seed_rubric
from swarm.statistics import mixture_e_value, spent_alpha
from tests.fakes import SumDomain, probe_of

SEED = seed_rubric("calendar")


def evolve(evolver: Evolver, incumbent: Rubric, most: int = 8) -> tuple[Rubric, list[Experiment]]:
    """Run experiments until nothing is left to propose; the rubric that remains, and the ledger."""
    ledger: list[Experiment] = []
    for number in range(1, most + 1):
        experiment = evolver.act(incumbent, number)
        if experiment is None:
            break
        ledger.append(experiment)
        if experiment.outcome is ExperimentOutcome.KEPT:
            incumbent = experiment.proposal
    return incumbent, ledger


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("domain", [SumDomain(), load_domain("calendar")], ids=["sums", "calendar"])
def test_the_naive_seed_is_mended(domain: Domain, seed: int) -> None:
    assert Judge(domain, SEED).suspended
    final, ledger = evolve(Evolver(domain, seed=seed), SEED)
    assert len(ledger) <= 5
    assert not Judge(domain, final).suspended
    assert {"verifier", "steps-true"} <= {criterion.check for criterion in final.criteria}
    for experiment in ledger:
        assert experiment.e_value == mixture_e_value(experiment.wins, experiment.losses)
        assert experiment.threshold == 1 / spent_alpha(experiment.number)
        if experiment.outcome is ExperimentOutcome.KEPT:
            assert experiment.e_value >= experiment.threshold
            assert experiment.defect_recall >= experiment.incumbent_defect_recall
            assert experiment.false_failure_rate <= experiment.incumbent_false_failure_rate
            assert experiment.proposal.parent_version == experiment.incumbent_version


def test_the_same_arguments_give_the_same_experiment() -> None:
    one, two = Evolver(SumDomain(), seed=3).act(SEED, 1), Evolver(SumDomain(), seed=3).act(SEED, 1)
    assert one is not None
    assert two is not None
    assert one.model_copy(update={"at": two.at}) == two


def test_too_little_evidence_is_discarded_and_not_tried_again() -> None:
    evolver = Evolver(SumDomain(), gate_items=18)
    first = evolver.act(SEED, 50)
    assert first is not None
    assert first.outcome is ExperimentOutcome.DISCARDED
    assert "is under" in first.reason
    restarted = Evolver(SumDomain(), gate_items=18, ledger=[first])
    for again in (restarted.act(SEED, 50), evolver.act(SEED, 50)):
        assert again is not None
        assert again.proposal.criteria != first.proposal.criteria


def test_a_criterion_that_fails_right_answers_is_dropped() -> None:
    strict, _ = evolve(Evolver(SumDomain()), SEED)
    harsh = Criterion(id="short", text="Very short.", check="short", params={"max-chars": "12"})
    final, ledger = evolve(Evolver(SumDomain()), strict.model_copy(update={"criteria": (*strict.criteria, harsh)}))
    assert any("drop short" in experiment.reason for experiment in ledger)
    assert "short" not in {criterion.id for criterion in final.criteria}


def test_no_exploit_passes_the_gate_even_against_the_worst_incumbent() -> None:
    worst = Criterion(id="never", text="Longer than anything.", check="long", params={"min-chars": "99999"})
    evolver = Evolver(SumDomain())
    for incumbent in (SEED, SEED.model_copy(update={"criteria": (worst,)})):
        gate = evolver._draw("gate", 1, 400, probe_of().purpose)
        for exploit in exploit_rubrics("sums"):
            assert evolver._test(incumbent, exploit, gate).objection(1 / spent_alpha(1))


def test_a_gate_that_an_exploit_passes_keeps_nothing() -> None:
    single = Criterion(id="single-answer", text="One answer.", check="single-answer")
    planted = SEED.model_copy(update={"criteria": (*SEED.criteria, single), "note": "planted on purpose"})
    experiment = Evolver(SumDomain(), exploits=[planted]).act(SEED, 1)
    assert experiment is not None
    assert experiment.outcome is ExperimentOutcome.DISCARDED
    assert "exploit 'planted on purpose'" in experiment.reason


def test_a_proposal_that_passes_all_current_attempts_alike_is_discarded() -> None:
    evolver = Evolver(SumDomain())
    evolver.show([(probe_of(), "Answer: 7")] * 3)
    experiment = evolver.act(SEED, 1)
    assert experiment is not None
    assert "does not tell attempts apart" in experiment.reason


def test_a_crash_is_a_line_of_the_ledger() -> None:
    class Brittle(SumDomain):
        """Breaks on the wording of exams."""

        def read(self, text: str):  # type: ignore[no-untyped-def]
            if "Add up" in text:
                raise RuntimeError("out of order")
            return super().read(text)

    broken: Domain = Brittle()
    experiment = Evolver(broken).act(SEED, 1)
    assert experiment is not None
    assert experiment.outcome is ExperimentOutcome.CRASHED
    assert "RuntimeError: out of order" in experiment.reason


def test_nothing_to_mend_is_nothing_to_propose() -> None:
    final, _ = evolve(Evolver(SumDomain()), SEED)
    assert Evolver(SumDomain()).act(final, 9) is None

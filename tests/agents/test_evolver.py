"""The evolver mends the naive seed on evidence, and keeps nothing that fresh items do not bear out."""

import json
from collections.abc import Sequence

import pytest

from agents.evolver import Evolver
from agents.judge import Judge
from agents.proposing import SPREAD, Proposals, by_words
from agents.reflecting import Reflection, read_change
from swarm.criteria import Criterion, Experiment, ExperimentOutcome, Rubric
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.rubric import SEEDS, load_rubric, seed_rubric
from swarm.rubric_gate import Gate
from swarm.statistics import mixture_e_value, spent_alpha
from tests.fakes import ScriptedEngine, SumDomain

SEED = seed_rubric("calendar")


def gate(domain: Domain | None = None, items: int = 500) -> Gate:
    return Gate(domain or SumDomain(), secret="known to this test alone", items=items)


async def evolve(
    evolver: Evolver, tests: Gate, incumbent: Rubric, most: int = 8, ledger: Sequence[Experiment] = ()
) -> tuple[Rubric, list[Experiment]]:
    """Run experiments until nothing is left to propose; the rubric that remains, and the ledger as the gateway has it.

    The evolver is shown no more of it than a gateway shows.
    """
    lines = list(ledger)
    while len(lines) < most:
        sent = await evolver.act(incumbent, [line.blind for line in lines])
        if sent is None:
            break
        lines.append(tests.test(sent, incumbent))
        if lines[-1].outcome is ExperimentOutcome.KEPT:
            incumbent = lines[-1].proposal
    return incumbent, lines


@pytest.mark.parametrize("seed", [0, 1])
async def test_the_naive_seed_is_mended_and_then_made_shorter(seed: int) -> None:
    assert Judge(SumDomain(), SEED).suspended
    final, ledger = await evolve(Evolver(SumDomain(), seed=seed), gate(), SEED)
    assert not Judge(SumDomain(), final).suspended
    assert {"verifier", "steps-true"} <= {criterion.check for criterion in final.criteria}
    for line in ledger:
        assert line.e_value == mixture_e_value(line.wins, line.losses)
        assert line.threshold == 1 / spent_alpha(line.number)
        assert len(line.items_digest) == 64
        if line.outcome is ExperimentOutcome.KEPT:
            assert line.e_value >= line.threshold or "the same verdicts, and shorter" in line.reason
            assert line.defect_recall >= line.incumbent_defect_recall
            assert line.false_failure_rate <= line.incumbent_false_failure_rate
            assert line.sealed >= line.incumbent_sealed
            assert line.proposal.parent_version == line.incumbent_version


async def test_a_domain_of_the_project_is_mended() -> None:
    calendar = load_domain("calendar")
    final, ledger = await evolve(Evolver(calendar), gate(calendar, 300), SEED, most=3)
    assert [line.outcome for line in ledger][:2] == [ExperimentOutcome.KEPT] * 2
    assert not Judge(calendar, final).suspended


async def test_the_same_arguments_give_the_same_experiment() -> None:
    one, two = await Evolver(SumDomain(), seed=3).act(SEED, ()), await Evolver(SumDomain(), seed=3).act(SEED, ())
    assert one is not None
    assert two is not None
    assert one.model_copy(update={"at": two.at}) == two


async def test_too_little_evidence_is_discarded_and_not_tried_again() -> None:
    evolver = Evolver(SumDomain())
    incumbent, (first,) = await evolve(evolver, gate(items=18), SEED, most=1)
    assert incumbent == SEED
    assert first.outcome is ExperimentOutcome.DISCARDED
    assert "is under" in first.reason
    again = await Evolver(SumDomain()).act(SEED, [first.blind])
    assert again is not None
    assert again.number == 2
    assert again.proposal.criteria != first.proposal.criteria


async def test_a_criterion_that_fails_right_answers_is_dropped() -> None:
    strict = load_rubric(SEEDS / "siege.yaml")
    harsh = Criterion(id="short", text="Very short.", check="short", params={"max-chars": "12"})
    final, ledger = await evolve(
        Evolver(SumDomain()), gate(), strict.model_copy(update={"criteria": (*strict.criteria, harsh)})
    )
    assert any("drop short" in line.reason for line in ledger)
    assert "short" not in {criterion.id for criterion in final.criteria}


async def test_a_criterion_that_decides_nothing_goes_and_two_become_one() -> None:
    strict = load_rubric(SEEDS / "siege.yaml")
    padded = (*strict.criteria, Criterion(id="some", text="Some text.", check="long", params={"min-chars": "1"}))
    final, ledger = await evolve(Evolver(SumDomain()), gate(), strict.model_copy(update={"criteria": padded}))
    assert {line.engine for line in ledger} == {"simplify"}
    assert len(final.criteria) < len(strict.criteria)
    assert not Judge(SumDomain(), final).suspended


async def test_nothing_to_mend_is_nothing_to_propose() -> None:
    final, ledger = await evolve(Evolver(SumDomain()), gate(), SEED, most=12)
    assert len(ledger) < 12
    assert await Evolver(SumDomain()).act(final, [line.blind for line in ledger]) is None


async def test_what_splits_nothing_is_not_looked_at_and_words_of_wrong_attempts_are() -> None:
    proposals = Evolver(SumDomain())._drawn(SEED, 1, set())
    single = Criterion(id="single-answer", text="One answer.", check="single-answer")
    idle = Criterion(id="any", text="Anything.", check="long", params={"min-chars": "0"})
    harsh = Criterion(id="never", text="Nothing.", check="long", params={"min-chars": "99999"})
    assert proposals.splitting([idle, single, harsh]) == [single]
    assert len(proposals.splitting([single.model_copy(update={"id": f"c{n}"}) for n in range(9)])) == SPREAD
    refused = {change.criteria[-1].params["words"] for change in by_words(proposals)}
    assert refused & {"judge", "grader", "full marks", "pass this", "verdict", "verdict is passed"}


def named(check: str, **params: str) -> ScriptedEngine:
    return ScriptedEngine(lambda _: f"I would add {json.dumps({'check': check, 'params': params, 'text': 'better'})}")


async def test_a_model_that_reflects_is_heard_first_and_held_against_the_truth() -> None:
    evolver = Evolver(SumDomain(), reflection=Reflection(named("single-answer")))
    sent = await evolver.act(SEED, ())
    assert sent is not None
    assert (sent.engine, sent.proposal.criteria[-1].check) == ("reflection", "single-answer")
    harmful = Evolver(SumDomain(), reflection=Reflection(named("short", **{"max-chars": "3"})))
    other = await harmful.act(SEED, ())
    assert other is not None
    assert other.engine == "grammar"


async def test_what_a_model_is_shown_is_quoted_and_no_gate_item() -> None:
    engine = named("single-answer")
    await Evolver(SumDomain(), reflection=Reflection(engine)).act(SEED, ())
    (request,) = engine.requests
    turn = request.messages[-1].content
    assert "Judged right, but it is wrong" in turn
    assert "Add up" not in turn  # the wording of exams, in which gates ask


@pytest.mark.parametrize(
    "said",
    ["", "add a criterion", '{"check": "unknown"}', '{"check": "model"}', '{"check": "lacks"}', "[1]", '{"params": 3}'],
)
async def test_what_is_no_criterion_is_refused(said: str) -> None:
    assert read_change(said, SEED) is None
    reflection = Reflection(ScriptedEngine(lambda _: said))
    sent = await Evolver(SumDomain(), reflection=reflection).act(SEED, ())
    assert sent is not None
    assert (sent.engine, reflection.refused) == ("grammar", 1)


async def test_without_its_model_it_goes_on_and_says_so() -> None:
    engine = named("single-answer")
    engine.away = True
    evolver = Evolver(SumDomain(), reflection=Reflection(engine))
    assert await evolver.act(SEED, ()) is not None
    assert "can't be served" in evolver.note


def test_proposals_leave_out_what_was_tried() -> None:
    drawn = Evolver(SumDomain())._drawn(SEED, 1, set())
    assert isinstance(drawn, Proposals)
    assert drawn.best([SEED]) is None

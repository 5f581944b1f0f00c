"""Exams are fresh, the same for both sides, and judged like the gateway judges them."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from agents.engines.base import Request
from agents.examiner import Examiner
from agents.prober import probe_of
from swarm.errors import EngineUnavailable, WeightsError
from swarm.general import GeneralItem, load_general
from swarm.probing.clothes import Clothes
from swarm.promotion import PromotionPolicy, decide
from swarm.records import Attempt, Purpose, Sample, Verdict, answer_to
from swarm.students import Checkpoint, CheckpointStatus
from tests.fakes import ScriptedEngine, SumDomain

BASE = Checkpoint(id="base", status=CheckpointStatus.BASE, url="file:///base")
OLD = Checkpoint(id="old", status=CheckpointStatus.CHAMPION, url="file:///old")
NEW = Checkpoint(id="new", status=CheckpointStatus.CANDIDATE, url="file:///new")
NEXT = Checkpoint(id="next", status=CheckpointStatus.CANDIDATE, url="file:///next")
RIGHT = {(item.prompt, item.right) for item in load_general()}


def adds(request: Request) -> str:
    """The new checkpoints add; the others always say 7."""
    if request.checkpoint_id not in ("new", "next"):
        return "Answer: 7"
    numbers = [int(word) for word in request.prompt.replace("?", " ").replace("+", " ").split() if word.isdigit()]
    return f"Answer: {sum(numbers)}" if len(numbers) == 2 else "Answer: NONE\nAnswer: 1"


def examiner(
    engine: ScriptedEngine, pairs: int = 40, general: Sequence[GeneralItem] = (), breach_share: float = 0.0
) -> Examiner:
    return Examiner(SumDomain(), engine, seed="s", pairs=pairs, general=general, breach_share=breach_share)


async def test_both_answer_the_same_fresh_probes() -> None:
    engine = ScriptedEngine(adds)
    exam = await examiner(engine).act(OLD, NEW)
    assert (exam.champion_id, exam.candidate_id, len(exam.items)) == ("old", "new", 40)
    assert len({probe_of(item.probe).question for item in exam.items}) == 40
    assert all(probe_of(item.probe).purpose is Purpose.EXAM for item in exam.items)
    assert [request.prompt for request in engine.requests[:40]] == [request.prompt for request in engine.requests[40:]]
    assert len({probe_of(item.probe).cell.key for item in exam.items}) == 3


async def test_items_are_judged_by_the_verifier() -> None:
    exam = await examiner(ScriptedEngine(adds)).act(OLD, NEW)
    for item in exam.items:
        assert not item.champion_passed
        assert item.candidate_passed == (probe_of(item.probe).cell.form == "number")
    assert exam.retention_items == 0


async def test_no_two_exams_are_alike() -> None:
    one = examiner(ScriptedEngine(adds))
    questions = [{probe_of(item.probe).question for item in (await one.act(OLD, NEW)).items} for _ in range(2)]
    assert len(questions[0] & questions[1]) < 10
    assert (await one.act(OLD, NEW)).id != (await one.act(OLD, NEW)).id


async def test_retention_is_scored_once_for_each_set_of_weights() -> None:
    def score(checkpoint: str, prompt: str, completion: str) -> float:
        return len(completion) if checkpoint == "new" else float((prompt, completion) in RIGHT)

    engine = ScriptedEngine(adds, score)
    one = examiner(engine, general=load_general(60))
    exam = await one.act(BASE, NEW)
    assert (exam.retention_items, exam.retention_choices) == (60, 2)
    assert exam.retention_correct_base == exam.retention_correct_champion == 60
    assert 10 < exam.retention_correct_candidate < 50
    await one.act(NEW, NEXT)
    assert engine.scored == ["", "new", "next"]
    three = [GeneralItem(prompt=f"{n}", right=" yes", wrong=(" no", " perhaps")) for n in range(9)]
    exam = await examiner(ScriptedEngine(adds, score), general=three).act(OLD, NEW)
    assert (exam.retention_items, exam.retention_choices, exam.retention_correct_candidate) == (9, 3, 0)


async def test_a_promoted_candidate_stays_and_a_rejected_one_goes() -> None:
    engine = ScriptedEngine(adds)
    one = examiner(engine)
    await one.act(OLD, NEW)
    assert engine.held == ["", "old", "new"]
    await one.act(NEW, NEXT)
    assert engine.held == ["", "new", "next"], "nor does it hold a former champion any longer"
    await one.act(NEW, OLD)
    assert engine.held == ["", "new", "old"]


async def test_an_exam_goes_on_until_it_is_decided() -> None:
    def seldom(request: Request) -> str:
        return adds(request) if int(sha256(request.prompt.encode()).hexdigest(), 16) % 5 == 0 else "Answer: 7"

    exam = await examiner(ScriptedEngine(seldom)).act(OLD, NEW)
    assert 40 < len(exam.items) < 200
    assert len({probe_of(item.probe).question for item in exam.items}) == len(exam.items)
    hopeless = await examiner(ScriptedEngine(lambda _: "Answer: 7")).act(OLD, NEW)
    assert len(hopeless.items) == 80


def siege(failed: int) -> Clothes:
    """A siege that found so many sums with the term 77, which failed."""
    rng, probes = random.Random(5), list[Sample]()
    cell = SumDomain().cells()[0]
    while len(probes) < 30:
        made = SumDomain().make(cell, rng, Purpose.SIEGE)[0]
        if sum(map(sevens, probes)) < failed or not sevens(made):
            probes.append(made)
    verdicts = []
    for probe in probes:
        attempt = answer_to(probe, Attempt(text="", checkpoint_id="old"))
        said = {"passed": not sevens(probe), "rubric_version": 1, "decided_by": "right", "species": "add/wrong"}
        verdicts.append(answer_to(attempt, Verdict.model_validate(said | ({"species": ""} if said["passed"] else {}))))
    return Clothes(probes, verdicts, revision=9)


def sevens(sample: Sample) -> bool:
    """Whether a term is 77: the hole."""
    return "77" in probe_of(sample).question


async def test_after_a_breach_a_share_of_the_exam_goes_back_to_it() -> None:
    def mends(request: Request) -> str:
        """All add, but the old champion not where a term is 77."""
        fails = request.checkpoint_id == "old" and "77" in request.prompt
        return "Answer: 7" if fails else adds(request.model_copy(update={"checkpoint_id": "new"}))

    exam = await examiner(ScriptedEngine(mends), pairs=100, breach_share=0.25).act(OLD, NEW, siege(failed=6))
    breach = [item for item in exam.items if item.breach]
    assert len(exam.items) == 200, "what is won there doesn't end it"
    assert 30 <= len(breach) <= 70
    assert exam.breach_revision == 9
    places = [place for place, item in enumerate(exam.items) if item.breach]
    assert places[0] < 20, "strata are mixed"
    assert places[-1] > 180
    assert all(probe_of(item.probe).purpose is Purpose.EXAM for item in breach)
    assert len({probe_of(item.probe).question for item in exam.items}) == 200
    decision = decide(exam, PromotionPolicy(), datetime(2026, 1, 2, tzinfo=UTC))
    assert decision.breach is not None
    assert decision.breach.wins > 7
    assert decision.losses == 0


@pytest.mark.parametrize("settings", [{"breach_share": 0.25}, {"breach_share": 0.0}])
async def test_without_failures_or_share_an_exam_is_as_ever(settings: dict[str, float]) -> None:
    ever = await examiner(ScriptedEngine(adds)).act(OLD, NEW)
    none = siege(failed=0) if settings["breach_share"] else siege(failed=6)
    exam = await examiner(ScriptedEngine(adds), **settings).act(OLD, NEW, none)
    assert [probe_of(item.probe) for item in exam.items] == [probe_of(item.probe) for item in ever.items]
    assert exam.breach_revision == 0


async def test_what_cannot_be_examined_is_refused() -> None:
    engine = ScriptedEngine(adds)
    engine.broken = {"new"}
    with pytest.raises(WeightsError):
        await examiner(engine).act(OLD, NEW)
    engine.away = True
    with pytest.raises(EngineUnavailable):
        await examiner(engine).act(OLD, NEXT)
    few = Examiner(SumDomain(), ScriptedEngine(adds), [SumDomain().cells()[2]], pairs=91)
    with pytest.raises(ValueError, match="90 distinct questions, not 91"):
        await few.act(BASE, NEW)

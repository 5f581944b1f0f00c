"""The exam of a labelled domain: labels are chosen, baselines and recorded answers sit beside, each told how."""

import pytest

from agents.contest import sit, sit_constant, sit_data
from agents.engines.base import Generation, Request
from agents.prober import Prober, probe_of
from swarm.domains.exam import frozen_exam
from swarm.domains.labelled import LabelledDomain
from swarm.exam_report import ContestantKind, ExamReport, Scoring
from swarm.records import Purpose, Sample
from tests.fakes import ScriptedEngine, SumDomain
from tests.labelled_rig import ANSWER, rows, write


class ChoosingEngine(ScriptedEngine):
    """Chooses the second of the choices, as an engine does that scores them."""

    async def generate(self, requests: list[Request]) -> list[Generation]:  # type: ignore[override]
        self.requests += requests
        return [
            Generation(text=one.choices[1], prompt_tokens=3, completion_tokens=1, by_likelihood=True)
            for one in requests
        ]


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> LabelledDomain:
    said = [{**row, "parrot": "false"} for row in rows(180)]
    file = write(tmp_path_factory.mktemp("pets"), said, ANSWER + '[recorded]\nparrot = "parrot"\n')
    return LabelledDomain.from_file(file)


@pytest.fixture(scope="module")
def items(domain: LabelledDomain) -> list[Sample]:
    return frozen_exam(domain, domain.cells(), 9, seed=1)


async def test_a_student_and_an_untrained_model_choose_among_the_labels(
    domain: LabelledDomain, items: list[Sample]
) -> None:
    engine = ChoosingEngine()
    student = await sit(engine, domain, items, "student")
    told = await sit(engine, domain, items, "zero", shots=0)
    assert student.scoring is told.scoring is Scoring.LIKELIHOOD
    assert {answer.text for answer in student.answers} == {" false"}
    bare, chat = engine.requests[0], engine.requests[-1]
    assert bare.prompt == probe_of(items[0]).question
    assert bare.choices == (" true", " false", " open", " unclear")
    assert (chat.choices, chat.regex) == (("true", "false", "open", "unclear"), "")
    right = [probe_of(item).reference for item in items]
    assert student.passed == told.passed == sum(one is not None and one.answer == "false" for one in right)


async def test_an_engine_that_writes_is_told_to_have_written(domain: LabelledDomain, items: list[Sample]) -> None:
    wrote = await sit(ScriptedEngine(lambda _: "It is so. Answer: false"), domain, items, "writer")
    assert wrote.scoring is Scoring.GENERATION
    assert wrote.passed == 0
    wrote = await sit(ScriptedEngine(lambda _: "It is so.\nAnswer: false"), domain, items, "writer")
    assert wrote.passed > 0


def test_baselines_sit_all_items_and_recorded_answers_those_that_they_were_given_to(
    domain: LabelledDomain, items: list[Sample]
) -> None:
    report = ExamReport(domain=domain.name, seed=1, probes=tuple(items))
    for contestant in (sit_constant(domain, items), *sit_data(domain, items)):
        report = report.add(contestant)
    known = {one.name: one for one in report.contestants}
    assert known["words of said alone"].kind is ContestantKind.BASELINE
    assert known["bag of words"].items == len(items)
    assert known["words of said alone"].accuracy > known["commonest label"].accuracy
    parrot = known["parrot"]
    assert (parrot.kind, parrot.scoring, parrot.items) == (ContestantKind.RECORDED, Scoring.GIVEN, 9)
    assert [score.cell.key for score in parrot.cells] == ["plain/rain/answer"]
    with pytest.raises(ValueError, match="answered other items"):
        report.add(parrot.model_copy(update={"kind": ContestantKind.BASELINE}))
    with pytest.raises(ValueError, match="answered other items"):
        report.add(parrot.model_copy(update={"answers": parrot.answers[::-1]}))
    assert sit_data(SumDomain(), items) == []


def test_a_prober_finds_sound_probes_in_every_cell(domain: LabelledDomain) -> None:
    prober = Prober(domain)
    made = [probe_of(sample) for sample in prober.act((), Purpose.LEARN, 60)]
    assert {one.cell for one in made} == set(domain.cells())
    assert len({one.question for one in made}) == len(made) >= 60
    assert set(prober.invalid) <= {"asked before"}


def test_an_exam_that_the_data_can_not_fill_is_refused_by_its_cell(domain: LabelledDomain) -> None:
    with pytest.raises(ValueError, match=r"cell plain/rain/answer gave \d+ distinct questions"):
        frozen_exam(domain, domain.cells(), 1000, seed=1)

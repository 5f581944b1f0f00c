"""A domain of labelled data: what it asks, from which split, what is right, and what it refuses."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from swarm.calibration import calibrate, calibration_items
from swarm.domains import load_domain
from swarm.domains.exam import frozen_exam
from swarm.domains.labelled import LabelledDomain
from swarm.domains.labelled.items import Item, Split
from swarm.domains.labelled.operators import Rewrite
from swarm.domains.labelled.wording import Template
from swarm.errors import ConfigError
from swarm.probing.clothes import Clothes
from swarm.records import Attempt, Cell, Origin, Probe, Purpose, Reference, Sample, Verdict, Weather, answer_to
from swarm.rubric import seed_rubric
from swarm.weather import Made, Refused, pressed
from tests.labelled_rig import ANSWER, rows, write


class Relabel:
    """Gives an item the label that the test wants, out of parents that the test names."""

    weather = Weather.WIND

    def __init__(self, name: str, label: str, parents: Callable[[Item], tuple[str, ...]]) -> None:
        self.name = name
        self._label = label
        self._parents = parents

    def rewrite(self, item: Item, rng: random.Random, pool: Sequence[Item]) -> Rewrite | None:  # noqa: ARG002 - the interface's
        return Rewrite(
            fields={**item.fields, "said": f"{item.fields['said']} Really."},
            label=self._label,
            operator=self.name,
            phenomenon="stress",
            weather=self.weather,
            parents=self._parents(item),
        )


def sound() -> list[Relabel]:
    return [Relabel("really", "TRUE", lambda item: (item.id,))]


def no_label() -> list[Relabel]:
    return [Relabel("really", "perhaps", lambda item: (item.id,))]


def strange_parent() -> list[Relabel]:
    return [Relabel("really", "true", lambda item: (item.id, "0" * 16))]


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> LabelledDomain:
    made = load_domain(str(write(tmp_path_factory.mktemp("pets"), rows(240))))
    assert isinstance(made, LabelledDomain)
    return made


def probe(domain: LabelledDomain, key: str, purpose: Purpose = Purpose.LEARN, seed: int = 1) -> Probe:
    (sample,) = domain.make(Cell.parse(key), random.Random(seed), purpose)
    assert isinstance(sample.payload, Probe)
    return sample.payload


def test_cells_are_what_items_and_operators_fill(domain: LabelledDomain) -> None:
    assert [cell.key for cell in domain.cells()] == [
        "plain/rain/answer", "unreadable/border/answer", "wording/wind/answer",
    ]  # fmt: skip
    assert domain.choices == ("true", "false", "open", "unclear")


def test_a_plain_probe_is_an_item_with_its_label_and_explanation(domain: LabelledDomain) -> None:
    asked = probe(domain, "plain/rain/answer")
    by_question = {domain.template.question(item.fields): item for item in domain.items[Split.TRAIN]}
    item = by_question[asked.question]
    assert asked.reference == Reference(answer=item.label, rationale=f"It is {item.label} by what is seen.")
    assert (asked.origin, asked.operator) == (Origin.GROUNDED, "")
    assert domain.template.fields_of(asked.question) == item.fields


def test_border_is_where_abstaining_is_right(domain: LabelledDomain) -> None:
    asked = [probe(domain, "unreadable/border/answer", seed=seed) for seed in range(20)]
    assert {one.operator for one in asked} == {"missing", "letter-salad"}
    assert {one.reference.answer for one in asked if one.reference} == {"unclear"}
    assert not domain.verify(asked[0], "true").correct


@pytest.mark.parametrize("key", ["plain/rain/answer", "wording/wind/answer"])
def test_no_purpose_asks_about_a_group_of_another_one(domain: LabelledDomain, key: str) -> None:
    splits = {Purpose.LEARN: Split.TRAIN, Purpose.SIEGE: Split.SIEGE, Purpose.EXAM: Split.DEV}
    for purpose, split in (splits | {Purpose.CENSUS: Split.EXAM}).items():
        seen = {item.fields["seen"].casefold().rstrip(".") for item in domain.items[split]}
        for seed in range(30):
            fields = domain.template.fields_of(probe(domain, key, purpose, seed).question)
            assert fields is not None
            house = fields["seen"].casefold().rstrip(".").rsplit(" ", 1)[-1]
            assert any(said.endswith(f" {house}") for said in seen)


def test_the_frozen_exam_is_of_the_exam_split(domain: LabelledDomain) -> None:
    exam = frozen_exam(domain, domain.cells(), 8, seed=3)
    plain = [sample.payload for sample in exam if isinstance(sample.payload, Probe)][:8]
    assert {one.purpose for one in plain} == {Purpose.EXAM}
    held = {domain.template.question(item.fields) for item in domain.items[Split.EXAM]}
    assert {one.question for one in plain} <= held


def test_what_is_said_is_read_and_verified(domain: LabelledDomain) -> None:
    asked = probe(domain, "plain/rain/answer")
    assert asked.reference is not None
    right = asked.reference.answer
    wrong = next(label for label in domain.choices if label != right)
    assert domain.completion(asked.reference) == f" {right}"
    for text in (right, f" {right.upper()}.", f"It is so.\nFinal answer: {right}", f"= {right}\nbecause"):
        answers = domain.read(text).answers
        assert len(answers) == 1
        assert domain.verify(asked, answers[0]).correct
    assert domain.read("I can't say.").answers == ()
    assert domain.read(f" {right}\n {wrong}").answers == (right, wrong)
    assert domain.species(asked, wrong) == f"plain/{right}-as-{wrong}"
    assert domain.species(asked, "dunno") == "plain/unreadable"
    assert domain.species(asked, right) == ""


def test_the_seed_rubric_may_judge_from_the_start(domain: LabelledDomain) -> None:
    items = calibration_items(domain, domain.cells(), random.Random(1), 240, Purpose.EXAM)
    rubric = seed_rubric(domain.name)
    assert rubric.domain == "pets"
    assert calibrate(domain, rubric, items).may_judge


def test_operators_of_the_file_get_cells_of_their_own(tmp_path: Path) -> None:
    said = f'operators = ["{__name__}:sound"]\n'
    made = LabelledDomain.from_file(write(tmp_path, rows(120), extra=said))
    asked = probe(made, "stress/wind/answer")
    assert (asked.origin, asked.operator) == (Origin.MUTATION, "really")
    assert asked.reference == Reference(answer="true")


@pytest.mark.parametrize(("function", "said"), [("no_label", "'perhaps', none of"), ("strange_parent", "not in train")])
def test_an_operator_that_can_not_be_right_makes_no_probe(tmp_path: Path, function: str, said: str) -> None:
    made = LabelledDomain.from_file(write(tmp_path, rows(120), extra=f'operators = ["{__name__}:{function}"]\n'))
    with pytest.raises(ValueError, match=said):
        probe(made, "stress/wind/answer")


def test_an_explanation_is_learned_behind_the_label_where_the_file_says_so(tmp_path: Path) -> None:
    made = LabelledDomain.from_file(write(tmp_path, rows(120), ANSWER + "explain = true\n"))
    asked = probe(made, "plain/rain/answer")
    assert asked.reference is not None
    text = made.completion(asked.reference)
    assert text == f" {asked.reference.answer}\n{asked.reference.rationale}"
    assert made.read(text).answers == (asked.reference.answer,)


def test_answers_of_a_form_are_generated_and_compared(tmp_path: Path) -> None:
    numbered = [{**row, "label": f"{number},000"} for number, row in enumerate(rows(120))]
    made = LabelledDomain.from_file(write(tmp_path, numbered, '[answer]\nregex = "[0-9,.]+"\ncompare = "number"\n'))
    asked = probe(made, "plain/rain/answer")
    assert asked.reference is not None
    assert (made.choices, made.answer_regex) == ((), "[0-9,.]+")
    right = asked.reference.answer.replace(",", "")
    assert made.completion(asked.reference).endswith(f"\n= {asked.reference.answer}")
    assert made.verify(asked, f"{right}.0").correct
    assert not made.verify(asked, f"{right}1").correct
    assert made.verify(asked, "many").canonical is None
    assert made.read(f"so it is\n= {right}").answers == (right,)


def test_subdomains_come_from_words_a_key_or_a_function(tmp_path: Path) -> None:
    words = '[subdomain.words]\nnegation = ["not"]\nplace = ["nearby", "house"]\n'
    made = LabelledDomain.from_file(write(tmp_path / "a", rows(120), ANSWER + words))
    assert [cell.subdomain for cell in made.cells() if cell.weather is Weather.RAIN] == ["negation", "place"]
    assert "not" in probe(made, "negation/rain/answer").question
    kinds = [{**row, "kind": f"of {row['label']}"} for row in rows(120)]
    made = LabelledDomain.from_file(write(tmp_path / "b", kinds, ANSWER + '[subdomain]\nfield = "kind"\n'))
    assert [cell.subdomain for cell in made.cells()][:3] == ["of-false", "of-open", "of-true"]


def test_what_can_not_make_a_domain_is_refused(tmp_path: Path, domain: LabelledDomain) -> None:
    with pytest.raises(ConfigError, match="no subdomain has 8 items in each of train, dev, exam"):
        LabelledDomain.from_file(write(tmp_path / "few", rows(4), extra="generic = false\n")).cells()
    with pytest.raises(ConfigError, match="can't be imported"):
        LabelledDomain.from_file(write(tmp_path / "none", rows(4), extra='operators = ["no_such:thing"]\n')).cells()
    with pytest.raises(ValueError, match="not one of the 3 cells"):
        domain.make(Cell.parse("plain/wind/answer"), random.Random(1), Purpose.LEARN)
    with pytest.raises(ValueError, match="has no items in a labelled domain"):
        domain.make(domain.cells()[0], random.Random(1), Purpose.ASK)
    with pytest.raises(ValueError, match="leave swarm"):
        load_domain("calendar", "pets.jsonl")


@pytest.mark.parametrize("purpose", [Purpose.SIEGE, Purpose.EXAM])
def test_weather_presses_above_the_fields_and_leaves_them_to_the_domain_s_operators(
    domain: LabelledDomain, purpose: Purpose
) -> None:
    plain, made = probe(domain, "plain/rain/answer", purpose), set[str]()
    for seed in range(6):
        for found in pressed(domain, plain, random.Random(seed)):
            if isinstance(found, Made):
                trap = found.trap.payload
                assert isinstance(trap, Probe)
                assert trap.question.endswith(plain.question)
                assert (trap.reference, trap.cell.key) == (plain.reference, "wording/wind/answer")
                made.add(trap.operator)
            else:
                assert isinstance(found, Refused)
    assert made == {"pressure", "distractor", "paraphrase"}


def test_weather_is_refused_where_words_could_belong_to_a_field_or_to_a_sum(tmp_path: Path) -> None:
    bare = load_domain(str(write(tmp_path / "bare", rows(60))))
    assert isinstance(bare, LabelledDomain)
    bare.template = Template("{seen} {said}", ("seen", "said"))
    assert not bare.inert("my job depends on it")
    number = '[answer]\nfield = "n"\nregex = "[0-9]+"\ncompare = "number"\n'
    sums = load_domain(str(write(tmp_path / "sums", [{**row, "n": str(n)} for n, row in enumerate(rows(60))], number)))
    assert isinstance(sums, LabelledDomain)
    assert sums.inert("my job depends on it")
    assert not sums.inert("we ordered 12 chairs")


def test_a_failure_by_an_operator_of_the_domain_is_dressed_by_it_and_not_by_weather(domain: LabelledDomain) -> None:
    asked = (probe(domain, "wording/wind/answer", Purpose.SIEGE, seed) for seed in range(100))
    failure = Sample(payload=next(one for one in asked if one.operator == "typo"))
    verdict = Verdict(passed=False, rubric_version=1, decided_by="verifier")
    attempt = answer_to(failure, Attempt(text="open", checkpoint_id="c1"))
    clothes = Clothes([failure], [answer_to(attempt, verdict)])
    dressed = clothes.dress(domain, domain.cells(), random.Random(1), Purpose.EXAM)
    assert dressed is not None
    assert isinstance(dressed[0].payload, Probe)
    assert (dressed[0].payload.operator, dressed[1]) == ("typo", failure.id)

"""Who a duel's contestants are: what a person says of them, and answers that were recorded elsewhere."""

import json
from pathlib import Path

import pytest

from swarm.approach import Asking, TargetKind
from swarm.cli.meant import Meant
from swarm.domains.labelled import LabelledDomain
from swarm.duel.entrants import entrant
from swarm.duel.plan import Entrant, how
from swarm.duel.recorded import predictions, questions
from swarm.errors import ConfigError
from swarm.exam_report import ContestantKind
from tests.fakes import SumDomain
from tests.labelled_rig import ANSWER, rows
from tests.labelled_rig import write as labelled

ASKED = {"a1": "What is 1+2?", "b2": "What is 3+4?", "c3": "Is 5 nice?"}


class Labels(SumDomain):
    """Sums whose answers are a set."""

    choices = ("3", "7", "NONE")


def kind(target: str) -> TargetKind:
    return TargetKind.ENDPOINT if "://" in target else TargetKind.RUN if "runs/" in target else TargetKind.WEIGHTS


def meant(said: str) -> Entrant:
    return entrant(said, kind, {"palm"}, {"max_calls": 9})


def test_a_contestant_is_a_target_and_how_it_is_asked() -> None:
    asked = meant("https://host/v1,model=big,shots=8,ask=cot,key=KEY,price=2.5,params=540B")
    assert (asked.name, asked.kind, asked.parameters) == ("big, 8-shot CoT", ContestantKind.FEW_SHOT, 540_000_000_000)
    assert asked.approach is not None
    assert (asked.approach.ask, asked.approach.shots, asked.approach.new_tokens) == (Asking.COT, 8, 256)
    assert (asked.approach.price, asked.approach.max_calls) == (2.5, 9)
    assert (meant("smollm2-135m").name, meant("smollm2-135m,shots=2").name) == (
        "smollm2-135m, zero-shot",
        "smollm2-135m, 2-shot",
    )
    other = meant("runs/other,name=older")
    assert (other.name, how(other), other.kind) == ("older", "bare question", ContestantKind.STUDENT)
    assert (meant("palm").recorded, meant("folder/said.jsonl,name=them").name) == ("palm", "them")


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("m,heat=1", "'heat=1' is no setting of a contestant"),
        ("m,shots=many", "shots: Input should be a valid integer"),
        ("m,shots=1,shots=2", "says 'shots' twice"),
        ("m,ask=nicely", "ask: Input should be"),
        ("m,params=huge", "params 'huge' is no number"),
        ("https://h/v1,max_dollars=1", "no price is known"),
        ("said.jsonl,shots=3", "recorded answers take no 'shots'"),
        (",shots=3", "names no target"),
    ],
)
def test_what_can_not_be_read_is_refused_with_what_was_said(said: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint) as caught:
        meant(said)
    assert said in caught.value.message


def write(folder: Path, *rows: object) -> Path:
    file = folder / "said.jsonl"
    file.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return file


def test_recorded_answers_come_back_by_item_whatever_their_order(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in questions(ASKED).splitlines()]
    assert lines[1] == {"id": "b2", "question": "What is 3+4?"}
    rows = [line | {"prediction": said} for line, said in zip(lines[::-1], (None, "Answer: 7", "3"), strict=True)]
    assert predictions(write(tmp_path, *rows), ASKED, SumDomain()) == {"a1": "3", "b2": "Answer: 7", "c3": ""}
    by_question = [{"question": line["question"], "prediction": "3"} for line in lines]
    assert set(predictions(write(tmp_path, *by_question), ASKED, SumDomain()).values()) == {"3"}


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([{"id": "a1", "prediction": "3"}], "said.jsonl has answers to 1 of the exam's 3 items; missing: b2, c3"),
        ([{"id": "a1", "prediction": "3"}, {"id": "x", "prediction": "3"}], "line 2: id 'x' is none of the exam's"),
        ([{"prediction": "3"}], "line 1: says neither `id` nor `question`"),
        ([{"question": "What?", "prediction": "3"}], "line 1: question 'What\\?' is none of the exam's"),
        (
            [{"id": "a1", "question": "What is 3+4?", "prediction": "3"}],
            "line 1: has the id 'a1' and the question of 'b2': the order was mixed up",
        ),
        ([{"id": "a1", "prediction": "3"}] * 2, "line 2: answers the same item as line 1"),
        (["{nothing"], "line 1: not JSON"),
        ([["a1", "3"]], "line 1: holds no `prediction`"),
        ([{"id": "a1", "answer": "3"}], "line 1: holds no `prediction`"),
        ([{"id": "a1", "prediction": 3}], "line 1: prediction 3 is no text"),
        ([{"id": "a1", "prediction": "4"}], "line 1: prediction '4' is none of"),
    ],
)
def test_recorded_answers_at_fault_are_refused_by_their_lines(
    tmp_path: Path, rows: list[object], complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        predictions(write(tmp_path, *rows), ASKED, Labels())


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read: No such file"):
        predictions(tmp_path / "none.jsonl", ASKED, SumDomain())


def test_recorded_answers_of_the_domain_keep_their_name(tmp_path: Path) -> None:
    said = [{**row, "parrot": "false"} for row in rows(180)]
    domain = LabelledDomain.from_file(labelled(tmp_path, said, ANSWER + '[recorded]\nparrot = "parrot"\n'))
    found = Meant(tmp_path, None, "", "pets", "", domain)
    assert found.contestant("parrot,params=1B", {}).parameters == 10**9
    assert found.contestant("parrot,name=bird", {}).name == "bird"
    with pytest.raises(ConfigError, match="'parrot' is what the domain's own recorded answers are called"):
        found.contestant("said.jsonl,name=parrot", {})

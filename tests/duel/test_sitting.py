"""Contestants sit one exam: alone first, then in batches; answers are kept, and one that fails leaves others alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.duel import ALONE, ROUND, Seat, duel, sheets
from agents.prober import probe_of
from swarm.answer_log import Answer, answer_log
from swarm.approach import Approach, Asking, TargetKind
from swarm.domains.exam import frozen_exam
from swarm.duel.exam import Exam, identified
from swarm.duel.folder import prepare
from swarm.duel.plan import DuelPlan, Entrant
from swarm.duel.sides import Sheet
from swarm.errors import ConfigError
from swarm.exam_report import ContestantKind
from swarm.records import Probe
from swarm.siege.view import view
from tests.endpoint import Endpoint, said
from tests.fakes import SumDomain
from tests.siege.siege_rig import Script, right

DOMAIN = SumDomain()
EXAM = Exam(items=tuple(map(identified, frozen_exam(DOMAIN, DOMAIN.cells(), 20, 1))), own=False)


def entrant(name: str, url: str = "http://127.0.0.1:9/v1", ask: Asking = Asking.CHAT, **settings: object) -> Entrant:
    fixed = {"target": url, "kind": TargetKind.ENDPOINT, "model": "m", "ask": ask, "shots": 0, "rate": 1_000_000}
    approach = Approach.model_validate(fixed | settings)
    return Entrant(name=name, kind=ContestantKind.ZERO_SHOT, approach=approach)


def plan_of(*others: Entrant) -> DuelPlan:
    student, *entrants = others
    return DuelPlan(target="runs/x", domain="sums", items=60, student=student, entrants=tuple(entrants))


async def sat(folder: Path, target: Script, **settings: object) -> tuple[str, int]:
    """How a contestant's exam ended, and how many items it has answered."""
    with answer_log(folder / "answers.jsonl") as log, view(60, plain=True, shown=False) as shown:
        ending = await Seat(entrant("one", **settings), EXAM.items, log).sit(target, shown)
        return ending, log.answered


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    server.start()
    yield server
    server.stop()


async def test_it_is_asked_alone_first_and_every_item_once(tmp_path: Path) -> None:
    class Counting(Script):
        """Keeps how many items were asked for at once."""

        def __init__(self) -> None:
            super().__init__(right)
            self.batches: list[int] = []

        def ask(self, samples):  # type: ignore[no-untyped-def]
            self.batches.append(len(samples))
            return super().ask(samples)

    target = Counting()
    assert await sat(tmp_path, target) == ("", 60)
    assert target.batches == [1] * ALONE + [ROUND, 60 - ALONE - ROUND]
    assert sorted(target.asked) == sorted(probe_of(item).question for item in EXAM.items)
    assert await sat(tmp_path, target) == ("", 60)
    assert len(target.asked) == 60


async def test_one_that_dies_half_way_keeps_what_it_said_and_goes_on_later(tmp_path: Path) -> None:
    def dying(probe: Probe) -> Answer | str:
        return right(probe) if len(target.asked) <= 20 else Answer(probe_id="", problem="HTTP 500")

    target = Script(dying)
    ending, answered = await sat(tmp_path, target)
    assert answered == 20
    assert ending == "it stopped answering: HTTP 500"
    again = Script(right)
    assert await sat(tmp_path, again) == ("", 60)
    assert len(again.asked) == 40


async def test_single_failures_are_passed_over_and_counted(tmp_path: Path) -> None:
    target = Script(lambda one: Answer(probe_id="", problem="no") if len(target.asked) % 5 == 0 else right(one))
    assert await sat(tmp_path, target) == ("12 calls brought no answer, the last: no", 48)


async def test_a_first_call_that_fails_ends_it(tmp_path: Path) -> None:
    target = Script(lambda _: Answer(probe_id="", problem="HTTP 401"))
    assert await sat(tmp_path, target) == ("it stopped answering: HTTP 401", 0)
    assert len(target.asked) == 1


async def test_a_cap_ends_it_with_some_of_every_cell(tmp_path: Path) -> None:
    target = Script(right)
    ending, answered = await sat(tmp_path, target, max_calls=24)
    assert (answered, ending) == (24, "a cap leaves no more: 24 of 24 calls were spent")
    forms = [probe_of(item).cell.form for item in EXAM.items if probe_of(item).question in set(target.asked)]
    assert set(forms) == {"number", "ask", "none"}


async def played(folder: Path, plan: DuelPlan) -> tuple[dict[str, str], list[Sheet]]:
    with view(60, plain=True, shown=False) as shown:
        endings = await duel(folder, plan, EXAM, DOMAIN, shown)
    return endings, sheets(folder, plan, EXAM.items, DOMAIN, endings)


async def test_one_that_is_down_leaves_the_others_alone(tmp_path: Path, endpoint: Endpoint) -> None:
    endpoint.script = [lambda: said("Answer: 1\nAnswer: NONE")]
    plan = plan_of(entrant("student", endpoint.url, Asking.RAW), entrant("down"), entrant("up", endpoint.url))
    prepare(tmp_path, plan, EXAM, resume=False, fresh=False)
    endings, found = await played(tmp_path, plan)
    assert list(endings) == ["down"]
    assert endings["down"].startswith("it stopped answering: http://127.0.0.1:9/v1 gave no answer")
    student, down, up, constant = (sheet.side for sheet in found)
    assert (down.items, down.asked, down.ending) == (0, 60, endings["down"])
    assert (student.items, up.items, constant.kind) == (60, 60, ContestantKind.CONSTANT)
    assert (student.passed, up.passed) == (0, 20), "a student says one thing; of a chat the last answer counts"
    assert up.latency is not None
    assert up.latency > 0
    assert not up.local


async def test_answers_that_are_none_are_counted(tmp_path: Path, endpoint: Endpoint) -> None:
    endpoint.script = [lambda: said("I'd rather not.")]
    plan = plan_of(entrant("student", endpoint.url, Asking.RAW))
    prepare(tmp_path, plan, EXAM, resume=False, fresh=False)
    _, (student, _) = await played(tmp_path, plan)
    assert (student.side.items, student.side.passed, student.side.unreadable) == (60, 0, 60)


def test_a_folder_goes_on_with_more_contestants_and_no_other_exam(tmp_path: Path) -> None:
    plan = plan_of(entrant("student"), entrant("one"))
    prepare(tmp_path, plan, EXAM, resume=False, fresh=False)
    (tmp_path / "answers" / "one.jsonl").touch()
    with pytest.raises(ConfigError, match="holds a duel already"):
        prepare(tmp_path, plan, EXAM, resume=False, fresh=False)
    more = plan_of(entrant("student"), entrant("two"), entrant("one", price=2.0))
    joined = prepare(tmp_path, more, EXAM, resume=True, fresh=False)
    assert [one.name for one in joined.everyone] == ["student", "one", "two"]
    assert joined.entrants[0].approach is not None
    assert joined.entrants[0].approach.price == 2.0
    with pytest.raises(ConfigError, match="'one' was begun with shots '0', not '3'"):
        prepare(tmp_path, plan_of(entrant("student"), entrant("one", shots=3)), EXAM, resume=True, fresh=False)
    with pytest.raises(ConfigError, match="two contestants are called 'one'"):
        prepare(tmp_path, plan_of(entrant("student"), entrant("one"), entrant("one")), EXAM, resume=True, fresh=False)
    with pytest.raises(ConfigError, match="would share the file 'one'"):
        prepare(tmp_path, plan_of(entrant("student"), entrant("one"), entrant("One!")), EXAM, resume=True, fresh=False)
    other = Exam(items=EXAM.items[::-1], own=False)
    with pytest.raises(ConfigError, match="is another one than the domain gives today"):
        prepare(tmp_path, plan, other, resume=True, fresh=False)
    prepare(tmp_path, plan, other, resume=False, fresh=True)
    assert not (tmp_path / "answers" / "one.jsonl").exists()
    with pytest.raises(ConfigError, match="there is no duel in"):
        prepare(tmp_path / "none", plan, EXAM, resume=True, fresh=False)

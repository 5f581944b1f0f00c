"""Targets are asked as their plan says, each call fails for itself, and what can't be asked says what to do."""

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from agents.engines.base import Request
from agents.targets import Asker, Target, Weights, only_model, opened
from swarm.answer_log import Answer
from swarm.approach import Asking, TargetKind
from swarm.errors import ConfigError, EngineUnavailable, WeightsError
from swarm.records import Purpose, Reference, Sample
from swarm.siege.plan import SiegePlan
from tests.endpoint import Endpoint, said
from tests.fakes import ScriptedEngine, SumDomain, probe_of

DOMAIN = SumDomain()
CELLS = DOMAIN.cells()
QUESTION = "What is 3+4?"


def plan_of(kind: TargetKind, ask: Asking, **settings: object) -> SiegePlan:
    fixed = {"target": "t", "kind": kind, "domain": "sums", "ask": ask, "shots": 2, "rate": 100_000}
    return SiegePlan.model_validate(fixed | settings)


def samples(count: int) -> list[Sample]:
    """Probes that differ."""
    return [Sample(payload=probe_of("7", f"{QUESTION} {number}", Purpose.SIEGE)) for number in range(count)]


async def answers(target: Target, asked: Sequence[Sample]) -> list[Answer]:
    return [answer async for answer in target.ask(asked)]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    server.start()
    yield server
    server.stop()


@pytest_asyncio.fixture
async def target(endpoint: Endpoint) -> AsyncIterator[Target]:
    """The endpoint as a target, priced at a dollar for a million tokens."""
    plan = plan_of(TargetKind.ENDPOINT, Asking.CHAT, target=endpoint.url, model="m", price=1.0, at_once=1)
    async with opened(plan, DOMAIN, CELLS) as found:
        yield found


def test_bare_questions_are_put_as_students_are_grown_on_them() -> None:
    asker = Asker(DOMAIN, plan_of(TargetKind.WEIGHTS, Asking.RAW), CELLS)
    assert asker.request(QUESTION, "c1") == Request(prompt=f"{QUESTION}\n", checkpoint_id="c1", max_new_tokens=72)
    assert (asker.turns(), asker.attempt("Answer: 7")) == ([], "Answer: 7")


def test_weights_in_a_chat_are_forced_to_give_an_answer_alone() -> None:
    asker = Asker(DOMAIN, plan_of(TargetKind.WEIGHTS, Asking.CHAT), CELLS)
    request = asker.request(QUESTION)
    assert request.regex == DOMAIN.answer_regex
    assert request.messages[0].content.endswith("Give ANSWER alone.")
    assert [turn.role for turn in asker.turns()] == ["system", "user", "assistant", "user", "assistant"]
    assert not any("Answer:" in turn.content for turn in asker.turns())
    assert asker.attempt(" 7 ") == DOMAIN.completion(Reference(answer="7"))


def test_an_endpoint_in_a_chat_is_shown_whole_solutions_and_forced_to_nothing() -> None:
    asker = Asker(DOMAIN, plan_of(TargetKind.ENDPOINT, Asking.CHAT), CELLS)
    request = asker.request(QUESTION)
    assert (request.regex, request.messages[-1].content) == ("", QUESTION)
    shown = [turn.content for turn in asker.turns() if turn.role == "assistant"]
    assert len(shown) == 2
    assert all("Answer: " in content for content in shown)
    assert asker.attempt("Answer: 7") == "Answer: 7"


async def test_weights_answer_a_round_at_once_under_their_name() -> None:
    asker = Asker(DOMAIN, plan_of(TargetKind.RUN, Asking.RAW), CELLS)
    engine = ScriptedEngine(lambda request: f"Answer: {len(request.prompt)}")
    engine.held.append("c1")
    asked = samples(3)
    found = await answers(Weights(engine, asker, "c1", "c1"), asked)
    assert [answer.probe_id for answer in found] == [sample.id for sample in asked]
    assert {(answer.text, answer.student, answer.prompt_tokens) for answer in found} == {("Answer: 15", "c1", 10)}
    engine.away = True
    with pytest.raises(EngineUnavailable):
        await answers(Weights(engine, asker, "c1", "c1"), asked)


async def test_each_call_fails_for_itself_alone(endpoint: Endpoint, target: Target) -> None:
    endpoint.script = [
        lambda: said("Answer: 7"), lambda: said("rubbish" * 3, "length"), lambda: said(None), lambda: said("Answer: 8")
    ]  # type: ignore[arg-type]  # fmt: skip
    found = await answers(target, samples(4))
    assert [bool(answer.problem) for answer in found] == [False, False, True, False]
    assert "answered with no chat completion (choices.0.message.content" in found[2].problem
    assert (found[1].truncated, found[0].dollars, found[0].student) == (True, 0.001, "m")
    assert endpoint.bodies[0]["messages"][-1] == {"role": "user", "content": f"{QUESTION} 0"}  # type: ignore[index]


async def test_an_endpoint_that_lists_no_models_says_what_to_give(endpoint: Endpoint) -> None:
    with pytest.raises(EngineUnavailable, match="/models answers HTTP 404") as caught:
        await only_model(endpoint.url, "", 5)
    assert "--model" in caught.value.fix
    with pytest.raises(EngineUnavailable, match="can't be reached"):
        await only_model("http://127.0.0.1:9/v1", "", 5)


async def test_weights_that_are_not_there_and_a_run_of_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no model weights"):
        async with opened(plan_of(TargetKind.WEIGHTS, Asking.RAW, target="nowhere"), DOMAIN, CELLS):
            pass
    with pytest.raises(ConfigError):
        async with opened(plan_of(TargetKind.RUN, Asking.RAW, target=str(tmp_path)), DOMAIN, CELLS):
            pass

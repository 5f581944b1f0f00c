"""The endpoint of a champion, and what people say of its answers: over HTTP, to a real gateway; a scripted engine."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from cluster.reporting import MOST_BYTES, MOST_REMEMBERED, Reports
from cluster.serve import Champion, endpoint
from swarm.client import SwarmClient
from swarm.exported import Exported
from swarm.feedback import FeedbackState
from swarm.gateway.server import Settings, serving
from swarm.records import Attempt, Probe
from swarm.roles import Role
from swarm.students import Checkpoint, CheckpointStatus
from tests.fakes import ScriptedEngine

pytestmark = pytest.mark.asyncio

BASE = Checkpoint(id="base", status=CheckpointStatus.BASE, url="file:///base")
STUDENT = Exported(name="swarm-base", checkpoint="base", domain="calendar", base="smollm2-135m", new_tokens=72)
QUESTION = "Now: Tue 2026-03-10 14:30\nText: lunch with Ana next Friday"
WRONG = "next Friday is 10+3=13\n= 2026-03-13"


def champion() -> Champion:
    return Champion(STUDENT, "", ScriptedEngine(lambda _: WRONG))


def speaking_to(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://swarm/v1")


async def asked(http: httpx.AsyncClient, question: str = QUESTION) -> dict[str, Any]:
    reply = await http.post("/chat/completions", json={"messages": [{"role": "user", "content": question}]})
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


@pytest_asyncio.fixture
async def operator(tmp_path: Path) -> AsyncIterator[SwarmClient]:
    async with (
        serving(Settings(tmp_path, "test", "calendar")),
        SwarmClient.for_run(tmp_path, Role.SUPERVISOR, "supervisor") as supervisor,
        SwarmClient.for_run(tmp_path, Role.OPERATOR, "operator") as client,
    ):
        await supervisor.put_checkpoint(BASE)
        yield client


@pytest_asyncio.fixture
async def http(operator: SwarmClient, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    assert operator
    async with (
        SwarmClient.for_run(tmp_path, Role.REPORTER, "serve", patience=0.2) as reporter,
        speaking_to(endpoint(champion(), Reports(reporter))) as client,
    ):
        yield client


async def test_a_thumb_down_with_what_would_be_right_waits_for_an_operator(
    http: httpx.AsyncClient, operator: SwarmClient
) -> None:
    completion = await asked(http)
    body = {"id": completion["id"], "thumb": "down", "corrected_answer": "2026-03-20", "consent": True}
    first = await http.post("/feedback", json=body)
    assert (first.status_code, first.json()) == (
        200,
        {"id": completion["id"], "object": "feedback", "state": "open"},
    )
    assert (await http.post("/feedback", json=body)).json() == first.json()
    other = await http.post("/feedback", json={**body, "thumb": "up", "corrected_answer": ""})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "REQUEST_CONFLICT")
    ((said,), (count,)) = await operator.feedback(FeedbackState.OPEN)
    assert (said.reporter, said.checkpoint_id, count.down, count.up) == ("serve", "base", 1, 0)
    question, given, _ = await operator.lineage(said.id)
    assert isinstance(question.payload, Probe)
    assert question.payload.question == QUESTION
    assert given.payload == Attempt(text=WRONG, checkpoint_id="base")


async def test_praise_is_counted(http: httpx.AsyncClient, operator: SwarmClient) -> None:
    completion = await asked(http)
    reply = await http.post("/feedback", json={"id": completion["id"], "thumb": "up", "consent": True})
    assert (reply.status_code, reply.json()["state"]) == (200, "counted")
    assert (await operator.samples(), (await operator.feedback())[1][0].up) == ([], 1)


@pytest.mark.parametrize(
    ("changes", "status", "code", "words"),
    [
        ({"consent": False}, 403, "NO_CONSENT", "nothing of it was stored"),
        ({"consent": "yes"}, 400, "INVALID", "consent: "),
        ({"thumb": "sideways"}, 400, "INVALID", "thumb: "),
        ({"corrected_answer": "soon"}, 400, "INVALID", "can't be the right answer"),
        ({"corrected_answer": "2026-03-13"}, 400, "INVALID", "means the same as"),
        ({"corrected_answer": "x" * 501}, 400, "INVALID", "corrected_answer: "),
        ({"corrected_answer": "x" * MOST_BYTES}, 413, "TOO_LARGE", "bytes at most"),
        ({"id": f"chatcmpl-{'0' * 32}"}, 404, "NOT_FOUND", "is remembered here"),
        ({"id": "chatcmpl-1"}, 400, "INVALID", "id: "),
        ({"question": "mine"}, 400, "INVALID", "question: "),
    ],
)
async def test_what_can_not_be_taken_is_told_why(
    http: httpx.AsyncClient, operator: SwarmClient, changes: dict[str, Any], status: int, code: str, words: str
) -> None:
    body = {"id": (await asked(http))["id"], "thumb": "down", "consent": True} | changes
    reply = await http.post("/feedback", json=body)
    error = reply.json()["error"]
    assert (reply.status_code, error["code"], words in error["message"]) == (status, code, True), error
    assert await operator.samples() == []


async def test_what_is_no_json_is_refused(http: httpx.AsyncClient) -> None:
    reply = await http.post("/feedback", content=b"{")
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "INVALID")
    reply = await http.post("/chat/completions", content=b"{}")
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "INVALID")


async def test_only_the_latest_answers_are_remembered() -> None:
    lost = SwarmClient("127.0.0.1:1", credential="x", name="serve", role=Role.REPORTER, patience=0.0)
    async with lost, speaking_to(endpoint(champion(), Reports(lost))) as http:
        ids = [(await asked(http, f"question {number}"))["id"] for number in range(MOST_REMEMBERED + 1)]
        gone = await http.post("/feedback", json={"id": ids[0], "thumb": "up", "consent": True})
        assert gone.status_code == 404
        away = await http.post("/feedback", json={"id": ids[-1], "thumb": "up", "consent": True})
        assert (away.status_code, away.json()["error"]["type"]) == (503, "server_error")


async def test_without_the_flag_there_is_no_such_page() -> None:
    async with speaking_to(endpoint(champion())) as http:
        completion = await asked(http)
        assert completion["id"].startswith("chatcmpl-")
        assert (await http.post("/feedback", json={"id": completion["id"]})).status_code == 404
        assert (await http.get("/models")).json()["data"][0]["id"] == "swarm-base"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Champion]:
    """A champion of the documents of two modules; it says what it is asked, then quotes the first document."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWARM_LIBRARIES", str(tmp_path_factory.mktemp("libraries")))
        engine = ScriptedEngine(lambda request: f'{request.prompt}[1] "indent=None" [3] "unicorn"\n= yes')
        yield Champion(STUDENT.model_copy(update={"domain": "pystdlib:json,textwrap"}), "", engine)


async def told(app: Starlette, **body: Any) -> httpx.Response:
    async with speaking_to(app) as http:
        question = body.pop("question", "Does json.dumps take indent?")
        return await http.post("/chat/completions", json={"messages": [{"role": "user", "content": question}], **body})


async def test_documents_are_retrieved_and_what_the_answer_cites_is_looked_up(reader: Champion) -> None:
    found = (await told(endpoint(reader))).json()
    assert found["choices"][0]["message"]["content"].startswith("[1] json.dumps(")
    assert len(found["documents"]) == 3
    good, bad = found["citations"]
    assert (good["number"], good["found"], good["place"]) == (1, True, found["documents"][0])
    assert (bad["number"], bad["found"]) == (3, False)


async def test_a_request_may_ask_without_documents_or_name_those_that_it_means(reader: Champion) -> None:
    bare = (await told(endpoint(reader), top=0)).json()
    assert (bare["documents"], bare["choices"][0]["message"]["content"].startswith("Does")) == ([], True)
    assert [(each["number"], each["found"]) for each in bare["citations"]] == [(1, False), (3, False)]
    assert len((await told(endpoint(reader, top=1))).json()["documents"]) == 1
    named = (await told(endpoint(reader), documents=["textwrap.indent", "json.dumps"])).json()
    content = named["choices"][0]["message"]["content"]
    assert content.startswith("[1] textwrap.indent(")
    assert content.split("\n")[1].startswith("[2] json.dumps(")
    module = (await told(endpoint(reader), documents=["python:textwrap"], question="What does dedent do?")).json()
    assert module["choices"][0]["message"]["content"].startswith("[1] textwrap.dedent(")
    brought = (await told(endpoint(reader), question="[1] f(indent=None)\nDoes f take indent?")).json()
    assert (brought["documents"], brought["citations"][0]["found"]) == (["[1] of the question"], True)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"documents": ["json.unicorn"]}, "'json.unicorn' is no entry"),
        ({"top": 10}, "top: "),
        ({"documents": "json.dumps"}, "documents: "),
    ],
)
async def test_documents_that_can_not_be_shown_are_refused(reader: Champion, body: dict[str, Any], words: str) -> None:
    reply = await told(endpoint(reader), **body)
    assert (reply.status_code, words in reply.json()["error"]["message"]) == (400, True), reply.text


async def test_a_domain_without_documents_has_none_to_show() -> None:
    reply = await told(endpoint(champion()), documents=["json.dumps"])
    assert (reply.status_code, "rests on no documents" in reply.json()["error"]["message"]) == (400, True)
    assert "citations" not in (await told(endpoint(champion()))).json()

"""The endpoint of a champion, and what people say of its answers: over HTTP, to a real gateway; a scripted engine."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from cluster.reporting import MOST_BYTES, MOST_REMEMBERED, Reports
from cluster.serve import Champion, endpoint
from swarm.client import SwarmClient
from swarm.config import Config
from swarm.feedback import FeedbackState
from swarm.gateway.server import Settings, serving
from swarm.records import Attempt, Probe
from swarm.roles import Role
from swarm.students import Checkpoint, CheckpointStatus
from tests.fakes import ScriptedEngine

pytestmark = pytest.mark.asyncio

BASE = Checkpoint(id="base", status=CheckpointStatus.BASE, url="file:///base")
QUESTION = "Now: Tue 2026-03-10 14:30\nText: lunch with Ana next Friday"
WRONG = "next Friday is 10+3=13\n= 2026-03-13"


def champion() -> Champion:
    return Champion(Config(), BASE, ScriptedEngine(lambda _: WRONG))


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

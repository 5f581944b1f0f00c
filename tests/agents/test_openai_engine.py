"""The endpoint engine against a real local server: well, down, slow, busy, broken and talking rubbish."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from agents.engines.base import Message, Request
from agents.engines.openai_engine import OpenAIEngine, read_key
from swarm.errors import ConfigError, EngineUnavailable
from swarm.sections import EngineKind, EngineSection
from swarm.students import Checkpoint, CheckpointStatus
from tests.endpoint import Endpoint, said

ASK = Request(messages=(Message(role="user", content="hello"),), max_new_tokens=5, temperature=0.7)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    made.start()
    yield made
    made.stop()


class Pauses:
    """Waits that take no time, and are kept."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def opened(url: str, pause: Callable[[float], Awaitable[None]] | None = None, **settings: object) -> OpenAIEngine:
    defaults: dict[str, object] = {"requests_per_minute": 60_000, "dollars_per_million_tokens": 2.0, "tries": 3}
    return OpenAIEngine(url, "tutor-1", pause=pause or Pauses(), **(defaults | settings))  # type: ignore[arg-type]


async def test_it_asks_and_books(endpoint: Endpoint) -> None:
    endpoint.script = [lambda: said("hi"), lambda: said("cut", "length")]
    engine = opened(endpoint.url, key="secret", batch=1)
    one, two = await engine.generate([ASK, Request(prompt="raw text")])
    assert (one.text, one.prompt_tokens, one.completion_tokens, one.truncated) == ("hi", 900, 100, False)
    assert one.dollars == pytest.approx(0.002)
    assert two.truncated
    assert endpoint.bodies[0] == {
        "model": "tutor-1",
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": 5,
        "temperature": 0.7,
    }
    assert endpoint.bodies[1]["messages"] == [{"role": "user", "content": "raw text"}]
    assert set(endpoint.keys) == {"Bearer secret"}
    await engine.close()


async def test_order_is_kept(endpoint: Endpoint) -> None:
    numbers = iter(range(100))
    endpoint.script = [lambda: said(str(next(numbers)))]
    engine = opened(endpoint.url, batch=1)
    assert [made.text for made in await engine.generate([ASK] * 5)] == ["0", "1", "2", "3", "4"]


async def test_busy_and_broken_replies_are_tried_again(endpoint: Endpoint) -> None:
    busy = PlainTextResponse("slow down", 429, {"retry-after": "7"})
    endpoint.script = [lambda: busy, lambda: PlainTextResponse("oops", 503), lambda: said("hi")]
    pauses = Pauses()
    (made,) = await opened(endpoint.url, pauses).generate([ASK])
    assert made.text == "hi"
    assert len(endpoint.bodies) == 3
    assert 7 in pauses.seconds
    assert any(1 <= seconds <= 2 for seconds in pauses.seconds)


async def test_a_busy_endpoint_is_given_up_at_last(endpoint: Endpoint) -> None:
    endpoint.script = [lambda: PlainTextResponse("slow down", 429, {"retry-after": "soon"})]
    with pytest.raises(EngineUnavailable, match="no answer in 3 tries, the last one with HTTP 429"):
        await opened(endpoint.url).generate([ASK])
    assert len(endpoint.bodies) == 3


async def test_an_endpoint_that_is_down_is_unavailable(endpoint: Endpoint) -> None:
    url = endpoint.url
    endpoint.stop()
    endpoint.socket.close()
    with pytest.raises(EngineUnavailable, match="ConnectError"):
        await opened(url).generate([ASK])


async def test_a_slow_endpoint_times_out(endpoint: Endpoint) -> None:
    def never() -> Response:
        endpoint.release.wait(30)
        return said("late")

    endpoint.script = [never]
    with pytest.raises(EngineUnavailable, match="ReadTimeout"):
        await opened(endpoint.url, timeout=0.1, tries=1).generate([ASK])


RUBBISH = [
    (PlainTextResponse("<html>welcome</html>"), "no chat completion .*welcome"),
    (JSONResponse({"choices": []}), "choices: List should have at least 1 item"),
    (JSONResponse({"choices": [{"message": {"content": None}}]}), "content: Input should be a valid string"),
    (JSONResponse({"choices": [{"message": {"content": "hi"}}]}), "usage: Field required"),
    (PlainTextResponse("wrong key", 401), "refused with HTTP 401: 'wrong key'"),
]


@pytest.mark.parametrize(("reply", "problem"), RUBBISH)
async def test_rubbish_is_shown_and_not_tried_again(endpoint: Endpoint, reply: Response, problem: str) -> None:
    endpoint.script = [lambda: reply]
    with pytest.raises(EngineUnavailable, match=problem):
        await opened(endpoint.url).generate([ASK])
    assert len(endpoint.bodies) == 1


async def test_starts_are_spaced(endpoint: Endpoint) -> None:
    pauses = Pauses()
    await opened(endpoint.url, pauses, requests_per_minute=6, batch=4).generate([ASK] * 4)
    assert sorted(round(seconds) for seconds in pauses.seconds) == [10, 20, 30]


async def test_what_an_endpoint_cannot_do_is_refused(endpoint: Endpoint) -> None:
    engine = opened(endpoint.url)
    student = Checkpoint(id="c1", status=CheckpointStatus.CHAMPION, url="file:///c1")
    with pytest.raises(EngineUnavailable, match="can't take checkpoint 'c1'"):
        await engine.take(student)
    with pytest.raises(EngineUnavailable, match="can't score 1 texts"):
        await engine.logprobs([("a", "b")], "")
    for request in (Request(prompt="x", checkpoint_id="c1"), Request(prompt="x", regex="[0-9]")):
        with pytest.raises(EngineUnavailable):
            await engine.generate([request])
    await engine.drop("c1")
    assert endpoint.bodies == []


def test_keys_come_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    file.write_text("from-file\n")
    monkeypatch.setenv("TUTOR_KEY", "from-environment")
    assert (read_key("TUTOR_KEY"), read_key(str(file)), read_key("")) == ("from-environment", "from-file", "")
    file.write_text(" \n")
    for missing in ("TUTOR_KEY_2", str(file)):
        with pytest.raises(ConfigError, match="no environment variable and no file"):
            read_key(missing)


async def test_a_config_section_opens_it(endpoint: Endpoint) -> None:
    section = EngineSection(kind=EngineKind.OPENAI, url=endpoint.url, model="tutor-1", dollars_per_million_tokens=1000)
    engine = OpenAIEngine.from_section(section)
    (made,) = await engine.generate([ASK])
    assert made.dollars == 1
    assert endpoint.keys == [""]
    with pytest.raises(ConfigError, match="has no model"):
        OpenAIEngine.from_section(section.model_copy(update={"model": ""}))
    await asyncio.wait_for(engine.close(), 5)

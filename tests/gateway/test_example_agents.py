"""The agents in examples/agents, as programs of their own at a real gateway."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest
from calendar_work import SEED, attempt, checkpoint, fail_verdict, probe_of, probes
from gateway_rig import Clients
from starlette.responses import PlainTextResponse

from swarm.gateway.server import Gateway
from swarm.records import Correction, Origin, TeacherKind, Tier
from swarm.roles import Role
from swarm.students import CheckpointStatus
from tests.endpoint import Endpoint, said

pytestmark = pytest.mark.asyncio
SECONDS = 120.0
ROOT = Path(__file__).parents[2]
HEAD = "cell,question,answer,rationale\n"
ROWS = 'relative/rain/date,"Now: Tue 2026-03-10 14:30\nText: in 23 days",2026-04-02,10+23=33\n' + "".join(
    f"relative/rain/date,Text: in {number} days,2026-04-02,\n" for number in range(20)
)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    made.start()
    yield made
    made.stop()


async def started(program: str, gateway: Gateway, **environment: str) -> asyncio.subprocess.Process:
    """An example under the name of its class, with what is said in its environment."""
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SWARM_TARGET": gateway.address, **environment}
    file = str(ROOT / "examples" / "agents" / program)
    return await asyncio.create_subprocess_exec(sys.executable, file, env=known, stderr=asyncio.subprocess.PIPE)


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    _, words = await asyncio.wait_for(process.communicate(), SECONDS)
    return process.returncode, words.decode()


async def test_past_incidents_are_asked_once(gateway: Gateway, clients: Clients, tmp_path: Path) -> None:
    _, token = await clients(Role.OPERATOR).issue_credential("incident-prober", Role.PROBER)
    file = tmp_path / "incidents.csv"
    file.write_text(HEAD + ROWS)
    for _ in range(2):
        process = await started("incident_prober.py", gateway, SWARM_CREDENTIAL=token, INCIDENTS=str(file))
        assert await ended(process) == (0, "")
    asked = await clients(Role.OPERATOR).samples("probe")
    assert len(asked) == 21
    assert {sample.producer for sample in asked} == {"incident-prober"}
    first = probe_of(asked[0])
    assert (first.origin, first.question.splitlines()[1]) == (Origin.PRODUCTION, "Text: in 23 days")


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        ("relative/rain,Text: ?,2026-04-02,\n", "row 2: ValueError("),
        ("relative/fog/date,Text: ?,2026-04-02,\n", "row 2: ValueError("),
        ("relative/rain/date,Text: ?\n", "row 2: "),
        (None, "No such file or directory. Name a CSV file"),
    ],
    ids=["no cell", "no weather", "too short", "no file"],
)
async def test_a_file_that_can_not_be_read_is_named(
    gateway: Gateway, tmp_path: Path, rows: str | None, refused: str
) -> None:
    file = tmp_path / "incidents.csv"
    if rows is not None:
        file.write_text(HEAD + rows)
    process = await started("incident_prober.py", gateway, SWARM_CREDENTIAL="any", INCIDENTS=str(file))
    code, words = await ended(process)
    assert code == 2
    assert refused in words


async def test_a_model_behind_an_endpoint_teaches_what_it_has_right(
    gateway: Gateway, clients: Clients, endpoint: Endpoint
) -> None:
    await clients(Role.SUPERVISOR).put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    await clients(Role.SUPERVISOR).put_rubric(SEED)
    (probe,) = probes(1)
    await clients(Role.PROBER).publish([probe])
    await attempt(clients(Role.STUDENT), "= nonsense")
    await fail_verdict(clients(Role.JUDGE))
    reference = probe_of(probe).reference
    assert reference is not None
    wrong, right = said("I guess.\nAnswer: 1999-01-01"), said(f"Step by step.\nAnswer: {reference.answer}")
    endpoint.script = [lambda: PlainTextResponse("slow down", 429), lambda: wrong, lambda: right]
    _, token = await clients(Role.OPERATOR).issue_credential("endpoint-teacher", Role.TEACHER, tier=Tier.TRUSTED)
    process = await started(
        "endpoint_teacher.py",
        gateway,
        SWARM_CREDENTIAL=token,
        OPENAI_BASE_URL=endpoint.url,
        OPENAI_API_KEY="k",
        MODEL="m",
    )
    async with aclosing(clients(Role.OPERATOR).watch(0)) as events:
        async with asyncio.timeout(SECONDS):
            async for event in events:
                if event.sample is not None and isinstance(event.sample.payload, Correction):
                    break
    assert event.sample is not None
    assert event.sample.payload == Correction(
        rationale="Step by step.",
        answer=reference.answer,
        teacher=TeacherKind.ENDPOINT,
        verified=True,
        prompt_tokens=900,
        completion_tokens=100,
    )
    assert set(endpoint.keys) == {"Bearer k"}
    assert probe_of(probe).question in str(endpoint.bodies[0]["messages"][1]["content"])  # type: ignore[index]
    process.send_signal(signal.SIGTERM)
    assert (await ended(process))[0] == 0
    assert len(endpoint.bodies) == 3

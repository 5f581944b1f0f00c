"""Personal data is taken out before anything is stored: by every way in, the same at every repeat, counted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from calendar_work import attempt, checkpoint, exam, probe_of, probes
from gateway_rig import GatewayProcess

from swarm.client import SwarmClient
from swarm.errors import RefusedError
from swarm.gateway.run_folder import STORE_FILE
from swarm.gateway.server import Gateway, Settings, serving
from swarm.privacy import load_screen
from swarm.records import Annotation, Attempt, Purpose, Sample, answer_to
from swarm.roles import Role
from swarm.students import CheckpointStatus
from swarm.work import FailKind, Failure, Stage

pytestmark = pytest.mark.asyncio

MAIL = "ana.pereira@example.com"
SLOW = r"^(([a-z])+.)+[A-Z]([a-z])+$"


def with_mail(sample: Sample) -> Sample:
    question = f"{probe_of(sample).question}, asks {MAIL}"
    return sample.model_copy(update={"payload": probe_of(sample).model_copy(update={"question": question})})


def stored(run: Path) -> bytes:
    return b"".join(file.read_bytes() for file in run.glob(f"{STORE_FILE}*"))


@pytest_asyncio.fixture
async def private(tmp_path: Path) -> AsyncIterator[Gateway]:
    screen = load_screen(["email"], {"slow": SLOW}, "")
    async with serving(Settings(tmp_path, "test", "calendar", screen=screen)) as gateway:
        yield gateway


def client(run: Path, role: Role) -> SwarmClient:
    return SwarmClient.for_run(run, role, f"{role}-1", patience=2.0)


async def test_nothing_of_it_is_stored_whatever_brings_it(private: Gateway, tmp_path: Path) -> None:
    (sample,) = map(with_mail, probes(1))
    async with client(tmp_path, Role.PROBER) as prober, client(tmp_path, Role.STUDENT) as student:
        note = answer_to(sample, Annotation(schema_name="note", body=f'{{"by": "{MAIL}"}}'))
        assert all(answer.ok for answer in await prober.publish([sample, note]))
        (again,) = await prober.publish([sample])
        assert again.ok
        (lease,) = await student.lease(Stage.PROBES)
        assert probe_of(lease.sample).question.endswith("asks [email]")
        reason = Failure(token=lease.token, kind=FailKind.RETRY, reason=f"{MAIL} says no")
        assert (await student.fail([reason]))[0].ok
        private.desk.exchange.discard(Stage.PROBES, Purpose.LEARN)
        await prober.publish(probes(1, seed=5))
        said = await attempt(student, f"= ask {MAIL}")
    async with client(tmp_path, Role.OPERATOR) as operator:
        held = {item.id: item for item in await operator.samples()}
    assert held[sample.id].redactions == held[note.id].redactions == held[said.id].redactions == (("email", 1),)
    assert held[note.id].payload == note.payload.model_copy(update={"body": '{"by": "[email]"}'})
    assert held[said.id].payload == Attempt(text="= ask [email]", checkpoint_id="base")
    assert MAIL.encode() not in stored(tmp_path)
    counted = private.desk.metrics.registry.get_sample_value("swarm_redactions_total", {"kind": "email"})
    assert counted == 4.0


async def test_a_question_and_an_exam_are_screened_too(private: Gateway, tmp_path: Path) -> None:
    base, candidate = checkpoint("base", CheckpointStatus.BASE), checkpoint("c1")
    async with client(tmp_path, Role.TRAINER) as trainer, client(tmp_path, Role.EXAMINER) as examiner:
        await trainer.put_checkpoint(base)
        await trainer.put_checkpoint(candidate)
        sat = exam("e1", probes(10, purpose=Purpose.EXAM), champion=f"= {MAIL}")
        assert (await examiner.submit_exam(sat)).exam_id == "e1"
        assert (await examiner.submit_exam(sat)).exam_id == "e1"
    assert {item.champion_text for item in private.desk.exchange.exam("e1").items} == {"= [email]"}
    async with client(tmp_path, Role.STUDENT) as student, client(tmp_path, Role.OPERATOR) as operator:
        await student.lease(Stage.PROBES)
        with pytest.raises(RefusedError, match="no student answered"):
            await operator.ask(f"lunch with {MAIL}", wait_seconds=0.1)
        (lease,) = await student.lease(Stage.PROBES)
    assert probe_of(lease.sample).question == "lunch with [email]"
    assert MAIL.encode() not in stored(tmp_path)


async def test_a_sample_that_can_not_be_screened_is_refused_alone(private: Gateway, tmp_path: Path) -> None:
    good, bad = probes(2)
    slow = bad.model_copy(update={"payload": probe_of(bad).model_copy(update={"question": "a" * 5000})})
    async with client(tmp_path, Role.PROBER) as prober:
        answers = await prober.publish([slow, good])
    assert [answer.code for answer in answers] == ["PRIVACY_FAILED", "OK"]
    assert "pattern 'slow' took more than" in answers[0].message
    assert private.desk.exchange.facts([slow.id]) == []


async def test_the_process_takes_the_configs_words(gateway_process: GatewayProcess, tmp_path: Path) -> None:
    code, said = await gateway_process.refused("--redact-pattern", "ticket=(ab[")
    assert (code, "unterminated character set at position 4" in said) == (2, True)
    code, said = await gateway_process.refused("--redact", "names")
    assert (code, "Use any of token, email" in said) == (2, True)
    await gateway_process.start("--redact", "email", "--redact-pattern", r"ticket=T=\d+", "--redact-hook", "json:dumps")
    (sample,) = probes(1)
    text = f"T=12 of {MAIL}"
    sent = sample.model_copy(update={"payload": probe_of(sample).model_copy(update={"question": text})})
    async with client(tmp_path, Role.PROBER) as prober, client(tmp_path, Role.OPERATOR) as operator:
        assert (await prober.publish([sent]))[0].ok
        (held,) = await operator.samples("probe")
    assert probe_of(held).question == '"[ticket] of [email]"'
    assert dict(held.redactions)["ticket"] == 1

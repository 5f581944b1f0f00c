"""`swarm agent check`: what is right passes, and each thing that is wrong is caught by its name."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from declared_agents import CRITIC, ESCALATOR, TICKETS, Fickle
from starlette.requests import Request
from starlette.responses import Response
from typer.testing import CliRunner

from swarm.cli import app
from swarm.conformance import Terms, checked, lease_for
from swarm.conformance.check import SCENARIOS
from swarm.conformance.company import probes
from swarm.domains import load_domain
from swarm.errors import ConfigError
from swarm.flow import RoleSpec
from swarm.records import Attempt, Decision, Probe, Verdict
from tests.endpoint import Endpoint, said

ROOT = Path(__file__).parents[2]
WRONG = f"{sys.executable} {Path(__file__).with_name('wrong_agents.py')}"
PLAYED = ("work", "redelivery", "expired-lease", "sigterm", "drain")
PATIENT = Terms(step=120, leaving=60)
OWN_OF_A_PROBER, OWN_OF_A_TEACHER = ("work", "redelivery", "busy", "sigterm"), ("work", "redelivery", "garbage")
"""What is an example's own; how a class of `swarm.agent` comes and goes is seen of README's teacher."""


@pytest.fixture
def teacher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """README's teacher, as printed, in the current folder."""
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    (program,) = (block for block in blocks if block.startswith('"""my_teacher.py'))
    (tmp_path / "my_teacher.py").write_text(program)
    monkeypatch.chdir(tmp_path)
    return "my_teacher:MyTeacher"


def test_the_agent_in_the_readme_gets_everything_right(teacher: str) -> None:
    done = CliRunner().invoke(app, ["agent", "check", teacher, "--at-once", "4", "--step", "120", "--json"])
    report = json.loads(done.stdout)
    assert [one["scenario"] for one in report["played"] if one["result"] != "right"] == [], report
    assert {one["scenario"] for one in report["played"]} == set(SCENARIOS) - {"undeclared"}
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("kind", "wrong", "hint"),
    [
        ("sound", [], ""),
        ("believes", ["expired-lease"], "An answer that refuses one item is no reason to end"),
        ("draws-ids", ["redelivery"], "Make an output's id from the leased sample's id"),
        ("deaf", ["sigterm"], "Handle SIGTERM"),
        ("stays", ["drain"], "LeaseResponse.drain and HeartbeatResponse.drain say so"),
    ],
)
def test_what_is_wrong_is_caught_by_name(kind: str, wrong: list[str], hint: str) -> None:
    terms = Terms(step=20, leaving=2) if kind in ("deaf", "stays") else PATIENT
    report = checked(f"{WRONG} {kind}", "student", ("work", *wrong) if wrong else PLAYED, terms)
    assert report.wrong() == wrong, report
    findings = [finding for played in report.played for finding in played.findings if not finding.right]
    assert all(finding.hint.startswith(hint) for finding in findings)
    assert len(findings) == len(wrong)
    if kind == "believes":  # and a crash is shown with its last words
        assert "it ended with exit code 1" in findings[-1].said
        assert "RuntimeError: LEASE_LOST" in report.played[-1].last_words


def test_one_that_does_no_work_is_not_asked_for_more() -> None:
    done = CliRunner().invoke(app, ["agent", "check", "true", "--role", "judge"])
    assert done.exit_code == 1
    nothing = r"^WRONG +work .*\n +- it completed nothing .*; it called nothing; it ended with exit code 0\n +hint: "
    assert re.search(nothing, done.stdout, re.MULTILINE)
    assert re.search(r"^skipped +sigterm", done.stdout, re.MULTILINE)
    assert done.stdout.endswith(f"0 of {len(SCENARIOS) - 1} right, work wrong\n")


def test_incidents_of_the_past_are_asked_as_they_should(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"relative/rain/date,Text: in {number} days,2026-04-02,\n" for number in range(40)]
    (tmp_path / "incidents.csv").write_text("cell,question,answer,rationale\n" + "".join(rows))
    monkeypatch.setenv("INCIDENTS", str(tmp_path / "incidents.csv"))
    command = f"{sys.executable} {ROOT / 'examples/agents/incident_prober.py'}"
    report = checked(command, "prober", OWN_OF_A_PROBER, PATIENT)
    assert report.passed, report


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A model that knows the right answers to the kit's questions."""
    payloads = [sample.payload for sample in probes(load_domain("calendar"), 100)]
    right = {one.question: one.reference for one in payloads if isinstance(one, Probe)}

    class Knowing(Endpoint):
        async def complete(self, call: Request) -> Response:
            asked = str((await call.json())["messages"][1]["content"])
            (reference,) = [known for question, known in right.items() if f"\n{question}\n" in asked] or [None]
            return said(f"Step by step.\nAnswer: {reference.answer if reference else 'none'}")

    made = Knowing()
    made.start()
    yield made
    made.stop()


def test_a_model_behind_an_endpoint_teaches_as_it_should(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
    monkeypatch.setenv("MODEL", "m")
    command = f"{sys.executable} {ROOT / 'examples/agents/endpoint_teacher.py'}"
    report = checked(command, "teacher", OWN_OF_A_TEACHER, PATIENT)
    assert report.passed, report


def test_a_gate_of_ones_own_takes_part(tmp_path: Path) -> None:
    config = tmp_path / "with-critic.toml"
    critic = '\n[flow.critic]\nconsumes = "failures"\nstands = "before teacher"\n'
    config.write_text((ROOT / "examples" / "attach.toml").read_text() + critic)
    words = ["agent", "check", f"{sys.executable} {ROOT / 'examples/agents/critic.py'}", "--role", "critic"]
    only = ("work", "redelivery", "undeclared")
    more = ["--config", str(config), "--at-once", "2", "--step", "120", *(f"--only={name}" for name in only)]
    done = CliRunner().invoke(app, [*words, *more])
    assert done.exit_code == 0, done.output
    assert "both times it let the sample go the same way" in done.stdout
    assert "once its role was declared no more, it ended with exit code 77" in done.stdout
    assert done.stdout.endswith("3 of 3 right\n")


@pytest.mark.parametrize(("kind", "role"), [("Escalator", ESCALATOR), ("Tickets", TICKETS)])
def test_a_tap_and_a_source_of_ones_own_take_part(kind: str, role: RoleSpec) -> None:
    report = checked(f"declared_agents:{kind}", only=["work", "redelivery"], terms=PATIENT, declared=[CRITIC, role])
    assert report.passed, report
    assert report.role == role.name


def test_one_that_does_not_hear_that_its_role_is_gone_is_caught() -> None:
    gate = f"{sys.executable} {Path(__file__).with_name('stubborn_gate.py')}"
    report = checked(gate, "critic", ["undeclared"], PATIENT, declared=[CRITIC])
    (wrong,) = [finding for played in report.played for finding in played.findings if not finding.right]
    assert re.fullmatch(r"once its role was declared no more, it called \d+ times in 2 s", wrong.said)


def test_a_lease_to_try_is_that_of_a_role_of_ones_own() -> None:
    passed, failed = lease_for(ESCALATOR), lease_for(CRITIC, "= nonsense")
    assert [lease.queue for lease in (passed, failed)] == ["escalator", "critic"]
    assert [lease.nearest(Verdict).passed for lease in (passed, failed)] == [True, False]
    assert failed.nearest(Attempt).text == "= nonsense"
    assert Fickle().act(failed).decision is Decision.PASS


def test_a_gate_that_decides_another_way_is_caught() -> None:
    report = checked("declared_agents:Fickle", only=["redelivery"], terms=PATIENT, declared=[CRITIC])
    (wrong,) = [finding for played in report.played for finding in played.findings if not finding.right]
    assert wrong.said == "the same sample passed once, and once it was dropped"


@pytest.mark.parametrize(
    ("target", "role", "only", "refused"),
    [
        ("sleep 1", "", [], "a command line doesn't say what role it has"),
        ("sleep 1", "operator", [], "the role is 'operator'"),
        ("no-such-program --now", "judge", [], "can't be started"),
        ("no_such_module:Agent", "", [], "no agent at 'no_such_module:Agent'"),
        ("declared_agents:Fickle", "", [], "Fickle is a critic"),
        ("sleep 1", "critic", [], "the role is 'critic'"),
        ("collections:Counter", "", [], "Counter.role is None"),
        ("swarm.skeletons.teacher:NewTeacher", "judge", [], "is a teacher, not a judge"),
        ("sleep 1", "prober", ["expired-lease"], "there is no scenario 'expired-lease' for a prober"),
    ],
)
def test_what_can_not_be_checked_is_refused(target: str, role: str, only: list[str], refused: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(refused)):
        checked(target, role, only)

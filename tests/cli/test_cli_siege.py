"""`swarm siege` as a person and a CI job use it: against an endpoint in a process of its own."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import JSONResponse, Response

from swarm.answer_log import stored_answers
from swarm.approach import TargetKind
from swarm.cli.siege import target_kind
from swarm.siege.plan import default_folder
from tests.cli.conftest import Cli, Spawn
from tests.endpoint import Endpoint, said

FAST = ("--model", "m", "--rate", 100000, "--plain")


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    server.start()
    yield server
    server.stop()


def test_it_finds_writes_and_says_not_reached(spawn: Spawn, endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.script = [lambda: said("= NONE")]
    words = (endpoint.url, "--calls", 40, "--cells", "absolute", "--max-failure-rate", 0.2, *FAST, "--to", "s")
    out, err = (process := spawn("siege", *words)).communicate(timeout=300)
    assert process.returncode == 1, err
    assert "40 asked" in err
    assert "a failure rate of at most 20.00%: not reached" in " ".join(out.split())
    report = json.loads((tmp_path / "s" / "siege.json").read_text())
    assert report["statement"]["probes"] == 40
    assert {square["subdomain"] for square in report["map"]["squares"]} == {"absolute"}
    right = next(square for square in report["map"]["squares"] if square["weather"] == "border")
    assert 0 < right["passed"] < right["total"], "NONE is right where nothing is about time"
    page = (tmp_path / "s" / "siege.html").read_text()
    assert "not reached" in page
    assert "certified" not in page
    assert not re.search(r'<(?:script|link|img|iframe)\b|(?:src|href)="https?:|url\(http', page), "nothing is fetched"
    assert (len(endpoint.bodies), endpoint.keys[0]) == (40, "")


def test_going_on_makes_no_call_twice(spawn: Spawn, endpoint: Endpoint) -> None:
    endpoint.script = [lambda: said("= NONE")]
    words = (endpoint.url, *FAST, "--to", "s", "--json")
    first = spawn("siege", *words, "--calls", 10)
    assert first.wait(300) == 0
    assert spawn("siege", *words, "--calls", 25).wait(300) == 2, "a siege that is there must be named"
    out, _ = (again := spawn("siege", *words, "--calls", 25, "--resume")).communicate(timeout=300)
    assert again.returncode == 0
    assert (json.loads(out)["statement"]["probes"], len(endpoint.bodies)) == (25, 25)
    changed = spawn("siege", *words, "--calls", 25, "--resume", "--seed", 2)
    _, err = changed.communicate(timeout=300)
    assert (changed.returncode, "begun with seed '1', not '2'" in err) == (2, True)


def test_what_is_no_answer_is_told_and_kept_apart(spawn: Spawn, endpoint: Endpoint) -> None:
    def rubbish() -> Response:
        return JSONResponse({"oops": 1}) if len(endpoint.bodies) % 3 == 0 else said("= NONE")

    endpoint.script = [rubbish]
    process = spawn("siege", endpoint.url, *FAST, "--calls", 12, "--to", "s", "--json", "--at-once", 1)
    out, _ = process.communicate(timeout=300)
    report = json.loads(out)
    assert (process.returncode, report["statement"]["unanswered"]) == (0, 4)
    assert report["statement"]["failures"] + sum(square["passed"] for square in report["map"]["squares"]) == 8
    assert "answered with no chat completion" in report["problems"][0][0]


def test_an_endpoint_that_is_down_is_told_at_once(spawn: Spawn) -> None:
    process = spawn("siege", "http://127.0.0.1:9/v1", "--to", "s")
    _, err = process.communicate(timeout=300)
    assert process.returncode == 75
    assert "http://127.0.0.1:9/v1 can't be reached" in err
    assert "fix:" in err


def test_an_interrupt_keeps_what_came_and_writes_it_up(spawn: Spawn, endpoint: Endpoint, tmp_path: Path) -> None:
    def slow() -> Response:
        if len(endpoint.bodies) == 35:
            process.send_signal(signal.SIGTERM)
        return said("= NONE")

    endpoint.script = [slow]
    process = spawn("siege", endpoint.url, *FAST, "--calls", 300, "--to", "s", "--at-once", 1)
    process.communicate(timeout=300)
    assert process.returncode == 130
    report = json.loads((tmp_path / "s" / "siege.json").read_text())
    assert report["statement"]["probes"] >= 30
    assert "interrupted" in report["ending"]
    resumed = spawn("siege", endpoint.url, *FAST, "--calls", 60, "--to", "s", "--at-once", 1, "--resume")
    assert resumed.wait(300) == 0
    assert 60 <= len(endpoint.bodies) <= 62, "only a call that was under way when the signal came is made again"


def test_a_siege_in_the_background_that_is_told_twice_ends_and_can_go_on(
    spawn: Spawn, endpoint: Endpoint, tmp_path: Path
) -> None:
    def stuck() -> Response:
        if len(endpoint.bodies) == 5:
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGTERM)
        return said("= NONE")

    endpoint.script = [stuck]
    process = spawn("siege", endpoint.url, *FAST, "--calls", 300, "--to", "s", "--at-once", 1)
    process.communicate(timeout=300)
    assert process.returncode == 130
    kept = stored_answers(tmp_path / "s" / "answers.jsonl")
    assert 4 <= len(kept) <= len(endpoint.bodies) < 300


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["http://x/v1", "--domain", "cooking"], "domain 'cooking' is not built in"),
        (["http://x/v1", "--cells", "absolute/hail"], "calendar has no cell 'absolute/hail'"),
        (["http://x/v1", "--max-dollars", "1"], "no price is known; give --price"),
        (["http://x/v1", "--max-failure-rate", "1.5"], "--max-failure-rate"),
        (["http://x/v1", "--resume", "--to", "nowhere"], "there is no siege in 'nowhere'"),
    ],
)
def test_usage_is_refused_with_2(cli: Cli, words: list[str], complaint: str) -> None:
    code, _, err = cli("siege", *words)
    assert code == 2
    assert complaint in err


def test_no_other_command_waits_for_what_a_siege_needs() -> None:
    script = "import sys, swarm.cli; print([name for name in ('scipy', 'matplotlib', 'torch') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_targets_are_told_apart(stored_run: Path) -> None:
    assert target_kind("https://host/v1") is TargetKind.ENDPOINT
    assert target_kind(str(stored_run)) is TargetKind.RUN
    assert target_kind("smollm2-135m") is TargetKind.WEIGHTS
    assert default_folder("http://127.0.0.1:8123/v1", 3) == Path("runs/siege-127.0.0.1-8123-v1-seed3")


def test_exporting_what_is_no_siege_is_refused(cli: Cli, tmp_path: Path) -> None:
    code, _, err = cli("siege", "export", tmp_path, "--to", "pytest")
    assert code == 2
    assert "there is no siege.json" in err

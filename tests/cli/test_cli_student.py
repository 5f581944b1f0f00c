"""Asking the student, and serving it."""

import json
import socket
from datetime import datetime
from pathlib import Path

import pytest

from swarm.cli.questions import question, read_moment
from swarm.domains.calendar.moments import now_of
from swarm.errors import ConfigError
from tests.cli.conftest import Cli, Spawn
from tests.report_rig import make_run


def test_a_calendar_question_states_its_now() -> None:
    asked = question("calendar", "lunch tomorrow", read_moment("Tue 2026-03-10 14:30")).question
    assert asked == "Now: Tue 2026-03-10 14:30\nText: lunch tomorrow"
    assert now_of(asked) == datetime(2026, 3, 10, 14, 30)
    assert question("poetry", "a rose", datetime(2026, 1, 1)).question == "a rose"


def test_a_domain_without_documents_can_not_be_shown_one() -> None:
    with pytest.raises(ConfigError, match=r"'json\.dumps' can't be shown"):
        question("calendar", "lunch tomorrow", datetime(2026, 1, 1), documents=["json.dumps"])


@pytest.mark.parametrize("words", ["Mon 2026-03-10 14:30", "yesterday", "2026-13-01 10:00", ""])
def test_a_moment_that_is_none_is_refused(words: str) -> None:
    with pytest.raises(ConfigError, match=r"Mend|Write"):
        read_moment(words)


def test_without_a_gateway_the_champion_answers_once(spawn: Spawn, tmp_path: Path) -> None:
    make_run(tmp_path / "runs" / "one")
    process = spawn("ask", "lunch tomorrow", "--now", "2026-03-10 14:30", "--json")
    out, error = process.communicate(timeout=30)
    assert process.returncode == 0, error
    answered = json.loads(out)
    assert answered["answer"] == "NONE"
    assert answered["question"] in answered["text"]


def test_a_champion_that_can_not_be_loaded_is_named(spawn: Spawn, stored_run: Path) -> None:
    process = spawn("ask", "unloadable", "--run", stored_run)
    _, error = process.communicate(timeout=30)
    assert (process.returncode, "its weights are gone" in error, "swarm resume" in error) == (75, True, True)


def test_a_port_that_is_taken_is_refused(cli: Cli, stored_run: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, error = cli("serve", "--run", stored_run, "--port", port)
    assert (code, f"127.0.0.1:{port}" in error, "--port" in error) == (2, True, True)

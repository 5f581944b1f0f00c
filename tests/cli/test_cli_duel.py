"""`swarm duel` as a person uses it: an exported student of two layers, an endpoint, and answers from elsewhere."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, Spawn
from tests.endpoint import Endpoint, said
from tests.trainers.tiny_student import tiny_folder


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_folder(tmp_path_factory.mktemp("student") / "tiny")


def test_everybody_sits_and_it_is_written_down(
    cli: Cli, spawn: Spawn, student: Path, endpoint: Endpoint, tmp_path: Path
) -> None:
    fixed = (student, "--domain", "calendar", "--items", 46)
    code, out, _ = cli("duel", *fixed, "--questions", tmp_path / "asked.jsonl")
    assert (code, "46 questions" in out) == (0, True)
    rows = [json.loads(line) | {"prediction": "NONE"} for line in (tmp_path / "asked.jsonl").read_text().splitlines()]
    (tmp_path / "them.jsonl").write_text("\n".join(map(json.dumps, rows)))
    endpoint.script = [lambda: said("= NONE")]
    big = f"{endpoint.url},model=big,shots=2,price=1,rate=100000,params=7B"
    words = ("duel", *fixed, "--against", big, "--against", "them.jsonl", "--plain", "--to", "d")
    out, err = (process := spawn(*words)).communicate(timeout=300)
    assert process.returncode == 0, err
    assert "46 of 46 answered" in err
    report = json.loads((tmp_path / "d" / "duel.json").read_text())
    sides = {side["name"]: side for side in report["sides"]}
    asked, given = sides["big, 2-shot"], sides["them"]
    assert (asked["items"], given["items"], asked["passed"]) == (46, 46, given["passed"])
    assert (asked["parameters"], round(asked["dollars"], 3)) == (7_000_000_000, 0.046)
    assert sides["student"]["difference"] is None
    assert sides["student"]["parameters"] > 1_000_000
    assert {"best constant per form"} < set(sides)
    page = (tmp_path / "d" / "duel.html").read_text()
    assert "big, 2-shot" in out and "big, 2-shot" in page  # noqa: PT018
    assert not re.search(r'<(?:script|link|img|iframe)\b|(?:src|href)="https?:|url\(http', page)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--domain", "cooking"], "domain 'cooking' is not built in"),
        ([], "doesn't say its domain"),
        (["--domain", "calendar", "--checkpoint", "c9"], "is one student, without 'c9'"),
        (["--domain", "calendar", "--against", "none.jsonl"], "'none.jsonl' can't be read"),
        (["--domain", "calendar", "--against", "http://h/v1,heat=3"], "'heat=3' is no setting"),
        (["--domain", "calendar", "--resume", "--to", "nowhere"], "there is no duel in 'nowhere'"),
    ],
)
def test_usage_is_refused_with_2(cli: Cli, student: Path, words: list[str], complaint: str) -> None:
    code, _, err = cli("duel", student, *words)
    assert code == 2
    assert complaint in err


def test_weights_and_checkpoints_that_are_not_there_are_refused(cli: Cli, stored_run: Path, tmp_path: Path) -> None:
    code, _, err = cli("duel", tmp_path / "nowhere", "--domain", "calendar")
    assert (code, "no model weights at" in err) == (65, True)
    code, _, err = cli("duel", stored_run, "--checkpoint", "c9")
    assert (code, "no checkpoint 'c9' in this run" in err, "it has: base, c1" in err) == (2, True, True)
    code, _, err = cli("duel", stored_run, "--against", "nowhere", "--to", tmp_path / "d")
    assert (code, "no model weights at 'nowhere'" in err) == (65, True)

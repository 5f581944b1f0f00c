"""Looking at a run, whether its gateway answers or only its store is left."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


@pytest.fixture(params=["stored_run", "live_run"])
def run(request: pytest.FixtureRequest) -> Path:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Path)
    return found


def test_status_says_where_the_run_stands(cli: Cli, run: Path) -> None:
    code, out, _ = cli("status", "--run", run)
    assert code == 0
    assert "c1, 1 of 2 exams won" in out
    assert "corrections  10, trained 9" in out
    state = json.loads(cli("status", "--run", run, "--json")[1])
    assert (state["name"], state["champion_id"], state["corrections"]) == ("test", "c1", 10)
    assert all(queue["accepted"] == queue["done"] for queue in state["queues"])


def test_samples_are_filtered_and_newest_first(cli: Cli, run: Path) -> None:
    failed = json.loads(cli("samples", "--verdict", "fail", "--json", "--run", run)[1])
    assert len(failed) == 10
    assert {item["payload"]["passed"] for item in failed} == {False}
    revisions = [item["revision"] for item in failed]
    assert revisions == sorted(revisions, reverse=True)
    oldest = json.loads(cli("samples", "--verdict", "fail", "--json", "--run", run, "--limit", 1, "--oldest")[1])
    assert oldest == [failed[-1]]
    later = json.loads(cli("samples", "--verdict", "fail", "--json", "--run", run, "--since", revisions[3])[1])
    assert later == failed[:3]
    border = json.loads(cli("samples", "--kind", "probe", "--cell", "absolute/border/ask", "--json", "--run", run)[1])
    assert {item["payload"]["cell"]["weather"] for item in border} == {"border"}


def test_a_sample_comes_with_its_lineage(cli: Cli, run: Path) -> None:
    (correction,) = json.loads(cli("samples", "--kind", "correction", "--limit", 1, "--json", "--run", run)[1])
    family = json.loads(cli("sample", correction["id"], "--json", "--run", run)[1])
    assert [item["payload"]["kind"] for item in family] == ["probe", "attempt", "verdict", "correction"]
    code, out, _ = cli("sample", correction["id"], "--run", run)
    assert code == 0
    assert correction["payload"]["answer"] in out


def test_agents_are_listed(cli: Cli, run: Path) -> None:
    assert "student-1" in cli("agents", "--run", run)[1]
    (agent,) = json.loads(cli("agents", "--json", "--run", run)[1])
    assert (agent["card"]["role"], agent["completed"]) == ("student", 18)


def test_what_is_asked_for_wrongly_is_named(cli: Cli, run: Path) -> None:
    for words, shown in (
        (("samples", "--verdict", "maybe"), "'maybe'"),
        (("samples", "--kind", "question"), "'question'"),
        (("samples", "--cell", "relative"), "'relative'"),
    ):
        code, _, error = cli(*words, "--run", run)
        assert (code, shown in error, "fix:" in error) == (2, True, True), error
    code, _, error = cli("sample", "0" * 32, "--run", run)
    assert (code, "0" * 32 in error) == (77, True)


def test_watch_prints_the_events_of_a_kind(cli: Cli, live_run: Path) -> None:
    code, out, _ = cli("watch", "--since", 0, "--filter", "promotion", "--limit", 2, "--json", "--run", live_run)
    first, second = (json.loads(line)["promotion"] for line in out.splitlines())
    assert (code, first["candidate_id"], second["promoted"]) == (0, "c1", False)
    out = cli("watch", "--since", 0, "--limit", 20, "--run", live_run)[1]
    assert len(out.splitlines()) == 20
    assert "a new swarm" in out


def test_watch_needs_a_gateway(cli: Cli, stored_run: Path) -> None:
    code, _, error = cli("watch", "--run", stored_run)
    assert (code, "no gateway" in error) == (69, True)


def test_no_run_is_named(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, error = cli("status")
    assert (code, "there is no run" in error, "swarm up" in error) == (2, True, True)
    code, _, error = cli("status", "--run", tmp_path / "nowhere")
    assert (code, "nowhere" in error) == (2, True)
    (tmp_path / "runs" / "a").mkdir(parents=True)
    (tmp_path / "runs" / "a" / "swarm.db").write_text("this is no database, but long enough to look like a file")
    code, _, error = cli("status")
    assert (code, "not a database" in error) == (74, True)

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
    family = json.loads(cli("sample", correction["id"], "--json", "--run", run)[1])["samples"]
    assert [item["payload"]["kind"] for item in family] == ["probe", "attempt", "verdict", "correction"]
    code, out, _ = cli("sample", correction["id"], "--run", run)
    assert code == 0
    assert correction["payload"]["answer"] in out


def test_filters_go_together_and_times_may_bound_them(cli: Cli, run: Path) -> None:
    def ids(*words: object) -> list[str]:
        code, out, error = cli("samples", "--limit", 1000, "--json", "--run", run, *words)
        assert code == 0, error
        return [item["id"] for item in json.loads(out)]

    failed = ids("--verdict", "fail")
    assert ids("--species", "relative/off-by-7-days") == failed
    assert ids("--species", "relative/off-by-7-days", "--checkpoint", "c1") == failed[:1]
    assert ids("--producer", "judge-1") == ids("--kind", "verdict")
    assert ids("--origin", "production") == ids("--tier", "quarantined") == []
    everything = ids()
    assert ids("--since", "2026-01-01T00:00:00+00:00") == everything
    assert ids("--until", "2026-01-01T00:00:00+00:00") == []
    assert set(ids("--since", "3d")) <= set(everything)


def test_a_checkpoint_shows_what_made_it_and_a_sample_who_learned_from_it(cli: Cli, run: Path) -> None:
    made = json.loads(cli("checkpoint", "c2", "--samples", "--json", "--run", run)[1])
    assert [(part["checkpoint_id"], part["learned"], part["replayed"]) for part in made["line"]] == [
        ("c2", 0, 2), ("c1", 9, 0), ("base", 0, 0),
    ]  # fmt: skip
    assert {item["payload"]["kind"] for item in made["samples"]} == {"correction"}
    assert len(made["samples"]) == 9
    assert made["decision"]["blocked_by"]
    first = made["samples"][-1]["id"]
    family = json.loads(cli("sample", first, "--json", "--run", run)[1])
    assert [item["checkpoint_id"] for item in family["learnings"]] == ["c1", "c2"]
    code, out, _ = cli("sample", first, "--run", run)
    assert (code, f"checkpoint c2 learned from {first}, as replay (1)" in out) == (0, True)
    code, out, _ = cli("checkpoint", "c1", "--samples", "--limit", 3, "--run", run)
    assert (code, "21 won, 2 lost" in out, len(out.splitlines())) == (0, True, 10)
    code, _, error = cli("checkpoint", "c9", "--run", run)
    assert (code, "no checkpoint 'c9'" in error) == (77, True)


def test_species_and_errors_are_gathered(cli: Cli, run: Path) -> None:
    (species,) = json.loads(cli("species", "--json", "--run", run)[1])
    assert (species["name"], species["failures"]) == ("relative/off-by-7-days", 10)
    assert "relative/off-by-7-days" in cli("species", "--checkpoint", "c1", "--run", run)[1]
    assert "no verdict" in cli("species", "--checkpoint", "c9", "--run", run)[1]
    assert "no delivery was burned" in cli("errors", "--run", run)[1]


def test_agents_are_listed(cli: Cli, run: Path) -> None:
    assert "student-1" in cli("agents", "--run", run)[1]
    (agent,) = json.loads(cli("agents", "--json", "--run", run)[1])
    assert (agent["card"]["role"], agent["completed"]) == ("student", 18)


def test_one_is_drained_and_let_back(cli: Cli, live_run: Path) -> None:
    code, out, _ = cli("agents", "drain", "student-1", "--wait", "--run", live_run)
    assert (code, out) == (0, "student-1 has left; let it back: swarm agents undrain student-1\n")
    assert " drained " in cli("agents", "--run", live_run)[1]
    status = json.loads(cli("agents", "drain", "student-1", "--run", live_run, "--json")[1])
    assert (status["gone"], status["draining"]) == (True, True)
    code, out, _ = cli("agents", "undrain", "student-1", "--run", live_run)
    assert (code, out) == (0, "student-1 may come back\n")
    code, _, error = cli("agents", "drain", "nobody", "--run", live_run)
    assert (code, "'nobody'" in error, "swarm agents" in error) == (77, True, True)


def test_what_is_asked_for_wrongly_is_named(cli: Cli, run: Path) -> None:
    for words, shown in (
        (("samples", "--verdict", "maybe"), "'maybe'"),
        (("samples", "--kind", "question"), "'question'"),
        (("samples", "--cell", "relative"), "'relative'"),
        (("samples", "--since", "yesterday"), "--since is 'yesterday'"),
        (("samples", "--until", "999999d"), "--until is '999999d'"),
        (("samples", "--producer", "A B"), "--producer is 'A B'"),
    ):
        code, _, error = cli(*words, "--run", run)
        assert (code, shown in error, "fix:" in error) == (2, True, True), error
    code, _, error = cli("sample", "0" * 32, "--run", run)
    assert (code, "0" * 32 in error) == (77, True)


def test_watch_prints_the_events_of_a_kind(cli: Cli, live_run: Path) -> None:
    code, out, _ = cli("watch", "--since", 0, "--filter", "promotion", "--limit", 2, "--json", "--run", live_run)
    first, second = (json.loads(line)["promotion"] for line in out.splitlines())
    assert (code, first["candidate_id"], second["promoted"]) == (0, "c1", False)
    words = ("--kind", "verdict", "--cell", "absolute/border/ask", "--limit", 2)
    lines = cli("watch", "--since", 0, *words, "--json", "--run", live_run)[1].splitlines()
    assert [json.loads(line)["sample"]["payload"]["kind"] for line in lines] == ["verdict"] * 2
    assert cli("watch", "--kind", "question", "--run", live_run)[0] == 2
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

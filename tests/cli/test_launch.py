"""Starting, stopping and continuing runs, with a stand-in for the cluster that serves a real gateway."""

import json
import signal
from pathlib import Path
from subprocess import Popen

import pytest

from swarm.cli.launch import overrides
from swarm.config import load
from swarm.config_text import write_config
from swarm.errors import ConfigError
from swarm.sections import EngineKind
from tests.cli.conftest import Cli, Spawn

SECONDS = 30


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A config whose weights are there."""
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "config.json").write_text("{}")
    file = tmp_path / "one.toml"
    file.write_text(f'[swarm]\nrun = "runs/one"\n[student]\nweights = "{tmp_path / "base"}"\n')
    return file


def until_it_shows(process: Popen[str]) -> str:
    """Its first line of progress: by then the gateway answers."""
    assert process.stdout is not None
    return process.stdout.readline()


def test_a_run_is_stopped_gracefully_and_goes_on(
    spawn: Spawn, cli: Cli, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "runs" / "one"
    up = spawn("up", config.name, "--seed", 5)
    assert "learn" in until_it_shows(up)
    monkeypatch.chdir(tmp_path)
    code, _, error = cli("up", config.name)
    assert (code, "is running (pid" in error) == (2, True), error
    up.send_signal(signal.SIGINT)
    _, error = up.communicate(timeout=SECONDS)
    assert (up.returncode, "swarm resume" in error) == (130, True), error
    assert json.loads((run / "cluster.json").read_text())["status"] == "stopped"
    assert "seed 5, resumed False" in (run / "cluster.log").read_text()

    resume = spawn("resume")
    assert "learn" in until_it_shows(resume)
    assert json.loads(cli("down", "runs/one", "--json")[1])["was_running"] is True
    assert resume.wait(SECONDS) == 0
    assert "seed 5, resumed True" in (run / "cluster.log").read_text()


def test_a_second_interrupt_kills(spawn: Spawn, config: Path) -> None:
    up = spawn("up", config.name, "--set", "swarm.name=stubborn")
    until_it_shows(up)
    up.send_signal(signal.SIGINT)
    assert up.stderr is not None
    assert "is starting" in up.stderr.readline()
    assert "drained" in up.stderr.readline()
    up.send_signal(signal.SIGINT)
    _, error = up.communicate(timeout=SECONDS)
    assert (up.returncode, "killed" in error) == (130, True)


def test_the_demo_moves_a_finished_run_aside_runs_to_its_end_and_reports(
    spawn: Spawn, config: Path, tmp_path: Path
) -> None:
    run = tmp_path / "runs" / "one-seed3"
    run.mkdir(parents=True)
    (run / "cluster.json").write_text('{"pid": 1, "started_at": "2001-01-01T00:00:00Z", "status": "finished"}')
    demo = spawn("demo", config.name, "--seed", 3, "--set", "swarm.name=quick")
    out, error = demo.communicate(timeout=SECONDS)
    assert demo.returncode == 0, error
    assert "one-seed3.old-1" in error
    assert (tmp_path / "runs" / "one-seed3.old-1" / "cluster.json").is_file()
    for words in ("75.0%", "swarm ask", "Stopped before certification"):
        assert words in out
    report = json.loads((run / "report.json").read_text())
    assert (report["seed"], report["name"]) == (3, "quick")


def test_a_cluster_that_fails_shows_its_last_words(
    spawn: Spawn, cli: Cli, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = spawn("demo", config.name, "--set", "swarm.name=broken")
    _, error = demo.communicate(timeout=SECONDS)
    assert demo.returncode == 1
    assert "broken on purpose" in error
    assert "cluster.log" in error
    assert "Traceback" not in error
    monkeypatch.chdir(tmp_path)
    code, _, error = cli("demo", config.name)
    assert (code, "unfinished" in error, "--resume" in error, "--fresh" in error) == (2, True, True, True)
    assert (tmp_path / "runs" / "one-seed1" / "config.toml").is_file()


def test_a_config_is_refused_before_anything_starts(cli: Cli, config: Path, tmp_path: Path) -> None:
    for words, shown in (
        ((tmp_path / "none.toml",), "none.toml"),
        ((config, "--set", "trainer.learning_rat=1"), "did you mean 'learning_rate'"),
        ((config, "--set", "budget.minutes"), "key=value"),
        ((config, "--set", "swarm.domain=cooking"), "'cooking'"),
        ((config, "--set", 'exam.cells=["a/rain/b"]'), "'a/rain/b'"),
        ((config, "--set", "budget.minutes=-1"), "-1"),
    ):
        code, _, error = cli("up", *words)
        assert (code, shown in error, "fix:" in error) == (2, True, True), error
    code, _, error = cli("up", config, "--set", "student.weights=nowhere")
    assert (code, "nowhere" in error) == (65, True)
    assert not (tmp_path / "runs").exists()


def test_resume_needs_a_config_and_something_to_do(cli: Cli, stored_run: Path) -> None:
    kept = (stored_run / "config.toml").read_text()
    (stored_run / "cluster.json").write_text('{"pid": 1, "started_at": "2001-01-01T00:00:00Z", "status": "finished"}')
    try:
        code, _, error = cli("resume", stored_run)
        assert (code, "is finished" in error, "--set budget" in error) == (2, True, True)
        (stored_run / "config.toml").unlink()
        code, _, error = cli("resume", stored_run)
        assert (code, "config.toml" in error) == (2, True)
    finally:
        (stored_run / "config.toml").write_text(kept)
        (stored_run / "cluster.json").unlink()


def test_the_written_config_reads_back_the_same(tmp_path: Path) -> None:
    file = tmp_path / "rich.toml"
    file.write_text(
        '[swarm]\nname = "x"\nrun = "a \\"quoted\\" é"\n[trainer]\nlearning_rate = 1e-7\n[exam]\ncells = ["a/rain/b"]\n'
        '[engines.student]\n[engines.far]\nkind = "openai"\nurl = "http://127.0.0.1:1"\n[roles.judge]\nreplicas = 0\n'
    )
    config = load(file)
    assert load(write_config(config, tmp_path)) == config
    assert config.engines["far"].kind is EngineKind.OPENAI


def test_settings_are_read_as_json_where_they_are() -> None:
    assert overrides(["a.b=3", "c=true", "d=text", "e=", "f=x=y"]) == {
        "a.b": 3,
        "c": True,
        "d": "text",
        "e": "",
        "f": "x=y",
    }
    with pytest.raises(ConfigError, match="key=value"):
        overrides(["=3"])

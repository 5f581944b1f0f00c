"""Doctor, weights, config check, version and the help of every command."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


def test_doctor_names_what_it_checked(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWARM_WEIGHTS", str(tmp_path))
    code, out, _ = cli("doctor", "--json", "--root", tmp_path)
    findings = {item["name"]: item for item in json.loads(out)}
    assert code == 1, "the base weights are not there"
    assert findings["smollm2-135m"]["fix"] == "Run: swarm weights fetch smollm2-135m"
    assert findings["python"]["ok"]
    assert {"memory", "disk", "sqlite", "/dev/shm", "loopback port", "ray", "vllm"} <= findings.keys()


def test_weights_that_are_there_are_not_fetched(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWARM_WEIGHTS", str(tmp_path))
    (tmp_path / "smollm2-135m").mkdir()
    (tmp_path / "smollm2-135m" / "config.json").write_text("{}")
    (tmp_path / "smollm2-135m" / "general.jsonl").write_text("")
    assert json.loads(cli("weights", "fetch", "smollm2-135m", "--json")[1])["folder"] == str(tmp_path / "smollm2-135m")
    known = {item["name"]: item["present"] for item in json.loads(cli("weights", "list", "--json")[1])["weights"]}
    assert known["smollm2-135m"] is True
    assert known["qwen2.5-coder-1.5b"] is False
    assert "smollm2-135m" in cli("weights", "list")[1]


def test_unknown_weights_are_refused(cli: Cli) -> None:
    code, _, error = cli("weights", "fetch", "gpt-5")
    assert (code, "'gpt-5'" in error, "smollm2-135m" in error) == (65, True, True)


def test_config_check_says_what_is_wrong(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "one.toml"
    file.write_text("[swarm]\nsed = 3\n")
    code, _, error = cli("config", "check", file)
    assert (code, "unknown key swarm.sed" in error, "did you mean 'seed'" in error) == (2, True, True)
    file.write_text("[swarm\n")
    assert cli("config", "check", file)[0] == 2
    (tmp_path / "config.json").write_text("{}")
    file.write_text(f'[student]\nweights = "{tmp_path}"\n')
    assert cli("config", "check", file)[0] == 0
    assert json.loads(cli("config", "check", file, "--set", "swarm.seed=9", "--json")[1])["swarm"]["seed"] == 9


def test_version_knows_python(cli: Cli) -> None:
    assert json.loads(cli("version", "--json")[1])["python"].startswith("3.11")


def test_an_unknown_command_ends_with_2(cli: Cli) -> None:
    assert cli("grow")[0] == 2

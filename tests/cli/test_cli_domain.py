"""`swarm domain`: begin a domain from a data file, check it, and ask in its words."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from swarm.backup.taking import RUN_FILES
from swarm.cli import app
from swarm.cli.questions import example, question
from swarm.config import load
from swarm.config_text import located, write_config
from swarm.domains import load_domain
from swarm.domains.settled import DOMAIN_FILE, of_run
from swarm.errors import ConfigError
from tests.labelled_rig import rows, write

RUNNER = CliRunner()
NOON = datetime(2026, 3, 10, 12, 0)


def test_a_domain_is_begun_from_a_data_file_and_passes_its_check(tmp_path: Path) -> None:
    write(tmp_path, rows(120))
    file = tmp_path / "made.toml"
    given = ["domain", "new", str(tmp_path / "pets.jsonl"), "--field", "seen", "--field", "said", "--group", "seen"]
    done = RUNNER.invoke(app, [*given, "--rationale", "why", "--to", str(file)])
    assert done.exit_code == 0, done.output
    assert "3 labels" in done.output
    assert len(file.read_text().splitlines()) <= 20
    domain = load_domain(str(file))
    assert (domain.name, sorted(domain.choices)) == ("pets", ["false", "open", "true"])
    assert RUNNER.invoke(app, [*given, "--to", str(file)]).exit_code == 2
    checked = RUNNER.invoke(app, ["domain", "check", str(file), "--json"])
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.stdout)["items"] == 360
    shown = RUNNER.invoke(app, ["domain", "check", str(file), "--strict"])
    assert shown.exit_code == 1
    assert "said alone tells the label" in shown.output


def test_what_is_not_given_is_asked_for_by_name(tmp_path: Path) -> None:
    write(tmp_path, rows(3))
    done = RUNNER.invoke(app, ["domain", "new", str(tmp_path / "pets.jsonl")])
    assert done.exit_code == 2
    assert "--field" in done.stderr
    done = RUNNER.invoke(app, ["domain", "new", str(tmp_path / "pets.jsonl"), "--field", "sene"])
    assert done.exit_code == 2
    assert "'sene' is no key" in done.stderr


def test_faulty_data_ends_with_1_and_its_lines(tmp_path: Path) -> None:
    file = write(tmp_path, [*rows(3), b"{"])
    done = RUNNER.invoke(app, ["domain", "check", str(file)])
    assert done.exit_code == 1
    assert "10" in done.output
    assert "not JSON" in done.output


def test_a_person_asks_by_the_fields(tmp_path: Path) -> None:
    file = str(write(tmp_path, rows(3)))
    said = question(file, '{"said": "It barks.", "seen": "A dog."}', NOON).question
    assert said == "Seen: A dog.\nSaid: It barks.\nSo it is"
    assert question(file, said, NOON).question == said
    assert json.loads(example(file)) == {"seen": "...", "said": "..."}
    for wrong in ("It barks.", '{"said": "It barks."}', '{"said": "x", "seen": ""}', "[1]"):
        with pytest.raises(ConfigError):
            question(file, wrong, NOON)


def test_a_run_keeps_its_own_copy_of_the_domain(tmp_path: Path) -> None:
    file = write(tmp_path, rows(3))
    other = tmp_path / "other.jsonl"
    other.write_bytes((tmp_path / "pets.jsonl").read_bytes())
    (tmp_path / "swarm.toml").write_text("")
    config = load(tmp_path / "swarm.toml", {"swarm.domain": str(file), "swarm.data": str(other)})
    run = tmp_path / "run"
    kept = located(config, run)
    assert (kept.swarm.domain, kept.swarm.data) == (str(run / DOMAIN_FILE), "")
    file.unlink()
    assert located(load(write_config(kept, run)), run) == kept
    moved = run.rename(tmp_path / "moved")
    assert of_run(kept.swarm.domain, moved) == str(moved / DOMAIN_FILE)
    assert load_domain(str(moved / DOMAIN_FILE)).name == "pets"
    other.write_text("")
    with pytest.raises(ConfigError, match="SHA-256"):
        load_domain(str(moved / DOMAIN_FILE))


def test_a_restored_run_is_filled_before_it_is_where_it_will_be(tmp_path: Path) -> None:
    write(tmp_path, rows(3))
    (tmp_path / "swarm.toml").write_text("")
    config = load(tmp_path / "swarm.toml", {"swarm.domain": str(tmp_path / "pets.toml")})
    kept = located(config, tmp_path / "run")
    part = tmp_path / "part"
    part.mkdir()
    (part / DOMAIN_FILE).write_bytes((tmp_path / "run" / DOMAIN_FILE).read_bytes())
    again = located(kept, tmp_path / "restored", part)
    assert again.swarm.domain == str(tmp_path / "restored" / DOMAIN_FILE)
    assert not (tmp_path / "restored").exists()
    assert DOMAIN_FILE in RUN_FILES

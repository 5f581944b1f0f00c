"""Certificates by command: issued, verified offline, shown and revoked, each with its exit code."""

import json
from pathlib import Path

import pytest

from tests.certificate.test_revoking import answers
from tests.certificate_rig import certified_run
from tests.cli.conftest import Cli


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certified run."""
    return certified_run(tmp_path_factory.mktemp("certified"))


def test_from_issue_to_revocation(cli: Cli, run: Path) -> None:
    file, public = run / "certificate.json", run / "certificate.pub"
    code, out, _ = cli("certificate", "issue", run)
    assert (code, "With confidence 0.95" in out, str(file) in out) == (0, True, True)
    code, out, _ = cli("certificate", "verify", file, "--key", public, "--weights", run / "checkpoints" / "base")
    assert (code, "valid: With confidence 0.95" in out, "files are as certified" in out) == (0, True, True)
    assert "power      not measured" in cli("certificate", "show", file)[1]

    few, many = run / "few.json", run / "many.json"
    for place, wrong in ((few, 5), (many, 25)):
        place.write_text(json.dumps([one.model_dump(mode="json") for one in answers(30, wrong)]))
    code, _, error = cli("certificate", "revoke", file, "--answers", few, "--run", run)
    assert (code, "5 of 30 answers are wrong" in error) == (77, True)
    assert cli("certificate", "verify", file)[0] == 0
    code, out, _ = cli("certificate", "revoke", file, "--answers", many, "--run", run, "--reason", "new questions")
    assert (code, "revoked: 25 of 30" in out) == (0, True)
    code, out, _ = cli("certificate", "verify", file)
    assert (code, out.startswith("REVOKED: "), "new questions" in out) == (1, True, True)


def test_what_was_changed_is_named_with_exit_code_1(cli: Cli, run: Path, tmp_path: Path) -> None:
    cli("certificate", "issue", run)
    content = json.loads((run / "certificate.json").read_text())
    content["certificate"]["numbers"]["census_probes"] += 1
    file = tmp_path / "changed.json"
    file.write_text(json.dumps(content))
    code, out, _ = cli("certificate", "verify", file, "--json")
    told = json.loads(out)
    assert (code, told["valid"], [one["flaw"] for one in told["findings"]]) == (1, False, ["SIGNATURE", "NUMBER"])


def test_a_run_that_is_not_certified_is_refused(cli: Cli, stored_run: Path) -> None:
    code, _, error = cli("certificate", "issue", stored_run)
    assert (code, "is in phase stopped, not certified" in error) == (77, True)

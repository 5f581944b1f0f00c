"""Credentials from the command line: issued into quarantine, trusted or suspended with a reason, and listed."""

import json
from pathlib import Path

from tests.cli.conftest import Cli


def test_a_new_name_is_quarantined_until_somebody_says_otherwise(cli: Cli, live_run: Path) -> None:
    code, out, _ = cli("credentials", "issue", "far-teacher", "--role", "teacher", "--run", live_run)
    assert (code, "for far-teacher (teacher, quarantined), good until" in out) == (0, True)
    code, out, _ = cli(
        "credentials", "tier", "far-teacher", "suspended", "--reason", "asks for the exam", "--run", live_run
    )
    assert (code, out) == (0, "far-teacher is suspended: asks for the exam\n")
    (listed,) = json.loads(cli("credentials", "list", "--run", live_run, "--json")[1])
    assert (listed["standing"]["tier"], listed["standing"]["reason"]) == ("suspended", "asks for the exam")
    head, row = cli("credentials", "list", "--run", live_run)[1].splitlines()[:2]
    assert head.split() == ["id", "name", "role", "expires", "state", "gold", "why"]
    assert row[head.index("state") :].split()[:2] == ["suspended", "0/0"], "each value stands under its head"
    issued = json.loads(
        cli("credentials", "issue", "friend", "--role", "judge", "--tier", "trusted", "--run", live_run, "--json")[1]
    )
    assert issued["credential"]["standing"]["tier"] == "trusted"


def test_a_tier_without_reason_and_a_name_without_credential_are_refused(cli: Cli, live_run: Path) -> None:
    assert cli("credentials", "tier", "far-teacher", "trusted", "--run", live_run)[0] == 2
    code, _, error = cli("credentials", "tier", "nobody", "trusted", "--reason", "why not", "--run", live_run)
    assert (code, "no credential was issued to 'nobody'" in error) == (77, True)

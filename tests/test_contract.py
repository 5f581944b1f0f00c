"""The contract only grows: what proto/breaking.sh refuses, on copies of proto/ without and with a tag."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from swarm.codec.contract import VERSION, in_contract, numbers_of
from swarm.errors import RefusedError

PROTO = Path(__file__).parents[1] / "proto"
RECORDS, EXCHANGE = "swarm/v1/records.proto", "swarm/v1/exchange.proto"
CONTRACT = "swarm/v1/contract.proto"


@pytest.fixture
def proto(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROTO, tmp_path / "proto"))


def changed(proto: Path, name: str, old: str, new: str) -> None:
    """Change a file of the contract in one place."""
    file = proto / name
    before = file.read_text()
    assert before.count(old) == 1
    file.write_text(before.replace(old, new))


def checked(proto: Path, *more: str) -> tuple[int, str]:
    """Exit code and words of proto/breaking.sh. No repository above the folder is looked at."""
    known = {"PATH": os.environ["PATH"], "HOME": str(proto.parent), "GIT_CEILING_DIRECTORIES": str(proto.parent.parent)}
    buf = str(Path(sys.executable).parent / "buf")
    command, known = ["bash", str(proto / "breaking.sh"), *more], {**known, "BUF": buf}
    done = subprocess.run(command, env=known, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def test_the_contract_as_it_is_takes_nothing_away(proto: Path) -> None:
    assert checked(proto) == (0, "")


def test_what_is_added_is_no_break(proto: Path) -> None:
    changed(proto, EXCHANGE, "message LeaseResponse {", "message LeaseResponse {\n  string mood = 90;")
    assert checked(proto) == (0, "")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (RECORDS, "  string operator = 7;", "", 'field "7" with name "operator" on message "Probe"'),
        (RECORDS, "string operator = 7;", "int64 operator = 7;", 'Field "7" with name "operator"'),
        (RECORDS, "string operator = 7;", "string trick = 7;", 'changed name from "operator" to "trick"'),
        (RECORDS, "  WEATHER_BORDER = 3;", "", 'enum value "3" on enum "Weather"'),
        (EXCHANGE, "rpc Extend(ExtendRequest)", "rpc Prolong(ExtendRequest)", 'RPC "Extend"'),
    ],
    ids=["field removed", "type changed", "name changed", "enum value removed", "method renamed"],
)
def test_what_is_taken_away_is_refused_by_name(proto: Path, name: str, old: str, new: str, said: str) -> None:
    changed(proto, name, old, new)
    code, words = checked(proto)
    assert code == 1
    assert said in words
    assert "takes away what released/1.0.binpb has: put it back" in words


def test_what_a_tag_has_is_held_too_until_it_is_recorded(proto: Path) -> None:
    git(proto.parent, "init", "--quiet")
    old, new = "message LeaseResponse {", "message LeaseResponse {\n  // How it feels.\n  string mood = 90;"
    changed(proto, EXCHANGE, old, new)
    git(proto.parent, "add", "proto")
    git(proto.parent, "commit", "--quiet", "-m", "with a mood")
    changed(proto, EXCHANGE, new, old)
    assert checked(proto) == (0, ""), "no tag, and no released contract has it"
    git(proto.parent, "tag", "v1")
    code, words = checked(proto)
    assert code == 1
    assert 'field "90" with name "mood" on message "LeaseResponse"' in words
    assert "takes away what tag v1 has: put it back" in words


def test_a_released_version_is_recorded_once_and_then_the_next_one_begins(proto: Path) -> None:
    changed(proto, CONTRACT, f'option (contract_version) = "{VERSION}";', 'option (contract_version) = "1.999";')
    recorded = proto / "released" / "1.999.binpb"
    assert checked(proto, "--release") == (0, "contract 1.999 is in proto/released/1.999.binpb\n")
    names = [file.name for file in FileDescriptorSet.FromString(recorded.read_bytes()).file]
    assert {RECORDS, CONTRACT, EXCHANGE} <= set(names)
    assert checked(proto, "--release") == (0, "")
    changed(proto, EXCHANGE, "message LeaseResponse {", "message LeaseResponse {\n  string mood = 90;")
    code, words = checked(proto)
    assert code == 1
    assert "the contract isn't 1.999 any more: count contract_version up" in words


def test_the_table_of_released_contracts_is_that_of_the_files() -> None:
    table = (PROTO / "released" / "README.md").read_text()
    files = sorted((PROTO / "released").glob("*.binpb"))
    assert len(files) >= 2
    for file in files:
        assert f"| {file.stem} | " in table
        assert numbers_of(file.stem) <= numbers_of(VERSION)


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("swarm.v1.Sample.ordering_key", True),
        ("swarm.v1.ExchangeService.Publish", True),
        ("swarm.v1.WEATHER_RAIN", True),
        ("swarm.v1.Sample.mood", False),
        ("", False),
    ],
)
def test_a_name_is_in_the_contract_or_not(name: str, there: bool) -> None:
    assert in_contract(name) is there


@pytest.mark.parametrize("version", ["1", "1.2.3", "v1.2", "1.-2", "", "١.٢"])
def test_what_is_no_version_is_refused(version: str) -> None:
    assert numbers_of("1.12") > numbers_of("1.9")
    with pytest.raises(RefusedError, match=r"Send MAJOR\.MINOR"):
        numbers_of(version)

"""The client's distribution as a stranger has it: built, and installed beside a package of theirs named `agents`."""

import asyncio
import importlib.metadata
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from swarm.client import SwarmClient
from swarm.gateway.server import Settings, serving
from swarm.records import Probe
from swarm.roles import Role

ROOT = Path(__file__).parents[1]
SECONDS = 300.0
PACKAGES = ("swarm", "agents", "trainers", "cluster")
PULLED_IN = {
    "annotated-types",
    "googleapis-common-protos",
    "grpcio",
    "protobuf",
    "pydantic",
    "pydantic-core",
    "typing-extensions",
    "typing-inspection",
}
"""All that comes with the client: its four dependencies and what those need."""

STRANGER = '''"""Somebody else's framework, which calls itself `agents`."""


class Runner:
    """Runs agents."""

    @staticmethod
    def run_sync(agent: str, about: str) -> str:
        return f"Now: Tue 2026-03-10 14:30\\nText: {about} 23 days from now, says {agent}"
'''
"""A stand-in for OpenAI's Agents SDK, which has that name, too; tests/test_agents_sdk.py has the real one."""
STRANGERS_PROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "stranger"
version = "1.0"
[tool.setuptools]
packages = ["agents"]
"""
BOTH = '''"""A prober whose questions another framework writes."""

from agents import Runner
from swarm.agent import run
from swarm.records import Cell, Origin, Probe, Purpose, Reference
from swarm.roles import Role
from swarm.state import SwarmState


class TwoHands:
    """Asks once."""

    role = Role.PROBER
    asked = False

    def act(self, state: SwarmState) -> list[Probe] | None:
        if self.asked:
            return None
        self.asked = True
        question = Runner.run_sync("gardener", "water the ferns")
        cell, right = Cell.parse("relative/rain/date"), Reference(answer="2026-04-02")
        return [Probe(cell=cell, purpose=Purpose.LEARN, origin=Origin.MODEL, question=question, reference=right)]


run(TwoHands)
'''
IMPORT_ALL = """
import importlib, pkgutil, sys
import swarm
names = sorted(found.name for found in pkgutil.walk_packages(swarm.__path__, "swarm."))
for name in names:
    importlib.import_module(name)
print(*names)
site = [folder for folder in sys.path if folder.endswith("site-packages")]
files = [(name.partition(".")[0], getattr(module, "__file__", None) or "") for name, module in sys.modules.items()]
print(*sorted({root for root, file in files if file.startswith(tuple(site))}))
"""


def pip(*arguments: str | Path) -> None:
    """pip, without asking anybody."""
    quiet = ["--quiet", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", *quiet, *map(str, arguments)], check=True, timeout=SECONDS)


def built(project: Path) -> Path:
    """The wheel of a project. It is built in a copy, since setuptools leaves files behind."""
    out = project.parent / f"{project.name}-wheel"
    pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", project, "-w", out)
    (wheel,) = out.glob("*.whl")
    return wheel


def needed(requirements: list[str]) -> set[str]:
    """The names of these and of all that they need, without extras."""
    names: set[str] = set()
    left = [Requirement(line) for line in requirements]
    while left:
        requirement = left.pop()
        if (requirement.marker is None or requirement.marker.evaluate({"extra": ""})) and requirement.name not in names:
            names.add(requirement.name.lower().replace("_", "-"))
            left += [Requirement(line) for line in importlib.metadata.requires(requirement.name) or []]
    return names


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("client")
    for name in ("swarm", "client"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    return built(folder / "client")


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the client, what it needs, and a stranger's package `agents`."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    for name in PULLED_IN:
        for file in importlib.metadata.files(name) or []:
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (site / file).parent.mkdir(parents=True, exist_ok=True)
                (site / file).symlink_to(str(file.locate()))
    (folder / "stranger" / "agents").mkdir(parents=True)
    (folder / "stranger" / "agents" / "__init__.py").write_text(STRANGER)
    (folder / "stranger" / "pyproject.toml").write_text(STRANGERS_PROJECT)
    pip("--python", python, "install", "--no-deps", "--no-index", wheel, built(folder / "stranger"))
    return python


def test_the_swarms_own_distribution_brings_the_rest_and_nothing_twice(wheel: Path, tmp_path: Path) -> None:
    project = tmp_path / "whole"
    for name in (*PACKAGES, "client"):
        shutil.copytree(
            ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
        )
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, project / name)
    with zipfile.ZipFile(wheel) as client, zipfile.ZipFile(built(project)) as rest:
        theirs, ours = (
            {name for name in archive.namelist() if ".dist-info/" not in name} for archive in (client, rest)
        )
    assert theirs & ours == set()
    files = {str(file.relative_to(project)) for name in PACKAGES for file in (project / name).rglob("*.py")}
    assert files - theirs - ours == set()
    assert any(name.startswith("swarm/v1/") and name.endswith(".pyi") for name in theirs)


def test_the_import_contract_covers_all_of_it() -> None:
    packed = tomllib.loads((ROOT / "client" / "pyproject.toml").read_text())["tool"]["setuptools"]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = (one for one in contracts if one["name"] == "the client side of swarm stands on itself")
    assert sorted(contract["source_modules"]) == sorted(packed["packages"] + packed["py-modules"])


def test_it_pulls_in_little(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        lines = archive.read(metadata).decode().splitlines()
    wanted = [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")]
    assert needed(wanted) == PULLED_IN


def test_it_brings_one_package_whose_files_are_those_of_the_swarm(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = [name for name in archive.namelist() if ".dist-info/" not in name]
        assert {name.split("/")[0] for name in files} == {"swarm"}
        for name in files:
            assert archive.read(name) == (ROOT / name).read_bytes()


def said(python: Path, script: str) -> subprocess.CompletedProcess[str]:
    """What that interpreter says to a script when nothing from outside is on its path."""
    command = [str(python), "-I", "-c", script]
    return subprocess.run(command, cwd=python.parent, capture_output=True, text=True, check=False, timeout=SECONDS)


def test_all_of_it_is_imported_without_anything_else(python: Path) -> None:
    done = said(python, IMPORT_ALL)
    assert done.returncode == 0, done.stderr
    modules, roots = done.stdout.splitlines()
    assert {"swarm.agent.main", "swarm.client", "swarm.v1.exchange_pb2"} <= set(modules.split())
    third = {"annotated_types", "google", "grpc", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection"}
    assert set(roots.split()) - third == {"swarm"}


@pytest.mark.parametrize(
    "name", ["swarm.gateway", "swarm.config", "cluster", "trainers", "torch", "ray", "agents.judge"]
)
def test_what_is_the_services_own_is_not_there(python: Path, name: str) -> None:
    done = said(python, f"import {name}")
    assert done.returncode == 1
    assert f"ModuleNotFoundError: No module named '{name}'" in done.stderr


async def test_an_agent_uses_it_and_a_strangers_package_of_that_name(python: Path, tmp_path: Path) -> None:
    program = tmp_path / "both.py"
    program.write_text(BOTH)
    run = tmp_path / "run"
    run.mkdir()
    async with serving(Settings(run, "test", "calendar")) as gateway:
        operator = SwarmClient.for_run(run, Role.OPERATOR, "operator-1")
        async with operator:
            _, token = await operator.issue_credential("two-hands", Role.PROBER)
            process = await asyncio.create_subprocess_exec(
                str(python), str(program), "--target", gateway.address, cwd=tmp_path, env={"SWARM_CREDENTIAL": token}
            )
            assert await asyncio.wait_for(process.wait(), SECONDS) == 0
            (sample,) = await operator.samples("probe")
    assert sample.producer == "two-hands"
    assert isinstance(sample.payload, Probe)
    assert sample.payload.question.endswith("water the ferns 23 days from now, says gardener")

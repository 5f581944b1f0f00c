"""The project as it is laid out: what its packages are and pull in, and what its locks and examples say."""

import importlib
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from swarm.config import load
from swarm.documents.ingest import Ingestion
from swarm.documents.store import Library
from swarm.domains import FILE_SUFFIX, load_domain
from swarm.domains.labelled.settings import read_domain_file
from swarm.privacy import Screen

ROOT = Path(__file__).parents[1]
PACKAGES = ("swarm", "agents", "trainers", "cluster")
PINNED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.+!_-]+")
BREAKING = {"torchvision", "torchaudio", "torchcodec"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def python(script: str, folder: Path) -> str:
    """What a new interpreter prints that is started in a folder of no meaning."""
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def name_of(requirement: str) -> str:
    """The normal form of the name that a requirement begins with."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[=<>!~;@ ]", requirement.strip(), maxsplit=1)[0]).lower()


def loose_lines(lock: str) -> list[str]:
    """Lines of a lock that pin nothing: options, links, indexes, ranges."""
    lines = (line.strip() for line in lock.splitlines())
    return [line for line in lines if line and not line.startswith("#") and not PINNED.fullmatch(line)]


def pins(lock: Path) -> dict[str, str]:
    """Version by name."""
    lines = (line.strip() for line in lock.read_text().splitlines())
    return {name_of(line): line.partition("==")[2] for line in lines if line and not line.startswith("#")}


def test_the_packages_are_this_projects(tmp_path: Path) -> None:
    for name in PACKAGES:
        assert importlib.import_module(name).__file__ == str(ROOT / name / "__init__.py")
    script = f"import importlib; print(*(importlib.import_module(name).__file__ for name in {PACKAGES}))"
    assert python(script, tmp_path).split() == [str(ROOT / name / "__init__.py") for name in PACKAGES]


def test_folders_of_data_hold_no_python() -> None:
    for folder in ("proto", "rubrics"):
        assert (ROOT / folder).is_dir()
        assert list((ROOT / folder).rglob("*.py*")) == []


def test_files_of_tests_have_names_of_their_own() -> None:
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert not [name for name, count in names.items() if count > 1], "pytest takes the second one for the first"


def test_the_client_is_light(tmp_path: Path) -> None:
    script = (
        "import sys, swarm.agent, swarm.client;"
        "heavy = ('torch', 'ray', 'sqlalchemy', 'httpx', 'scipy', 'yaml', 'agents', 'trainers', 'swarm.config');"
        "print([name for name in heavy if name in sys.modules])"
    )
    assert python(script, tmp_path) == "[]"


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.lock")), ids=lambda lock: lock.stem)
def test_a_lock_pins_everything_and_names_no_place(lock: Path) -> None:
    assert loose_lines(lock.read_text()) == []
    assert len(pins(lock)) > 100


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.com/simple",
        "-f wheels",
        "torch @ https://example.com/torch.whl",
        "torch>=2",
        "torch==2.13.0 --hash=sha256:00",
        "-e .",
    ],
)
def test_what_a_lock_may_not_say_is_found(line: str) -> None:
    assert loose_lines(f"# a comment\nnumpy==2.0.1\n{line}\n") == [line]


def test_the_cpu_lock_has_every_dependency_and_nothing_that_breaks_torch() -> None:
    known = pins(ROOT / "requirements" / "cpu.lock")
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *extras["cpu"], *extras["dev"], *extras["parsers"]]
    assert {name_of(requirement) for requirement in wanted} - known.keys() == {"nucleus-swarm-client"}, (
        "lies in client/"
    )
    assert BREAKING & known.keys() == set()


def loose_packages(lock: dict[str, Any]) -> list[str]:
    """Packages of an npm lock that aren't pinned by a hash, or that name a place."""
    packages = {name: package for name, package in lock["packages"].items() if name}
    return [name for name, found in packages.items() if "resolved" in found or not found.get("integrity")]


def test_the_lock_of_the_typescript_agent_pins_everything_and_names_no_place() -> None:
    folder = ROOT / "examples" / "typescript"
    lock, wanted = (json.loads((folder / name).read_text()) for name in ("package-lock.json", "package.json"))
    assert loose_packages(lock) == []
    assert loose_packages({"packages": {"": {}, "a": {"integrity": "x", "resolved": "https://example.com/a.tgz"}}}) == [
        "a"
    ]
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert lock["packages"][f"node_modules/{name}"]["version"] == version


def test_the_page_on_other_languages_prints_the_agent_as_it_is() -> None:
    printed = re.findall(
        r"^```ts\n(.*?)^```$", (ROOT / "docs" / "any-language.md").read_text(), re.MULTILINE | re.DOTALL
    )
    assert printed == [
        (ROOT / "examples" / "typescript" / name).read_text() for name in ("teacher.ts", "working.ts", "connection.ts")
    ]


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.toml")), ids=lambda example: example.stem)
def test_an_example_loads_and_its_cells_exist(example: Path, tmp_path: Path) -> None:
    config = load(example)
    if config.swarm.domain.startswith("documents:"):
        with Library(tmp_path / "library", create=True) as library:
            Ingestion(library, Screen()).run([str(ROOT / "docs" / name) for name in ("concepts.md", "trainer.md")])
        assert set(config.exam.cells) == {cell.key for cell in load_domain(f"documents:{tmp_path / 'library'}").cells()}
    elif config.swarm.domain.endswith(FILE_SUFFIX):
        # Its data is the user's own, and which cells there are depends on that.
        assert read_domain_file(ROOT / config.swarm.domain).name == config.swarm.name
        assert config.exam.cells == ()
    else:
        assert set(config.exam.cells) <= {cell.key for cell in load_domain(config.swarm.domain).cells()}
    assert config.swarm.run.endswith(config.swarm.name), "each example has a run folder of its own"

"""Nothing that came from outside is run: no pickle, no eval, no loader that may hold code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("swarm", "agents", "trainers", "cluster")
MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
CALLS = {"eval", "exec", "compile", "__import__"}
SAFE_YAML = {"SafeLoader", "CSafeLoader"}


def unsafe(source: str) -> Iterator[str]:
    """What in a source would run, or may run, what it reads."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names if name.name.partition(".")[0] in MODULES)
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in MODULES:
                yield module
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                yield name
            case ast.Call(func=ast.Attribute(value=value, attr="load" | "load_all" as attr), keywords=keywords):
                given = {keyword.arg: ast.unparse(keyword.value) for keyword in keywords}
                where = ast.unparse(value)
                if where == "torch" and given.get("weights_only") != "True":
                    yield "torch.load without weights_only"
                if where == "yaml" and given.get("Loader", "").rpartition(".")[2] not in SAFE_YAML:
                    yield f"yaml.{attr} without a safe loader"
        if isinstance(node, ast.keyword) and node.arg in ("allow_pickle", "trust_remote_code", "shell"):
            value = ast.unparse(node.value)
            if value != "False":
                yield f"{node.arg}={value}"


def test_no_source_of_the_project_runs_what_it_reads() -> None:
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py") if "v1" not in file.parts]
    assert len(files) > 100
    assert [(str(file.relative_to(ROOT)), found) for file in files for found in unsafe(file.read_text())] == []


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from cloudpickle import loads",
        "eval(answer)",
        "exec(body)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
        "yaml.load(text)",
        "yaml.load(text, Loader=yaml.UnsafeLoader)",
        "AutoModel.from_pretrained(name, trust_remote_code=True)",
    ],
)
def test_what_would_run_what_it_reads_is_found(line: str) -> None:
    assert list(unsafe(line))


@pytest.mark.parametrize(
    "line",
    ["model.eval()", "torch.load(p, weights_only=True)", "yaml.safe_load(t)", "json.load(f)", "re.compile(x)"],
)
def test_what_only_reads_is_not(line: str) -> None:
    assert list(unsafe(line)) == []

"""The skeleton of a TypeScript agent: a package made of examples/typescript and of the contract, with its test."""

import re
from collections.abc import Mapping
from pathlib import Path

from swarm.errors import ConfigError
from swarm.roles import Role

SHARED = (
    ".npmrc",
    "connection.ts",
    "member.ts",
    "package-lock.json",
    "package.json",
    "rpc.proto",
    "testing.ts",
    "tsconfig.json",
    "working.ts",
)
"""Files that the agents of all roles need."""
_ROOT = Path(__file__).parents[2]
_PROTO = {'"../../../proto"': '"../proto"', "../../proto": "proto"}
"""Where the example looks for the contract, and where the package has it."""
_NAMED = re.compile(r'run\(import\.meta\.url, "ROLE_\w+", "([\w-]+)"')


def sources(name: str, role: Role, folder: Path) -> dict[Path, str]:
    """What is to be written, by file.

    Raises ConfigError where this isn't a checkout, or the agent's own files would have the name of another.
    """
    example, contract = _ROOT / "examples" / "typescript", _ROOT / "proto"
    if not (example / "member.ts").exists():
        raise ConfigError(f"there is no {example}", "The skeleton in TypeScript is in a checkout: install that with -e")
    if f"{name}.ts" in SHARED:
        raise ConfigError(f"the name is {name!r}, and {name}.ts is a file that all agents need", "Give another name")
    program = (example / f"{role}.ts").read_text(encoding="utf-8")
    called = _NAMED.search(program)
    assert called is not None, f"{role}.ts doesn't say its name"
    new = {called[1]: name, f"build/{role}.js": f"build/{name}.js"}
    test = (example / f"{role}.test.ts").read_text(encoding="utf-8")
    found = {
        folder / f"{name}.ts": renamed(program, new),
        folder / f"{name}.test.ts": renamed(test, {f"{role}.js": f"{name}.js"}),
    }
    found |= {folder / file: renamed((example / file).read_text(encoding="utf-8"), _PROTO) for file in SHARED}
    protos = sorted((contract / "swarm").rglob("*.proto"))
    return found | {folder / "proto" / file.relative_to(contract): file.read_text(encoding="utf-8") for file in protos}


def renamed(text: str, new: Mapping[str, str]) -> str:
    """The text with each of these words replaced by another."""
    for old, word in new.items():
        text = text.replace(old, word)
    return text

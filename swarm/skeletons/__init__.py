"""Skeletons of agents: each is one that works, and is written out under a name of one's own."""

import re
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from swarm.errors import ConfigError
from swarm.fields import AGENT_NAME_FIX
from swarm.roles import AgentCard, Role
from swarm.skeletons import typescript

ROLES = (Role.PROBER, Role.STUDENT, Role.JUDGE, Role.TEACHER)
"""Roles of which there is a skeleton."""
_FOLDER = Path(__file__).parent


class Language(StrEnum):
    """What a skeleton is written in."""

    PYTHON = "python"
    TYPESCRIPT = "typescript"


def written(name: str, role: Role, folder: Path, language: Language = Language.PYTHON) -> list[Path]:
    """Write an agent and its test into a folder; their files. A TypeScript agent has a folder of its own, as a package.

    Raises ConfigError for a role without a skeleton, a name that no agent may have or that gives no module, and where
    one of the files is there already.
    """
    if role not in ROLES:
        raise ConfigError(f"there is no skeleton of a {role}", f"Give one of {', '.join(ROLES)}")
    try:
        AgentCard(name=name, role=role)
    except ValidationError:
        raise ConfigError(f"the name is {name!r}", AGENT_NAME_FIX.replace("Send", "Give")) from None
    if language is Language.TYPESCRIPT:
        sources = typescript.sources(name, role, folder / name)
    else:
        sources = _sources(name, role, folder)
    if taken := [file for file in sources if file.exists()]:
        raise ConfigError(f"{str(taken[0])!r} is there already", "Give another name, or another folder with --to")
    for file, text in sources.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return list(sources)


def _sources(name: str, role: Role, folder: Path) -> dict[Path, str]:
    """What is to be written of a Python agent, by file."""
    words = re.split(r"[._-]+", name)
    module, kind = "_".join(words), "".join(word.capitalize() for word in words)
    if not module.isidentifier():
        raise ConfigError(f"the name {name!r} would be the module {module!r}", "Begin it with a letter")
    found = {folder / f"{module}.py": f"{role}.py", folder / f"test_{module}.py": f"test_{role}.py"}
    new = {f"swarm.skeletons.{role}": module, f"New{role.capitalize()}": kind}
    return {
        file: typescript.renamed((_FOLDER / source).read_text(encoding="utf-8"), new) for file, source in found.items()
    }

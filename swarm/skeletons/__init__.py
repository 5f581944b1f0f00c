"""Skeletons of agents: each module here is one that works, and is written out under a name of one's own."""

import re
from pathlib import Path

from pydantic import ValidationError

from swarm.errors import ConfigError
from swarm.fields import AGENT_NAME_FIX
from swarm.roles import AgentCard, Role

ROLES = (Role.PROBER, Role.STUDENT, Role.JUDGE, Role.TEACHER)
"""Roles of which there is a skeleton."""
_FOLDER = Path(__file__).parent


def written(name: str, role: Role, folder: Path) -> list[Path]:
    """Write an agent and its test into a folder; their files.

    Raises ConfigError for a role without a skeleton, a name that no agent may have or that gives no module, and where
    one of the files is there already.
    """
    module, kind = _named(name, role)
    sources = {folder / f"{module}.py": f"{role}.py", folder / f"test_{module}.py": f"test_{role}.py"}
    if taken := [file for file in sources if file.exists()]:
        raise ConfigError(f"{str(taken[0])!r} is there already", "Give another name, or another folder with --to")
    folder.mkdir(parents=True, exist_ok=True)
    for file, source in sources.items():
        text = (_FOLDER / source).read_text(encoding="utf-8")
        text = text.replace(f"swarm.skeletons.{role}", module).replace(f"New{role.capitalize()}", kind)
        file.write_text(text, encoding="utf-8")
    return list(sources)


def _named(name: str, role: Role) -> tuple[str, str]:
    """The names of the module and the class."""
    if role not in ROLES:
        raise ConfigError(f"there is no skeleton of a {role}", f"Give one of {', '.join(ROLES)}")
    try:
        AgentCard(name=name, role=role)
    except ValidationError:
        raise ConfigError(f"the name is {name!r}", AGENT_NAME_FIX.replace("Send", "Give")) from None
    words = re.split(r"[._-]+", name)
    module = "_".join(words)
    if not module.isidentifier():
        raise ConfigError(f"the name {name!r} would be the module {module!r}", "Begin it with a letter")
    return module, "".join(word.capitalize() for word in words)

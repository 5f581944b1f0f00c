"""The agent under test: what starts it, as what role, and the process that it then is."""

import asyncio
import os
import re
import shlex
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarm.agent.acting import agent_class, consumed, role_of
from swarm.errors import ConfigError
from swarm.flow import BUILT_IN, LEASES, RoleSpec
from swarm.roles import Role

ROLES = (*LEASES, Role.PROBER)
"""Roles of the swarm's own that the kit knows how to keep busy; any declared one is known, too."""
NAME = "under-test"
_GUARD = ("sh", "-c", "read -r _; kill -s KILL 0")
"""Waits for the kit to end, however it does, then ends its process group: itself, the agent, what that has started."""
_CLASS = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Target:
    """A command line, and the role that what it starts has. `path` is where Python looks for modules, if it matters."""

    command: tuple[str, ...]
    role: RoleSpec
    path: str = ""

    def filled(self, place: Mapping[str, str]) -> list[str]:
        """The command line with `{target}`, `{credential}` and `{name}` replaced."""
        filled = list(self.command)
        for key, value in place.items():
            filled = [word.replace(f"{{{key}}}", value) for word in filled]
        return filled


def target_of(text: str, role: str = "", declared: Sequence[RoleSpec] = ()) -> Target:
    """What `module:Class`, or else a command line, stands for, beside the roles that a config declares.

    Raises ConfigError where that can be no role's agent.
    """
    known: dict[str, RoleSpec] = {role: BUILT_IN.by_name[role] for role in ROLES}
    known |= {spec.name: spec for spec in declared}
    if role and role not in known:
        raise ConfigError(f"the role is {role!r}", f"Give one of {_named(known)}")
    if _CLASS.fullmatch(text):
        said = _role_in(text, known)
        if role not in ("", said):
            raise ConfigError(f"{text} is a {said}, not a {role}", f"Leave --role out, or say --role {said}")
        path = os.pathsep.join(filter(None, sys.path))
        return Target((sys.executable, "-m", "swarm.agent", text), known[said], path)
    if not role:
        raise ConfigError("a command line doesn't say what role it has", f"Give --role, one of {_named(known)}")
    words = shlex.split(text)
    if not words or shutil.which(words[0]) is None:
        raise ConfigError(f"{text!r} can't be started", "Give module:Class, or a command line whose program is there")
    return Target(tuple(words), known[role])


def _role_in(place: str, known: Mapping[str, RoleSpec]) -> str:
    """The role of the class, which must be one that can take part. Modules are looked for in this folder, too."""
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    kind: Any = agent_class(place)
    shown = kind.__new__(kind)  # without __init__: what that loads need not be loaded twice
    consumed(shown)
    if (said := role_of(shown)) not in known:
        raise ConfigError(
            f"{place} is a {said}", f"Give --config with the config that declares it; known: {_named(known)}"
        )
    return said


def _named(known: Mapping[str, RoleSpec]) -> str:
    return ", ".join(known)


class Process:
    """The agent while it runs, which is no longer than the kit does. What it prints goes into a file."""

    def __init__(self, target: Target, words: Path) -> None:
        self._target, self._words = target, words
        self._guard: asyncio.subprocess.Process | None = None
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, address: str, token: str) -> None:
        """Start it with the gateway's address and its token in the environment, and in the command if that asks."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("SWARM_")}
        clean |= {"PYTHONPATH": self._target.path} if self._target.path else {}
        told = {"SWARM_TARGET": address, "SWARM_CREDENTIAL": token, "SWARM_AGENT": NAME}
        command = self._target.filled({"target": address, "credential": token, "name": NAME})
        # The kit alone holds the pipe open from which the guard reads, so that a SIGKILL of the kit closes it, too.
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        self._guard = await asyncio.create_subprocess_exec(*_GUARD, stdin=pipe, process_group=0)
        with self._words.open("wb") as words:
            self._process = await asyncio.create_subprocess_exec(
                *command, env=clean | told, stdin=nothing, stdout=words, stderr=words,
                process_group=self._guard.pid,
            )  # fmt: skip

    @property
    def code(self) -> int | None:
        """Its exit code; None while it runs."""
        assert self._process is not None
        return self._process.returncode

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        assert self._process is not None
        return await self._process.wait()

    def ask_to_leave(self) -> None:
        """SIGTERM, as whoever stops a container sends it."""
        self._send(signal.SIGTERM)

    async def kill(self) -> None:
        """End it, and whatever it has started."""
        if self._guard is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._guard.pid, signal.SIGKILL)
            await self._guard.wait()
        if self._process is not None:
            self._send(signal.SIGKILL)  # one that has left the group
            await self._process.wait()

    def _send(self, number: int) -> None:
        """Not by `Process.send_signal`, which looks after the child and takes its exit code from asyncio's watcher."""
        assert self._process is not None
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    def last_words(self, lines: int = 3) -> str:
        """The end of what it printed."""
        if not self._words.exists():
            return ""
        said = self._words.read_text(errors="replace")[-_WORDS:].strip()
        return "\n".join(said.splitlines()[-lines:])

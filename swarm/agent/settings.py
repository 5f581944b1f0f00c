"""Where an agent finds its gateway and who it is: from the command line, else from the environment."""

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from swarm.client import SwarmClient
from swarm.connection import Target
from swarm.errors import ConfigError

PATIENCE_SECONDS = 600.0
"""How long an agent waits for a gateway that is away before it ends."""
_FLAGS = {
    "target": ("HOST:PORT", "SWARM_TARGET", "where the gateway listens"),
    "credential-file": ("FILE", "SWARM_CREDENTIAL_FILE", "file with the token; SWARM_CREDENTIAL is the token itself"),
    "name": ("NAME", "SWARM_AGENT", "the name that the credential was issued for; else that of the class"),
    "ca": ("FILE", "SWARM_CA", "PEM of the authority to trust; without it nothing is encrypted"),
    "certificate": ("FILE", "SWARM_CERTIFICATE", "PEM of the certificate to show, where the gateway asks for one"),
    "key": ("FILE", "SWARM_KEY", "PEM of its key"),
    "run": ("FOLDER", "SWARM_RUN", "a run folder on this machine, in place of all of these but the name"),
    "batch": ("NUMBER", "SWARM_BATCH", "leases taken at once, or probes that may wait for a student"),
    "health": (
        "HOST:PORT",
        "SWARM_HEALTH",
        "where to serve the standard gRPC health service, for whoever restarts agents",
    ),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What one agent was started with. Either `run` or `target` and `credential` are set."""

    name: str
    target: Target | None = None
    credential: str = ""
    run: Path | None = None
    batch: int = 8
    health: str = ""

    def client(self, role: str) -> SwarmClient:
        """A client of the gateway. Raises ConfigError where a run folder holds no credential of that role."""
        if self.run is not None:
            return SwarmClient.for_run(self.run, role, self.name, patience=PATIENCE_SECONDS)
        assert self.target is not None
        patience = PATIENCE_SECONDS
        return SwarmClient(self.target, credential=self.credential, name=self.name, role=role, patience=patience)


def read_settings(kind: type, arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """The settings of an agent of that class. Raises ConfigError naming what is missing or can't be read."""
    parser = argparse.ArgumentParser(description=kind.__doc__)
    for flag, (shape, variable, meaning) in _FLAGS.items():
        parser.add_argument(
            f"--{flag}", metavar=shape, default=environment.get(variable, ""), help=f"{meaning} [{variable}]"
        )
    said: dict[str, str] = vars(parser.parse_args(arguments))
    name = said["name"] or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", kind.__name__).lower()
    batch = _batch(said["batch"] or "8")
    if said["run"]:
        return Settings(name, run=Path(said["run"]), batch=batch, health=said["health"])
    token = environment.get("SWARM_CREDENTIAL", "") or _read("credential-file", said["credential_file"]).decode()
    if not said["target"] or not token.strip():
        missing = "target" if not said["target"] else "credential"
        raise ConfigError(f"no {missing} was given", "Set SWARM_TARGET and SWARM_CREDENTIAL, or see --help")
    ca, key, certificate = (_read(flag, said[flag]) or None for flag in ("ca", "key", "certificate"))
    return Settings(
        name, Target(said["target"], ca, key, certificate), token.strip(), batch=batch, health=said["health"]
    )


def _read(flag: str, file: str) -> bytes:
    try:
        return Path(file).read_bytes() if file else b""
    except OSError as error:
        raise ConfigError(f"--{flag} {file!r} can't be read: {error.strerror}", "Give a file that is there") from error


def _batch(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ConfigError(f"--batch is {text!r}", "Give a whole number from 1")
    return int(text)

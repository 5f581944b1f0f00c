"""The way into a run whose folder one may read: where its gateway listens, the roles' tokens, and what TLS needs."""

from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from swarm.errors import ConfigError, UnavailableError
from swarm.records import Record

CREDENTIALS_FOLDER = "credentials"
ADDRESS_FILE = "gateway.json"
TLS_FOLDER = "tls"
INSIDE = "inside"
"""Whose certificate the swarm's own agents show where the gateway asks for one."""


class Address(Record):
    """Where the active gateway of a run listens."""

    address: str
    pid: int
    started_at: datetime
    contract: str
    tls: bool = False


def read_address(run_dir: Path) -> Address:
    """Where the gateway listens, or last did. Raises UnavailableError where none ever has."""
    file = run_dir / ADDRESS_FILE
    try:
        return Address.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        raise UnavailableError(
            f"no gateway has started in {str(run_dir)!r}", f"Start one: python -m swarm.gateway --run {run_dir}"
        ) from None
    except ValidationError as error:
        raise UnavailableError(f"{str(file)!r} can't be read: {error}", "Start the gateway again") from error


def token_file(run_dir: Path, role: str) -> Path:
    """Where the run's own token of a role lies."""
    return run_dir / CREDENTIALS_FOLDER / f"{role}.token"


def read_credential(run_dir: Path, role: str) -> str:
    """The token of a role. Raises ConfigError where it isn't there or can't be read."""
    file = token_file(run_dir, role)
    try:
        return file.read_text().strip()
    except OSError as error:
        raise ConfigError(
            f"no credential of role {role} in {str(file)!r}: {error.strerror}",
            "Start the gateway of this run once, as the user who calls it; a declared role's is issued into that file",
        ) from error


def read_tls(run_dir: Path) -> tuple[bytes, bytes | None, bytes | None]:
    """PEM of the authority to trust, and of the key and certificate to show, where there are any.

    Raises ConfigError where the authority's can't be read.
    """
    folder = run_dir / TLS_FOLDER
    key, certificate = folder / f"client-{INSIDE}.key", folder / f"client-{INSIDE}.pem"
    try:
        shown = (key.read_bytes(), certificate.read_bytes()) if certificate.is_file() else (None, None)
        return (folder / "ca.pem").read_bytes(), *shown
    except OSError as error:
        said = f"the gateway speaks TLS, and {error.filename!r} can't be read: {error.strerror}"
        raise ConfigError(said, "Put the CA that signed the gateway's certificate there") from error

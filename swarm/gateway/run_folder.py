"""What a gateway keeps in its run folder beside the store: its lock, its address, and the credentials of the roles."""

import fcntl
import hashlib
import hmac
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from swarm.config import load
from swarm.errors import ConfigError, UnavailableError
from swarm.records import Record
from swarm.roles import Role

CONTRACT = "swarm.v1"
STORE_FILE = "swarm.db"
STORE_VARIABLE = "SWARM_STORE"
"""Environment variable with the store's URL, which other users of the machine can't see."""
CREDENTIALS_FOLDER = "credentials"
CONFIG_FILE = "config.toml"
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


def store_url(run_dir: Path) -> str:
    """The URL of a run's store: its config's, else of the file that is there, else what the environment says.

    Raises UnavailableError where the run has no store yet, ConfigError where its config can't be read.
    """
    config = run_dir / CONFIG_FILE
    if config.is_file() and (named := load(config).swarm.store):
        return named
    file = run_dir / STORE_FILE
    if not file.is_file() and (named := os.environ.get(STORE_VARIABLE, "")):
        return named
    if not file.is_file():
        raise UnavailableError(f"{str(run_dir)!r} has no store yet", "Wait until its gateway has started")
    return f"sqlite:///{file.absolute()}"


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


def write_address(run_dir: Path, address: str, tls: bool) -> None:
    """Say where this process listens; readers see the old file or the new one, never a part."""
    said = Address(address=address, pid=os.getpid(), started_at=datetime.now(UTC), contract=CONTRACT, tls=tls)
    _write(run_dir / ADDRESS_FILE, said.model_dump_json(indent=2).encode() + b"\n")


def read_credential(run_dir: Path, role: Role) -> str:
    """The token of a role. Raises ConfigError where it isn't there or can't be read."""
    file = _token_file(run_dir, role)
    try:
        return file.read_text().strip()
    except OSError as error:
        raise ConfigError(
            f"no credential of role {role} in {str(file)!r}: {error.strerror}",
            "Start the gateway of this run once, as the user who calls it",
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


class Credentials:
    """The hashes of all roles' tokens. Opening makes the tokens that are missing, readable for their owner only."""

    def __init__(self, run_dir: Path) -> None:
        folder = run_dir / CREDENTIALS_FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        self.lease_key = bytes.fromhex(kept_secret(folder / "lease.key").strip())
        self._hashes = {role: _hash(kept_secret(_token_file(run_dir, role)).strip()) for role in Role}

    def role_of(self, token: str) -> Role | None:
        """Whose token this is; None where it is nobody's. Takes the same time for every token."""
        given, found = _hash(token), None
        for role, known in self._hashes.items():
            if hmac.compare_digest(given, known):
                found = role
        return found


class RunHeldError(ConfigError):
    """Another gateway serves from this run folder."""


class Lock:
    """The right to be the one gateway of a run; it goes with the process, however that ends."""

    def __init__(self, run_dir: Path) -> None:
        self._file = os.open(run_dir / "gateway.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._file, 64).decode().strip() or "unknown"
            os.close(self._file)
            raise RunHeldError(
                f"a gateway with pid {holder} already serves {str(run_dir)!r}",
                f"Use that one, or stop it first: kill {holder}",
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Let another gateway take over."""
        os.close(self._file)


def previous_port(run_dir: Path) -> int:
    """The port of the last gateway of this run, so that clients find the next one at once; 0 where there was none."""
    try:
        return int(read_address(run_dir).address.rpartition(":")[2])
    except (UnavailableError, ValueError):
        return 0


def _token_file(run_dir: Path, role: Role) -> Path:
    return run_dir / CREDENTIALS_FOLDER / f"{role}.token"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def kept_secret(file: Path) -> str:
    """The secret in a file, made where there is none. Raises ConfigError where others can read it or it is empty."""
    if not file.exists():
        _write(file, secrets.token_hex(32).encode() + b"\n")
    mode = file.stat().st_mode & 0o777
    if mode & 0o077:
        raise ConfigError(f"{str(file)!r} has mode {mode:o}; others can read it", f"Run: chmod 600 {file}")
    if not (text := file.read_text()).strip():
        raise ConfigError(f"{str(file)!r} is empty", "Delete it; the next start makes a new one")
    return text


def _write(file: Path, content: bytes) -> None:
    part = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(file)

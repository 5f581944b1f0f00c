"""What a gateway writes into its run folder beside the store: its lock, its address, the credentials of the roles."""

import fcntl
import hashlib
import hmac
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from swarm.access import ADDRESS_FILE, CREDENTIALS_FOLDER, Address, read_address, token_file
from swarm.config import load
from swarm.errors import ConfigError, UnavailableError
from swarm.roles import OWN_ROLES, Role

CONTRACT = "swarm.v1"
STORE_FILE = "swarm.db"
STORE_VARIABLE = "SWARM_STORE"
"""Environment variable with the store's URL, which other users of the machine can't see."""
CONFIG_FILE = "config.toml"


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


def write_address(run_dir: Path, address: str, tls: bool) -> None:
    """Say where this process listens; readers see the old file or the new one, never a part."""
    said = Address(address=address, pid=os.getpid(), started_at=datetime.now(UTC), contract=CONTRACT, tls=tls)
    _write(run_dir / ADDRESS_FILE, said.model_dump_json(indent=2).encode() + b"\n")


class Credentials:
    """The hashes of all roles' tokens. Opening makes the tokens that are missing, readable for their owner only."""

    def __init__(self, run_dir: Path) -> None:
        folder = run_dir / CREDENTIALS_FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        self.lease_key = bytes.fromhex(kept_secret(folder / "lease.key").strip())
        self._hashes = {role: _hash(kept_secret(token_file(run_dir, role)).strip()) for role in OWN_ROLES}

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

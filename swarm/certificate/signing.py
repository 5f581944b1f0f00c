"""Signatures of certificates: Ed25519 keys of a run, and the check of everything that a signed file says."""

import os
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import ValidationError

from swarm import checkpoints
from swarm.certificate.counting import canonical, digest, numbers_of, shortfalls
from swarm.certificate.records import Certificate, Signed
from swarm.certificate.wording import sentence
from swarm.errors import ConfigError, WeightsError
from swarm.records import Record
from swarm.students import Checkpoint, CheckpointStatus

KEY_FILE = "certificate.key"
PUBLIC_FILE = "certificate.pub"


class Flaw(StrEnum):
    """Why a certificate is refused."""

    SIGNATURE = "SIGNATURE"
    OTHER_KEY = "OTHER_KEY"
    EVENTS = "EVENTS"
    NUMBER = "NUMBER"
    SENTENCE = "SENTENCE"
    NOT_SHOWN = "NOT_SHOWN"
    FILES = "FILES"
    REVOKED = "REVOKED"


class Finding(Record):
    """One flaw, with what was found."""

    flaw: Flaw
    detail: str


def own_key(run: Path) -> Ed25519PrivateKey:
    """The run's signing key, made where there is none: RUN/certificate.key, and RUN/certificate.pub to give away."""
    file = run / KEY_FILE
    if not file.is_file():
        made = Ed25519PrivateKey.generate()
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(made.private_bytes_raw().hex() + "\n")
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read_text().strip()))
    (run / PUBLIC_FILE).write_text(key.public_key().public_bytes_raw().hex() + "\n")
    return key


def public_key(said: str) -> str:
    """A public key in hexadecimal, from that or from a file that holds it. Raises ConfigError for anything else."""
    text = Path(said).read_text().strip() if Path(said).is_file() else said.strip()
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text)).public_bytes_raw().hex()
    except ValueError:
        raise ConfigError(
            f"{said!r} is no Ed25519 public key, nor a file with one", "Give 64 hexadecimal digits, or certificate.pub"
        ) from None


def sign(content: Record, key: Ed25519PrivateKey) -> tuple[str, str]:
    """Public key and signature of a record, in hexadecimal."""
    signature = key.sign(canonical(content.model_dump(mode="json")))
    return key.public_key().public_bytes_raw().hex(), signature.hex()


def signed(certificate: Certificate, key: Ed25519PrivateKey) -> Signed:
    """The certificate, signed."""
    public, signature = sign(certificate, key)
    return Signed(certificate=certificate, public_key=public, signature=signature)


def holds(content: Record, public: str, signature: str) -> bool:
    """Whether that key made the signature over that content."""
    try:
        verifier = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        verifier.verify(bytes.fromhex(signature), canonical(content.model_dump(mode="json")))
    except (InvalidSignature, ValueError):
        return False
    return True


def read_signed(file: Path) -> Signed:
    """A signed certificate from its file. Raises ConfigError where there is none in it."""
    try:
        return Signed.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        raise ConfigError(
            f"there is no file {str(file)!r}", "Give the file that `swarm certificate issue` made"
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ConfigError(f"{str(file)!r} is no certificate: {where}: {first['msg']}", "Give a whole one") from error


def examine(given: Signed, key: str = "", weights: Path | None = None) -> list[Finding]:
    """All that is wrong with a signed certificate, by the file alone; `weights` is the checkpoint's folder."""
    certificate, found = given.certificate, list[Finding]()
    if key and key != given.public_key:
        found.append(Finding(flaw=Flaw.OTHER_KEY, detail=f"it is signed by {given.public_key}, not by {key}"))
    if not holds(certificate, given.public_key, given.signature):
        found.append(Finding(flaw=Flaw.SIGNATURE, detail="what it says is not what was signed"))
    if digest(certificate.events) != certificate.numbers.events_sha256:
        found.append(Finding(flaw=Flaw.EVENTS, detail="an event is not as it was when the numbers were computed"))
    found += _numbers(certificate)
    if certificate.says != sentence(certificate.terms):
        found.append(Finding(flaw=Flaw.SENTENCE, detail=f"it says {certificate.says!r}"))
    found += [Finding(flaw=Flaw.NOT_SHOWN, detail=said) for said in shortfalls(certificate)]
    return found + (_files(certificate, weights) if weights else [])


def _numbers(certificate: Certificate) -> list[Finding]:
    claimed = certificate.numbers.model_dump()
    counted = numbers_of(certificate.events, certificate.terms).model_dump()
    return [
        Finding(flaw=Flaw.NUMBER, detail=f"{name} is given as {claimed[name]}; the events give {value}")
        for name, value in counted.items()
        if name != "events_sha256" and not _same(claimed[name], value)
    ]


def _same(claimed: float, counted: float) -> bool:
    """Whether two numbers agree; another machine's logarithms may differ in the last digits."""
    return abs(claimed - counted) <= 1e-9 * max(1.0, abs(counted))


def _files(certificate: Certificate, folder: Path) -> list[Finding]:
    subject = certificate.subject
    checkpoint = Checkpoint(
        id=subject.checkpoint_id,
        status=CheckpointStatus.GRADUATE,
        url=folder.absolute().as_uri(),
        adapter=subject.adapter,
        files=subject.files,
    )
    try:
        checkpoints.verify(checkpoint, folder)
    except WeightsError as error:
        return [Finding(flaw=Flaw.FILES, detail=error.message)]
    return []

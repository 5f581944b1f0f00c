"""Revoking: a set of answers from the certified student, verified, whose failure rate lies above what was certified."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field, TypeAdapter, ValidationError

from swarm import statistics
from swarm.certificate.counting import canonical
from swarm.certificate.records import Certificate, Signed
from swarm.certificate.signing import Finding, Flaw, holds, sign
from swarm.domains.base import Domain
from swarm.errors import ConfigError, RefusedError
from swarm.exam_report import answered_right
from swarm.fields import Note, Sha256, Text
from swarm.records import Probe, Record

ALPHA = 0.05


class Answered(Record):
    """A probe with what the certified student answered."""

    probe: Probe
    text: Text


class Revocation(Record):
    """Why a certificate holds no longer."""

    certificate_sha256: Sha256
    at: datetime
    reason: Note
    answered: tuple[Answered, ...]
    failures: int
    rate: float
    """Exact 95% lower bound of the failure rate."""
    epsilon: float


class SignedRevocation(Record):
    """A revocation, signed with the key of its certificate."""

    revocation: Revocation
    public_key: str = Field(pattern="^[0-9a-f]{64}$")
    signature: str = Field(pattern="^[0-9a-f]{128}$")


def beside(file: Path) -> Path:
    """Where the revocation of a certificate's file lies: FILE without its ending, and `.revoked.json`."""
    return file.with_suffix(".revoked.json")


def read_answers(file: Path) -> tuple[Answered, ...]:
    """A JSON list of {probe, text}. Raises ConfigError where it is none."""
    try:
        return TypeAdapter(tuple[Answered, ...]).validate_json(file.read_bytes())
    except FileNotFoundError:
        raise ConfigError(f"there is no file {str(file)!r}", "Give a JSON list of {probe, text}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigError(f"{str(file)!r}: {where}: {first['msg']}", "Give a JSON list of {probe, text}") from error


def revoke(
    given: Signed, answered: Sequence[Answered], domain: Domain, key: Ed25519PrivateKey, reason: str, at: datetime
) -> SignedRevocation:
    """The signed revocation. Raises RefusedError where the set does not bear it out, or the key is another.

    The set must be whole: passes count, too, so that it has a rate. That the student gave these answers is the word
    of whoever holds the key.
    """
    certificate = given.certificate
    failures, rate = shown(certificate, answered, domain)
    if rate <= certificate.terms.epsilon:
        raise RefusedError(
            "CONFLICT",
            f"{failures} of {len(answered)} answers are wrong; that is at least {rate:.4f}, and up to "
            f"{certificate.terms.epsilon} was certified",
            "Bring more probes, asked without choosing among the answers",
        )
    revocation = Revocation(
        certificate_sha256=fingerprint(certificate),
        at=at,
        reason=reason,
        answered=tuple(answered),
        failures=failures,
        rate=rate,
        epsilon=certificate.terms.epsilon,
    )
    public, signature = sign(revocation, key)
    if public != given.public_key:
        raise RefusedError(
            "FORBIDDEN",
            f"the certificate is signed by {given.public_key}, this key is {public}",
            "Use the run that issued it",
        )
    return SignedRevocation(revocation=revocation, public_key=public, signature=signature)


def shown(certificate: Certificate, answered: Sequence[Answered], domain: Domain) -> tuple[int, float]:
    """Failures, verified by the domain, and the lower bound of their rate. Raises RefusedError for unfit probes."""
    if domain.name != certificate.subject.domain:
        raise RefusedError("INVALID", f"the domain is {domain.name!r}", f"Load {certificate.subject.domain!r}")
    questions: set[str] = set()
    failures = 0
    for number, one in enumerate(answered):
        if objection := _unfit(certificate, one.probe, domain, questions):
            raise RefusedError("INVALID", f"answer {number}: {objection}", "Leave it out of the set, and say so")
        questions.add(one.probe.question)
        failures += not answered_right(domain, one.probe, one.text)
    return failures, statistics.rate_lower_bound(failures, len(answered), ALPHA)


def _unfit(certificate: Certificate, probe: Probe, domain: Domain, questions: set[str]) -> str:
    if probe.cell.key not in certificate.subject.cells:
        return f"cell {probe.cell.key} is not in scope"
    if probe.reference is None or not domain.verify(probe, probe.reference.answer).correct:
        return "its reference does not verify"
    return "its question stands in the set twice" if probe.question in questions else ""


def fingerprint(certificate: Certificate) -> str:
    """SHA-256 of a certificate's canonical JSON."""
    return hashlib.sha256(canonical(certificate.model_dump(mode="json"))).hexdigest()


def revoked(given: Signed, file: Path) -> list[Finding]:
    """Whether a revocation of this certificate lies beside its file; one that isn't genuine revokes nothing.

    Raises ConfigError where what lies there can't be read.
    """
    place = beside(file)
    if not place.is_file():
        return []
    try:
        found = SignedRevocation.model_validate_json(place.read_bytes())
    except ValidationError as error:
        raise ConfigError(f"{str(place)!r} is no revocation", "Mend it or take it away") from error
    revocation = found.revocation
    genuine = found.public_key == given.public_key and holds(revocation, found.public_key, found.signature)
    if not genuine or revocation.certificate_sha256 != fingerprint(given.certificate):
        return []
    detail = (
        f"on {revocation.at:%Y-%m-%d}: {revocation.failures} of {len(revocation.answered)} answers were wrong, "
        f"at least {revocation.rate:.1%}; {revocation.reason}"
    )
    return [Finding(flaw=Flaw.REVOKED, detail=detail)]

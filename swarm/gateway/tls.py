"""TLS for the gateway's port: its own small authority in the run folder, or certificates that were given."""

import ipaddress
import os
import socket
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from swarm.access import TLS_FOLDER
from swarm.errors import ConfigError

OWN = "own"
"""In place of a client CA: the run's own authority."""
_LIFE = timedelta(days=397)
_CA_LIFE = timedelta(days=3650)
_RENEW = timedelta(days=30)
_SKEW = timedelta(hours=1)


def is_loopback(host: str) -> bool:
    """Whether nobody outside this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Authority:
    """RUN/tls: an authority of the run's own, which signs the gateway's certificate and those of clients (mTLS).

    The files are made where they are missing; the gateway's certificate is made anew 30 days before its end.
    """

    def __init__(self, run_dir: Path) -> None:
        self._folder = run_dir / TLS_FOLDER
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self.ca_file = self._folder / "ca.pem"
        key_file = self._folder / "ca.key"
        if not (self.ca_file.is_file() and key_file.is_file()):
            key = ec.generate_private_key(ec.SECP256R1())
            name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"nucleus-swarm {run_dir.name}"[:64])])
            signed = _builder(name, name, key, _CA_LIFE)
            signed = signed.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            _write(key_file, _pem(key), 0o600)
            _write(self.ca_file, signed.sign(key, SHA256()).public_bytes(Encoding.PEM), 0o644)
        self._key = load_pem_private_key(key_file.read_bytes(), None)
        self._certificate = x509.load_pem_x509_certificate(self.ca_file.read_bytes())

    def serve(self, hosts: Iterable[str]) -> tuple[Path, Path]:
        """Certificate and key files for a gateway that clients call by these names or addresses."""
        names = sorted({*hosts, "localhost", "127.0.0.1", "::1", socket.gethostname()} - {"0.0.0.0", "::"})
        certificate, key = self._folder / "gateway.pem", self._folder / "gateway.key"
        if not (certificate.is_file() and key.is_file()) or not _good(certificate, names):
            self._issue(certificate, key, "gateway", names, ExtendedKeyUsageOID.SERVER_AUTH)
        return certificate, key

    def client(self, name: str) -> tuple[Path, Path]:
        """Certificate and key files with which an agent shows itself where the gateway asks for one."""
        certificate, key = self._folder / f"client-{name}.pem", self._folder / f"client-{name}.key"
        self._issue(certificate, key, name, [], ExtendedKeyUsageOID.CLIENT_AUTH)
        return certificate, key

    def _issue(
        self, certificate: Path, key_file: Path, name: str, hosts: list[str], usage: x509.ObjectIdentifier
    ) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = _builder(subject, self._certificate.subject, key, _LIFE)
        made = made.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if hosts:
            made = made.add_extension(x509.SubjectAlternativeName([_general(host) for host in hosts]), critical=False)
        _write(key_file, _pem(key), 0o600)
        signed = made.sign(self._key, SHA256())  # type: ignore[arg-type]
        _write(certificate, signed.public_bytes(Encoding.PEM), 0o644)


def server_credentials(certificate: Path, key: Path, client_ca: Path | None) -> grpc.ServerCredentials:
    """Credentials of the port, read again whenever the files change. With `client_ca`, clients must show a certificate.

    Raises ConfigError where a file can't be read, or the certificate has expired or isn't valid yet.
    """
    files = [certificate, key, *([client_ca] if client_ca else [])]
    seen: list[int] = []

    def load() -> grpc.ServerCertificateConfiguration:
        seen[:] = [file.stat().st_mtime_ns for file in files]
        pair = (key.read_bytes(), certificate.read_bytes())
        return grpc.ssl_server_certificate_configuration([pair], client_ca.read_bytes() if client_ca else None)

    def fetch() -> grpc.ServerCertificateConfiguration | None:
        try:
            return load() if seen != [file.stat().st_mtime_ns for file in files] else None
        except OSError:
            return None  # half-way through being replaced: the next handshake sees the new one

    try:
        check_dates(certificate)
        first = load()
    except OSError as error:
        raise ConfigError(f"can't read {error.filename!r}: {error.strerror}", "Give PEM files that exist") from error
    asked = client_ca is not None
    return grpc.dynamic_ssl_server_credentials(first, fetch, asked)  # type: ignore[arg-type]  # None: no change


def check_dates(certificate: Path) -> None:
    """Raise ConfigError where a certificate isn't valid now, or isn't one."""
    try:
        read = x509.load_pem_x509_certificate(certificate.read_bytes())
    except ValueError as error:
        raise ConfigError(f"{str(certificate)!r} is no PEM certificate: {error}", "Give a PEM certificate") from error
    begin, end = read.not_valid_before_utc, read.not_valid_after_utc
    if not begin <= datetime.now(UTC) <= end:
        said = f"the certificate {str(certificate)!r} is valid from {begin:%Y-%m-%d} to {end:%Y-%m-%d %H:%M} UTC only"
        raise ConfigError(said, "Put a new one in its place, or set this machine's clock")


def _good(file: Path, hosts: list[str]) -> bool:
    read = x509.load_pem_x509_certificate(file.read_bytes())
    names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = {*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))}
    return set(hosts) <= covered and datetime.now(UTC) < read.not_valid_after_utc - _RENEW


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, life: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    begun = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    return begun.serial_number(x509.random_serial_number()).not_valid_before(now - _SKEW).not_valid_after(now + life)


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(file: Path, content: bytes, mode: int) -> None:
    part = file.with_name(f".{file.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as opened:
        opened.write(content)
    part.replace(file)

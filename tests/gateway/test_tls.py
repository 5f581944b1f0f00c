"""TLS: on by itself where others reach the port, the run's own authority, expiry, wrong authorities, and mTLS."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from gateway_rig import GatewayProcess

from swarm.access import read_address, read_credential
from swarm.client import SwarmClient
from swarm.connection import Target
from swarm.errors import ConfigError, UnavailableError
from swarm.gateway import tls
from swarm.gateway.server import Settings, serving
from swarm.roles import Role


def settings(run: Path, **more: object) -> Settings:
    return Settings(run, "test", "calendar", **{"tls": True, **more})  # type: ignore[arg-type]


def client(run: Path, target: Target) -> SwarmClient:
    token = read_credential(run, Role.OPERATOR)
    return SwarmClient(target, credential=token, name="operator-1", role=Role.OPERATOR, patience=2)


@pytest.mark.parametrize(
    ("host", "asked", "encrypted"),
    [("127.0.0.1", None, False), ("localhost", None, False), ("::1", None, False), ("0.0.0.0", None, True),
     ("10.1.2.3", None, True), ("swarm.example", None, True), ("127.0.0.1", True, True), ("10.1.2.3", False, False)],
)  # fmt: skip
def test_tls_is_on_wherever_others_reach_the_port(host: str, asked: bool | None, encrypted: bool) -> None:
    assert Settings(Path(), "test", "calendar", host=host, tls=asked).encrypted is encrypted


@pytest.mark.asyncio
async def test_clients_of_the_run_folder_trust_its_authority(tmp_path: Path) -> None:
    async with serving(settings(tmp_path)), SwarmClient.for_run(tmp_path, Role.OPERATOR, "operator-1") as inside:
        assert read_address(tmp_path).tls
        assert (await inside.state()).name == "test"
    assert (tmp_path / "tls" / "ca.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.asyncio
async def test_plain_text_and_strange_authorities_do_not_get_through(tmp_path: Path) -> None:
    run, elsewhere = tmp_path / "run", tmp_path / "elsewhere"
    elsewhere.mkdir()
    strange = tls.Authority(elsewhere).ca_file.read_bytes()
    async with serving(settings(run)) as gateway:
        async with client(run, Target(gateway.address)) as plain:
            with pytest.raises(UnavailableError):
                await plain.phase()
        async with client(run, Target(gateway.address, strange)) as misled:
            with pytest.raises(ConfigError, match="isn't one that this client trusts"):
                await misled.phase()


@pytest.mark.asyncio
async def test_a_client_certificate_is_asked_for_where_it_is_configured(tmp_path: Path) -> None:
    async with serving(settings(tmp_path, tls_client_ca=tls.OWN)) as gateway:
        async with SwarmClient.for_run(tmp_path, Role.OPERATOR, "operator-1") as inside:
            await inside.phase()
        authority = tls.Authority(tmp_path)
        certificate, key = (file.read_bytes() for file in authority.client("ticket-prober"))
        async with client(tmp_path, Target(gateway.address, authority.ca_file.read_bytes(), key, certificate)) as known:
            await known.phase()
        async with client(tmp_path, Target(gateway.address, authority.ca_file.read_bytes())) as unknown:
            with pytest.raises((UnavailableError, ConfigError)):
                await unknown.phase()


@pytest.mark.asyncio
async def test_a_new_certificate_is_taken_up_without_a_restart(tmp_path: Path) -> None:
    async with serving(settings(tmp_path)) as gateway:
        certificate = tmp_path / "tls" / "gateway.pem"
        host, _, port = gateway.address.rpartition(":")
        before = await asyncio.to_thread(ssl.get_server_certificate, (host, int(port)))
        assert before == certificate.read_text()
        certificate.unlink()
        tls.Authority(tmp_path).serve(["127.0.0.1"])
        after = await asyncio.to_thread(ssl.get_server_certificate, (host, int(port)))
        assert before != after == certificate.read_text()
        async with SwarmClient.for_run(tmp_path, Role.OPERATOR, "operator-1") as inside:
            await inside.phase()


def test_a_certificate_is_kept_until_its_end_is_near_or_a_name_is_new(tmp_path: Path) -> None:
    authority = tls.Authority(tmp_path)
    first = authority.serve(["127.0.0.1"])[0].read_bytes()
    assert tls.Authority(tmp_path).serve(["127.0.0.1"])[0].read_bytes() == first
    second = authority.serve(["127.0.0.1", "swarm.example"])[0].read_bytes()
    assert second != first
    _age(tmp_path, timedelta(days=29))
    assert authority.serve(["127.0.0.1", "swarm.example"])[0].read_bytes() != second


@pytest.mark.asyncio
async def test_an_expired_certificate_is_refused_by_name(gateway_process: GatewayProcess) -> None:
    run = gateway_process.run_dir
    certificate, key = tls.Authority(run).serve(["127.0.0.1"])
    _age(run, timedelta(seconds=-1))
    given = ("--tls", "on", "--tls-certificate", str(certificate), "--tls-key", str(key))
    code, said = await gateway_process.refused(*given)
    assert code == ConfigError.exit_code
    assert "gateway.pem' is valid from" in said
    assert "Put a new one in its place" in said


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--tls-certificate", "missing.pem"], "a certificate without its key"),
        (["--tls-certificate", "missing.pem", "--tls-key", "missing.key"], "can't read 'missing.pem'"),
        (["--tls-certificate", __file__, "--tls-key", __file__], "is no PEM certificate"),
    ],
)
async def test_bad_files_are_refused_by_name(gateway_process: GatewayProcess, given: list[str], words: str) -> None:
    code, said = await gateway_process.refused("--tls", "on", *given)
    assert code == ConfigError.exit_code
    assert words in said


@pytest.mark.asyncio
async def test_a_certificate_that_ends_while_serving_is_a_named_error(tmp_path: Path) -> None:
    async with serving(settings(tmp_path)):
        _age(tmp_path, timedelta(seconds=-1))
        async with SwarmClient.for_run(tmp_path, Role.OPERATOR, "operator-1", patience=5) as inside:
            with pytest.raises(ConfigError, match="hasn't expired"):
                await inside.phase()


def _age(run: Path, left: timedelta) -> None:
    """Put in the gateway's place a certificate of the same key that ends `left` from now."""
    folder = run / "tls"
    ca = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    key = load_pem_private_key((folder / "ca.key").read_bytes(), None)
    own = load_pem_private_key((folder / "gateway.key").read_bytes(), None)
    read = x509.load_pem_x509_certificate((folder / "gateway.pem").read_bytes())
    end = datetime.now(UTC) + left
    made = x509.CertificateBuilder().subject_name(read.subject).issuer_name(ca.subject).public_key(own.public_key())  # type: ignore[arg-type]
    made = made.serial_number(1).not_valid_before(end - timedelta(days=300)).not_valid_after(end)
    for extension in read.extensions:
        made = made.add_extension(extension.value, extension.critical)
    signed = made.sign(key, tls.SHA256())  # type: ignore[arg-type]
    (folder / "gateway.pem").write_bytes(signed.public_bytes(tls.Encoding.PEM))

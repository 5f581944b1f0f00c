"""The end of a certified run: its certificate lies in the run folder, or the log says why there is none."""

from pathlib import Path

from cluster.finale import certify
from swarm.certificate.issuing import CERTIFICATE_FILE
from swarm.certificate.signing import examine, read_signed
from swarm.config import load
from tests.certificate_rig import certified_run


def of(run: Path) -> str:
    """What is said of the certificate of a run."""
    return certify(load(run / "config.toml", {"swarm.run": str(run)}))


def test_a_certified_run_issues_its_certificate(tmp_path: Path) -> None:
    said = of(certified_run(tmp_path))
    signed = read_signed(tmp_path / CERTIFICATE_FILE)
    assert said == f"certificate {tmp_path / CERTIFICATE_FILE}, signed by {signed.public_key}"
    assert examine(signed) == []


def test_one_that_its_events_do_not_bear_out_issues_none(tmp_path: Path) -> None:
    said = of(certified_run(tmp_path, failing=20))
    assert said.startswith("no certificate: its events do not bear it out: the census did not accept")
    assert not (tmp_path / CERTIFICATE_FILE).exists()

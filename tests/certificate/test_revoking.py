"""A certificate is revoked by verified answers in scope whose failure rate lies above it, and by nothing less."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from swarm.certificate.issuing import CERTIFICATE_FILE, issue
from swarm.certificate.records import Signed
from swarm.certificate.revoking import Answered, beside, read_answers, revoke, revoked
from swarm.certificate.signing import Flaw, own_key, read_signed
from swarm.errors import ConfigError, RefusedError
from swarm.records import Probe, Purpose
from tests.certificate_rig import CELLS, DOMAIN, certified_run

AT = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certified run with its certificate."""
    folder = certified_run(tmp_path_factory.mktemp("run"))
    issue(folder)
    return folder


@pytest.fixture
def given(run: Path) -> Signed:
    """Its certificate."""
    return read_signed(run / CERTIFICATE_FILE)


def answers(count: int, wrong: int) -> list[Answered]:
    """Answers to distinct probes in scope, the first of them wrong."""
    rng, made, asked = random.Random("revoked"), list[Answered](), set[str]()
    while len(made) < count:
        probe = DOMAIN.make(rng.choice(CELLS), rng, Purpose.CENSUS)[0].payload
        assert isinstance(probe, Probe)
        assert probe.reference is not None
        if probe.question not in asked:
            asked.add(probe.question)
            text = "no answer" if len(made) < wrong else DOMAIN.completion(probe.reference)
            made.append(Answered(probe=probe, text=text))
    return made


def test_a_rate_above_it_revokes_it(run: Path, given: Signed) -> None:
    made = revoke(given, answers(30, 20), DOMAIN, own_key(run), "border cells", AT)
    assert made.revocation.failures == 20
    assert made.revocation.rate > made.revocation.epsilon == 0.25
    file = run / CERTIFICATE_FILE
    beside(file).write_text(made.model_dump_json())
    (finding,) = revoked(given, file)
    assert finding.flaw is Flaw.REVOKED
    assert "20 of 30 answers were wrong" in finding.detail
    beside(file).unlink()
    assert revoked(given, file) == []


def test_a_rate_that_may_be_within_it_does_not(run: Path, given: Signed) -> None:
    with pytest.raises(RefusedError, match="8 of 30 answers are wrong; that is at least"):
        revoke(given, answers(30, 8), DOMAIN, own_key(run), "", AT)


def test_another_key_revokes_nothing(given: Signed, run: Path) -> None:
    key = Ed25519PrivateKey.generate()
    with pytest.raises(RefusedError, match="this key is"):
        revoke(given, answers(30, 30), DOMAIN, key, "", AT)
    made = revoke(given, answers(30, 30), DOMAIN, own_key(run), "", AT)
    forged = made.model_copy(update={"revocation": made.revocation.model_copy(update={"failures": 29})})
    file = run / "forged.json"
    beside(file).write_text(forged.model_dump_json())
    assert revoked(given, file) == []


def test_unfit_probes_are_refused(run: Path, given: Signed) -> None:
    one = answers(1, 1)[0]
    outside = next(cell for cell in DOMAIN.cells() if cell not in CELLS)
    bare = one.probe.model_copy(update={"reference": None})
    for unfit, said in (
        ([one, one], "stands in the set twice"),
        ([one.model_copy(update={"probe": one.probe.model_copy(update={"cell": outside})})], "is not in scope"),
        ([one.model_copy(update={"probe": bare})], "its reference does not verify"),
    ):
        with pytest.raises(RefusedError, match=said):
            revoke(given, unfit, DOMAIN, own_key(run), "", AT)


def test_answers_are_read_from_their_file_or_refused(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text(f"[{answers(1, 0)[0].model_dump_json()}]")
    assert read_answers(file) == tuple(answers(1, 0))
    file.write_text('[{"text": "?"}]')
    with pytest.raises(ConfigError, match="probe: Field required"):
        read_answers(file)
    with pytest.raises(ConfigError, match="there is no file"):
        read_answers(tmp_path / "none.json")


def test_what_lies_beside_it_must_be_readable(run: Path, given: Signed) -> None:
    file = run / "other.json"
    beside(file).write_text("{}")
    with pytest.raises(ConfigError, match="is no revocation"):
        revoked(given, file)

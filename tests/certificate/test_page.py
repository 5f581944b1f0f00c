"""The certificate's page says the sentence to the letter, shows every number, and fetches nothing."""

import re
from pathlib import Path

import pytest

from swarm.certificate.issuing import CERTIFICATE_FILE, issue
from swarm.certificate.page import page_of, render
from swarm.certificate.records import PlantedStudent, Signed
from swarm.certificate.signing import Finding, Flaw, read_signed
from swarm.errors import ConfigError
from tests.certificate_rig import certified_run


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Signed:
    """The certificate of a certified run."""
    run = certified_run(tmp_path_factory.mktemp("run"))
    issue(run)
    assert page_of(run / CERTIFICATE_FILE).read_text() == render(read_signed(run / CERTIFICATE_FILE))
    return read_signed(run / CERTIFICATE_FILE)


def test_it_says_the_sentence_and_every_count(given: Signed) -> None:
    page, certificate = render(given), given.certificate
    assert certificate.says in page
    numbers = certificate.numbers
    counted = f'<td class="n">{numbers.siege_probes}</td><td class="n">0</td>'
    row = f"<td>siege</td><td>questions chosen to break it</td>{counted}"
    assert row in page
    for said in (numbers.events_sha256, given.public_key, certificate.subject.files[0].sha256, "siege 1 breached"):
        assert said in page
    assert "No power audit was made" in page
    assert "Revoked" not in page


def test_what_was_asked_adds_up_over_the_kinds(given: Signed) -> None:
    count = r'<td class="n">(\d+)</td>'
    rows = re.findall(rf"<tr><td>\w+/\w+/\w+</td>{count}{count}{count}{count}", render(given))
    numbers = given.certificate.numbers
    sums = [sum(int(row[place]) for row in rows) for place in range(4)]
    assert sums == [numbers.siege_probes, 0, numbers.census_probes, 0]


def test_a_revocation_stands_before_everything(given: Signed) -> None:
    page = render(given, [Finding(flaw=Flaw.REVOKED, detail="on 2026-02-01: 20 of 30 answers were wrong")])
    assert page.index("Revoked on 2026-02-01") < page.index(given.certificate.says)


def test_it_fetches_nothing_and_takes_no_markup(given: Signed) -> None:
    named = given.certificate.model_copy(update={"swarm": "<script>alert(1)</script>"})
    page = render(given.model_copy(update={"certificate": named}))
    assert "<script" not in page
    assert not re.findall(r"(?:src|href)\s*=|url\(|@import", page)


def test_planted_students_are_listed(given: Signed) -> None:
    certificate = given.certificate
    power = (PlantedStudent(student="planted-1", found=(True, False), calls=300),)
    numbers = certificate.numbers.model_copy(update={"planted": 2, "rediscovered": 1})
    events = certificate.events.model_copy(update={"power": power})
    changed = certificate.model_copy(update={"events": events, "numbers": numbers})
    page = render(given.model_copy(update={"certificate": changed}))
    assert '<td>planted-1</td><td class="n">300</td><td class="n">2</td><td class="n">1</td>' in page


def test_what_is_no_certificate_has_no_page(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text("{}")
    with pytest.raises(ConfigError, match="is no certificate"):
        read_signed(tmp_path / "c.json")

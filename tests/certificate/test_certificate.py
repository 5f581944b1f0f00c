"""A certificate is what its events show, and whatever was changed in it is found and named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from swarm.certificate.counting import numbers_of, shortfalls
from swarm.certificate.issuing import CERTIFICATE_FILE, issue, with_power
from swarm.certificate.records import Asked, Certificate, Events, JudgedItem, PlantedStudent, Signed, Terms
from swarm.certificate.signing import Flaw, examine, own_key, public_key, read_signed, signed
from swarm.errors import ConfigError, RefusedError
from swarm.planted.audit import HoleAudit, PowerPlan, PowerReport, StudentAudit
from swarm.planted.holes import Slip
from swarm.statistics import census_decision, siege_bound, siege_probes_needed
from tests.certificate_rig import CELLS, DOMAIN, certified_run

TERMS = Terms(epsilon=0.25, alpha=0.05, beta=0.05, attempt=1, siege_failures=3)
JUDGED = tuple(JudgedItem(kind="any", right=number % 2 == 0, passed=number % 2 == 0) for number in range(240))
TWIN = next(cell for cell in DOMAIN.cells() if cell not in CELLS)
Change = Callable[[dict[str, Any]], None]


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


def asked(outcomes: list[bool | None]) -> tuple[Asked, ...]:
    """Probes with these outcomes."""
    return tuple(
        Asked(revision=n + 1, probe_id=f"{n:032x}", sha256="0" * 64, cell=CELLS[0].key, passed=passed)
        for n, passed in enumerate(outcomes)
    )


def events(siege: list[bool | None], census: list[bool | None]) -> Events:
    """Events of one attempt under a judge that errs nowhere."""
    return Events(siege=asked(siege), census=asked(census), attempts=(), judge=JUDGED)


def test_a_certified_run_gets_a_certificate_that_holds(run: Path, given: Signed) -> None:
    assert examine(given, given.public_key, run / "checkpoints" / "base") == []
    certificate = given.certificate
    numbers, terms = certificate.numbers, certificate.terms
    assert numbers.sensitivity > 0.9
    assert siege_bound(numbers.siege_probes, 0, numbers.level) <= numbers.target == terms.epsilon * numbers.sensitivity
    assert siege_bound(numbers.siege_probes - 1, 0, numbers.level) > numbers.target
    assert census_decision(numbers.census_probes, 0, numbers.target, numbers.level) == "accept"
    assert [(one.number, one.ended) for one in certificate.events.attempts] == [(1, "learn"), (2, "certified")]
    assert len(certificate.events.siege) == 60, "the breached siege's probes are its own attempt's"


def test_it_says_the_sentence_and_no_more(given: Signed) -> None:
    assert given.certificate.says == (
        "With confidence 0.95, the mean failure rate of the probes that this prober set asked, at this budget and "
        "decoding, is at most 0.25; unseen kinds of probe and the rest of the domain are not covered."
    )


def test_the_key_is_the_owners_alone(run: Path, given: Signed) -> None:
    assert (run / "certificate.key").stat().st_mode & 0o777 == 0o600
    assert public_key(str(run / "certificate.pub")) == given.public_key
    with pytest.raises(ConfigError, match="'abc' is no Ed25519 public key"):
        public_key("abc")


def changed(given: Signed, change: Change) -> Signed:
    """The certificate with something changed and not signed again."""
    plain = given.model_dump(mode="json")
    change(plain["certificate"])
    return Signed.model_validate(plain)


def test_a_changed_number_is_named(given: Signed) -> None:
    found = examine(changed(given, lambda c: c["numbers"].update(siege_failures=1)))
    assert [one.flaw for one in found] == [Flaw.SIGNATURE, Flaw.NUMBER]
    assert found[1].detail == "siege_failures is given as 1; the events give 0"


def test_a_changed_event_is_named(given: Signed) -> None:
    found = examine(changed(given, lambda c: c["events"]["siege"][0].update(sha256="f" * 64)))
    assert [one.flaw for one in found] == [Flaw.SIGNATURE, Flaw.EVENTS]


def test_signing_anew_does_not_help_who_changes_what_was_seen(given: Signed) -> None:
    key = Ed25519PrivateKey.generate()
    forged = signed(changed(given, lambda c: c["events"]["census"][0].update(passed=False)).certificate, key)
    flaws = {one.flaw for one in examine(forged, given.public_key)}
    assert flaws == {Flaw.OTHER_KEY, Flaw.EVENTS, Flaw.NUMBER}
    assert Flaw.OTHER_KEY not in {one.flaw for one in examine(forged)}


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        (lambda c: c["terms"].update(epsilon=0.1), Flaw.NUMBER),
        (lambda c: c.update(says="It never fails."), Flaw.SENTENCE),
        (lambda c: c["events"]["attempts"].pop(0), Flaw.NOT_SHOWN),
        (lambda c: c["events"]["siege"].append(c["events"]["siege"][0]), Flaw.NOT_SHOWN),
        (lambda c: c["subject"]["cells"].pop(0), Flaw.NOT_SHOWN),
        (lambda c: [item.update(passed=True) for item in c["events"]["judge"]], Flaw.NUMBER),
    ],
)
def test_what_else_is_changed_is_named(change: Change, flaw: Flaw, given: Signed) -> None:
    assert flaw in {one.flaw for one in examine(changed(given, change))}


def test_changed_files_of_the_checkpoint_are_named(given: Signed, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    (finding,) = examine(given, weights=tmp_path)
    assert finding.flaw is Flaw.FILES
    assert "model.safetensors has SHA-256" in finding.detail


def test_a_run_that_its_events_do_not_bear_out_gets_none(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="the census did not accept: 3 failures in 3 probes"):
        issue(certified_run(tmp_path, failing=20))
    assert not (tmp_path / CERTIFICATE_FILE).exists()


def test_a_file_that_is_no_certificate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no file"):
        read_signed(tmp_path / "none.json")
    (tmp_path / "other.json").write_text('{"certificate": 1}')
    with pytest.raises(ConfigError, match="is no certificate: certificate:"):
        read_signed(tmp_path / "other.json")


def test_a_siege_is_counted_up_to_its_bound_or_its_breach() -> None:
    reached = numbers_of(events([False, *[True] * 200], []), TERMS)
    assert reached.siege_reached
    needed = siege_probes_needed(1, reached.target, reached.level)
    assert (reached.siege_failures, reached.siege_probes) == (1, needed)
    breached = numbers_of(events([False] * 4 + [True] * 400, []), TERMS)
    assert not breached.siege_reached
    assert (breached.siege_failures, breached.siege_probes) == (4, 4)


def test_what_has_no_verdict_yet_ends_the_count() -> None:
    numbers = numbers_of(events([True] * 5 + [None] + [True] * 100, [True, None]), TERMS)
    assert (numbers.siege_probes, numbers.siege_reached) == (5, False)
    assert (numbers.census_probes, numbers.census_accepted) == (1, False)


def test_power_is_counted_by_students() -> None:
    seen = events([], []).model_copy(
        update={"power": tuple(PlantedStudent(student=f"s{n}", found=(True, n > 0)) for n in range(30))}
    )
    numbers = numbers_of(seen, TERMS)
    assert (numbers.rediscovered, numbers.planted) == (59, 60)
    assert 0.8 < numbers.power < 0.9


def test_a_judge_that_misses_too_much_leaves_nothing_certified(given: Signed) -> None:
    judge = tuple(item.model_copy(update={"passed": True}) if n < 40 else item for n, item in enumerate(JUDGED))
    seen = given.certificate.events.model_copy(update={"judge": judge})
    weaker: Certificate = given.certificate.model_copy(
        update={"events": seen, "numbers": numbers_of(seen, given.certificate.terms)}
    )
    assert "0.9 is required" in shortfalls(weaker)[0]


def test_the_key_of_a_run_stays_the_same(tmp_path: Path) -> None:
    assert own_key(tmp_path).private_bytes_raw() == own_key(tmp_path).private_bytes_raw()


def test_a_siege_may_ask_twins_of_other_cells_and_a_census_may_not(tmp_path: Path) -> None:
    issue(certified_run(tmp_path, twin=TWIN))
    made = read_signed(tmp_path / CERTIFICATE_FILE)
    assert made.certificate.subject.twins == (TWIN.key,)
    assert examine(made) == []
    moved = changed(made, lambda c: c["events"]["census"][0].update(cell=TWIN.key))
    assert "some probes of the census are of cells that it does not name" in shortfalls(moved.certificate)
    hidden = changed(made, lambda c: c["subject"].pop("twins"))
    assert "some probes of the siege are of cells that it does not name" in shortfalls(hidden.certificate)


def test_a_power_audit_is_bundled_at_the_siege_s_own_number_of_questions(tmp_path: Path) -> None:
    run = certified_run(tmp_path)
    made = issue(run, power()).certificate
    asked = made.numbers.siege_probes
    assert [(one.calls, one.found) for one in made.events.power] == [(asked, (True, False))] * 2
    assert (made.numbers.planted, made.numbers.rediscovered) == (4, 2)
    given = read_signed(run / CERTIFICATE_FILE)
    assert examine(given) == []
    found = changed(given, lambda c: c["events"]["power"][0].update(found=[True, True]))
    assert "rediscovered is given as 2; the events give 3" in [one.detail for one in examine(found)]
    dearer = changed(given, lambda c: c["events"]["power"][1].update(calls=asked + 1))
    assert f"its audit of planted-2 counts more questions than the {asked} of its siege" in shortfalls(
        dearer.certificate
    )
    twice = changed(given, lambda c: c["events"]["power"][1].update(student="planted-1"))
    assert "its audit counts a planted student twice" in shortfalls(twice.certificate)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cells": ("span",)}, "cells, not those 4"),
        ({"calls": 10}, "asked 10 questions"),
        ({"students": 3}, "2 of 3 students"),
        ({"domain": "pystdlib", "cells": ()}, "of the domain pystdlib"),
    ],
)
def test_an_audit_of_another_swarm_is_not_bundled(change: dict[str, Any], said: str, given: Signed) -> None:
    audit = power()
    other = audit.model_copy(update={"plan": audit.plan.model_copy(update=change)})
    with pytest.raises(RefusedError, match=said):
        with_power(given.certificate, other)


def power() -> PowerReport:
    """An audit of two students, each with a hole that the second question showed and one that came late."""
    holes = tuple(HoleAudit(name=f"h{at}", slip=Slip.LAST, prevalence=0.02, found_at=at) for at in (2, 290))
    plan = PowerPlan(domain="calendar", cells=tuple(c.key for c in CELLS), students=2, holes=2, calls=300, seed=1)
    one = StudentAudit(name="planted-1", holes=holes, calls=300, failures=9, families=(), ending="done")
    return PowerReport(plan=plan, students=(one, one.model_copy(update={"name": "planted-2"})))

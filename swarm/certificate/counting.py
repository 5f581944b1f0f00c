"""Every number of a certificate, computed from its events and terms alone."""

import hashlib
import json
from collections.abc import Sequence

from swarm import statistics
from swarm.calibration import REQUIRED_Q0
from swarm.certificate.records import Asked, Certificate, Events, JudgedItem, Numbers, Terms
from swarm.tally import settled


def numbers_of(events: Events, terms: Terms) -> Numbers:
    """What the events show."""
    level = statistics.spent_alpha(terms.attempt, terms.alpha)
    sensitivity, specificity = _bound(events.judge, right=False), _bound(events.judge, right=True)
    target = terms.epsilon * sensitivity
    siege = _siege(settled([asked.passed for asked in events.siege]), target, level, terms.siege_failures)
    census = _census(settled([asked.passed for asked in events.census]), target, level, terms.beta)
    students = [(sum(student.found), len(student.found)) for student in events.power]
    return Numbers(
        level=level,
        sensitivity=sensitivity,
        specificity=specificity,
        target=target,
        siege_probes=siege[0],
        siege_failures=siege[1],
        siege_bound=statistics.siege_bound(siege[0], siege[1], level),
        siege_reached=siege[2],
        census_probes=census[0],
        census_failures=census[1],
        census_log_ratio=statistics.census_log_ratio(census[0], census[1], target) if target else 0.0,
        census_accepted=census[2],
        planted=sum(planted for _, planted in students),
        rediscovered=sum(found for found, _ in students),
        power=statistics.students_lower_bound(students),
        events_sha256=digest(events),
    )


def shortfalls(certificate: Certificate) -> list[str]:
    """What is missing for the statement to hold, by its own numbers; none where it holds."""
    numbers, terms = certificate.numbers, certificate.terms
    said = []
    if numbers.sensitivity < REQUIRED_Q0 or numbers.sensitivity + numbers.specificity <= 1:
        said.append(f"the judge's sensitivity is at least {numbers.sensitivity:.3f}, {REQUIRED_Q0} is required")
    if not numbers.siege_reached:
        failed = f"{numbers.siege_failures} failures in {numbers.siege_probes} probes"
        said.append(f"the siege did not reach its bound of {numbers.target:.4f}: {failed}")
    if not numbers.census_accepted:
        said.append(f"the census did not accept: {numbers.census_failures} failures in {numbers.census_probes} probes")
    if len(certificate.events.attempts) != terms.attempt:
        said.append(f"it lists {len(certificate.events.attempts)} attempts, and this is attempt {terms.attempt}")
    cells, beside = certificate.subject.cells, certificate.subject.twins
    if not {one.cell for one in certificate.events.census} <= {*cells}:
        said.append("some probes of the census are of cells that it does not name")
    if not {one.cell for one in certificate.events.siege} <= {*cells, *beside}:
        said.append("some probes of the siege are of cells that it does not name")
    if dearer := [one.student for one in certificate.events.power if one.calls > numbers.siege_probes]:
        said.append(f"its audit of {dearer[0]} counts more questions than the {numbers.siege_probes} of its siege")
    if len({one.student for one in certificate.events.power}) < len(certificate.events.power):
        said.append("its audit counts a planted student twice")
    if _repeats(certificate.events.siege) or _repeats(certificate.events.census):
        said.append("probes are out of order, or counted twice")
    return said


def digest(events: Events) -> str:
    """SHA-256 of the events' canonical JSON."""
    return hashlib.sha256(canonical(events.model_dump(mode="json"))).hexdigest()


def canonical(content: object) -> bytes:
    """JSON with sorted keys and without spaces: one way to write it, so that it can be signed."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _repeats(asked: Sequence[Asked]) -> bool:
    revisions = [one.revision for one in asked]
    return revisions != sorted(set(revisions)) or len({one.probe_id for one in asked}) < len(asked)


def _bound(items: Sequence[JudgedItem], *, right: bool) -> float:
    chosen = [item for item in items if item.right is right]
    return statistics.rate_lower_bound(sum(item.passed is right for item in chosen), len(chosen))


def _siege(passed: Sequence[bool], target: float, level: float, most: int) -> tuple[int, int, bool]:
    """Probes and failures up to where it was decided, and whether its bound was reached before it was breached."""
    failures = 0
    for probes, held in enumerate(passed, 1):
        failures += not held
        if failures > most:
            return probes, failures, False
        if statistics.siege_bound(probes, failures, level) <= target:
            return probes, failures, True
    return len(passed), failures, False


def _census(passed: Sequence[bool], target: float, level: float, beta: float) -> tuple[int, int, bool]:
    """Probes and failures up to where it was decided, and whether it accepted."""
    failures = 0
    if not target:
        return len(passed), list(passed).count(False), False
    for probes, held in enumerate(passed, 1):
        failures += not held
        decision = statistics.census_decision(probes, failures, target, level, beta)
        if decision != "continue":
            return probes, failures, decision == "accept"
    return len(passed), failures, False

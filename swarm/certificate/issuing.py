"""Issuing: reads from a run's store what a certificate rests on, counts it again, and signs it."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from swarm.calibration import Bench, asks_model, items_of_version
from swarm.certificate.counting import canonical, numbers_of, shortfalls
from swarm.certificate.made_up import made_up
from swarm.certificate.page import write_page
from swarm.certificate.records import (
    Asked,
    Attempted,
    Certificate,
    Events,
    JudgedItem,
    PlantedStudent,
    Signed,
    Subject,
    Terms,
)
from swarm.certificate.signing import own_key, signed
from swarm.certificate.wording import sentence
from swarm.config import Config, load
from swarm.criteria import Rubric
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.exchange import Exchange
from swarm.exchange.schema import events
from swarm.gateway.run_folder import CONFIG_FILE
from swarm.phases import policy_of
from swarm.planted.audit import PowerReport
from swarm.records import Cell, Probe, Purpose, Sample
from swarm.report.reading import snapshot
from swarm.roles import Role
from swarm.siege.plan import besieged
from swarm.state import PhaseName, PhaseRecord, SwarmState
from swarm.tally import Tally
from swarm.whole_files import write_whole

CERTIFICATE_FILE = "certificate.json"
_PAGE = 500


class Step(NamedTuple):
    """A phase, and the revision from which it stood."""

    revision: int
    phase: PhaseRecord


def issue(run: Path, power: PowerReport | None = None) -> Signed:
    """Write RUN/certificate.json and its page, read from a copy of the run's store, with a power audit where given.

    Raises RefusedError where it isn't certified, or the audit is of another swarm.
    """
    with snapshot(run) as exchange:
        certificate = certificate_of(exchange, load(run / CONFIG_FILE), datetime.now(UTC))
    if power is not None:
        certificate = with_power(certificate, power)
    made = signed(certificate, own_key(run))
    write_whole(run / CERTIFICATE_FILE, made.model_dump_json(indent=1) + "\n")
    write_page(run / CERTIFICATE_FILE, made)
    return made


def certificate_of(exchange: Exchange, config: Config, at: datetime) -> Certificate:
    """The certificate of a certified run. Raises RefusedError CONFLICT where its own events don't bear it out."""
    state = exchange.state()
    if state.phase.name is not PhaseName.CERTIFIED:
        said = f"swarm {state.name} is in phase {state.phase.name}"
        raise RefusedError("CONFLICT", f"{said}, not certified", "Let siege and census end first")
    domain, rubric = load_domain(config.swarm.domain), exchange.rubric()
    cells = tuple(Cell.parse(key) for key in config.exam.cells) or tuple(domain.cells())
    items = items_of_version(domain, cells, config.swarm.seed, rubric.version)
    if asks_model(domain, rubric, items):
        said = f"rubric version {rubric.version} leaves attempts to a model, and the store holds no measure of one"
        raise RefusedError("CONFLICT", said, "Certify by a rubric and a domain that programs decide")
    judged = Bench(domain, items).passed(rubric)
    steps = _steps(exchange)
    attempt = state.phase.attempt
    siege, census, end = (
        _began(steps, name, attempt) for name in (PhaseName.SIEGE, PhaseName.CENSUS, PhaseName.CERTIFIED)
    )
    seen = Events(
        siege=_asked(exchange, Purpose.SIEGE, siege, census),
        census=_asked(exchange, Purpose.CENSUS, census, end),
        attempts=_attempts(steps),
        judge=tuple(
            JudgedItem(kind=item.defect, right=item.right, passed=passed)
            for item, passed in zip(items, judged, strict=True)
        ),
    )
    terms = _terms(config, attempt)
    twins = {one.cell for one in seen.siege} - {cell.key for cell in cells}
    certificate = Certificate(
        swarm=state.name,
        issued_at=at,
        subject=_subject(state, config, domain, cells, sorted(twins), rubric),
        terms=terms,
        events=seen,
        numbers=numbers_of(seen, terms),
        says=sentence(terms),
        made_up=made_up(
            domain, *(_until(exchange, kind, Purpose.CENSUS, census, end) for kind in ("probe", "attempt"))
        ),
    )
    if missing := shortfalls(certificate):
        raise RefusedError("CONFLICT", f"its events do not bear it out: {'; '.join(missing)}", "Besiege it again")
    return certificate


def with_power(certificate: Certificate, power: PowerReport) -> Certificate:
    """The certificate with what the same probers found of planted students, at the number of questions of its siege.

    Raises RefusedError CONFLICT where the audit isn't whole, or isn't of this domain and these cells.
    """
    subject, plan = certificate.subject, power.plan
    calls = certificate.numbers.siege_probes
    domain = load_domain(plan.domain)
    cells = {cell.key for cell in besieged(domain, plan.cells)}
    for wrong, said, fix in (
        (domain.name != subject.domain, f"it is of the domain {domain.name}, not {subject.domain}", "--domain"),
        (cells != {*subject.cells}, f"it has {len(cells)} cells, not those {len(subject.cells)}", "--cells"),
        (plan.calls < calls, f"it asked {plan.calls} questions, and the siege {calls}", "--calls"),
        (not power.whole, f"{len(power.students)} of {plan.students} students were probed", "--resume"),
    ):
        if wrong:
            raise RefusedError("CONFLICT", f"the power audit does not fit: {said}", f"Run swarm power with other {fix}")
    planted = tuple(PlantedStudent(student=one.name, found=one.found(calls), calls=calls) for one in power.students)
    seen = certificate.events.model_copy(update={"power": planted})
    return certificate.model_copy(update={"events": seen, "numbers": numbers_of(seen, certificate.terms)})


def _terms(config: Config, attempt: int) -> Terms:
    policy = policy_of(config)
    return Terms(
        epsilon=policy.epsilon,
        alpha=policy.alpha,
        beta=policy.census_beta,
        attempt=attempt,
        siege_failures=policy.siege_failures,
    )


def _subject(
    state: SwarmState, config: Config, domain: Domain, cells: Sequence[Cell], twins: Sequence[str], rubric: Rubric
) -> Subject:
    champion = next(checkpoint for checkpoint in state.checkpoints if checkpoint.id == state.champion_id)
    prober = config.role(Role.PROBER).model_dump(mode="json")
    program = {"prober": prober, "seed": config.swarm.seed, "version": version("nucleus-swarm")}
    return Subject(
        checkpoint_id=champion.id,
        adapter=champion.adapter,
        files=champion.files,
        base=config.student_source,
        domain=domain.name,
        cells=tuple(cell.key for cell in cells),
        rubric=rubric,
        decoding=_decoding(config, domain),
        probers_sha256=hashlib.sha256(canonical(program)).hexdigest(),
        one_family=config.one_family,
        twins=tuple(twins),
    )


def _decoding(config: Config, domain: Domain) -> str:
    engine = config.engines[config.role(Role.STUDENT).engine or "student"]
    holes = f", with {engine.planted} planted holes" if engine.planted else ""
    if domain.choices:
        return f"the likeliest of {', '.join(domain.choices)}{holes}"
    return f"greedy, at most {config.student.max_new_tokens} tokens{holes}"


def _steps(exchange: Exchange) -> list[Step]:
    query = select(events.c.revision, events.c.body).where(events.c.kind == EventKind.PHASE).order_by(events.c.revision)
    with exchange.store.read() as connection:
        rows = connection.execute(query).all()
    return [Step(row.revision, PhaseRecord.model_validate_json(row.body)) for row in rows]


def _began(steps: Sequence[Step], name: PhaseName, attempt: int) -> int:
    """The revision at which that attempt's phase began; a pause within it begins nothing anew."""
    return next(step.revision for step in steps if (step.phase.name, step.phase.attempt) == (name, attempt))


def _attempts(steps: Sequence[Step]) -> tuple[Attempted, ...]:
    """Every attempt: from its siege to the first phase that is neither siege nor census."""
    found: dict[int, Attempted] = {}
    for step in steps:
        number = step.phase.attempt
        measuring = step.phase.name in (PhaseName.SIEGE, PhaseName.CENSUS)
        if measuring:
            began = found[number].began if number in found else step.revision
            found[number] = Attempted(number=number, began=began, ended=step.phase.name, reason=step.phase.reason)
        elif number in found and found[number].ended in (PhaseName.SIEGE, PhaseName.CENSUS):
            ended = {"ended": step.phase.name, "reason": step.phase.reason}
            found[number] = found[number].model_copy(update=ended)
    return tuple(found.values())


def _asked(exchange: Exchange, purpose: Purpose, after: int, until: int) -> tuple[Asked, ...]:
    """The probes of a measurement in the order asked, with the verdicts that were there when it ended."""
    probes, verdicts = (_until(exchange, kind, purpose, after, until) for kind in ("probe", "verdict"))
    tally = Tally()
    tally.ask(probes)
    tally.judge(verdicts)
    by_id = {sample.id: sample for sample in probes}
    return tuple(_one(by_id[probe_id], passed) for probe_id, passed in tally.outcomes)


def _one(sample: Sample, passed: bool | None) -> Asked:
    assert isinstance(sample.payload, Probe)
    cell = sample.payload.cell.key
    return Asked(revision=sample.revision, probe_id=sample.id, sha256=sample.digest(), cell=cell, passed=passed)


def _until(exchange: Exchange, kind: str, purpose: Purpose, after: int, until: int) -> list[Sample]:
    return [sample for sample in _samples(exchange, kind, purpose, after) if sample.revision <= until]


def _samples(exchange: Exchange, kind: str, purpose: Purpose, after: int) -> list[Sample]:
    found: list[Sample] = []
    while page := exchange.samples(kind, purpose=purpose, since_revision=after, limit=_PAGE):
        found += page
        after = page[-1].revision
    return found

"""Rubrics: read them from YAML, check them, and judge an attempt by one."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import yaml
from pydantic import ValidationError

from swarm.criteria import Criterion, Rubric
from swarm.domains.base import Domain
from swarm.errors import ConfigError
from swarm.records import Finding, Probe, Verdict
from swarm.rubric_cases import Case, Outcome, Rung
from swarm.rubric_checks import CHECKS, UNASKED, Takes

SEEDS = Path(__file__).resolve().parent.parent / "rubrics"


def seed_rubric(domain: str) -> Rubric:
    """The seed rubric of a domain, `rubrics/NAME.yaml`; one that has none begins with `rubrics/labelled.yaml`.

    What stands behind a colon in its name is its own affair.
    """
    own = SEEDS / f"{domain.partition(':')[0]}.yaml"
    if own.is_file():
        return load_rubric(own)
    return load_rubric(SEEDS / "labelled.yaml").model_copy(update={"domain": domain})


def load_rubric(path: Path) -> Rubric:
    """Read a rubric file. Raises ConfigError where it is missing or wrong."""
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in path.parent.glob("*.yaml"))) or "none"
        raise ConfigError(f"there is no rubric {path.name} in {path.parent.name}/", f"rubrics there: {known}")
    return parse_rubric(path.read_text(encoding="utf-8"), path.name)


def parse_rubric(text: str, source: str) -> Rubric:
    """Read a rubric from YAML text; `source` names it in errors. Raises ConfigError."""
    try:
        rubric = Rubric.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise ConfigError(f"{source} is not YAML: {error}", "mend the line that it names") from error
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"])) or "the file"
        raise ConfigError(
            f"{source}: {place}: {problem['msg']} (got {problem['input']!r})",
            "a rubric has version, domain and criteria, each with id, text and check",
        ) from error
    check_rubric(rubric, source)
    return rubric


def check_rubric(rubric: Rubric, source: str = "the rubric") -> None:
    """Raise ConfigError unless every criterion names a known check with values that it takes, and ids are unique."""
    if not rubric.criteria:
        raise ConfigError(f"{source} has no criteria, so it would pass everything", "give it a verifier criterion")
    ids = [criterion.id for criterion in (*rubric.criteria, *rubric.clauses)]
    for name in ids:
        if ids.count(name) > 1:
            raise ConfigError(f"{source} has {ids.count(name)} criteria with the id {name!r}", "give each its own id")
    for criterion in (*rubric.criteria, *rubric.clauses):
        _check_criterion(criterion, source)
    if rubric.dimensions:
        _check_dimensions(rubric, source)


def _check_dimensions(rubric: Rubric, source: str) -> None:
    if len(rubric.dimensions) < 2:
        raise ConfigError(f"{source} has 1 dimension", "group its criteria into 2 to 5, or into none")
    placed = [name for dimension in rubric.dimensions for name in dimension.criteria]
    for dimension in rubric.dimensions:
        if not dimension.criteria:
            raise ConfigError(f"{source}, dimension {dimension.id!r} has no criteria", "give it one, or leave it out")
        for name in dimension.criteria:
            if not any(criterion.id == name for criterion in rubric.criteria):
                known = ", ".join(criterion.id for criterion in rubric.criteria)
                raise ConfigError(f"{source}, dimension {dimension.id!r}: no criterion {name!r}", f"there are: {known}")
    for criterion in rubric.criteria:
        if placed.count(criterion.id) != (not criterion.veto):
            raise ConfigError(
                f"{source}, criterion {criterion.id!r} stands in {placed.count(criterion.id)} dimensions",
                "put each criterion into one, and a veto, which stands above them, into none",
            )


def _check_criterion(criterion: Criterion, source: str) -> None:
    where = f"{source}, criterion {criterion.id!r}"
    check = CHECKS.get(criterion.check)
    if check is None:
        raise ConfigError(f"{where}: unknown check {criterion.check!r}", f"known checks: {', '.join(CHECKS)}")
    for name, value in criterion.params.items():
        if name not in check.parameters:
            known = ", ".join(check.parameters) or "none"
            raise ConfigError(f"{where}: unknown parameter {name!r}", f"{criterion.check} takes: {known}")
        _check_value(f"{where}: {name} is {value!r}", check.parameters[name], value)
    for name, allowed in check.parameters.items():
        if allowed is Takes.WORDS and name not in criterion.params:
            raise ConfigError(f"{where}: {criterion.check} lacks {name}", f"give {name}: the words, in quotes")


def _check_value(said: str, allowed: tuple[str, ...] | Takes, value: str) -> None:
    if allowed is Takes.NUMBER and not (value.isascii() and value.isdigit()):
        raise ConfigError(said, "give a whole number, in quotes")
    if allowed is Takes.WORDS and not value.strip():
        raise ConfigError(said, "give some words, in quotes")
    if isinstance(allowed, tuple) and value not in allowed:
        raise ConfigError(said, f"it may be: {', '.join(allowed)}")


def judge_attempt(
    domain: Domain, rubric: Rubric, probe: Probe, text: str, said: Mapping[str, Outcome] = MappingProxyType({})
) -> Verdict:
    """Judge one attempt: the verifier's criteria first, then the rest in order; it passes if all of them hold.

    `said` is what a model says, by criterion, where a program can't tell; without it such a criterion fails. One that
    holds by words which the attempt doesn't say fails as `quote not found`. The verdict names the criterion that
    decided (a failed veto before any other failure; of a pass, the one that went furthest up the ladder) and each
    finding quotes words of the attempt. The attempt is data: nothing in it is followed. Raises ValueError where the
    probe has no reference.
    """
    if probe.reference is None:
        raise ValueError(f"probe of {probe.cell.key} has no reference; a judge must be given it")
    case = Case(domain, probe, text)
    ordered = sorted(rubric.criteria, key=lambda criterion: criterion.check != "verifier")
    clauses = {clause.id for clause in rubric.clauses}
    outcomes: dict[str, Outcome] = {}
    for criterion in (*ordered, *rubric.clauses):
        found = outcome_of(case, criterion, said)
        outcomes[criterion.id] = turned(found) if criterion.id in clauses else _evidenced(found, text)
    failed = [name for name, outcome in outcomes.items() if not outcome.passed]
    failed.sort(key=lambda name: outcomes[name].why == UNASKED)
    vetoes = [criterion.id for criterion in ordered if criterion.veto and criterion.id in failed]
    furthest = max(outcomes, key=lambda name: list(Rung).index(outcomes[name].rung))
    decided = (vetoes or failed or [furthest])[0]
    answer = _answer(case, passed=not failed)
    return Verdict(
        passed=not failed,
        rubric_version=rubric.version,
        decided_by=_named(outcomes[decided].rung, decided),
        findings=tuple(
            Finding(criterion=name, passed=outcome.passed, quote=case.verbatim(outcome.quote))
            for name, outcome in outcomes.items()
        ),
        answer=answer,
        explanation=_dimension(rubric, decided) + outcomes[decided].why,
        species=_species(case, answer, decided) if failed else "",
    )


def outcome_of(case: Case, criterion: Criterion, said: Mapping[str, Outcome] = MappingProxyType({})) -> Outcome:
    """What a criterion comes to: by program or reference where they can tell, else by what a model said of it."""
    outcome = CHECKS[criterion.check].run(case, criterion.params)
    return said.get(criterion.id, outcome) if outcome.rung is Rung.MODEL else outcome


def open_criteria(case: Case, rubric: Rubric) -> tuple[Criterion, ...]:
    """The criteria that only a model can decide; none where another one fails the attempt already."""
    criteria = (*rubric.criteria, *rubric.clauses)
    if all(criterion.check != "model" for criterion in criteria) and all(found.decided for found in case.verified):
        return ()
    clauses = {clause.id for clause in rubric.clauses}
    found = [(criterion, outcome_of(case, criterion)) for criterion in criteria]
    told = [(criterion, outcome) for criterion, outcome in found if outcome.rung is not Rung.MODEL]
    if any(outcome.passed == (criterion.id in clauses) for criterion, outcome in told):
        return ()
    return tuple(criterion for criterion, outcome in found if outcome.rung is Rung.MODEL)


def rung_of(verdict: Verdict) -> Rung:
    """The rung of the ladder that a verdict was made on."""
    rung, colon, _ = verdict.decided_by.partition(":")
    return Rung(rung) if colon and rung in list(Rung) else Rung.PROGRAM


def _named(rung: Rung, criterion: str) -> str:
    return criterion if rung is Rung.PROGRAM else f"{rung}:{criterion}"


def _evidenced(outcome: Outcome, text: str) -> Outcome:
    """The outcome, failed where a model credits words that the attempt doesn't say."""
    by_program = outcome.rung in (Rung.PROGRAM, Rung.REFERENCE)
    if not outcome.passed or by_program or (re.search(r"\w", outcome.quote) and outcome.quote in text):
        return outcome
    return replace(outcome, passed=False, why=f"quote not found: {outcome.quote[:80]!r}")


def turned(fired: Outcome) -> Outcome:
    """A failure clause's outcome as a criterion's: it fails where the clause fires, and where nobody was asked."""
    unasked = fired.rung is Rung.MODEL and fired.why == UNASKED
    return fired if unasked else replace(fired, passed=not fired.passed)


def _dimension(rubric: Rubric, criterion: str) -> str:
    """The dimension that a criterion or clause belongs to, as an explanation begins with it; empty where in none."""
    homes = [
        dimension.id
        for dimension in rubric.dimensions
        if criterion in dimension.criteria or (dimension.fails_if and dimension.fails_if.id == criterion)
    ]
    return f"{homes[0]}: " if homes else ""


def _answer(case: Case, passed: bool) -> str:
    """The answer that a verdict is about: the right one on a pass, else the last one."""
    right = [a for a, verification in zip(case.reading.answers, case.verified, strict=True) if verification.correct]
    if passed and right:
        return right[0]
    return case.reading.answers[-1] if case.reading.answers else ""


def _species(case: Case, answer: str, decided: str) -> str:
    """The domain's name for a wrong answer; where the answer is right, what else was wrong with the attempt."""
    if case.verified and case.verified[-1].correct:
        return f"{case.probe.cell.subdomain}/{decided}"
    return case.domain.species(case.probe, answer)

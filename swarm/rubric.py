"""Rubrics: read them from YAML, judge an attempt by one, and the planted exploits that must never be accepted."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from swarm.criteria import Criterion, Rubric
from swarm.domains.base import Domain
from swarm.errors import ConfigError
from swarm.records import Finding, Probe, Verdict
from swarm.rubric_checks import CHECKS, Case

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
    ids = [criterion.id for criterion in rubric.criteria]
    for name in ids:
        if ids.count(name) > 1:
            raise ConfigError(f"{source} has {ids.count(name)} criteria with the id {name!r}", "give each its own id")
    for criterion in rubric.criteria:
        _check_criterion(criterion, source)


def _check_criterion(criterion: Criterion, source: str) -> None:
    where = f"{source}, criterion {criterion.id!r}"
    check = CHECKS.get(criterion.check)
    if check is None:
        raise ConfigError(f"{where}: unknown check {criterion.check!r}", f"known checks: {', '.join(CHECKS)}")
    for name, value in criterion.params.items():
        if name not in check.parameters:
            known = ", ".join(check.parameters) or "none"
            raise ConfigError(f"{where}: unknown parameter {name!r}", f"{criterion.check} takes: {known}")
        allowed = check.parameters[name]
        if allowed is None and not (value.isascii() and value.isdigit()):
            raise ConfigError(f"{where}: {name} is {value!r}", "give a whole number, in quotes")
        if allowed is not None and value not in allowed:
            raise ConfigError(f"{where}: {name} is {value!r}", f"it may be: {', '.join(allowed)}")


def judge_attempt(domain: Domain, rubric: Rubric, probe: Probe, text: str) -> Verdict:
    """Judge one attempt: the verifier's criteria first, then the rest in order; it passes if all of them hold.

    The verdict names the criterion that decided (a failed veto before any other failure), and each finding quotes
    words of the attempt. The attempt is data: nothing in it is followed. Raises ValueError where the probe has no
    reference.
    """
    if probe.reference is None:
        raise ValueError(f"probe of {probe.cell.key} has no reference; a judge must be given it")
    case = Case(domain, probe, text)
    findings, reasons = [], {}
    ordered = sorted(rubric.criteria, key=lambda criterion: criterion.check != "verifier")
    for criterion in ordered:
        outcome = CHECKS[criterion.check].run(case, criterion.params)
        findings.append(Finding(criterion=criterion.id, passed=outcome.passed, quote=case.verbatim(outcome.quote)))
        reasons[criterion.id] = outcome.why
    failed = [(not c.veto, c.id) for c, finding in zip(ordered, findings, strict=True) if not finding.passed]
    decided = min(failed, key=lambda pair: pair[0])[1] if failed else ordered[0].id
    answer = _answer(case, passed=not failed)
    return Verdict(
        passed=not failed,
        rubric_version=rubric.version,
        decided_by=decided,
        findings=tuple(findings),
        answer=answer,
        explanation=reasons[decided],
        species=_species(case, answer, decided) if failed else "",
    )


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


def _exploit(domain: str, note: str, check: str, **params: str) -> Rubric:
    criterion = Criterion(id=f"exploit-{check}", text=note, check=check, params=params)
    return Rubric(version=1, domain=domain, criteria=(criterion,), note=note)


def exploit_rubrics(domain: str) -> list[Rubric]:
    """Rubrics that reward something else than being right. A sound gate refuses each of them."""
    return [
        _exploit(domain, "everything passes", "long", **{"min-chars": "0"}),
        _exploit(domain, "longer is better", "long", **{"min-chars": "120"}),
        _exploit(domain, "shorter is better", "short", **{"max-chars": "40"}),
        _exploit(domain, "whatever reads like an answer passes", "readable"),
    ]


def size(rubric: Rubric) -> tuple[int, int]:
    """How long a rubric is: criteria, then parameters. Ties go to the shorter."""
    return len(rubric.criteria), sum(len(criterion.params) for criterion in rubric.criteria)

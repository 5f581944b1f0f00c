"""The hallucination audit of the frozen exam, for domains that are made of documents."""

from swarm.domains.documents.asking import rests_on_documents
from swarm.errors import ConfigError
from swarm.exam_report import Contestant, ContestantKind, ExamReport
from swarm.records import Probe
from swarm.report.model import AuditLine
from swarm.report.standings import Exams

_SPEAKERS = (ContestantKind.STUDENT, ContestantKind.ZERO_SHOT, ContestantKind.FEW_SHOT)


def audits_of(exams: Exams, domain: str) -> tuple[AuditLine, ...]:
    """Every fault of every contestant that writes, the student first; none where the domain rests on no documents.

    Raises ConfigError where the documents are gone: without them nothing can be said about what was made up.
    """
    if not rests_on_documents(domain):
        return ()
    lines = []
    for exam in (exams.after, exams.before):
        for one in exam.contestants if exam else ():
            if exam is not None and one.kind in _SPEAKERS:
                lines += _lines(exam, one, domain)
    return tuple(lines)


def _lines(exam: ExamReport, one: Contestant, domain: str) -> list[AuditLine]:
    from swarm.domains.documents.audit import audit
    from swarm.domains.documents.opening import open_domain

    try:
        opened = open_domain(domain)
    except ValueError as error:
        raise ConfigError(str(error), "Ingest its documents again") from error
    said = {answer.sample_id: answer.text for answer in one.answers}
    answered = [(item.payload, said[item.id]) for item in exam.probes if isinstance(item.payload, Probe)]
    return [
        AuditLine(contestant=one.name, rate=rate.rate, **rate.model_dump(exclude={"rate"}))
        for rate in audit(opened, answered)
    ]

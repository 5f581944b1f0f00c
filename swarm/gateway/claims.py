"""What champion and candidate made up in an exam's ordinary items over documents, counted for the promotion's veto."""

from swarm.domains.base import Domain
from swarm.domains.documents import DocumentsDomain
from swarm.domains.documents.audit import Audited
from swarm.promotion import Claims
from swarm.records import Probe
from swarm.strata import ordinary
from swarm.students import ExamRecord


def claims_of(exam: ExamRecord, domain: Domain) -> Claims | None:
    """Claims that name what no document has; None where the domain rests on no documents."""
    if not isinstance(domain, DocumentsDomain):
        return None
    items = ordinary(exam.items)
    probes = [item.probe.payload for item in items if isinstance(item.probe.payload, Probe)]
    new = [Audited(domain, probe, item.candidate_text) for probe, item in zip(probes, items, strict=True)]
    old = [Audited(domain, probe, item.champion_text) for probe, item in zip(probes, items, strict=True)]
    candidate, champion = ([one.answers and one.fabricates for one in side] for side in (new, old))
    pairs = list(zip(candidate, champion, strict=True))
    return Claims(
        candidate=sum(candidate),
        candidate_of=sum(one.answers for one in new),
        champion=sum(champion),
        champion_of=sum(one.answers for one in old),
        rose=pairs.count((True, False)),
        fell=pairs.count((False, True)),
    )

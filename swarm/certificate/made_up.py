"""The hallucination audit of a census, for a domain that rests on documents."""

from collections.abc import Sequence

from swarm.certificate.records import MadeUp
from swarm.domains import OPENED
from swarm.domains.base import Domain
from swarm.records import Attempt, Probe, Sample


def made_up(domain: Domain, probes: Sequence[Sample], attempts: Sequence[Sample]) -> tuple[MadeUp, ...]:
    """Every fault of the answers to these probes, each probe's latest; none where the domain rests on no documents."""
    if domain.name.partition(":")[0] not in OPENED:
        return ()
    # Brings the readers of documents, which no other domain needs.
    from swarm.domains.documents import DocumentsDomain
    from swarm.domains.documents.audit import audit

    assert isinstance(domain, DocumentsDomain), f"{domain.name} is opened as a domain of documents"
    texts = {sample.root_id: sample.payload.text for sample in attempts if isinstance(sample.payload, Attempt)}
    answered = [
        (sample.payload, texts[sample.id])
        for sample in probes
        if isinstance(sample.payload, Probe) and sample.id in texts
    ]
    return tuple(MadeUp(fault=rate.fault, found=rate.found, of=rate.of) for rate in audit(domain, answered))

"""The verdict of exported cases, where this package is installed: the domain's own verifier, as in the siege."""

from swarm.domains import load_domain
from swarm.exam_report import answered_right
from swarm.records import Cell, Origin, Probe, Purpose, Reference


def verified(domain: str, cell: str, question: str, answer: str, reply: str) -> tuple[bool, str]:
    """Whether a reply to a question is right, and why; a reply without any mark of an answer is one as a whole."""
    known, reference = load_domain(domain), Reference(answer=answer)
    probe = Probe(
        cell=Cell.parse(cell), purpose=Purpose.EXAM, origin=Origin.REPLAY, question=question, reference=reference
    )
    if not known.read(reply).answers:
        reply = known.completion(Reference(answer=reply.strip()))
    given = known.read(reply).answers
    return answered_right(
        known, probe, reply
    ), f"wanted {answer!r}, got {list(given)}; the verifier of {domain} decides"

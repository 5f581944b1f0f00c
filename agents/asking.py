"""How a question becomes a request: a student gets the bare prompt, and chooses where its domain has choices."""

from agents.engines.base import Request
from swarm.domains.base import Spoken
from swarm.records import Reference


def bare(domain: Spoken, question: str, checkpoint_id: str, max_new_tokens: int) -> Request:
    """The request on which a student is grown and examined."""
    return Request(
        prompt=domain.prompt(question),
        checkpoint_id=checkpoint_id,
        max_new_tokens=max_new_tokens,
        choices=tuple(domain.completion(Reference(answer=choice)) for choice in domain.choices),
    )

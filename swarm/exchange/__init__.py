"""The exchange: durable samples, leased work, one total order of changes. `Exchange` is the way in."""

from swarm.exchange.credits import Credits
from swarm.exchange.exchange import DEFAULT_CREDITS, DEFAULT_QUEUE_LIMIT, Exchange
from swarm.exchange.flow import MAX_ATTEMPTS, MAX_LEASE_SECONDS, Code, Identity
from swarm.exchange.redaction import redact, redact_all, redact_event
from swarm.exchange.requests import Request
from swarm.exchange.retention import Keep
from swarm.exchange.store import Clock

__all__ = [
    "DEFAULT_CREDITS",
    "DEFAULT_QUEUE_LIMIT",
    "MAX_ATTEMPTS",
    "MAX_LEASE_SECONDS",
    "Clock",
    "Code",
    "Credits",
    "Exchange",
    "Identity",
    "Keep",
    "Request",
    "redact",
    "redact_all",
    "redact_event",
]

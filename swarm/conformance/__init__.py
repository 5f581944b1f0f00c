"""Plays a swarm against somebody's agent, in whatever language that is, and says what it gets right and wrong."""

from swarm.conformance.check import checked
from swarm.conformance.company import lease_for
from swarm.conformance.stage import Terms

__all__ = ["Terms", "checked", "lease_for"]

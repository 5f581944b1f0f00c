"""Agents outside the cluster, and what they share with those inside: a class with `act`, and `run` makes it one."""

from swarm.agent.main import run

__all__ = ["run"]

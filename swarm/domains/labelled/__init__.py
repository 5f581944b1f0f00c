"""Domains of labelled data: a JSONL file and a short TOML file make one."""

from swarm.domains.labelled.domain import LabelledDomain

__all__ = ["LabelledDomain"]

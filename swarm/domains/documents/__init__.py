"""Specialists of documents: any library that `swarm ingest` made, and the running interpreter's standard library."""

from swarm.domains.documents.domain import DocumentsDomain
from swarm.domains.documents.opening import DOCUMENTS, PYSTDLIB, library_of, open_domain

__all__ = ["DOCUMENTS", "PYSTDLIB", "DocumentsDomain", "library_of", "open_domain"]

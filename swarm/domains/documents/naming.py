"""Names for the ways in which an answer from documents is wrong."""

from collections.abc import Container

from swarm.domains.documents.answers import ABSTAIN
from swarm.domains.documents.passages import shown_in
from swarm.records import Probe


def species(probe: Probe, raw: str, value: str | None, names: Container[str]) -> str:
    """A readable name of the failure; `value` is the answer in normal form, None where it has none."""
    if not raw.strip():
        return "empty"
    if value is None:
        return "unreadable"
    if probe.reference is None:
        return "unreferenced"
    topic = probe.cell.subdomain
    if value == ABSTAIN:
        return f"over-refuses/{topic}"
    if probe.reference.answer == ABSTAIN:
        return f"fabricates/{topic}/{probe.operator or 'silent'}"
    match probe.cell.form:
        case "yesno":
            return f"{topic}/says-{value}"
        case "name" if value not in names and not any(value in text for text in shown_in(probe.question)[0].values()):
            return f"{topic}/no-such-name"
        case _:
            return f"{topic}/wrong-{probe.cell.form}"

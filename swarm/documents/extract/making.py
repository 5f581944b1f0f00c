"""How a unit is made from a span of a document."""

from pathlib import PurePosixPath

from swarm.documents.records import Document, Kind, Layer, Unit, unit_id


def unit_at(
    document: Document, layer: Layer, name: str, begin: int, end: int, facts: tuple[tuple[str, str], ...] = ()
) -> Unit:
    """The unit of these words of a document."""
    text = document.text[begin:end]
    return Unit(
        id=unit_id(layer, document.source, name, text),
        layer=layer,
        subdomain=subdomain_of(document),
        name=name[:200],
        text=text,
        source=document.source,
        version=document.version,
        begin=begin,
        end=end,
        facts=facts,
    )


def subdomain_of(document: Document) -> str:
    """What a document is about: the module, or the file's name without its ending."""
    if document.kind is Kind.PYTHON:
        return document.title
    return PurePosixPath(document.source).stem or document.source

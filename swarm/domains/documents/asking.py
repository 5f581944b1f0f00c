"""A person's question with the passages that answer it best, and what an answer's citations stand on."""

from collections.abc import Sequence

from swarm.documents.retrieval import TOP, retrieved
from swarm.documents.store import Library
from swarm.domains.documents.citations import quotes_in
from swarm.domains.documents.opening import DOCUMENTS, PYSTDLIB, library_of
from swarm.domains.documents.passages import Passage, passage_of, with_passages
from swarm.records import Record


class Citation(Record):
    """A quote in an answer: the document that it names, where that stands, and whether the words are in it."""

    number: int
    quote: str
    place: str
    found: bool


def rests_on_documents(domain: str) -> bool:
    """Whether a domain's questions are asked with documents."""
    return domain.partition(":")[0] in (DOCUMENTS, PYSTDLIB)


def with_documents(domain: str, text: str, top: int = TOP) -> tuple[str, list[Passage]]:
    """What a student of documents is asked when a person says `text`: the best `top` passages and the words."""
    with Library(library_of(domain)) as library:
        passages = [passage_of(unit, around=text) for unit in retrieved(library, text, top)] if top else []
    return with_passages(text, passages), passages


def citations(answer: str, passages: Sequence[Passage]) -> list[Citation]:
    """The quotes of an answer by number, each looked up in what was shown."""
    cited = []
    for _, number, _, words in quotes_in(answer):
        if number is not None:
            shown = passages[number - 1] if 1 <= number <= len(passages) else None
            found = shown is not None and words in shown.text
            cited.append(Citation(number=number, quote=words, place=shown.place if shown else "", found=found))
    return cited

"""A person's question with the passages that answer it best, and what an answer's citations stand on."""

from collections.abc import Sequence

from swarm.documents.retrieval import TOP, Vector, named, retrieved
from swarm.documents.store import Library
from swarm.domains.documents.citations import quotes_in
from swarm.domains.documents.opening import DOCUMENTS, PYSTDLIB, library_of
from swarm.domains.documents.passages import Passage, passage_of, shown_in, with_passages
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


def with_documents(
    domain: str, text: str, top: int = TOP, documents: Sequence[str] = (), vector: Vector | None = None
) -> tuple[str, list[Passage]]:
    """What a student of documents is asked when a person says `text`, and the passages that it is shown.

    Those are of the named `documents` (entries, headings or sources) where any are, else the best `top` of all, by
    words and, where it is given, by the text's `vector`; none where `top` is 0. A text that shows passages of its own
    stays as it is. Raises ValueError for a name that nothing in the library has, or for a vector where the library
    isn't embedded.
    """
    if brought := shown_in(text)[0]:
        return text, [
            Passage(name="", text=said, place=f"[{number}] of the question") for number, said in brought.items()
        ]
    if not (top or documents):
        return text, []
    with Library(library_of(domain)) as library:
        found = named(library, text, documents) if documents else retrieved(library, text, top, vector)
    passages = [passage_of(unit, around=text) for unit in found]
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

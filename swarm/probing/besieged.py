"""What the sieges of a student showed, read page by page: the one way for who asks the gateway and for the gateway."""

from collections.abc import Callable, Generator, Sequence

from swarm.asking import Query
from swarm.probing.clothes import Clothes
from swarm.records import Purpose, Sample

Page = tuple[Sequence[Sample], int]
"""Samples, and the revision as of which they are."""
Reading = Generator[Query, Page, Clothes]
"""Gives one query after another, takes the page that each finds, and returns what came of them."""

_PAGE = 500


def showed(checkpoint_id: str, revision: int | None = None) -> Reading:
    """What sieges of this student showed up to a revision, or up to that of the first page."""
    asked = Query(kind="verdict", purpose=Purpose.SIEGE, checkpoint_id=checkpoint_id)
    verdicts, revision = yield from _all(asked, revision)
    probes = (yield from _all(Query(kind="probe", purpose=Purpose.SIEGE), revision))[0] if verdicts else []
    return Clothes(probes, verdicts, revision)


def _all(asked: Query, until: int | None) -> Generator[Query, Page, tuple[list[Sample], int]]:
    found = list[Sample]()
    asked = asked.model_copy(update={"until_revision": until, "limit": _PAGE, "newest_first": False})
    page, revision = yield asked
    until = revision if until is None else until
    while page:
        found += page
        page, _ = yield asked.model_copy(update={"since_revision": page[-1].revision, "until_revision": until})
    return found, until


def read(reading: Reading, find: Callable[[Query], Page]) -> Clothes:
    """What comes of a reading whose pages are found at once."""
    try:
        query = next(reading)
        while True:
            query = reading.send(find(query))
    except StopIteration as done:
        clothes: Clothes = done.value
        return clothes

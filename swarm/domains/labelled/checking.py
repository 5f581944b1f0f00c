"""Checks the data of a labelled domain before a swarm is grown on it: what is wrong with it, and what to beware of."""

from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import Field

from swarm.domains.labelled.crossed import Noise, Shortcut, crossed, noise, shortcut
from swarm.domains.labelled.domain import LabelledDomain
from swarm.domains.labelled.items import Item, Split
from swarm.domains.labelled.loading import Fault, Faulty, load
from swarm.domains.labelled.settings import DomainFile, read_domain_file
from swarm.domains.labelled.texts import Lengths, Overlap, Scripts, balance, lengths, overlap, scripts
from swarm.errors import ConfigError
from swarm.records import Record

UNBALANCED = 3.0
"""How many times as common as the rarest the commonest label may be before that is a finding."""

Told = Callable[[str], None]
"""Is told what is looked at now."""


class Place(Record):
    """A line of the data, and what is the matter with it."""

    line: int
    what: str


class DataCheck(Record):
    """All that a check found. With `faults` the data makes no domain, and nothing else was looked at."""

    name: str
    data: str
    sha256: str = ""
    scored_by: str = ""
    items: int = 0
    groups: int = 0
    faults: tuple[Place, ...] = ()
    repeated: tuple[Place, ...] = ()
    dropped: tuple[Place, ...] = ()
    contaminated: tuple[Place, ...] = ()
    balance: dict[str, dict[str, int]] = Field(default_factory=dict)
    lengths: tuple[Lengths, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    scripts: Scripts | None = None
    shortcuts: tuple[Shortcut, ...] = ()
    noise: Noise | None = None
    cells: tuple[str, ...] = ()
    thin: dict[str, int] = Field(default_factory=dict)
    findings: tuple[str, ...] = ()


def checked(path: Path, data: str = "", told: Told = lambda _: None) -> DataCheck:
    """Check a domain's file and its data. Raises ConfigError where there is no such file, or none can be read."""
    file = read_domain_file(path)
    if data:
        file = file.model_copy(update={"data": str(Path(data).expanduser().absolute())})
    told("reading the data")
    try:
        domain = LabelledDomain(file, load(file))
    except Faulty as error:
        return DataCheck(name=file.name, data=file.data, faults=_places(error.faults))
    found = _looked_at(file, domain, told)
    return found.model_copy(update={"findings": tuple(_findings(found))})


def _looked_at(file: DomainFile, domain: LabelledDomain, told: Told) -> DataCheck:
    loaded = domain.loaded
    # Texts of all items may be looked at, labels of the sealed ones not.
    open_items = [item for item in loaded.items if loaded.splits[item.group] is not Split.SEALED]
    told("trying the operators")
    try:
        cells, thin = tuple(cell.key for cell in domain.cells()), dict(domain.map.thin)
    except ConfigError as error:
        cells, thin = (), {error.message: 0}
    shortcuts, wrong = _by_words(file, open_items, told) if file.answer.labels else ((), None)
    return DataCheck(
        name=file.name,
        data=file.data,
        sha256=loaded.sha256,
        scored_by="likelihood of the labels" if domain.choices else "generation, read and verified",
        items=len(loaded.items),
        groups=len(loaded.splits),
        repeated=_places(loaded.repeated),
        dropped=_places(loaded.dropped),
        contaminated=tuple(
            Place(line=item.line, what="has the words of a held-out item") for item in domain.contaminated
        ),
        balance=balance(loaded),
        lengths=tuple(lengths(loaded.items, name) for name in file.fields),
        overlaps=tuple(overlap(loaded, name) for name in file.fields),
        scripts=scripts(loaded.items),
        shortcuts=shortcuts,
        noise=wrong,
        cells=cells,
        thin=thin,
    )


def _by_words(file: DomainFile, items: list[Item], told: Told) -> tuple[tuple[Shortcut, ...], Noise | None]:
    """What words tell about the labels that there are. Nothing where fewer than two labels or groups are open."""
    labels = sorted({item.label for item in items})
    if len(labels) < 2 or len({item.group for item in items}) < 2:
        return (), None
    names = ("", *file.fields) if len(file.fields) > 1 else file.fields
    found, whole = [], None
    for name in names:
        told(f"fitting words of {name or 'all fields'} to labels")
        probabilities = crossed(items, labels, name)
        whole = probabilities if whole is None else whole
        found.append(shortcut(items, labels, name, probabilities))
    assert whole is not None
    return tuple(found), noise(items, labels, whole)


def _findings(found: DataCheck) -> Iterator[str]:
    """What to beware of, one sentence each."""
    for places, what in (
        (found.repeated, "lines say the same as earlier ones and are left out"),
        (found.dropped, "lines contradict others of the same texts and are left out"),
        (found.contaminated, "training items have the words of held-out ones and are not learned"),
    ):
        if places:
            yield f"{len(places)} {what}"
    yield from _about_texts(found)
    counts = found.balance.get(Split.TRAIN, {}).values()
    if counts and max(counts) > UNBALANCED * min(counts):
        yield f"the commonest label is {max(counts) / min(counts):.1f} times as common as the rarest in training"
    for cut in found.shortcuts:
        if cut.field and cut.found:
            yield (
                f"{cut.field} alone tells the label in {cut.accuracy:.1%} [{cut.lower:.1%}, {cut.upper:.1%}] of items, "
                f"where the commonest label is right in {cut.commonest:.1%}: a shortcut"
            )
    if not found.cells:
        yield "there are too few items for any cell: no swarm can be grown on them"
    elif found.thin:
        yield f"{len(found.thin)} cells have too few questions in some split and are left out"


def _about_texts(found: DataCheck) -> Iterator[str]:
    for one in found.lengths:
        if one.outliers:
            yield f"{one.outliers} texts of {one.field} have more than {one.fence:.0f} words"
    for shared in found.overlaps:
        if shared.items:
            share = shared.items / shared.held_out
            yield f"{shared.items} held-out texts of {shared.field} ({share:.1%}) stand in training, too"
    if found.scripts and found.scripts.foreign:
        lines = ", ".join(map(str, found.scripts.lines))
        yield f"{found.scripts.foreign} items are not in {found.scripts.main} letters; lines {lines}"


def _places(faults: tuple[Fault, ...]) -> tuple[Place, ...]:
    return tuple(Place(line=fault.line, what=fault.what) for fault in faults)

"""What rests on changed documents is named: over a real store, with probes of a small library."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from swarm.documents.ingest import Ingestion
from swarm.documents.store import Library
from swarm.domains.documents import DocumentsDomain, open_domain
from swarm.errors import RefusedError
from swarm.exchange import Exchange, Identity
from swarm.privacy import Screen
from swarm.records import Cell, Probe, Purpose
from swarm.report.staleness import stale
from swarm.roles import Role

PROBER = Identity("prober-1", Role.PROBER)
CELL = Cell.parse("cloze/rain/word")


def now() -> datetime:
    return datetime.now(UTC)


def page(word: str, base: int) -> str:
    lines = [f"The {word} has {base + row} gates in its northern wall, all of oak." for row in range(30)]
    return f"# About the {word}\n\n" + "\n\n".join(lines) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    for number, word in enumerate(("mountain", "harbour", "orchard")):
        (tmp_path / "docs" / f"{word}.md").write_text(page(word, 100 * (number + 1)))
    ingest(tmp_path)
    return tmp_path


def ingest(folder: Path) -> None:
    with Library(folder / "lib", create=True) as library:
        Ingestion(library, Screen()).run([str(folder / "docs")])


@pytest.fixture
def exchange(folder: Path) -> Iterator[Exchange]:
    with Exchange(
        f"sqlite:///{folder / 'store.db'}", "test", "documents", lambda: datetime.now(UTC), b"k" * 32
    ) as made:
        yield made


def asked(folder: Path, exchange: Exchange) -> dict[str, Probe]:
    """Probes on each of the documents: which a seed comes to depends on the folder's path, so there are many."""
    domain = open_domain(f"documents:{folder / 'lib'}")
    assert isinstance(domain, DocumentsDomain)
    made = [domain.make(CELL, random.Random(number), Purpose.LEARN)[0] for number in range(60)]
    assert all(answer.ok for answer in exchange.publish(PROBER, made))
    return {sample.id: sample.payload for sample in made if isinstance(sample.payload, Probe)}


def named(folder: Path, exchange: Exchange) -> set[str]:
    with Library(folder / "lib") as library:
        return set(stale(exchange, library.documents()).probes)


def test_only_what_rests_on_changed_words_is_stale(folder: Path, exchange: Exchange) -> None:
    probes = asked(folder, exchange)
    assert named(folder, exchange) == set()
    (folder / "docs" / "mountain.md").write_text(page("mountain", 700))
    ingest(folder)
    resting = {key for key, probe in probes.items() if _on(probe, "mountain")}
    assert 0 < len(resting) < len(probes)
    assert named(folder, exchange) == resting


def _on(probe: Probe, word: str) -> bool:
    """Whether the question itself is about a document."""
    return f"The {word} has" in probe.question.split("\n")[-1]


def test_a_run_without_exams_and_corrections_names_none(folder: Path, exchange: Exchange) -> None:
    probes = asked(folder, exchange)
    for file in (folder / "docs").iterdir():
        file.write_text("# Empty\n\nNothing is said here any more.\n")
    ingest(folder)
    with Library(folder / "lib") as library:
        found = stale(exchange, library.documents())
    assert set(found.probes) == probes.keys()
    assert (found.corrections, found.exams, found.checkpoints, found.certified) == ((), (), (), False)
    with pytest.raises(RefusedError, match="there is no exam"):
        exchange.exam("none")

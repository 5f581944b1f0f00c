"""The benchmark of documents: which questions make sense without them, and that everyone sits the same ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.documents import closed_book, measure, standings
from swarm.domains import load_domain
from swarm.domains.documents import DocumentsDomain
from swarm.domains.documents.passages import shown_in
from swarm.domains.exam import frozen_exam
from swarm.errors import ConfigError
from swarm.records import Cell, Probe, Sample
from swarm.students import Checkpoint, CheckpointStatus
from tests.fakes import ScriptedEngine
from tests.report_rig import make_run

CELLS = [
    Cell.parse(key)
    for key in ("parameter/rain/yesno", "parameter/border/yesno", "default/border/value", "purpose/rain/name")
]


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentsDomain]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWARM_LIBRARIES", str(tmp_path_factory.mktemp("libraries")))
        opened = load_domain("pystdlib:json,csv,shutil,tempfile,calendar")
        assert isinstance(opened, DocumentsDomain)
        yield opened


def probe(item: Sample) -> Probe:
    assert isinstance(item.payload, Probe)
    return item.payload


def test_what_is_merely_not_shown_is_not_asked_without_documents(domain: DocumentsDomain) -> None:
    items = frozen_exam(domain, CELLS, 6, 1)
    both, bare = closed_book(items)
    assert [probe(item).reference for item in both] == [probe(item).reference for item in bare]
    assert {probe(item).operator for item in both} == {"", "fabricated"}
    assert {probe(item).cell.subdomain for item in both} == {"parameter"}
    assert all(shown_in(probe(item).question)[0] == {} for item in bare)


async def test_base_and_student_sit_the_same_questions(domain: DocumentsDomain) -> None:
    engine = ScriptedEngine(lambda request: "yes" if request.messages else "= NONE")
    engine.held.append("c1")
    champion = Checkpoint(id="c1", status=CheckpointStatus.CHAMPION, url="file:///c1")
    items = frozen_exam(domain, CELLS, 6, 1)
    found = await standings(engine, domain, champion, items, CELLS, 20)
    assert [(row.questions, row.contestant.name) for row in found] == [
        (name, who)
        for name in ("all, with documents", "by heart, with documents", "by heart, without")
        for who in ("base, 3-shot", "student")
    ]
    (base, student, *_) = found
    refusals = {row.contestant.name: {rate.fault: rate.found for rate in row.faults} for row in (base, student)}
    assert refusals["student"]["over-refusal"] == 12
    assert refusals["base, 3-shot"]["unsupported claim"] == 6, "well formed are only those that are asked yes or no"
    assert student.contestant.passed == 12


async def test_a_run_of_another_domain_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        await measure(make_run(tmp_path / "run", learned=False), 10)

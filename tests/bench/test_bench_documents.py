"""The benchmark of documents: which questions make sense without them, and that everyone sits the same ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.documents import (
    BASE,
    CLOSED,
    ORACLE,
    READER,
    RETRIEVED,
    SHOWN,
    STUDENT,
    Benchmark,
    asked_anew,
    begun,
    by_heart,
    measure,
)
from bench.documents_table import Figures, shown
from bench.evolver import JudgeError
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

JUDGED = JudgeError(version=1, wrong=10, caught=9, right=10, passed=10, missed=())


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
    kept = by_heart(frozen_exam(domain, CELLS, 6, 1))
    bare = asked_anew(kept, lambda text: text)
    assert [probe(item).reference for item in kept] == [probe(item).reference for item in bare]
    assert {probe(item).operator for item in kept} == {"", "fabricated"}
    assert {probe(item).cell.subdomain for item in kept} == {"parameter"}
    assert all(shown_in(probe(item).question)[0] == {} for item in bare)


def benchmark(domain: DocumentsDomain) -> Benchmark:
    engine = ScriptedEngine(lambda request: "yes" if request.messages else "= NONE")
    engine.held.append("c1")
    champion = Checkpoint(id="c1", status=CheckpointStatus.CHAMPION, url="file:///c1")
    return Benchmark(engine, domain, champion, CELLS, 20)


async def test_all_sit_the_same_questions_and_what_is_kept_is_not_asked_again(domain: DocumentsDomain) -> None:
    items = frozen_exam(domain, CELLS, 6, 1)
    found = [one async for one in benchmark(domain).missing(items)]
    by_name = {(row.questions, row.contestant.name): row for row in found}
    assert {name for name, _ in by_name} == {SHOWN, ORACLE, RETRIEVED, CLOSED}
    assert len(found) == len(by_name) == 16
    base, student = by_name[SHOWN, BASE], by_name[SHOWN, STUDENT]
    refusals = {row.contestant.name: {rate.fault: rate.found for rate in row.faults} for row in (base, student)}
    assert refusals[STUDENT]["over-refusal"] == 12
    assert refusals[BASE]["unsupported claim"] == 6, "well formed are only those that are asked yes or no"
    assert (student.contestant.passed, student.contestant.items) == (12, 24)
    assert by_name[ORACLE, STUDENT].contestant.items == len(by_heart(items))
    assert by_name[RETRIEVED, READER].contestant.accuracy > by_name[CLOSED, BASE].contestant.accuracy
    again = [one async for one in benchmark(domain).missing(items, found[:-2])]
    assert [(row.questions, row.contestant.name) for row in again] == list(by_name)[-2:]


def test_figures_of_another_measurement_are_not_taken_up(tmp_path: Path) -> None:
    wanted = Figures(run="r", domain="d", checkpoint="c1", items=24)
    done = wanted.model_copy(update={"judged": (("seed", JUDGED),)})
    (tmp_path / "kept.json").write_text(done.model_dump_json())
    assert begun(tmp_path / "kept.json", wanted) == done
    assert begun(tmp_path / "kept.json", wanted.model_copy(update={"checkpoint": "c2"})).judged == ()
    (tmp_path / "kept.json").write_text("{")
    assert begun(tmp_path / "kept.json", wanted) == wanted
    assert "1 of 10" in str(list(shown(done)[2].columns[1].cells))


async def test_a_run_of_another_domain_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        await measure(make_run(tmp_path / "run", learned=False), 10)

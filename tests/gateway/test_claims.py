"""What the gateway counts as made up in an exam over documents, and that other domains have no such count."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.client import SwarmClient
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.gateway.claims import claims_of
from swarm.gateway.server import Settings, serving
from swarm.records import Cell, Probe, Purpose
from swarm.roles import Role
from swarm.students import Checkpoint, CheckpointStatus, ExamItem, ExamRecord, PromotionDecision


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Domain]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWARM_LIBRARIES", str(tmp_path_factory.mktemp("libraries")))
        yield load_domain("pystdlib:json,csv,textwrap,shutil,calendar,random")


def exam(domain: Domain, *texts: tuple[str, str]) -> ExamRecord:
    """Champion's and candidate's texts to one question each; `RIGHT` stands for the reference."""
    rng, items = random.Random(1), []
    for champion, candidate in texts:
        probe = domain.make(Cell.parse("purpose/rain/name"), rng, Purpose.EXAM)[0]
        items.append(
            ExamItem(
                probe=probe, champion_text=champion, candidate_text=candidate,
                champion_passed=False, candidate_passed=False,
            )
        )  # fmt: skip
    return ExamRecord(id="e", champion_id="a", candidate_id="b", items=tuple(items))


def test_names_that_no_document_has_are_counted_among_claims(domain: Domain) -> None:
    made_up, real, silent = "= json.make_it_so", "= json.dumps", "= NONE"
    found = claims_of(
        exam(domain, (silent, made_up), (made_up, real), (made_up, made_up), ("well, well", silent)), domain
    )
    assert found is not None
    assert (found.candidate, found.candidate_of) == (2, 3)
    assert (found.champion, found.champion_of) == (2, 2)
    assert (found.rose, found.fell) == (1, 1)


async def test_the_gateway_vetoes_a_candidate_that_names_what_is_not_there(domain: Domain, tmp_path: Path) -> None:
    """It mends more than it breaks, so that nothing else would hold it back."""
    rng, right, invents = random.Random(2), [], []
    while len(right) < 60:
        probe = domain.make(Cell.parse("purpose/rain/name"), rng, Purpose.EXAM)[0]
        assert isinstance(probe.payload, Probe)
        if probe.payload.question not in {item.probe.payload.question for item in right}:
            said = domain.completion(domain.solve(probe.payload))
            right.append(ExamItem(probe=probe, champion_text="", candidate_text=said, **FAILED))
    for item in right[:20]:
        invents.append(item.model_copy(update={"champion_text": item.candidate_text, "candidate_text": "= json.go_on"}))
    async with serving(Settings(tmp_path, "test", domain.name)):
        for number, (items, vetoed) in enumerate(((right, False), ([*invents, *right[20:]], True))):
            decision = await submitted(tmp_path, items, f"c{number}")
            assert any("name what no document has" in said for said in decision.blocked_by) is vetoed, decision
            assert decision.promoted is not vetoed


FAILED = {"champion_passed": False, "candidate_passed": False}


async def submitted(run: Path, items: list[ExamItem], candidate: str) -> PromotionDecision:
    """The decision over a candidate; what is champion in the gateway is what the exam names."""
    async with (
        SwarmClient.for_run(run, Role.SUPERVISOR, "supervisor") as supervisor,
        SwarmClient.for_run(run, Role.TRAINER, "trainer") as trainer,
        SwarmClient.for_run(run, Role.EXAMINER, "examiner") as examiner,
    ):
        champion = await supervisor.champion()
        if champion is None:
            champion = Checkpoint(id="base", status=CheckpointStatus.BASE, url="file:///base")
            await supervisor.put_checkpoint(champion)
        await trainer.put_checkpoint(
            Checkpoint(id=candidate, status=CheckpointStatus.CANDIDATE, url=f"file:///{candidate}")
        )
        exam = ExamRecord(id=f"e-{candidate}", champion_id=champion.id, candidate_id=candidate, items=tuple(items))
        return await examiner.submit_exam(exam)


def test_a_domain_without_documents_has_none(domain: Domain) -> None:
    assert claims_of(exam(domain, ("= NONE", "= NONE")), load_domain("calendar")) is None

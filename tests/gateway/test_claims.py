"""What the gateway counts as made up in an exam over documents, and that other domains have no such count."""

import random

import pytest

from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.gateway.claims import claims_of
from swarm.records import Cell, Purpose
from swarm.students import ExamItem, ExamRecord


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Domain:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWARM_LIBRARIES", str(tmp_path_factory.mktemp("libraries")))
        return load_domain("pystdlib:json,csv,textwrap")


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


def test_a_domain_without_documents_has_none(domain: Domain) -> None:
    assert claims_of(exam(domain, ("= NONE", "= NONE")), load_domain("calendar")) is None

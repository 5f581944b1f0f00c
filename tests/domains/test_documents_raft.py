"""RAFT rows and the hallucination audit, over a small library of the standard library."""

from collections.abc import Iterator

import pytest

from swarm.domains import load_domain
from swarm.domains.documents import DocumentsDomain
from swarm.domains.documents.audit import audit
from swarm.domains.documents.citations import false_quotes
from swarm.domains.documents.passages import shown_in
from swarm.domains.documents.raft import Otherwise, rows
from swarm.records import Cell, Origin, Probe, Purpose, Reference

SHOWN = "[1] json.load(fp, *, cls=None): Read.\n[2] csv.list_dialects: List.\n"


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentsDomain]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWARM_LIBRARIES", str(tmp_path_factory.mktemp("libraries")))
        opened = load_domain("pystdlib:json,csv,shutil")
        assert isinstance(opened, DocumentsDomain)
        yield opened


CELLS = [Cell.parse("parameter/rain/yesno"), Cell.parse("default/rain/value")]


@pytest.mark.parametrize("otherwise", list(Otherwise))
def test_the_oracle_is_shown_with_probability_p_and_every_quote_is_found(
    domain: DocumentsDomain, otherwise: Otherwise
) -> None:
    made = list(rows(domain, CELLS, 100, p=0.7, otherwise=otherwise, seed=4))
    assert 55 <= sum(row.oracle for row in made) <= 85
    for row in made:
        shown, _ = shown_in(row.prompt.rstrip("\n"))
        rationale = row.completion.split("\n")[0]
        recalled = not row.oracle and otherwise is Otherwise.REMEMBER
        assert false_quotes(rationale, {} if recalled else shown, domain.shelf.texts) == []
        assert row.completion.endswith("= NONE") == (not row.oracle and otherwise is Otherwise.ABSTAIN)


def test_always_and_never(domain: DocumentsDomain) -> None:
    assert all(row.oracle for row in rows(domain, CELLS, 20, p=1, otherwise=Otherwise.ABSTAIN, seed=1))
    assert not any(row.oracle for row in rows(domain, CELLS, 20, p=0, otherwise=Otherwise.ABSTAIN, seed=1))
    again = [list(rows(domain, CELLS, 5, p=0.5, otherwise=Otherwise.ABSTAIN, seed=2)) for _ in range(2)]
    assert again[0] == again[1]


def test_rows_of_a_cell_that_the_library_lacks_are_refused(domain: DocumentsDomain) -> None:
    with pytest.raises(ValueError, match="gave 0 rows, not 3"):
        list(rows(domain, [Cell.parse("cloze/rain/word")], 3, p=1, otherwise=Otherwise.ABSTAIN, seed=1))


def probe(answer: str, form: str = "yesno") -> Probe:
    return Probe(
        cell=Cell.parse(f"parameter/rain/{form}"), purpose=Purpose.EXAM, origin=Origin.GROUNDED,
        question=f"{SHOWN}Does json.load take cls?", reference=Reference(answer=answer),
    )  # fmt: skip


def test_each_fault_is_counted_among_those_that_could_show_it(domain: DocumentsDomain) -> None:
    answered = [
        (probe("yes"), '[1] "cls=None"\n= yes'),
        (probe("yes"), '[2] "cls=None"\n= yes'),
        (probe("yes"), "= NONE"),
        (probe("NONE"), "= yes"),
        (probe("NONE"), "no json.load_fast in [1] [2]\n= NONE"),
        (probe("json.load", "name"), "= json.load_fast"),
        (probe("json.load", "name"), "json.load"),
    ]
    found = {rate.fault: (rate.found, rate.of) for rate in audit(domain, answered)}
    assert found == {
        "fabricated identifier": (1, 5),
        "unsupported claim": (1, 2),
        "wrong citation": (1, 2),
        "answer without a citation": (3, 5),
        "over-refusal": (1, 5),
    }
    (first, *_) = audit(domain, answered)
    assert 0 < first.lower < first.rate < first.upper < 1


def test_what_was_not_answered_has_no_rate_and_a_probe_without_reference_is_refused(domain: DocumentsDomain) -> None:
    assert {(rate.of, rate.lower, rate.upper) for rate in audit(domain, [])} == {(0, 0.0, 1.0)}
    with pytest.raises(ValueError, match="carries no reference"):
        audit(domain, [(probe("yes").model_copy(update={"reference": None}), "= yes")])

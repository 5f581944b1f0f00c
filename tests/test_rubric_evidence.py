"""What an attempt rests on is checked by program: its own equations, the documents that it cites, its quotes."""

import re
from collections.abc import Sequence

import pytest

from swarm.domains.sources import Citation
from swarm.records import Probe
from swarm.rubric_cases import Case
from swarm.rubric_checks import CHECKS
from tests.fakes import SumDomain, probe_of

DOCUMENTS = {"guide": "Add the numbers\nfrom left to right.", "faq": "Nothing is added twice."}


class Library(SumDomain):
    """Sums whose answers cite: `[guide: words]`."""

    def citations(self, text: str) -> Sequence[Citation]:
        """Everything in brackets."""
        found = re.finditer(r"\[([a-z]+)(?:: ([^\]]*))?\]", text)
        return [Citation(said=hit[0], document=hit[1], quote=hit[2] or "") for hit in found]

    def document(self, _probe: Probe, name: str) -> str | None:
        """One of two."""
        return DOCUMENTS.get(name)


def said(check: str, text: str) -> tuple[bool, str, str]:
    """Whether an attempt holds, by which words, and why."""
    outcome = CHECKS[check].run(Case(Library(), probe_of(), text), {})
    assert outcome.quote in text
    return outcome.passed, outcome.quote, outcome.why


@pytest.mark.parametrize(
    "text",
    [
        "3+4=7",
        "2 * 3 + 4 = 10 and 10 - 20 = -10",
        "1,200 × 3 = 3,600",
        "10/4 = 2.5; 10/3=3.33, 2/3 = 0.667",
        "0.1+0.2=0.3",
        "on 2026-03-10 = a tuesday, version 1.2+3=4.2",
        "x = 5, f(3)=9, 07+1=8, 3:40+20=4:00",
        "no numbers at all",
        "3+4=7=8-1",
    ],
)
def test_true_equations_and_what_is_none_pass(text: str) -> None:
    assert said("arithmetic", text)[0]


@pytest.mark.parametrize(
    ("text", "equation"),
    [
        ("so 3+4=8.", "3+4=8"),
        ("2 * 3 + 4 = 14", "2 * 3 + 4 = 14"),
        ("1,200 × 3 = 3,601", "1,200 × 3 = 3,601"),
        ("10/3 = 3.34", "10/3 = 3.34"),
        ("10/3 = 3", "10/3 = 3"),
        ("5 / 0 = 5", "5 / 0 = 5"),
        ("first 1+1=2, then 2+2=5", "2+2=5"),
    ],
)
def test_a_false_equation_fails_and_is_quoted(text: str, equation: str) -> None:
    assert said("arithmetic", text)[:2] == (False, equation)


@pytest.mark.parametrize(
    ("check", "text", "passed", "why"),
    [
        ("cites", "Answer: 7 [guide]", True, "it cites 'guide'"),
        ("cites", "Answer: 7", False, "it cites no document"),
        ("cites", "Answer: NONE", True, "it declines"),
        ("cites", "", False, "it cites no document"),
        ("cites-known", "Answer: 7 [guide] [faq]", True, "every document"),
        ("cites-known", "Answer: 7 [guide] [manual]", False, "there is no document 'manual'"),
        ("quotes-found", "[guide: the numbers from left] Answer: 7", True, "every quote"),
        ("quotes-found", "[guide: the numbers from right] Answer: 7", False, "quote not found in 'guide'"),
        ("quotes-found", "[faq: Add the numbers] Answer: 7", False, "quote not found in 'faq'"),
        ("quotes-found", "[manual: Add the numbers] Answer: 7", False, "quote not found in 'manual'"),
        ("quotes-found", "[guide:  ] Answer: 7", False, "quote not found"),
        ("format", "Answer: 7", True, "the answer has the form"),
        ("format", "Answer: seven", False, "not of the form"),
        ("format", "seven", False, "no answer was found"),
    ],
)
def test_citations_and_form_are_checked_by_program(check: str, text: str, *, passed: bool, why: str) -> None:
    found = said(check, text)
    assert (found[0], why in found[2]) == (passed, True), found


@pytest.mark.parametrize("check", ["cites", "cites-known", "quotes-found"])
def test_a_domain_without_documents_has_nothing_to_cite(check: str) -> None:
    outcome = CHECKS[check].run(Case(SumDomain(), probe_of(), "Answer: 7 [guide]"), {})
    assert (outcome.passed, outcome.why) == (False, "this domain has no documents to cite")

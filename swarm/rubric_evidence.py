"""The checks of what an attempt rests on: its own calculations, and the documents that it cites."""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from swarm.domains.sources import Citation, Sourced
from swarm.rubric_cases import QUOTED, Case, Outcome, abstains

_TERM = r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.\d{1,9})?"
_EQUATION = re.compile(
    rf"(?<![\w.,:/-])({_TERM}(?:\s?[-+*/×÷]\s?{_TERM}){{1,8}})\s?=\s?({_TERM})(?![\w:]|[.,]\d|\s?[-+*/×÷=])"
)
_OPERATIONS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
NO_DOCUMENTS = "this domain has no documents to cite"


def arithmetic(case: Case, _: Mapping[str, str]) -> Outcome:
    """Every equation of plain numbers that the attempt writes out is true; a decimal may be rounded where it ends."""
    for hit in _EQUATION.finditer(case.text[:20_000]):
        if _false(hit[1], hit[2]):
            return Outcome(False, hit[0], f"a false equation: {hit[0]!r}")
    return Outcome(True, case.excerpt(), "no equation that it writes out is false")


def _false(terms: str, said: str) -> bool:
    try:
        value = _value(ast.parse(_plain(terms), mode="eval").body)
    except (SyntaxError, ZeroDivisionError):
        return True
    result = _plain(said)
    places = len(result.partition(".")[2])
    return abs(value - Fraction(result)) > (Fraction(1, 2 * 10**places) if places else 0)


def _plain(terms: str) -> str:
    """As Python writes it: `1,200×3` is `1200*3`, and no number begins with a zero that Python refuses."""
    plain = terms.replace(",", "").replace("×", "*").replace("÷", "/")
    return re.sub(r"(?<![\d.])0+(?=\d)", "", plain)


def _value(node: ast.expr) -> Fraction:
    match node:
        case ast.Constant(value=int() | float()):
            return Fraction(ast.unparse(node))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            return _OPERATIONS[type(op)](_value(left), _value(right))
        case _:
            raise SyntaxError(f"{ast.unparse(node)!r} is no number")


def cites(case: Case, _: Mapping[str, str]) -> Outcome:
    """The attempt names a document, unless it declines."""
    if not isinstance(case.domain, Sourced):
        return Outcome(False, case.excerpt(), NO_DOCUMENTS)
    found = case.domain.citations(case.text)
    if found:
        return Outcome(True, found[0].said, f"it cites {found[0].document!r}")
    if case.reading.answers and all(abstains(answer) for answer in case.reading.answers):
        return Outcome(True, case.reading.answers[0], "it declines, which rests on no document")
    return Outcome(False, case.excerpt(), "it cites no document")


def cites_known(case: Case, _: Mapping[str, str]) -> Outcome:
    """Every document that the attempt cites exists."""
    if not isinstance(case.domain, Sourced):
        return Outcome(False, case.excerpt(), NO_DOCUMENTS)
    found = case.domain.citations(case.text)
    for citation in found:
        if case.domain.document(case.probe, citation.document) is None:
            return Outcome(False, citation.said, f"there is no document {citation.document!r}")
    return Outcome(True, found[0].said if found else case.excerpt(), "every document that it cites exists")


def quotes_found(case: Case, _: Mapping[str, str]) -> Outcome:
    """Every quote stands in the document that it is said to be from, apart from how lines are broken."""
    if not isinstance(case.domain, Sourced):
        return Outcome(False, case.excerpt(), NO_DOCUMENTS)
    found = [citation for citation in case.domain.citations(case.text) if citation.quote]
    for citation in found:
        if not _stands(citation, case.domain.document(case.probe, citation.document)):
            return Outcome(False, citation.quote[:QUOTED], f"quote not found in {citation.document!r}")
    return Outcome(True, found[0].quote[:QUOTED] if found else case.excerpt(), "every quote stands in its document")


def _stands(citation: Citation, text: str | None) -> bool:
    words = " ".join(citation.quote.split())
    return bool(words) and text is not None and words in " ".join(text.split())

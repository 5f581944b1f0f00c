"""Every reason for a refusal is in the table, and travels with the details that it promises."""

import ast
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from swarm import reference
from swarm.codec import code_of, error_of, status_of
from swarm.connection import pause
from swarm.errors import RefusedError, StoreError, UnavailableError
from swarm.exchange import Code
from swarm.reasons import BARE, REASONS

ROOT = Path(__file__).parents[1] / "swarm"
PASSED_ON = {"error.reason", "answer.code", "info.reason if info else error.code().name"}
"""Reasons that come from elsewhere in the same table."""


def reasons_in(source: str) -> Iterator[str]:
    """What each RefusedError of a source is raised for, and each code of an Answer: a code, or else the expression."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="RefusedError"), args=[said, *_]):
                yield _said(said)
            case ast.Call(func=ast.Name(id="Answer"), keywords=keywords):
                yield from (_said(keyword.value) for keyword in keywords if keyword.arg == "code")


def _said(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Attribute(value=ast.Name(id="Code"), attr=name):
            return name
        case _:
            return ast.unparse(node)


def details(error: Exception) -> dict[str, object]:
    """The details of an error's status, by the name of their type."""
    status = status_pb2.Status.FromString(status_of(error)[2][0][1])
    found: dict[str, object] = {}
    for packed in status.details:
        for kind in (error_details_pb2.ErrorInfo, error_details_pb2.BadRequest, error_details_pb2.RetryInfo):
            detail = kind()
            if packed.Unpack(detail):
                found[kind.DESCRIPTOR.name] = detail
    return found


def test_every_reason_that_is_given_is_in_the_table() -> None:
    files = [file for part in ("gateway", "exchange", "codec") for file in (ROOT / part).rglob("*.py")]
    given = {(reason, file.name) for file in files for reason in reasons_in(file.read_text())}
    assert len(given) > 20
    passed = PASSED_ON | {"code"}
    assert {(reason, name) for reason, name in given if reason not in REASONS and reason not in passed} == set()
    assert set(Code) - {Code.OK} <= set(REASONS)


def test_every_reason_in_the_table_is_given_somewhere() -> None:
    files = [*ROOT.rglob("*.py")]
    given = {reason for file in files for reason in reasons_in(file.read_text())}
    by_kind_of_error = {"STORE_FAILED", "UNAVAILABLE", "INTERNAL"}
    assert set(REASONS) - given - set(Code) == by_kind_of_error


def test_a_reason_that_is_not_in_the_table_is_found() -> None:
    assert list(reasons_in('raise RefusedError("NOVEL", "x")\nAnswer(id="", code=Code.INVALID)')) == [
        "NOVEL",
        "INVALID",
    ]


def test_every_row_says_what_it_means_with_a_status_of_grpc() -> None:
    for reason in (*REASONS.values(), *BARE.values()):
        assert reason.status in grpc.StatusCode.__members__
        assert reason.meaning.endswith(".")
        assert reason.remedy.endswith(".")


@pytest.mark.parametrize(
    "reason", [name for name in REASONS if name not in ("UNAVAILABLE", "STORE_FAILED", "INTERNAL")]
)
def test_a_refusal_carries_reason_domain_and_metadata(reason: str) -> None:
    error = RefusedError(reason, "the question is 'x'", "send another", field="Probe.question")
    found = details(error)
    info = found["ErrorInfo"]
    assert isinstance(info, error_details_pb2.ErrorInfo)
    assert (info.reason, info.domain) == (reason, "swarm")
    assert dict(info.metadata) == {"message": "the question is 'x'", "fix": "send another"}
    bad = found["BadRequest"]
    assert isinstance(bad, error_details_pb2.BadRequest)
    assert [fault.field for fault in bad.field_violations] == ["Probe.question"]
    assert ("RetryInfo" in found) is bool(REASONS[reason].retry_seconds)
    assert code_of(error).name == REASONS[reason].status


@pytest.mark.parametrize(
    "error", [RefusedError("QUEUE_FULL", "full", retry_seconds=2.5), RefusedError("CONFLICT", "x")]
)
def test_a_client_hears_how_long_to_wait(error: RefusedError) -> None:
    code, said, trailing = status_of(error)
    heard = error_of(grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(*trailing), said))
    assert isinstance(heard, RefusedError)
    assert (heard.reason, heard.retry_seconds) == (error.reason, error.retry_seconds)


@pytest.mark.parametrize(
    ("said", "left", "least", "most"),
    [(0.0, 60.0, 0.05, 0.1), (3.0, 60.0, 3.0, 4.5), (3.0, 1.0, 1.0, 1.0), (0.01, 60.0, 0.05, 0.1)],
)
def test_the_next_try_comes_no_sooner_than_the_gateway_said(
    said: float, left: float, least: float, most: float
) -> None:
    waits = [pause(0.1, said, left, draw) for draw in (0.0, 0.5, 0.999)]
    assert all(least <= wait <= most for wait in waits)


def test_what_waits_longer_says_so() -> None:
    delay = details(RefusedError("QUEUE_FULL", "full", retry_seconds=2.5))["RetryInfo"]
    assert isinstance(delay, error_details_pb2.RetryInfo)
    assert delay.retry_delay.ToMilliseconds() == 2500


@pytest.mark.parametrize(
    ("error", "reason"), [(StoreError("x"), "STORE_FAILED"), (UnavailableError("x"), "UNAVAILABLE")]
)
def test_an_outage_is_told_apart_and_may_be_tried_again(error: Exception, reason: str) -> None:
    found = details(error)
    info = found["ErrorInfo"]
    assert isinstance(info, error_details_pb2.ErrorInfo)
    assert info.reason == reason
    assert "RetryInfo" in found
    assert code_of(error) is grpc.StatusCode.UNAVAILABLE


def test_details_fit_trailing_metadata_whatever_the_message() -> None:
    text = "日" * 100_000
    _, said, ((_, value),) = status_of(RefusedError("INVALID", text, text, field=text))
    assert len(value) * 4 / 3 + 3 * len(said.encode()) < 8192
    assert "日" in said
    assert details(RefusedError("INVALID", "\ud800"))


def test_the_page_lists_every_reason() -> None:
    page = reference.refusals()
    assert all(f"| `{name}` |" in page for name in (*REASONS, *BARE))

"""Traces from a real gateway into memory: one trace shows a sample's whole life, and nothing is made unasked."""

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from calendar_work import attempt, correct, fail_verdict, probes
from gateway_rig import Clients
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from swarm.exchange.rows import Facts
from swarm.gateway.server import Gateway
from swarm.gateway.traces import Traces
from swarm.records import Sample
from swarm.roles import Role

pytestmark = pytest.mark.asyncio


def spans_of(exporter: InMemorySpanExporter, sample: Sample) -> dict[str, ReadableSpan]:
    """The spans of the trace of a probe, by name."""
    spans = [
        span for span in exporter.get_finished_spans() if span.context and span.context.trace_id == int(sample.id, 16)
    ]
    assert len({span.name for span in spans}) == len(spans)
    return {span.name: span for span in spans}


async def test_one_trace_shows_the_whole_life_of_a_sample(gateway: Gateway, clients: Clients) -> None:
    exporter = InMemorySpanExporter()
    gateway.desk.traces = Traces(exporter)
    probe = probes(1)[0]
    await clients(Role.PROBER).publish([probe])
    attempted = await attempt(clients(Role.STUDENT), "= nonsense")
    judged = await fail_verdict(clients(Role.JUDGE))
    corrected = await correct(clients(Role.TEACHER))
    gateway.desk.traces.close()
    spans = spans_of(exporter, probe)
    chain = {"probe": probe, "attempt": attempted, "verdict": judged, "correction": corrected}
    assert set(spans) == {*chain, "lease probes", "lease attempts", "lease failures"}
    for name, sample in chain.items():
        span = spans[name]
        assert sample.traceparent == f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-01"
        assert span.attributes is not None
        assert span.attributes["swarm.sample"] == sample.id
    parents = {"attempt": "probe", "verdict": "attempt", "correction": "verdict"}
    parents |= {"lease probes": "probe", "lease attempts": "attempt", "lease failures": "verdict"}
    assert spans["probe"].parent is None
    for child, parent in parents.items():
        above = spans[child].parent
        assert above is not None
        assert above.span_id == spans[parent].context.span_id
    calls = {s.context.span_id: s.name for s in exporter.get_finished_spans() if s.name not in spans}
    linked = {name: calls[span.links[0].context.span_id] for name, span in spans.items()}
    assert {linked[name] for name in ("attempt", "verdict", "correction")} == {"complete"}
    assert (linked["probe"], linked["lease probes"]) == ("publish", "lease")


async def test_what_is_refused_gets_no_span_and_a_false_root_bends_none(gateway: Gateway, clients: Clients) -> None:
    exporter = InMemorySpanExporter()
    gateway.desk.traces = Traces(exporter)
    probe = probes(1)[0]
    stray = probe.model_copy(update={"id": "a" * 32, "parent_id": "b" * 32})
    lying = probe.model_copy(update={"id": "c" * 32, "root_id": "d" * 32})
    answers = await clients(Role.PROBER).publish([stray, lying])
    assert [answer.ok for answer in answers] == [False, True]
    gateway.desk.traces.close()
    traces = {f"{span.context.trace_id:032x}" for span in exporter.get_finished_spans() if span.name == "probe"}
    assert traces == {"c" * 32}


async def test_the_caller_s_own_trace_goes_on_in_the_span_of_the_call() -> None:
    exporter = InMemorySpanExporter()
    traces = Traces(exporter)
    for given in (f"00-{'1' * 32}-{'2' * 16}-01", "00-garbage", ""):
        with traces.call("publish", {"traceparent": given}) as call:
            call.stored([Facts("0" * 32, "probe", "", "0" * 32, 1, "", "", "learn", "", False)], "prober-1")
    traces.close()
    spans = exporter.get_finished_spans()
    assert [span.name for span in spans] == ["publish"] * 3, "an id that is no span's is left out"
    assert spans[0].context.trace_id == int("1" * 32, 16)
    assert [span.parent is None for span in spans] == [False, True, True]


class Collector(BaseHTTPRequestHandler):
    """Takes what an OTLP exporter posts."""

    posted: ClassVar[list[tuple[str, bytes]]] = []

    def do_POST(self) -> None:
        self.posted.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be silent."""


async def test_spans_go_to_the_endpoint_of_the_environment_and_without_one_none_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    with Traces.from_environment().call("publish", {}) as call:
        assert not call.traced
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever).start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        traces = Traces.from_environment()
        with traces.call("publish", {}) as call:
            assert call.traced
        await asyncio.to_thread(traces.close)
        server.shutdown()
    (posted,) = Collector.posted
    assert posted[0] == "/v1/traces"
    assert b"swarm-gateway" in posted[1]

"""OpenTelemetry traces in which one sample's whole life is one trace, whoever worked on it.

A sample carries its context in its ids, which have W3C's own widths: the trace is its root's id, its span the first
half of its own (`Sample.traceparent`). Nothing else has to travel, and no client can bend it.
"""

import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from swarm.exchange.rows import Facts
from swarm.work import Lease

CLOSE_SECONDS = 2.0
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class _Ids(RandomIdGenerator):
    """Random ids, except for the span of a sample, whose ids are the sample's."""

    def __init__(self) -> None:
        self.chosen: tuple[int, int] | None = None

    def generate_trace_id(self) -> int:
        return self.chosen[0] if self.chosen else super().generate_trace_id()

    def generate_span_id(self) -> int:
        return self.chosen[1] if self.chosen else super().generate_span_id()


class Traces:
    """Spans of calls, and of the samples that they store or hand out. Without an exporter it does nothing."""

    def __init__(self, exporter: SpanExporter | None) -> None:
        self._ids = _Ids()
        self._provider: TracerProvider | None = None
        if exporter is not None:
            resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "swarm-gateway")})
            self._provider = TracerProvider(id_generator=self._ids, resource=resource, shutdown_on_exit=False)
            self._provider.add_span_processor(BatchSpanProcessor(exporter))
            self._tracer = self._provider.get_tracer("swarm.gateway")

    @classmethod
    def from_environment(cls) -> "Traces":
        """To the OTLP endpoint (over HTTP) that OpenTelemetry's own variables name; off where they name none."""
        if not any(os.environ.get(name) for name in _ENDPOINTS):
            return cls(None)
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return cls(OTLPSpanExporter())

    @contextmanager
    def call(self, name: str, metadata: Mapping[str, str]) -> Iterator["Call"]:
        """The span of a call, below the caller's own where its metadata has a `traceparent`."""
        if self._provider is None:
            yield Call(None, None, None)
            return
        above = TraceContextTextMapPropagator().extract(metadata, Context())
        with self._tracer.start_as_current_span(name, above, SpanKind.SERVER) as span:
            yield Call(self._tracer, self._ids, span)

    def close(self) -> None:
        """Send what still waits; a collector that is away holds nobody up for longer than two seconds."""
        if self._provider is not None:
            closing = threading.Thread(target=self._provider.shutdown, daemon=True)
            closing.start()
            closing.join(CLOSE_SECONDS)


class Call:
    """One call that is being answered; its spans of samples link to it."""

    def __init__(self, tracer: trace.Tracer | None, ids: _Ids | None, span: Span | None) -> None:
        self._tracer, self._ids, self._span = tracer, ids, span
        self._began = time.time_ns()

    @property
    def traced(self) -> bool:
        """Whether spans go anywhere."""
        return self._tracer is not None

    def stored(self, facts: Sequence[Facts], agent: str) -> None:
        """Samples are stored: each gets its own span, below its parent's. Call it on the event loop only."""
        for fact in facts:
            about = {"swarm.cell": fact.cell_key, "swarm.purpose": fact.purpose, "swarm.agent": agent}
            self._stored(fact, {"swarm.sample": fact.id, "swarm.checkpoint": fact.checkpoint_id, **about})

    def leased(self, leases: Sequence[Lease], agent: str) -> None:
        """Samples were handed out: a span below each one's own."""
        if not self.traced:
            return
        for lease in leases:
            sample = lease.sample
            about: dict[str, str | int] = {"swarm.sample": sample.id, "swarm.agent": agent}
            about["swarm.attempt"] = lease.attempt
            self._emit(
                f"lease {lease.queue or lease.stage}",
                _below(sample.root_id or sample.id, sample.id),
                about,
                time.time_ns(),
            )

    def _stored(self, fact: Facts, about: Mapping[str, str | int]) -> None:
        assert self._ids is not None
        above = _below(fact.root_id, fact.parent_id) if fact.parent_id else Context()
        if not _span_id(fact.id):
            return
        self._ids.chosen = int(fact.root_id, 16), _span_id(fact.id)
        try:
            self._emit(fact.kind, above, about, self._began)
        finally:
            self._ids.chosen = None

    def _emit(self, name: str, above: Context, about: Mapping[str, str | int], began: int) -> None:
        assert self._tracer is not None
        assert self._span is not None
        links = [Link(self._span.get_span_context())]
        self._tracer.start_span(name, above, SpanKind.INTERNAL, about, links, began).end()


def _span_id(sample_id: str) -> int:
    return int(sample_id[16:], 16)


def _below(root_id: str, sample_id: str) -> Context:
    """The context of a stored sample's span."""
    sampled = TraceFlags(TraceFlags.SAMPLED)
    above = SpanContext(int(root_id, 16), _span_id(sample_id), is_remote=True, trace_flags=sampled)
    return trace.set_span_in_context(NonRecordingSpan(above), Context())

"""Records over the wire and back: every kind round-trips, and malformed values are refused with field and value."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, get_args, get_origin

import grpc
import pytest
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from swarm.codec import MODELS, code_of, from_wire, status_of, to_wire, wire_class
from swarm.criteria import Experiment, Rubric
from swarm.errors import RefusedError, StoreError
from swarm.events import Event
from swarm.records import Attempt, Cell, Origin, Probe, Purpose, Record, Reference, Sample, Weather
from swarm.state import PhaseName, Progress, SwarmState
from swarm.students import Checkpoint, CheckpointStatus, ExamRecord
from swarm.v1 import records_pb2, state_pb2
from swarm.work import Lease

st.register_type_strategy(int, st.integers(-(2**31), 2**31 - 1))
_RULES = ("pattern", "max_length", "ge", "le")
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(str, st.text(st.characters(categories=["L", "N", "P", "S", "Z", "Cc"]), max_size=8))
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))


def _field(field: FieldInfo) -> st.SearchStrategy[Any]:
    return _shaped(field.annotation, field.metadata)


def _shaped(annotation: Any, metadata: Sequence[Any]) -> st.SearchStrategy[Any]:
    """Values of a type within what swarm.fields says of it."""
    if get_origin(annotation) is Annotated:
        return _shaped(get_args(annotation)[0], FieldInfo.from_annotation(annotation).metadata)
    rules = {name: getattr(rule, name) for rule in metadata for name in _RULES if hasattr(rule, name)}
    if pattern := rules.get("pattern"):
        return st.from_regex(pattern, fullmatch=True).filter(lambda text: len(text) <= rules.get("max_length", 128))
    if annotation in (int, float) and "ge" in rules:
        return (st.integers if annotation is int else st.floats)(rules["ge"], min(rules["le"], 2**31 - 1))
    parts = get_args(annotation)
    if get_origin(annotation) is dict:
        return st.dictionaries(*(_shaped(part, ()) for part in parts), max_size=2)
    if parts[1:] == (...,):
        return st.lists(_shaped(parts[0], ()), max_size=2).map(tuple)
    return st.from_type(annotation)


def _builds(model: type[Record]) -> st.SearchStrategy[Record]:
    fields = {name: _field(field) for name, field in model.model_fields.items() if name != "kind" or model is Event}
    if model is not Event:
        return st.builds(model, **fields)
    objects = [field.name for field in state_pb2.Event.DESCRIPTOR.oneofs_by_name["object"].fields]
    chosen = st.sampled_from(objects)
    return st.builds(model, **fields).flatmap(
        lambda event: chosen.map(lambda kept: event.model_copy(update={o: None for o in objects if o != kept}))
    )


for _model in MODELS.values():
    st.register_type_strategy(_model, _builds)

TRAVELLERS: list[type[Record]] = [Sample, SwarmState, ExamRecord, Checkpoint, Rubric, Experiment, Event, Lease]


def sample(**changes: Any) -> Sample:
    probe = Probe(
        cell=Cell(subdomain="shift", weather=Weather.RAIN, form="date"),
        purpose=Purpose.LEARN,
        origin=Origin.GRAMMAR,
        question="What day is it?",
        reference=Reference(answer="2024-02-29"),
    )
    return Sample(payload=probe, **changes)


@pytest.mark.parametrize("model", TRAVELLERS, ids=lambda model: model.__name__)
def test_round_trip_over_bytes(model: type[Record]) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.from_type(model))
    def check(record: Record) -> None:
        data = to_wire(record).SerializeToString()
        assert from_wire(wire_class(model).FromString(data), model) == record

    check()


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.__name__)
def test_every_record_has_a_message_with_the_same_fields(model: type[Record]) -> None:
    if model is Record:
        pytest.skip("the base has no message")
    names = {field.name for field in wire_class(model).DESCRIPTOR.fields}
    assert names | {"kind", "payload"} >= set(model.model_fields)


def test_what_is_absent_takes_the_default_of_the_record() -> None:
    message = state_pb2.Progress(phase=state_pb2.PHASE_NAME_SIEGE)
    assert from_wire(message, Progress).bound == 1.0
    checkpoint = state_pb2.Checkpoint(id="c1", status=state_pb2.CHECKPOINT_STATUS_BASE, url="file:///c1")
    assert from_wire(checkpoint, Checkpoint).adapter
    assert not from_wire(
        to_wire(Checkpoint(id="c", status=CheckpointStatus.BASE, url="u", adapter=False)), Checkpoint
    ).adapter


def _spoil(spoil: Any) -> records_pb2.Sample:
    message: records_pb2.Sample = to_wire(sample())
    spoil(message)
    return message


@pytest.mark.parametrize(
    ("message", "model", "said"),
    [
        (_spoil(lambda m: setattr(m.probe.cell, "weather", 99)), Sample, ["Cell.weather", "99", "rain (1)"]),
        (_spoil(lambda m: setattr(m.probe, "purpose", 0)), Sample, ["Probe.purpose", "missing", "learn (1)"]),
        (_spoil(lambda m: m.ClearField("probe")), Sample, ["Sample.payload", "missing"]),
        (_spoil(lambda m: m.probe.ClearField("cell")), Sample, ["cell", "missing"]),
        (_spoil(lambda m: setattr(m, "id", "no-id")), Sample, ["Sample.id", "'no-id'"]),
        (_spoil(lambda m: setattr(m.created_at, "seconds", 2**60)), Sample, ["time", str(2**60)]),
        (
            state_pb2.Checkpoint(id="c", status=state_pb2.CHECKPOINT_STATUS_BASE, url="u", loss=float("nan")),
            Checkpoint,
            ["Checkpoint.loss", "nan"],
        ),
        (
            state_pb2.Progress(phase=state_pb2.PHASE_NAME_SIEGE, bound=float("inf")),
            Progress,
            ["Progress.bound", "inf"],
        ),
    ],
)
def test_malformed_values_are_refused_with_field_and_value(
    message: Message, model: type[Record], said: list[str]
) -> None:
    with pytest.raises(RefusedError) as caught:
        from_wire(message, model)
    assert code_of(caught.value) is grpc.StatusCode.INVALID_ARGUMENT
    assert all(word in str(caught.value) for word in said), str(caught.value)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (sample(created_at=datetime(2024, 1, 1)), "Sample.created_at"),
        (sample(revision=2**70), "Sample.revision"),
        (Sample(payload=Attempt.model_construct(text="\ud800", checkpoint_id="c")), "Attempt.text"),
        (Progress(phase=PhaseName.SIEGE, log_ratio=float("nan")), "Progress.log_ratio"),
    ],
)
def test_what_does_not_fit_the_wire_is_refused_before_it_is_sent(record: Record, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        to_wire(record)


def test_a_status_names_reason_message_and_fix() -> None:
    code, text, trailing = status_of(RefusedError("CONFLICT", "phase is at revision 4", "Read it again"))
    assert code is grpc.StatusCode.ABORTED
    assert text == "phase is at revision 4. Read it again"
    assert b"CONFLICT" in trailing[0][1]
    assert code_of(StoreError("disk is full")) is grpc.StatusCode.UNAVAILABLE
    assert code_of(KeyError("x")) is grpc.StatusCode.INTERNAL
    assert "x" not in status_of(KeyError("x"))[1]

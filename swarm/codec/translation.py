"""Translates records to protobuf messages and back, driven by field names, which are the same on both sides.

A plan is built once for each message type from its descriptor; a field that only one side knows stops the program
when the plan is built. Reading ends in pydantic's own validation, so a record that came over the wire is as sound as
one made here.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, partial
from operator import attrgetter
from typing import Any, TypeVar

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from pydantic import ValidationError

from swarm import (
    criteria,
    engine_states,
    events,
    feedback,
    forgetting,
    rates,
    records,
    roles,
    spells,
    state,
    students,
    training,
    work,
)
from swarm.errors import RefusedError
from swarm.flow import spec
from swarm.records import Record
from swarm.v1 import feedback_pb2, operator_pb2, records_pb2, state_pb2

R = TypeVar("R", bound=Record)
E = TypeVar("E", bound=StrEnum)
Writer = Callable[[Any, Any], None]
Reader = Callable[[Any], Any]

ABSENT = object()
"""What a reader gives for a field that was not sent; the record's default, if it has one, takes its place."""
_HOMES = (
    records,
    roles,
    work,
    spec,
    criteria,
    students,
    rates,
    training,
    engine_states,
    spells,
    state,
    forgetting,
    feedback,
    events,
)
"""The modules whose records and enums travel."""


def _defined(base: type[Any]) -> dict[str, type[Any]]:
    found = [value for module in _HOMES for value in vars(module).values() if isinstance(value, type)]
    return {value.__name__: value for value in found if issubclass(value, base) and value is not base}


MODELS: dict[str, type[Record]] = _defined(Record)
"""Every record that travels, by name; its message has the same name."""
_ENUMS: dict[str, type[StrEnum]] = _defined(StrEnum)
_FLOATS = (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT)


@cache
def wire_class(model: type[Record]) -> type[Message]:
    """The message class of a record."""
    for module in (records_pb2, state_pb2, operator_pb2, feedback_pb2):
        if model.__name__ in module.DESCRIPTOR.message_types_by_name:
            found: type[Message] = getattr(module, model.__name__)
            return found
    raise TypeError(f"{model.__name__} has no message in proto/swarm/v1; add one of that name")


def to_wire(record: Record) -> Any:
    """The message of a record. Raises RefusedError naming field and value where it doesn't fit the wire."""
    message = wire_class(type(record))()
    _fill(message, record)
    return message


def from_wire(message: Message, model: type[R]) -> R:
    """The record of a message. Raises RefusedError (INVALID) naming field and value where it isn't a sound record."""
    return validated(model, _read(message))


def validated(model: type[R], values: dict[str, Any], named: str = "") -> R:
    """The record with these values. Raises RefusedError (INVALID) naming the first field that isn't sound.

    `named` is what the sender calls the record, where that isn't the model's name.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join([named or model.__name__, *map(str, first["loc"])])
        raise _refusal(where, f"{where} is {_shown(first['input'])}: {first['msg']}") from error


def enum_to_wire(value: StrEnum) -> Any:
    """The number of an enum value."""
    return _numbers(type(value))[value]


def enum_from_wire(number: int, enum: type[E], field: str) -> E:
    """The enum value of a number. Raises RefusedError naming `field` where there is none."""
    for value, known in _numbers(enum).items():
        if known == number:
            return enum(value)
    names = ", ".join(f"{value} ({known})" for value, known in _numbers(enum).items())
    said = "missing" if number == 0 else f"{number}, which is none of {enum.__name__}"
    raise _refusal(field, f"{field} is {said}", f"Send one of {names}")


def _refusal(
    field: str, message: str, fix: str = "Send what the comment on that field in proto/swarm/v1 describes"
) -> RefusedError:
    return RefusedError("INVALID", message, fix, field=field)


def _shown(value: object) -> str:
    text = "missing" if isinstance(value, dict) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


@cache
def _numbers(enum: type[StrEnum]) -> dict[StrEnum, int]:
    for module in (records_pb2, state_pb2, feedback_pb2):
        if enum.__name__ in module.DESCRIPTOR.enum_types_by_name:
            descriptor = module.DESCRIPTOR.enum_types_by_name[enum.__name__]
            break
    else:
        raise TypeError(f"{enum.__name__} has no enum in proto/swarm/v1; add one of that name")
    prefix = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", enum.__name__).upper() + "_"
    found = {enum(v.name.removeprefix(prefix).lower()): v.number for v in descriptor.values if v.number}
    if set(found) != set(enum):
        raise TypeError(f"{enum.__name__} and its enum in proto/swarm/v1 differ: {set(found) ^ set(enum)}")
    return found


def _fill(message: Any, record: Record) -> None:
    for name, write in _writers(type(record)):
        value = getattr(record, name)
        if value is None:
            continue
        try:
            write(message, value)
        except RefusedError:
            raise
        except (TypeError, ValueError) as error:
            where = f"{type(record).__name__}.{name}"
            raise _refusal(where, f"{where} is {_shown(value)}: {error}") from error


def _read(message: Any) -> dict[str, Any]:
    values = {}
    for name, read in _readers(message.DESCRIPTOR):
        value = read(message)
        if value is not ABSENT:
            values[name] = value
    return values


def _groups(descriptor: Descriptor) -> list[tuple[str, FieldDescriptor | None]]:
    """Record fields of a message: each plain field, and a oneof that the record holds as one field (then None)."""
    model = MODELS[descriptor.name]
    unions = [oneof.name for oneof in descriptor.oneofs if oneof.name in model.model_fields]
    plain = [f for f in descriptor.fields if not (f.containing_oneof and f.containing_oneof.name in unions)]
    named: list[tuple[str, FieldDescriptor | None]] = [(f.name, f) for f in plain]
    named += [(union, None) for union in unions]
    names = {name for name, _ in named}
    tag = {"kind"} - names  # the tag of a union's alternative is which field of the oneof is set
    if differing := names ^ (set(model.model_fields) - tag):
        raise TypeError(f"{descriptor.name} and its message in proto/swarm/v1 differ in the fields {sorted(differing)}")
    return named


@cache
def _writers(model: type[Record]) -> list[tuple[str, Writer]]:
    descriptor: Any = wire_class(model).DESCRIPTOR
    return [(name, _writer(field) if field else _write_union) for name, field in _groups(descriptor)]


@cache
def _readers(descriptor: Descriptor) -> list[tuple[str, Reader]]:
    return [(name, _reader(field) if field else _union_reader(name)) for name, field in _groups(descriptor)]


def _write_union(message: Any, value: Any) -> None:
    target = getattr(message, value.kind)
    target.SetInParent()
    _fill(target, value)


def _union_reader(name: str) -> Reader:
    def read(message: Any) -> Any:
        chosen = message.WhichOneof(name)
        if chosen is None:
            where = f"{message.DESCRIPTOR.name}.{name}"
            raise _refusal(where, f"{where} is missing", "Set exactly one of its alternatives")
        return {"kind": chosen, **_read(getattr(message, chosen))}

    return read


def _writer(field: FieldDescriptor) -> Writer:
    name, kind = field.name, field.message_type
    if kind is None:
        return _scalar_writer(field)
    if kind.GetOptions().map_entry:
        return lambda message, value: getattr(message, name).update(value)
    if kind.full_name == "google.protobuf.Timestamp":
        return lambda message, value: getattr(message, name).FromDatetime(_aware(value))

    def one(message: Any, value: Any) -> None:
        target = getattr(message, name)
        target.SetInParent()
        _fill(target, value)

    def many(message: Any, values: Any) -> None:
        target = getattr(message, name)
        for value in values:
            _fill(target.add(), value)

    def pairs(message: Any, values: Any) -> None:
        target = getattr(message, name)
        for value in values:
            added = target.add()
            for part, item in zip(kind.fields, value, strict=True):
                _scalar_writer(part)(added, item)

    if kind.name not in MODELS:
        return pairs
    return many if field.is_repeated else one


def _scalar_writer(field: FieldDescriptor) -> Writer:
    name = field.name
    if field.enum_type is not None:
        return lambda message, value: setattr(message, name, enum_to_wire(value))
    if field.is_repeated:
        return lambda message, value: getattr(message, name).extend(value)
    if field.cpp_type in _FLOATS:
        return lambda message, value: setattr(message, name, _finite(value, field))
    return lambda message, value: setattr(message, name, value)


def _reader(field: FieldDescriptor) -> Reader:
    name, kind = field.name, field.message_type
    if kind is None:
        return _scalar_reader(field)
    if kind.GetOptions().map_entry:
        return lambda message: dict(getattr(message, name))
    if kind.name not in MODELS and field.is_repeated:
        parts = [_scalar_reader(part) for part in kind.fields]
        return lambda message: tuple(tuple(part(item) for part in parts) for item in getattr(message, name))
    if field.is_repeated:
        return lambda message: tuple(_read(item) for item in getattr(message, name))
    one: Reader = _read if kind.name in MODELS else partial(moment_from_wire, where=_name(field))
    return lambda message: one(getattr(message, name)) if message.HasField(name) else ABSENT


def _scalar_reader(field: FieldDescriptor) -> Reader:
    name, where = field.name, _name(field)
    if field.enum_type is not None:
        enum = _ENUMS[field.enum_type.name]
        by_number = {number: value for value, number in _numbers(enum).items()}

        def read_enum(message: Any) -> Any:
            if field.has_presence and not message.HasField(name):
                return ABSENT
            number = getattr(message, name)
            return by_number[number] if number in by_number else enum_from_wire(number, enum, where)

        return read_enum
    if field.is_repeated:
        return lambda message: tuple(getattr(message, name))
    if field.cpp_type not in _FLOATS and not field.has_presence:
        return attrgetter(name)
    checked: Callable[[Any], Any] = partial(_finite, field=field) if field.cpp_type in _FLOATS else _as_is
    if field.has_presence:
        return lambda message: checked(getattr(message, name)) if message.HasField(name) else ABSENT
    return lambda message: checked(getattr(message, name))


def _as_is(value: Any) -> Any:
    return value


def _finite(value: float, field: FieldDescriptor) -> float:
    if not math.isfinite(value):
        raise _refusal(_name(field), f"{_name(field)} is {value}", "Send a finite number")
    return value


def _name(field: Any) -> str:
    return f"{field.containing_type.name}.{field.name}"


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without a zone; use datetime.now(UTC)")
    return value


def moment_from_wire(timestamp: Any, where: str) -> datetime:
    """The time of a timestamp. Raises RefusedError naming the field `where` it is, if it is none."""
    try:
        found: datetime = timestamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        said = f"{where} is a time of {timestamp.seconds} s and {timestamp.nanos} ns: {error}"
        raise _refusal(where, said, "Send a time from year 1 to 9999, its nanoseconds from 0 to 999999999") from error
    return found

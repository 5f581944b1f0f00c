"""The screen before the store: what it finds in the texts of a record becomes `[kind]`, and is counted."""

import importlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from annotated_types import MaxLen
from pydantic import BaseModel, ValidationError

from swarm.errors import ConfigError, RefusedError
from swarm.privacy.patterns import BUILT_IN, Pattern, custom
from swarm.records import Annotation, Record, Sample

SECONDS = 0.25
"""How long one pattern may search one text, which has 256 Ki characters at most."""
HOOK = "hook"

R = TypeVar("R", bound=Record)
Hook = Callable[[str], str]


class Screen:
    """Replaces personal data in records; the same text always becomes the same. Without patterns or hook it is open."""

    def __init__(self, patterns: Sequence[Pattern] = (), hook: Hook | None = None) -> None:
        self._patterns = tuple(patterns)
        self._hook = hook

    @property
    def open(self) -> bool:
        """Whether it lets everything pass as it is."""
        return not self._patterns and self._hook is None

    def sample(self, sample: Sample) -> Sample:
        """The sample as it may be stored, with how often each kind was replaced; what the client says of that is not
        believed.

        Raises RefusedError: PRIVACY_FAILED where a pattern takes too long or the hook fails, INVALID where what is left
        is no sound sample any more.
        """
        if self.open:
            return sample.model_copy(update={"redactions": ()}) if sample.redactions else sample
        counts = Counter[str]()
        payload = self._record(sample.payload, counts)
        if isinstance(payload, Annotation) and isinstance(sample.payload, Annotation):
            payload = payload.model_copy(update={"body": self._json(sample.payload.body, counts)})
        key = self._text(sample.ordering_key, counts)
        counts = +counts
        screened = {"payload": payload, "ordering_key": key, "redactions": tuple(sorted(counts.items()))}
        return _sound(sample.model_copy(update=screened))

    def record(self, record: R) -> R:
        """Any other record that holds texts or samples, screened alike."""
        return record if self.open else _sound(self._record(record, Counter()))

    def text(self, text: str) -> str:
        """A text that belongs to no sample, screened alike."""
        return self._text(text, Counter())

    def counted(self, text: str) -> tuple[str, Counter[str]]:
        """The same, with how often each kind was replaced."""
        counts = Counter[str]()
        return self._text(text, counts), counts

    def _record(self, record: R, counts: Counter[str]) -> R:
        if isinstance(record, Sample):
            return self.sample(record)  # type: ignore[return-value]
        changed = {}
        for name in _worth_a_look(type(record)):
            was = getattr(record, name)
            if (now := self._value(was, counts)) is not was:
                changed[name] = now
        return record.model_copy(update=changed) if changed else record

    def _value(self, value: Any, counts: Counter[str]) -> Any:
        match value:
            case str():
                return self._text(value, counts)
            case Record():
                return self._record(value, counts)
            case tuple():
                now = tuple(self._value(item, counts) for item in value)
                return value if all(a is b for a, b in zip(now, value, strict=True)) else now
            case _:
                return value

    def _json(self, body: str, counts: Counter[str]) -> str:
        """JSON text whose keys, words and numbers are screened one by one, so that it stays JSON."""
        value = json.loads(body)
        seen = Counter[str]()
        now = self._within(value, seen)
        counts.update(seen)
        return json.dumps(now, ensure_ascii=False) if seen else body

    def _within(self, value: Any, counts: Counter[str]) -> Any:
        match value:
            case str():
                return self._text(value, counts)
            case bool() | None:
                return value
            case int() | float():
                return value if (now := self._text(str(value), counts)) == str(value) else now
            case list():
                return [self._within(item, counts) for item in value]
            case _:
                return {self._text(key, counts): self._within(item, counts) for key, item in value.items()}

    def _text(self, text: str, counts: Counter[str]) -> str:
        if not text:
            return text
        for pattern in self._patterns:
            text = _replaced(pattern, text, counts)
        return self._hooked(text, counts) if self._hook else text

    def _hooked(self, text: str, counts: Counter[str]) -> str:
        assert self._hook is not None
        try:
            left: Any = self._hook(text)
        except Exception as error:  # whatever a stranger's code raises, the text must not pass
            raise _failure(f"the hook raised {type(error).__name__}") from error
        if not isinstance(left, str):
            raise _failure(f"the hook gave a {type(left).__name__}, not a str")
        counts[HOOK] += left != text
        return left


def load_screen(names: Sequence[str], patterns: Mapping[str, str], hook: str) -> Screen:
    """The screen of a config; built-in patterns come first. Raises ConfigError naming what can't be used."""
    if unknown := sorted(set(names) - BUILT_IN.keys()):
        raise ConfigError(f"privacy.redact names {unknown[0]!r}", f"Use any of {', '.join(BUILT_IN)}")
    built_in = [pattern for name, pattern in BUILT_IN.items() if name in names]
    own = [custom(name, expression) for name, expression in patterns.items()]
    return Screen([*built_in, *own], _load_hook(hook) if hook else None)


def _load_hook(where: str) -> Hook:
    module, _, name = where.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(
            f"privacy.hook is {where!r}: {error}", "Write module:function, of a module that the gateway can import"
        ) from error
    if not callable(found):
        raise ConfigError(f"privacy.hook is {where!r}, a {type(found).__name__}", "Name a function from text to text")
    return found


def _replaced(pattern: Pattern, text: str, counts: Counter[str]) -> str:
    def replacement(found: Any) -> str:
        if not pattern.holds(found[0]):
            return str(found[0])
        counts[pattern.name] += 1
        return f"[{pattern.name}]"

    try:
        return str(pattern.expression.sub(replacement, text, timeout=SECONDS, concurrent=True))
    except TimeoutError:
        raise _failure(
            f"pattern {pattern.name!r} took more than {SECONDS:g} s on a text of {len(text)} characters"
        ) from None


def _failure(said: str) -> RefusedError:
    return RefusedError(
        "PRIVACY_FAILED", f"{said}, so nothing of this was stored", "Mend [privacy] in the config of the run"
    )


def _sound(record: R) -> R:
    """The record, if its fields are still within their bounds."""
    try:
        return type(record).model_validate(record.model_dump())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, (type(record).__name__, *first["loc"])))
        raise RefusedError(
            "INVALID",
            f"{where} is no longer sound without personal data: {first['msg']}",
            "Send it shorter",
            field=where,
        ) from None


@cache
def _worth_a_look(model: type[BaseModel]) -> tuple[str, ...]:
    """Fields that hold free text (a str that is bounded by its length), or may hold records that do.

    Ids, names and keys of the domain are bounded by a pattern alone, and enums by their values. An annotation's body is
    JSON and has a way of its own.
    """
    fields = model.model_fields.items()
    text = {
        name
        for name, field in fields
        if field.annotation is str and any(isinstance(bound, MaxLen) for bound in field.metadata)
    }
    held = {name for name, field in fields if field.annotation is not str and _may_hold(field.annotation)}
    return tuple(sorted((text | held) - ({"body"} if model is Annotation else set())))


def _may_hold(annotation: Any) -> bool:
    inner = getattr(annotation, "__args__", ())
    if any(map(_may_hold, inner)):
        return True
    return isinstance(annotation, type) and issubclass(annotation, Record)

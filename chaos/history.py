"""What every client writes down: each call before it is made and after it ended, and each event that a watch brought.

A history is a file of JSON lines. A line is written in one piece, so a client that is killed leaves at most its last
line torn: a call that has no end is one whose outcome nobody knows.
"""

import hashlib
import itertools
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from swarm.events import Event
from swarm.records import Record, Sample
from swarm.state import SwarmState
from swarm.work import Answer

OK, REFUSED, UNKNOWN = "ok", "refused", "unknown"
STOLEN = "stolen"


def digest_of(sample: Sample) -> str:
    """What a sample says, apart from what the gateway adds to it."""
    said = f"{sample.id}\n{sample.parent_id}\n{sample.payload.model_dump_json()}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def event_digest(event: Event) -> str:
    """All that an event says."""
    return hashlib.sha256(event.model_dump_json().encode()).hexdigest()[:32]


def list_digest(ids: Iterable[str]) -> str:
    """A list of ids in its order."""
    return hashlib.sha256("\n".join(ids).encode()).hexdigest()[:32]


def short(token: str) -> str:
    """A lease token that can be compared and not used."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


class Sent(Record):
    """A sample as a client sent it."""

    id: str
    digest: str


class Item(Record):
    """One item of a call: the lease that it is about, and the samples that it brings."""

    token: str = ""
    samples: tuple[Sent, ...] = ()
    note: str = ""
    """`stolen` for somebody else's token; the kind, where a lease is handed back."""


class Said(Record):
    """The answer to one item; of a lease, the sample that was handed out, with its token."""

    id: str
    code: str = "OK"
    revision: int = 0
    token: str = ""


class Begin(Record):
    """A call is about to be made. Times are nanoseconds of the machine's monotonic clock."""

    line: Literal["begin"] = "begin"
    call: int
    at: int
    agent: str
    op: str
    items: tuple[Item, ...] = ()


class End(Record):
    """A call has ended: `ok` with an answer to each item, `refused` as a whole, or nobody knows."""

    line: Literal["end"] = "end"
    call: int
    at: int
    outcome: str
    reason: str = ""
    answers: tuple[Said, ...] = ()


class Opened(Record):
    """A watch was opened after a revision."""

    line: Literal["opened"] = "opened"
    after: int


class Seen(Record):
    """A watch brought an event."""

    line: Literal["seen"] = "seen"
    revision: int
    kind: str
    digest: str


class Listed(Record):
    """The samples with a revision in (after, upto] were listed."""

    line: Literal["listed"] = "listed"
    after: int
    upto: int
    count: int
    digest: str


class Counted(Record):
    """A state was asked for at `begin`."""

    line: Literal["counted"] = "counted"
    begin: int
    revision: int
    unaccounted: tuple[int, ...]
    alarms: tuple[str, ...] = ()


Line = Annotated[Begin | End | Opened | Seen | Listed | Counted, Field(discriminator="line")]
_line: TypeAdapter[Line] = TypeAdapter(Line)


@dataclass(frozen=True, slots=True)
class Call:
    """A call with what came of it. `end` is None where nobody knows."""

    agent: str
    op: str
    begin: int
    items: tuple[Item, ...]
    end: int | None = None
    outcome: str = UNKNOWN
    reason: str = ""
    answers: tuple[Said, ...] = ()

    def pairs(self) -> Iterator[tuple[Item, Said | None]]:
        """Each item with its answer, None where the call had none."""
        return zip(self.items, self.answers or (None,) * len(self.items), strict=True)


@dataclass(frozen=True, slots=True)
class History:
    """All that was written down. Watches are by client and incarnation, in the order of their lines."""

    calls: Sequence[Call]
    watches: Mapping[str, Sequence[Opened | Seen]]
    lists: Sequence[Listed]
    states: Sequence[Counted]


class Pen:
    """Appends lines to one file; each goes to the kernel at once and so outlives the process."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._numbers = itertools.count()

    def write(self, line: Record) -> None:
        """Append one line."""
        os.write(self._file, line.model_dump_json(exclude_defaults=False).encode() + b"\n")

    def begin(self, agent: str, op: str, items: Sequence[Item] = ()) -> int:
        """Write that a call is about to be made; returns its number."""
        number = next(self._numbers)
        self.write(Begin(call=number, at=time.monotonic_ns(), agent=agent, op=op, items=tuple(items)))
        return number

    def end(self, number: int, outcome: str, reason: str = "", answers: Sequence[Said] = ()) -> None:
        """Write what came of a call."""
        at = time.monotonic_ns()
        self.write(End(call=number, at=at, outcome=outcome, reason=reason, answers=tuple(answers)))

    def seen(self, event: Event) -> None:
        """Write what a watch brought."""
        self.write(Seen(revision=event.revision, kind=event.kind, digest=event_digest(event)))

    def counted(self, begin: int, state: SwarmState) -> None:
        """Write what a state says of the queues."""
        unaccounted = tuple(queue.unaccounted for queue in state.queues)
        self.write(Counted(begin=begin, revision=state.revision, unaccounted=unaccounted, alarms=state.alarms))


def sent(sample: Sample) -> Sent:
    """A sample as it is written down."""
    return Sent(id=sample.id, digest=digest_of(sample))


def said(answer: Answer) -> Said:
    """An answer as it is written down."""
    return Said(id=answer.id, code=answer.code, revision=answer.revision)


def read_history(folder: Path) -> History:
    """The histories of all clients, one file for each incarnation of each. Raises ValueError for a line torn inside."""
    calls: list[Call] = []
    watches: dict[str, list[Opened | Seen]] = {}
    lists: list[Listed] = []
    states: list[Counted] = []
    for file in sorted(folder.glob("*.jsonl")):
        open_calls: dict[int, Begin] = {}
        for line in _lines(file):
            match line:
                case Begin():
                    open_calls[line.call] = line
                case End():
                    calls.append(_joined(open_calls.pop(line.call), line))
                case Opened() | Seen():
                    watches.setdefault(file.stem, []).append(line)
                case Listed():
                    lists.append(line)
                case Counted():
                    states.append(line)
        calls += [Call(begun.agent, begun.op, begun.at, begun.items) for begun in open_calls.values()]
    return History(sorted(calls, key=lambda call: call.begin), watches, lists, states)


def _joined(begun: Begin, end: End) -> Call:
    when = None if end.outcome == UNKNOWN else end.at
    return Call(begun.agent, begun.op, begun.at, begun.items, when, end.outcome, end.reason, end.answers)


def _lines(file: Path) -> Iterator[Line]:
    *whole, torn = file.read_bytes().split(b"\n")
    for text in whole:
        yield _line.validate_json(text)
    if torn:
        # Killed in the middle of its last line: what that line said is unknown, unless it is whole after all.
        try:
            json.loads(torn)
        except ValueError:
            return
        yield _line.validate_json(torn)

"""What the services share: the exchange behind its writer, the changes, and how requests are read."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from swarm.codec import from_wire, to_wire
from swarm.connection import MESSAGE_BYTES
from swarm.domains.base import Domain
from swarm.errors import RefusedError
from swarm.exchange import Exchange
from swarm.fields import LINE_LIMIT
from swarm.gateway.audit import Audit
from swarm.gateway.changes import Changes, Topic
from swarm.gateway.edge import Edge, deadline
from swarm.gateway.keys import Keys
from swarm.gateway.metrics import Metrics
from swarm.gateway.pace import Pace
from swarm.gateway.paging import Paging
from swarm.gateway.soundness import ITEM_BYTES, bounded, sized
from swarm.gateway.traces import Traces
from swarm.gateway.writer import Writer
from swarm.privacy import Screen
from swarm.records import Record, Sample
from swarm.work import Answer

T = TypeVar("T")
R = TypeVar("R", bound=Record)

MOST_ITEMS = 1000
LONGEST_WAIT_SECONDS = 20.0
ANSWER_BYTES = MESSAGE_BYTES * 3 // 4
"""How much of the items of a list one answer holds."""


@dataclass
class Desk:
    """One swarm's exchange as the services use it."""

    exchange: Exchange
    writer: Writer
    changes: Changes
    domain: Domain
    edge: Edge
    keys: Keys
    audit: Audit
    paging: Paging
    max_lag: int
    """Promotions after which a failure that waits for a teacher is stale."""
    bookmark_seconds: float
    """How long a watch is silent before it says how far it has come."""
    gate_secret: str
    """What draws the items on which proposed rubrics are tested; the same over restarts, and known to nobody else."""
    rubric_approval: bool
    """Whether a rubric that passed its test waits for an operator."""
    polled_at: dict[str, float] = field(default_factory=dict)
    """When somebody last asked for work of a queue, in the event loop's time."""
    screen: Screen = field(default_factory=Screen)
    """What takes personal data out of all that comes in."""
    production: Screen = field(default_factory=Screen)
    """The same for what people report from production."""
    metrics: Metrics = field(default_factory=Metrics)
    pace: Pace = field(default_factory=Pace)
    traces: Traces = field(default_factory=Traces.from_environment)

    async def read(self, look: Callable[[Exchange], T]) -> T:
        """The value of `look`, from a view of its own beside the writer."""
        return await asyncio.to_thread(look, self.exchange)

    async def write(self, work: Callable[[Exchange], T], topics: Iterable[Topic] = ()) -> T:
        """The value of `work` once it is durable; then `topics` are notified. Not begun once its caller is gone."""
        return await self.writer.run(work, topics, deadline())

    def screened(self, sample: Sample, screen: Screen | None = None) -> Sample:
        """The sample as it may be stored. Raises RefusedError where personal data can't be taken out of it."""
        passed = (screen or self.screen).sample(sample)
        self.metrics.redacted(passed.redactions)
        return passed

    async def take_credentials(self) -> None:
        """Let the edge know which credentials are good now, and which roles there are."""
        self.keys.take(*await self.read(lambda exchange: (exchange.credentials(), exchange.flow().by_name)))
        self.edge.sweep()

    async def poll(self, look: Callable[[], Awaitable[T]], topic: Topic, wait_seconds: float) -> T:
        """The first value of `look` that isn't empty, looking again at each change, or the last one after the wait."""
        clock = asyncio.get_running_loop().time
        until = clock() + wait_seconds
        while True:
            seen = self.changes.seen(topic)
            found = await look()
            if found or not await self.changes.wait(topic, seen, max(0.0, until - clock())):
                return found


def batch(name: str, items: Sequence[T]) -> Sequence[T]:
    """The items of a batch. Raises RefusedError (INVALID) where there are too many."""
    bounded(f"the number of {name}", len(items), 0, MOST_ITEMS)
    return items


async def answer_each(
    messages: Sequence[Any],
    model: type[R],
    id_of: str,
    act: Callable[[list[R]], Awaitable[list[Answer]]],
    take: Callable[[R], R] = lambda record: record,
    aside: bool = False,
) -> list[Any]:
    """Act on what `take` makes of the items that are sound records; the others get a refusal, in their places.

    `aside`: in a thread, where taking them may last.
    """

    def read() -> tuple[list[R], list[Answer | None]]:
        return sound_records(messages, model, id_of, take)

    sound, refused = await asyncio.to_thread(read) if aside else read()
    acted = iter(await act(sound) if sound else [])
    return [to_wire(answer or next(acted)) for answer in refused]


def sound_records(
    messages: Sequence[Any], model: type[R], id_of: str, take: Callable[[R], R]
) -> tuple[list[R], list[Answer | None]]:
    """What `take` makes of the messages that are sound records, and for each message its refusal, if it has one."""
    sound, refused = list[R](), list[Answer | None]()
    for message in messages:
        try:
            sized(message, ITEM_BYTES)
            sound.append(take(from_wire(message, model)))
            refused.append(None)
        except RefusedError as error:
            said = getattr(message, id_of)[:LINE_LIMIT]
            refused.append(Answer(id=said, code=error.reason, message=str(error)))
    return sound, refused


def within_message(messages: Iterable[Any]) -> list[Any]:
    """As many of the messages as one answer holds, at least the first."""
    taken, size = list[Any](), 0
    for message in messages:
        size += message.ByteSize()
        if taken and size > ANSWER_BYTES:
            break
        taken.append(message)
    return taken


def wires(records: Iterable[Record]) -> list[Any]:
    """Their messages."""
    return [to_wire(record) for record in records]

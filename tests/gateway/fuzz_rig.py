"""What the fuzzing stands on: a gateway in a thread with something of everything in it, and random messages."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import grpc
from calendar_work import SEED, attempt, checkpoint, correct, exam, fail_verdict, probes
from google.protobuf.descriptor import FieldDescriptor as Field
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2
from hypothesis import strategies as st

from swarm.access import read_credential
from swarm.client import SwarmClient
from swarm.codec.refusals import DETAILS_KEY, DOMAIN
from swarm.feedback import Thumb
from swarm.gateway.doors import SERVICES, may_call
from swarm.gateway.edge import Limits
from swarm.gateway.server import Gateway, Settings, serving
from swarm.reasons import BARE, REASONS
from swarm.records import Purpose
from swarm.roles import OWN_ROLES, AgentCard, Role
from swarm.students import CheckpointStatus
from swarm.work import Stage

DEADLINE_SECONDS = 2.0
DETAILED = {reason.status for name, reason in REASONS.items() if name != "INTERNAL"}


def unary_methods() -> dict[str, MethodDescriptor]:
    """Every unary method of every service that the gateway serves, by path."""
    methods = [method for service in SERVICES for method in service.methods if not method.server_streaming]
    return {f"/{method.containing_service.full_name}/{method.name}": method for method in methods}


METHODS = unary_methods()


@dataclass
class Target:
    """A gateway under fuzz, seen from outside by a raw channel, and from inside for its books."""

    gateway: Gateway
    run_dir: Path
    channel: grpc.Channel
    known: tuple[str, ...]
    """Ids, tokens and names that mean something to this gateway."""

    def call(self, path: str, role: Role, data: bytes) -> tuple[str, bytes | str]:
        """Status name, and the response's bytes or the reason of the refusal, "" where it has none."""
        metadata = (
            ("authorization", f"Bearer {read_credential(self.run_dir, role)}"),
            ("swarm-agent", f"{role}-1"),
        )
        try:
            return "OK", self.channel.unary_unary(path)(data, metadata=metadata, timeout=DEADLINE_SECONDS)
        except grpc.RpcError as error:
            return error.code().name, reason_of(error)

    def check(self, path: str, role: Role, data: bytes) -> str:
        """Make a call and hold the gateway to its promises; returns the status."""
        status, reason = self.call(path, role, data)
        told = f"{path} as {role}: {status} {reason!r} for {data[:200]!r}"
        assert self.gateway.desk.edge.defects == 0, told
        if status != "OK":
            assert status in DETAILED | set(BARE), told
            assert reason in REASONS or (not reason and status in BARE), told
        assert self.call("/swarm.v1.SwarmService/GetState", Role.OPERATOR, b"")[0] == "OK", told
        return status

    def check_all(self) -> None:
        """Everything can still be read, and nothing is unaccounted for."""
        for path, method in METHODS.items():
            if method.name.startswith(("Get", "List")):
                for role in OWN_ROLES:
                    if may_call(role, path):
                        assert self.call(path, role, b"")[0] in ("OK", "NOT_FOUND"), f"{path} as {role}"
        exchange = self.gateway.desk.exchange
        assert all(count.unaccounted == 0 for count in exchange.queue_counts())
        assert len(exchange.events(0, 1_000_000)) == exchange.revision()
        assert self.gateway.desk.edge.defects == 0


def reason_of(error: Any) -> str:
    """The reason that a refusal carries; "" for one without details."""
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS_KEY:
            for detail in status_pb2.Status.FromString(value).details:
                info = error_details_pb2.ErrorInfo()
                if detail.Unpack(info):
                    assert info.domain == DOMAIN
                    assert info.metadata["message"]
                    return str(info.reason)
    return ""


@contextmanager
def target(run_dir: Path) -> Iterator[Target]:
    """A gateway that serves on a loop of its own, filled with one sample of each kind, leases, an exam and agents."""
    started: Future[tuple[Gateway, tuple[str, ...], Callable[[], object]]] = Future()

    async def serve() -> None:
        loop, ending = asyncio.get_running_loop(), asyncio.Event()
        settings = Settings(run_dir, "fuzz", "calendar", queue_limit=5000, limits=Limits(calls_per_second=1e9))
        try:
            async with serving(settings) as gateway:
                started.set_result((gateway, await _fill(run_dir), partial(loop.call_soon_threadsafe, ending.set)))
                await ending.wait()
        except BaseException as error:
            if not started.done():
                started.set_exception(error)
            raise

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    gateway, known, end = started.result(30)
    with grpc.insecure_channel(gateway.address) as channel:
        yield Target(gateway, run_dir, channel, known)
    end()
    thread.join(30)
    assert not thread.is_alive(), "the gateway did not stop"


async def _fill(run_dir: Path) -> tuple[str, ...]:
    clients = {role: SwarmClient.for_run(run_dir, role, f"{role}-1") for role in OWN_ROLES}
    for role, client in clients.items():
        if role is not Role.REPORTER:
            await client.register(AgentCard(name=f"{role}-1", role=role))
    await clients[Role.SUPERVISOR].put_rubric(SEED)
    await clients[Role.SUPERVISOR].put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    await clients[Role.TRAINER].put_checkpoint(checkpoint("c1"))
    await clients[Role.PROBER].publish(probes(40))
    first = [await attempt(clients[Role.STUDENT], "= nonsense") for _ in range(12)]
    verdicts = [await fail_verdict(clients[Role.JUDGE]) for _ in range(8)]
    await correct(clients[Role.TEACHER])
    await clients[Role.EXAMINER].submit_exam(exam("e1", probes(40, purpose=Purpose.EXAM)))
    await clients[Role.TRAINER].put_checkpoint(checkpoint("c2", parent="c1"))
    said = await clients[Role.REPORTER].report("soon", "= nonsense", "base", Thumb.DOWN, consent=True)
    work = {Role.STUDENT: Stage.PROBES, Role.JUDGE: Stage.ATTEMPTS, Role.TEACHER: Stage.FAILURES}
    leases = [
        lease for role, stage in work.items() for lease in await clients[role].lease(stage, limit=3, ttl_seconds=600)
    ]
    for client in clients.values():
        await client.close()
    ids = [sample.id for sample in (*first[:3], *verdicts[:3])]
    tokens = [lease.token for lease in leases] + [lease.sample.id for lease in leases]
    return (
        *ids,
        *tokens,
        "base",
        "c1",
        "c2",
        "e1",
        "student-1",
        "calendar",
        "date",
        "file:///c9",
        "0" * 64,
        "{}",
        said.id,
    )


HOSTILE = (
    "", " ", "\x00", "a\x00b", "../../etc/passwd", "a/b", "a/b/c", "/", "\n", "\u202e", "😀" * 40,
    "'; DROP TABLE samples", "NaN", "[" * 3000, '{"a": NaN}', "%s%n", "0" * 32, "f" * 32, "x" * 300_000, "9" * 5000, "file://../x",
    "zip://a::file:///b", "nothing://x", "http://127.0.0.1:1/x", "=" * 500, "= 2024-02-29", "FREQ=DAILY;COUNT=9999",
    "P9999Y", "swarm-\ud7ff",
)  # fmt: skip
_EDGES = {
    Field.CPPTYPE_INT32: (0, 1, -1, 2**31 - 1, -(2**31), 1000, 1001),
    Field.CPPTYPE_INT64: (0, 1, -1, 2**63 - 1, -(2**63), 2**53, 10**12),
}
_FLOATS = (0.0, 0.01, 0.05, -1.0, 1e300, float("nan"), float("inf"), -0.0, 5e-324)


def messages(kind: Any, known: tuple[str, ...]) -> st.SearchStrategy[Message]:
    """Messages of a type: most fields set, often with values that mean something, sometimes with absurd ones."""
    texts = st.one_of(st.sampled_from(known), st.sampled_from(known), st.sampled_from(HOSTILE), st.text(max_size=20))

    def scalars(field: Any) -> st.SearchStrategy[Any]:
        if field.enum_type is not None:
            return st.sampled_from([*field.enum_type.values_by_number] * 5 + [-1, 99, 2**31 - 1])
        by_type: Mapping[int, st.SearchStrategy[Any]] = {
            Field.CPPTYPE_STRING: texts,
            Field.CPPTYPE_BOOL: st.booleans(),
            Field.CPPTYPE_DOUBLE: st.sampled_from(_FLOATS),
            Field.CPPTYPE_FLOAT: st.sampled_from(_FLOATS),
            Field.CPPTYPE_INT32: st.one_of(st.integers(0, 5), st.sampled_from(_EDGES[Field.CPPTYPE_INT32])),
            Field.CPPTYPE_INT64: st.one_of(st.integers(0, 5), st.sampled_from(_EDGES[Field.CPPTYPE_INT64])),
        }
        return by_type[field.cpp_type]

    def built(descriptor: Any) -> st.SearchStrategy[Any]:
        if descriptor.full_name == "google.protobuf.Timestamp":
            times = st.sampled_from((0, 1_700_000_000, 1_790_000_000, 4_000_000_000, -1, 2**40, 2**63 - 1, -(2**63)))
            return st.fixed_dictionaries({"seconds": times, "nanos": st.sampled_from((0, 1, -1, 10**9, 2**31 - 1))})
        values: dict[str, st.SearchStrategy[Any]] = {}
        for field in descriptor.fields:
            values[field.name] = many(field) if field.is_repeated else one(field)
        apart = [oneof for oneof in descriptor.oneofs if len(oneof.fields) > 1]
        grouped = {field.name for oneof in apart for field in oneof.fields}
        plain = {name: strategy for name, strategy in values.items() if name not in grouped}
        strategy: st.SearchStrategy[Any] = st.fixed_dictionaries({}, optional=plain)
        whole = st.one_of(st.fixed_dictionaries(plain), st.fixed_dictionaries(plain), strategy)
        for oneof in apart:
            chosen = st.one_of([st.fixed_dictionaries({field.name: values[field.name]}) for field in oneof.fields])
            whole = st.tuples(whole, chosen).map(lambda pair: {**pair[0], **pair[1]})
        return whole

    def one(field: Any) -> st.SearchStrategy[Any]:
        return built(field.message_type) if field.message_type is not None else scalars(field)

    def many(field: Any) -> st.SearchStrategy[Any]:
        inner = field.message_type
        if inner is not None and inner.GetOptions().map_entry:
            return st.dictionaries(one(inner.fields[0]), one(inner.fields[1]), max_size=2)
        return st.lists(one(field), max_size=3)

    return built(kind).map(lambda values: GetMessageClass(kind)(**values))


def spoilt(data: bytes) -> st.SearchStrategy[bytes]:
    """The bytes of a message after up to four accidents: a bit turned, bytes cut out, doubled, put in or exchanged."""

    def accident(drawn: tuple[int, int, bytes]) -> Callable[[bytes], bytes]:
        kind, place, more = drawn

        def happen(before: bytes) -> bytes:
            at = place % (len(before) + 1)
            match kind:
                case 0 if before:
                    at %= len(before)
                    return before[:at] + bytes([before[at] ^ (1 << place % 8)]) + before[at + 1 :]
                case 1:
                    return before[:at] + before[at + len(more) :]
                case 2:
                    return before[:at] + before[at : at + 20] * 2 + before[at:]
                case 3:
                    return before[:at] + more + before[at + len(more) :]
                case _:
                    return before[:at] + more + before[at:]

        return happen

    def apply(accidents: list[Callable[[bytes], bytes]]) -> bytes:
        result = data
        for happen in accidents:
            result = happen(result)
        return result

    drawn = st.tuples(st.integers(0, 4), st.integers(0, 5000), st.binary(min_size=1, max_size=12))
    return st.lists(drawn.map(accident), min_size=1, max_size=4).map(apply)

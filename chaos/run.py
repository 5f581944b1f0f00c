"""One run: clients work, faults come as planned, everything heals, and the end is read from a fresh gateway."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from chaos.checker import Check, check
from chaos.clients import FINISH
from chaos.final import FinalStore
from chaos.history import History, read_history
from chaos.plan import Fault, Kind
from chaos.stage import ClientProcess, GatewayProcess
from swarm.client import SwarmClient
from swarm.conformance.proxy import Proxy
from swarm.events import Event, EventKind
from swarm.records import Sample
from swarm.roles import Role
from swarm.students import Checkpoint, CheckpointStatus

CLIENTS: Mapping[str, int] = {"publisher": 2, "worker": 3, "watcher": 2}
SLOWEST_COMMIT = 0.4
LINEAGES = 25
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Settings:
    """What a run is made of. The run folder has to be new."""

    run: Path
    faults: Sequence[Fault]
    seconds: float
    seed: int = 1
    victim: str = "sound"
    revisions: int = 0
    """A run goes on after its last fault until the log has so many."""
    clients: Mapping[str, int] = field(default_factory=lambda: CLIENTS)
    """How many processes of each kind; a worker is a student, a judge and a teacher."""


@dataclass
class Result:
    """What a run did and what its checks found. `accidents` are ends of processes that nobody planned."""

    faults: Counter[Kind]
    calls: Counter[tuple[str, str]]
    checks: Sequence[Check]
    accidents: Sequence[str] = ()
    seconds: float = 0.0
    revisions: int = 0
    unknown_reasons: Counter[str] = field(default_factory=Counter)

    @property
    def passed(self) -> bool:
        """Whether every check passed and nothing ended by itself."""
        return all(one.passed for one in self.checks) and not self.accidents


async def rehearse(settings: Settings) -> Result:
    """Run, then check. Raises RuntimeError where the gateway can't be started again."""
    began = asyncio.get_running_loop().time()
    (settings.run / "history").mkdir(parents=True)
    gateway = GatewayProcess(settings.run, settings.victim)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(gateway.stop)
        await gateway.start()
        await _seed(settings.run)
        proxy = Proxy(gateway.address)
        target = await proxy.start()
        stack.push_async_callback(proxy.close)
        clients = []
        for kind, count in settings.clients.items():
            for number in range(count):
                clients.append(ClientProcess(kind, number, settings.run, target, settings.seed))
                stack.push_async_callback(clients[-1].stop)
                await clients[-1].start()
        await _until(lambda: all(client.was_answered() for client in clients))
        done = await _act(settings, gateway, proxy, clients)
        accidents = await _finish(settings.run, gateway, clients)
        final = await _read(settings)
    history = await asyncio.to_thread(read_history, settings.run / "history")
    checks = await asyncio.to_thread(check, history, final)
    took = asyncio.get_running_loop().time() - began
    return Result(
        done, outcomes(history), checks, [*gateway.accidents, *accidents], took, final.state.revision, _reasons(history)
    )


def outcomes(history: History) -> Counter[tuple[str, str]]:
    """Items of calls by (op, what became of them)."""
    counted: Counter[tuple[str, str]] = Counter()
    for call in history.calls:
        if call.answers:
            counted.update((call.op, answer.code) for answer in call.answers)
        else:
            counted[call.op, call.outcome if call.outcome != "ok" else "nothing"] += max(1, len(call.items))
    return counted


def _reasons(history: History) -> Counter[str]:
    return Counter(call.reason for call in history.calls if call.outcome == "unknown")


async def _seed(run: Path) -> None:
    """The base that attempts are stamped with."""
    async with SwarmClient.for_run(run, Role.SUPERVISOR, "supervisor") as client:
        await client.put_checkpoint(Checkpoint(id="base", status=CheckpointStatus.BASE, url="file:///base"))


async def _until(holds: Callable[[], bool]) -> None:
    """Wait until it holds, or PATIENCE_SECONDS."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds():
                await asyncio.sleep(0.1)


async def _grown(run: Path, revisions: int) -> None:
    """Wait until the log has so many revisions, or PATIENCE_SECONDS."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS), SwarmClient.for_run(run, Role.OPERATOR, "checker") as client:
            while (await client.state()).revision < revisions:
                await asyncio.sleep(0.2)


async def _act(
    settings: Settings, gateway: GatewayProcess, proxy: Proxy, clients: Sequence[ClientProcess]
) -> Counter[Kind]:
    """Carry out the plan; faults may overlap. Returns how many of each kind were carried out."""
    loop, keeping = asyncio.get_running_loop(), asyncio.create_task(gateway.keep())
    begin, under_way = loop.time(), list[asyncio.Task[None]]()
    for fault in settings.faults:
        await asyncio.sleep(max(0.0, begin + fault.at - loop.time()))
        under_way.append(asyncio.create_task(_strike(fault, gateway, proxy, clients)))
    await asyncio.sleep(max(0.0, begin + settings.seconds - loop.time()))
    await asyncio.gather(*under_way)
    await _grown(settings.run, settings.revisions)
    keeping.cancel()
    return Counter(fault.kind for fault in settings.faults)


async def _strike(fault: Fault, gateway: GatewayProcess, proxy: Proxy, clients: Sequence[ClientProcess]) -> None:
    client = clients[int(fault.draw * len(clients))]
    match fault.kind:
        case Kind.GATEWAY_KILL:
            await gateway.kill(fault.seconds)
        case Kind.GATEWAY_STOP:
            await gateway.freeze(fault.seconds)
        case Kind.CLIENT_KILL:
            await client.kill()
        case Kind.CLIENT_STOP:
            await client.freeze(fault.seconds)
        case Kind.RESET:
            proxy.reset()
        case Kind.STALL:
            await proxy.stall(fault.seconds)
        case Kind.ANSWERS_LOST:
            await proxy.lose_answers(fault.seconds)
        case Kind.DISK_FULL:
            await gateway.fill_disk(fault.seconds)
        case Kind.CLOCK_FORWARD:
            gateway.step_clock(fault.seconds)
        case Kind.CLOCK_BACK:
            gateway.step_clock(-fault.seconds)
        case Kind.SLOW_SYNC:
            await gateway.slow(fault.seconds, fault.draw * SLOWEST_COMMIT)


async def _finish(run: Path, gateway: GatewayProcess, clients: Sequence[ClientProcess]) -> list[str]:
    """End those who write, kill the gateway once more, and let watchers see the end. Returns what went wrong."""
    writers = [client for client in clients if client.kind != "watcher"]
    watchers = [client for client in clients if client.kind == "watcher"]
    wrong = await asyncio.gather(*(client.end(ask=True) for client in writers))
    await gateway.kill(0.0)
    async with SwarmClient.for_run(run, Role.OPERATOR, "checker") as client:
        revision = (await client.state()).revision
    (run / "finish.part").write_text(str(revision))
    (run / "finish.part").rename(run / FINISH)
    wrong += await asyncio.gather(*(client.end(ask=False) for client in watchers))
    return [text for text in wrong if text]


async def _read(settings: Settings) -> FinalStore:
    """Everything, over the public calls."""
    async with SwarmClient.for_run(settings.run, Role.OPERATOR, "checker") as client:
        state = await client.state()
        samples = list[Sample]()
        while page := await client.samples(since_revision=samples[-1].revision if samples else 0, limit=1000):
            samples += page
        events = list[Event]()
        stream = client.watch(0)
        async for event in stream:
            # A bookmark comes when there is nothing more to tell.
            if event.kind is EventKind.BOOKMARK:
                break
            events.append(event)
        await stream.aclose()
        roots = [sample.id for sample in samples if sample.kind == "probe"]
        chosen = random.Random(settings.seed).sample(roots, min(LINEAGES, len(roots)))
        lineages = {root: [sample.id for sample in await client.lineage(root)] for root in chosen}
    return FinalStore(samples, events, state, lineages)

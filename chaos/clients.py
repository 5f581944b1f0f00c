"""The clients, each a process: `python -m chaos.clients publisher|worker|watcher ...`. They make single tries only.

A call that failed without an answer is sent again by them and not by the connection, so the history shows each try.
"""

import argparse
import asyncio
import random
import signal
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import TypeVar

from chaos.history import OK, REFUSED, STOLEN, UNKNOWN, Item, Listed, Opened, Pen, Said, list_digest, said, sent, short
from chaos.plan import LEASE_SECONDS
from swarm.access import read_credential
from swarm.client import SwarmClient
from swarm.domains.calendar import CalendarDomain
from swarm.errors import RefusedError, SwarmError, UnavailableError
from swarm.events import EventKind
from swarm.flow import LEASES
from swarm.reasons import REASONS
from swarm.records import Attempt, Correction, Payload, Probe, Purpose, Sample, TeacherKind, Verdict, new_id
from swarm.roles import AgentCard, Role
from swarm.work import Answer, Completion, FailKind, Failure, Lease, Stage

TRY_SECONDS = 3.0
SILENCE_SECONDS = 8.0
"""A watch that brings nothing for so long, not even a bookmark, is opened again."""
TRIES = 8
LISTED = 2000
"""How many revisions back a watcher lists before it watches."""
FINISH = "finish"
"""The file that says how far watchers have to see before they may end."""

T = TypeVar("T")
DOMAIN = CalendarDomain()
PURPOSES = [Purpose.LEARN] * 8 + [Purpose.SIEGE, Purpose.CENSUS]


class Voice:
    """One agent whose every call is written down. A call gives None where it had no answer."""

    def __init__(self, client: SwarmClient, pen: Pen) -> None:
        self.client = client
        self.pen = pen

    async def publish(self, samples: Sequence[Sample]) -> list[Answer] | None:
        """Publish a batch."""
        items = [Item(samples=(sent(sample),)) for sample in samples]
        return await self._call("publish", items, lambda: self.client.publish(samples), _answers)

    async def lease(self, stage: Stage, limit: int) -> list[Lease]:
        """Lease work for LEASE_SECONDS."""

        def ask() -> Awaitable[list[Lease]]:
            return self.client.lease(stage, limit, wait_seconds=1.0, ttl_seconds=LEASE_SECONDS)

        return await self._call("lease", [], ask, _leases) or []

    async def complete(self, done: Completion, note: str = "") -> Answer | None:
        """Complete one lease."""
        item = Item(token=short(done.token), samples=tuple(map(sent, done.outputs)), note=note)
        answers = await self._call("complete", [item], lambda: self.client.complete([done]), _answers)
        return answers[0] if answers else None

    async def fail(self, lease: Lease, kind: FailKind) -> None:
        """Hand one lease back."""
        failure = Failure(token=lease.token, kind=kind, reason="chaos")
        item = Item(token=short(lease.token), note=kind)
        await self._call("fail", [item], lambda: self.client.fail([failure]), _answers)

    async def extend(self, lease: Lease) -> None:
        """Hold one lease longer."""
        item = Item(token=short(lease.token))
        await self._call("extend", [item], lambda: self.client.extend([lease.token], LEASE_SECONDS), _answers)

    async def _call(
        self, op: str, items: Sequence[Item], act: Callable[[], Awaitable[T]], told: Callable[[T], list[Said]]
    ) -> T | None:
        number = self.pen.begin(self.client.name, op, items)
        try:
            value = await act()
        except UnavailableError as error:
            self.pen.end(number, UNKNOWN, error.message[:80])
        except RefusedError as error:
            # Only the gateway's own reasons are an answer; what gRPC says of a torn connection leaves it open.
            self.pen.end(number, REFUSED if error.reason in REASONS else UNKNOWN, error.reason)
        else:
            self.pen.end(number, OK, answers=told(value))
            return value
        await asyncio.sleep(0.1)
        return None


def _answers(answers: list[Answer]) -> list[Said]:
    return [said(answer) for answer in answers]


def _leases(leases: list[Lease]) -> list[Said]:
    return [Said(id=lease.sample.id, token=short(lease.token)) for lease in leases]


class Stop:
    """Set once the process is told to end."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._event.set)

    def __bool__(self) -> bool:
        return self._event.is_set()


async def publisher(voice: Voice, rng: random.Random, stop: Stop) -> None:
    """New probes, the same probes again, and other probes under ids that are taken."""
    earlier: deque[list[Sample]] = deque(maxlen=50)
    cells = DOMAIN.cells()
    while not stop:
        batch = DOMAIN.make(rng.choice(cells), rng, rng.choice(PURPOSES))
        batch += DOMAIN.make(rng.choice(cells), rng, Purpose.LEARN)
        for _ in range(TRIES):
            if await voice.publish(batch) is not None:
                earlier.append(batch)
                break
        if earlier and (draw := rng.random()) < 0.3:
            again = rng.choice(earlier)
            await voice.publish(again if draw < 0.15 else [altered(again[0])])
        await asyncio.sleep(rng.uniform(0.1, 0.9))


def altered(sample: Sample) -> Sample:
    """Another probe under the same id."""
    assert isinstance(sample.payload, Probe)
    other = sample.payload.model_copy(update={"question": f"{sample.payload.question} {new_id()}"})
    return sample.model_copy(update={"payload": other})


class Worker:
    """One agent that leases from its stage, mostly does its work, and sometimes everything that it should not."""

    def __init__(self, voice: Voice, thief: Voice, stage: Stage, rng: random.Random) -> None:
        self._voice = voice
        self._thief = thief
        self._stage = stage
        self._rng = rng
        self._late: set[asyncio.Task[None]] = set()

    async def work(self, stop: Stop) -> None:
        """Until told to stop."""
        await self._register()
        while not stop:
            for lease in await self._voice.lease(self._stage, self._rng.randint(1, 4)):
                await self._handle(lease)
            await asyncio.sleep(self._rng.uniform(0.0, 0.1))
        for task in self._late:
            task.cancel()

    async def _register(self) -> None:
        client = self._voice.client
        with suppress(SwarmError):
            await client.register(AgentCard(name=client.name, role=client.role))

    async def _handle(self, lease: Lease) -> None:
        draw, done = self._rng.random(), outcome(lease, self._voice.client.name)
        if draw < 0.04:
            await self._voice.fail(lease, FailKind.RETRY)
            await self._voice.complete(done)
        elif draw < 0.08:
            await self._voice.fail(lease, FailKind.RELEASE)
        elif draw < 0.09:
            await self._voice.fail(lease, FailKind.REJECT)
            await self._voice.complete(done)
        elif draw < 0.14:
            self._late.add(asyncio.create_task(self._be_late(done)))
        elif draw < 0.19:
            await self._thief.complete(outcome(lease, self._thief.client.name, lease.token), STOLEN)
            await self._finish(lease, done)
        else:
            if draw < 0.25:
                await self._voice.extend(lease)
            await self._finish(lease, done)
            if draw > 0.9:
                await self._voice.complete(done)

    async def _be_late(self, done: Completion) -> None:
        await asyncio.sleep(LEASE_SECONDS + self._rng.uniform(1.0, 4.0))
        await self._voice.complete(done)

    async def _finish(self, lease: Lease, done: Completion) -> None:
        """Complete, as often as it takes to get an answer."""
        for _ in range(TRIES):
            answer = await self._voice.complete(done)
            if answer is not None:
                break
        if answer is not None and answer.ok and self._stage is Stage.ATTEMPTS and self._rng.random() < 0.1:
            await self._voice.publish([_judged_again(lease.sample)])


def outcome(lease: Lease, agent: str, token: str = "") -> Completion:
    """The work of a lease, under an id of its own: what has an effect twice is seen twice."""
    parent = lease.sample
    payload: Payload
    match lease.stage:
        case Stage.PROBES:
            payload = Attempt(text=f"= {agent}", checkpoint_id="base")
        case Stage.ATTEMPTS:
            payload = _verdict(parent, 1)
        case _:
            payload = Correction(rationale=agent, answer="a", teacher=TeacherKind.WORKED, verified=True)
    return Completion(token=token or lease.token, outputs=(_under(parent, payload),))


def _judged_again(attempt: Sample) -> Sample:
    return _under(attempt, _verdict(attempt, 2))


def _verdict(attempt: Sample, version: int) -> Verdict:
    return Verdict(passed=int(attempt.id[-version], 16) < 8, rubric_version=version, decided_by="verifier")


def _under(parent: Sample, payload: Payload) -> Sample:
    return Sample(parent_id=parent.id, root_id=parent.root_id or parent.id, payload=payload)


async def watch(client: SwarmClient, pen: Pen, finish: Path) -> None:
    """List at R, watch from R + 1 until the revision that the file `finish` names; open again after silence."""
    reached = await _list(client, pen)
    while True:
        stream = client.watch(reached)
        pen.write(Opened(after=reached))
        try:
            while True:
                event = await asyncio.wait_for(anext(stream), SILENCE_SECONDS)
                pen.seen(event)
                reached = event.revision
                if event.kind is EventKind.BOOKMARK and finish.exists() and reached >= int(finish.read_text()):
                    return
        except TimeoutError:
            await stream.aclose()
        except (UnavailableError, RefusedError, StopAsyncIteration):
            await asyncio.sleep(0.2)


async def _list(client: SwarmClient, pen: Pen) -> int:
    """List what is stored, up to the revision of a state."""
    while True:
        try:
            upto = (await client.state()).revision
            after, ids = max(0, upto - LISTED), list[str]()
            page = await client.samples(since_revision=after, limit=1000)
            while page:
                ids += [sample.id for sample in page if sample.revision <= upto]
                page = await client.samples(since_revision=page[-1].revision, limit=1000)
        except (UnavailableError, RefusedError):
            await asyncio.sleep(0.2)
        else:
            pen.write(Listed(after=after, upto=upto, count=len(ids), digest=list_digest(ids)))
            return upto


async def sample_states(client: SwarmClient, pen: Pen, rng: random.Random) -> None:
    """Ask for the state again and again."""
    while True:
        begin = time.monotonic_ns()
        with suppress(UnavailableError, RefusedError):
            pen.counted(begin, await client.state())
        await asyncio.sleep(rng.uniform(0.2, 0.8))


async def run(given: argparse.Namespace) -> None:
    """Be one client until told to stop."""
    pen, rng, stop = Pen(given.history), random.Random(f"{given.seed}/{given.history.stem}"), Stop()
    number = given.number
    async with AsyncExitStack() as stack:

        async def client(role: Role, name: str, patience: float = 0.0) -> SwarmClient:
            credential = read_credential(given.run, role)
            made = SwarmClient(
                given.target, credential=credential, name=name, role=role, patience=patience, timeout=TRY_SECONDS
            )
            return await stack.enter_async_context(made)

        match given.kind:
            case "publisher":
                await publisher(Voice(await client(Role.PROBER, f"prober-{number}"), pen), rng, stop)
            case "worker":
                workers = []
                for role, stage in LEASES.items():
                    voice = Voice(await client(role, f"{role}-{number}"), pen)
                    thief = Voice(await client(role, f"{role}-thief-{number}"), pen)
                    workers.append(Worker(voice, thief, stage, rng))
                await asyncio.gather(*(worker.work(stop) for worker in workers))
            case _:
                role = (Role.OPERATOR, Role.JUDGE)[number % 2]
                states = asyncio.create_task(sample_states(await client(role, f"sampler-{number}"), pen, rng))
                await watch(await client(role, f"watcher-{number}", patience=10.0), pen, given.run / FINISH)
                states.cancel()


def main() -> None:
    """Read who to be, and be it."""
    parser = argparse.ArgumentParser(prog="python -m chaos.clients")
    parser.add_argument("kind", choices=("publisher", "worker", "watcher"))
    parser.add_argument("number", type=int)
    parser.add_argument("--run", required=True, type=Path)
    parser.add_argument("--target", required=True)
    parser.add_argument("--history", required=True, type=Path)
    parser.add_argument("--seed", required=True, type=int)
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()

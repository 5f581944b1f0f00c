"""Hundreds of simulated outside agents at one gateway: `python -m bench.agents [--agents N] [--quick] [--json FILE]`.

A real gateway process on loopback, TLS on, a credential for each agent; the agents are those of swarm.agent, in a few
processes. Measured: registration all at once, the gateway's load while all wait, how evenly scarce work is shared, and
SIGKILL of all in the middle of work, with their return. At the end the books must balance.
"""

import argparse
import asyncio
import itertools
import multiprocessing
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.load import probes
from bench.measure import quantile
from bench.servers import Served, gateway
from swarm.access import read_address, read_tls
from swarm.agent.acting import working
from swarm.agent.loops import work
from swarm.agent.member import Member
from swarm.client import SwarmClient
from swarm.connection import Target
from swarm.records import Attempt, Record, Sample, Tier, new_id
from swarm.roles import Role
from swarm.work import Lease, Stage

PROCESSES = 3
THINKS_SECONDS = 0.2
TRICKLE = 10
"""Probes in one call, where work is scarce."""
FOLDER = Path("runs/bench")


@dataclass(frozen=True, slots=True)
class Scale:
    """How much to measure."""

    agents: int
    idle_seconds: float
    scarce_seconds: float
    scarce_rate: int
    """Probes a second at most: fewer than the agents could take."""
    backlog: int
    """Probes that wait when all agents are killed."""


class Figures(Record):
    """One run. Seconds are wall time; shares are of one core."""

    agents: int
    registered_seconds: float
    register_p50_ms: float
    register_p99_ms: float
    idle_cpu: float
    scarce_probes: int
    scarce_cpu: float
    jain: float
    fewest: int
    most: int
    held_when_killed: int
    returned_seconds: float
    return_p99_ms: float
    backlog_seconds: float
    """From the kill until all of the backlog was answered."""
    burned: int
    accepted: int
    answered: int
    answered_twice: int
    unaccounted: int

    @property
    def sound(self) -> bool:
        """Whether everything was answered, once."""
        return self.accepted == self.answered and not self.answered_twice and not self.unaccounted


class Student:
    """Answers at once, after as long as a small model might take."""

    role = Role.STUDENT

    async def act(self, lease: Lease) -> Attempt:
        """The same for all."""
        assert lease.token
        await asyncio.sleep(THINKS_SECONDS)
        return Attempt(text="= 2026-01-01", checkpoint_id="base")


def jain(shares: list[int]) -> float:
    """Jain's index of fairness (Jain, Chiu and Hawe 1984): 1 where all are equal, 1/n where one has all."""
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else 1.0


def be_agents(told: Connection, target: Target, named: list[tuple[str, str]]) -> None:
    """The body of a process: register all when told to, say how long each took, then work until killed."""
    asyncio.run(_be_agents(told, target, named))


async def _be_agents(told: Connection, target: Target, named: list[tuple[str, str]]) -> None:
    async with AsyncExitStack() as stack:
        members = [
            Member(SwarmClient(target, credential=token, name=name, role=Role.STUDENT, patience=600, timeout=120))
            for name, token in named
        ]
        for member in members:
            await stack.enter_async_context(member.client)
        told.send("ready")
        await asyncio.to_thread(told.recv)

        async def register(member: Member) -> float:
            began = time.perf_counter()
            await member.register()
            return time.perf_counter() - began

        told.send(await asyncio.gather(*map(register, members)))
        for member in members:
            await stack.enter_async_context(member.alive())
        await asyncio.gather(*(work(member, Stage.PROBES, working(Student()), 1) for member in members))


class Crowd:
    """All agents, in a few processes."""

    def __init__(self, target: Target, named: list[tuple[str, str]]) -> None:
        context = multiprocessing.get_context("spawn")
        self._processes, self._told = [], []
        for part in (named[start::PROCESSES] for start in range(PROCESSES)):
            ours, theirs = context.Pipe()
            process = context.Process(target=be_agents, args=(theirs, target, part), daemon=True)
            process.start()
            self._processes.append(process)
            self._told.append(ours)
        for ours in self._told:
            ours.recv()

    def register(self) -> tuple[float, list[float]]:
        """Let all register at once; how long it took until all were in, and each of them."""
        began = time.perf_counter()
        for ours in self._told:
            ours.send("go")
        each = list(itertools.chain.from_iterable(ours.recv() for ours in self._told))
        return time.perf_counter() - began, each

    def kill(self) -> None:
        """SIGKILL them all."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.join()


class Run:
    """One run of the benchmark at one gateway."""

    def __init__(self, served: Served, operator: SwarmClient, prober: SwarmClient) -> None:
        self._served, self._operator, self._prober = served, operator, prober
        self._probes = itertools.cycle(probes(256))
        self.published = 0

    async def measure(self, scale: Scale, target: Target) -> Figures:
        """All of it."""
        named = []
        for number in range(scale.agents):
            name = f"outsider-{number:03}"
            named.append((name, (await self._operator.issue_credential(name, Role.STUDENT, tier=Tier.TRUSTED))[1]))
        crowd = await asyncio.to_thread(Crowd, target, named)
        again = None
        try:
            registered, each = await asyncio.to_thread(crowd.register)
            idle = await self._load(asyncio.sleep(scale.idle_seconds))
            scarce = await self._load(self._trickle(scale))
            shares = await self._shares()
            again = await asyncio.to_thread(Crowd, target, named)
            await self._publish(scale.backlog)
            while not (held := await self._held()):
                await asyncio.sleep(0.01)
            began = time.perf_counter()
            crowd.kill()
            held = await self._held()
            returned, back = await asyncio.to_thread(again.register)
            await self._answered(self.published)
            backlog = time.perf_counter() - began
        finally:
            crowd.kill()
            if again is not None:
                again.kill()
        return Figures(
            agents=scale.agents,
            registered_seconds=registered,
            register_p50_ms=1000 * quantile(each, 0.5),
            register_p99_ms=1000 * quantile(each, 0.99),
            idle_cpu=idle,
            scarce_probes=sum(shares),
            scarce_cpu=scarce,
            jain=jain(shares),
            fewest=min(shares),
            most=max(shares),
            held_when_killed=held,
            returned_seconds=returned,
            return_p99_ms=1000 * quantile(back, 0.99),
            backlog_seconds=backlog,
            **await self._books(),
        )

    async def _load(self, meanwhile: Any) -> float:
        """The gateway's share of a core meanwhile."""
        before, began = self._served.process.cpu_times(), time.perf_counter()
        await meanwhile
        after, seconds = self._served.process.cpu_times(), time.perf_counter() - began
        return (after.user + after.system - before.user - before.system) / seconds

    async def _trickle(self, scale: Scale) -> None:
        began = time.perf_counter()
        for sent in range(0, int(scale.scarce_seconds * scale.scarce_rate), TRICKLE):
            await asyncio.sleep(max(0.0, began + sent / scale.scarce_rate - time.perf_counter()))
            if time.perf_counter() - began > scale.scarce_seconds:
                break
            await self._publish(TRICKLE)
        await self._answered(self.published)

    async def _publish(self, count: int) -> None:
        for start in range(0, count, 500):
            size = min(500, count - start)
            made = [next(self._probes).model_copy(update={"id": new_id()}) for _ in range(size)]
            assert all(answer.ok for answer in await self._prober.publish(made))
            self.published += size

    async def _books_of_probes(self) -> Any:
        return next(queue for queue in (await self._operator.state()).queues if queue.stage is Stage.PROBES)

    async def _held(self) -> int:
        return int((await self._books_of_probes()).leased)

    async def _answered(self, count: int) -> None:
        while (await self._books_of_probes()).done < count:
            await asyncio.sleep(0.2)

    async def _shares(self) -> list[int]:
        """How many each agent completed, once all have reported."""
        while sum(shares := [agent.completed for agent in await self._operator.agents()]) < self.published:
            await asyncio.sleep(0.5)
        return shares

    async def _books(self) -> dict[str, int]:
        books, parents, after = await self._books_of_probes(), list[str](), 0
        while page := await self._page(after):
            parents += [sample.parent_id for sample in page]
            after = page[-1].revision
        held = await asyncio.to_thread(self._burned)
        return {
            "burned": held,
            "accepted": books.accepted,
            "answered": len(set(parents)),
            "answered_twice": len(parents) - len(set(parents)),
            "unaccounted": books.unaccounted + books.dead + abs(books.accepted - self.published),
        }

    async def _page(self, after: int) -> list[Sample]:
        return await self._operator.samples("attempt", since_revision=after, limit=1000)

    def _burned(self) -> int:
        return int(self._served.counted("swarm_lease_expirations_total"))


async def measured(scale: Scale, served: Served) -> Figures:
    """The figures of one run at a gateway."""
    target = Target(read_address(served.run).address, *read_tls(served.run))
    async with (
        SwarmClient.for_run(served.run, Role.OPERATOR, "operator", timeout=120) as operator,
        SwarmClient.for_run(served.run, Role.PROBER, "prober", timeout=120) as prober,
    ):
        return await Run(served, operator, prober).measure(scale, target)


def show(found: Figures) -> None:
    """Print the figures."""
    table = Table("what", "measured", box=None)
    for what, said in (
        ("agents, each with a credential and a TLS connection of its own", f"{found.agents}"),
        ("all registered at once, until the last was in", f"{found.registered_seconds:.2f} s"),
        ("one registration in that, p50 and p99", f"{found.register_p50_ms:.0f} and {found.register_p99_ms:.0f} ms"),
        ("gateway while all wait and report every 3 s", f"{found.idle_cpu:.0%} of a core"),
        ("gateway while work trickles in", f"{found.scarce_cpu:.0%} of a core"),
        ("shares of that work: Jain's index", f"{found.jain:.3f} over {found.scarce_probes} probes"),
        ("fewest and most of one agent", f"{found.fewest} and {found.most}"),
        ("leases held as all were killed", f"{found.held_when_killed}"),
        ("all back at once, until the last was in", f"{found.returned_seconds:.2f} s"),
        ("one return in that, p99", f"{found.return_p99_ms:.0f} ms"),
        ("from the kill until the whole backlog was answered", f"{found.backlog_seconds:.1f} s"),
        ("deliveries burned by the kill", f"{found.burned}"),
        ("probes accepted, answered, answered twice, unaccounted for", f"{found.accepted}, {found.answered}, "
         f"{found.answered_twice}, {found.unaccounted}"),
    ):  # fmt: skip
        table.add_row(what, said)
    Console(width=120).print(table)


def main(arguments: list[str]) -> int:
    """Measure, print and save; 1 where the books don't balance."""
    parser = argparse.ArgumentParser(prog="python -m bench.agents", description=__doc__.split("\n")[0])
    parser.add_argument("--agents", type=int, default=300, help="how many")
    parser.add_argument("--quick", action="store_true", help="a smaller run that shows that all of it works")
    parser.add_argument("--json", type=Path, default=FOLDER / "agents.json", help="where the figures are saved")
    given = parser.parse_args(arguments)
    if given.agents < PROCESSES:
        parser.error(f"--agents is {given.agents}: give {PROCESSES} or more, for as many processes")
    scale = Scale(given.agents, 10, 30, 50, 1_000)
    if given.quick:
        scale = Scale(given.agents, 2, 4, 20, 100)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    given.json.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=given.json.parent.absolute()) as folder,
        gateway(Path(folder), tls=True, store="") as served,
    ):
        found = asyncio.run(measured(scale, served))
    show(found)
    given.json.write_text(found.model_dump_json(indent=2) + "\n")
    print(f"saved in {given.json}")
    return 0 if found.sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

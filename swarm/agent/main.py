"""The main line of an agent outside the cluster: settings, signals, the loop of its role, and a way out that leaves
nothing leased."""

import asyncio
import logging
import os
import signal
import sys
from typing import Any

from swarm.agent.acting import consumed, role_of, working
from swarm.agent.health import healthy
from swarm.agent.loops import publish, work
from swarm.agent.member import Member
from swarm.agent.settings import Settings, read_settings
from swarm.errors import SwarmError
from swarm.flow import LEASES
from swarm.roles import Role
from swarm.state import SwarmState


def run(kind: type) -> None:
    """Be an agent of this class until the swarm has ended or a signal comes; then end the process where it failed.

    The class has a `role` and a method `act`, sync or async. A student, judge or teacher takes a Lease (or a list of
    them) and gives the payload that answers it; a prober takes the SwarmState and gives probes, or None when it has no
    more. A `role` that the swarm's config declares is said by its name: where `act` takes a Lease it works on its own
    queue, where it takes the SwarmState it publishes. `--help` lists the settings.
    """
    logging.basicConfig(format="%(asctime)s %(message)s")
    try:
        settings = read_settings(kind, sys.argv[1:], os.environ)
        asyncio.run(_until_told(kind(), settings))
    except SwarmError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        sys.exit(error.exit_code)


async def _until_told(agent: Any, settings: Settings) -> None:
    member = Member(settings.client(role_of(agent)))
    loop = asyncio.get_running_loop()

    def told(number: int) -> None:
        # The second of its kind ends the process at once, should the gateway be away or `act` not come back.
        loop.remove_signal_handler(number)
        member.leaving.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told, number)
    async with member.client, healthy(settings.health):
        await member.register(getattr(agent, "card", None))
        async with member.alive():
            await take_part(member, agent, settings.batch)
        if member.client.draining:
            print(
                f"{member.name} is drained and leaves; let it back: swarm agents undrain {member.name}", file=sys.stderr
            )
        await member.depart()


async def take_part(member: Member, agent: Any, batch: int) -> None:
    """The loop of the agent's role, until the swarm has ended, or the agent is drained or asked to leave."""
    role = role_of(agent)
    if consumed(agent) is SwarmState:
        await publish(member, agent, batch)
    else:
        await work(member, LEASES[Role(role)] if role in LEASES else role, working(agent), batch)

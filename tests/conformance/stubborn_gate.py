"""A gate that lets everything pass, and asks for more again and again, whatever it is told."""

import asyncio
import os
from contextlib import suppress

from swarm.client import SwarmClient
from swarm.errors import SwarmError
from swarm.records import Annotation, Decision
from swarm.roles import AgentCard, Role

PASS = Annotation(schema_name="yes", body="{}", decision=Decision.PASS)


async def main() -> None:
    """Work until it is killed."""
    name, token, target = (os.environ[f"SWARM_{word}"] for word in ("AGENT", "CREDENTIAL", "TARGET"))
    async with SwarmClient(target, credential=token, name=name, role="critic", patience=0) as client:
        await client.register(AgentCard(name=name, role=Role.DECLARED, declared_role="critic"))
        while True:
            with suppress(SwarmError):
                for lease in await client.lease("critic", wait_seconds=1):
                    await client.complete([lease.completed(PASS)])


asyncio.run(main())

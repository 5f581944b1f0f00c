"""Students that speak to the gateway by themselves: a sound one, and others that each get one thing wrong.

`python wrong_agents.py KIND` with address, token and name in the environment, as `swarm agent check` gives them.
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress

from swarm.client import SwarmClient
from swarm.errors import RefusedError
from swarm.records import Attempt, new_id
from swarm.roles import AgentCard, Role
from swarm.work import Completion, Lease, Stage


def done(kind: str, lease: Lease) -> Completion:
    """What the student says; one that draws its ids says it under another id each time."""
    made = lease.completed(Attempt(text="I can't tell.", checkpoint_id="base"))
    if kind != "draws-ids":
        return made
    return made.model_copy(update={"outputs": tuple(out.model_copy(update={"id": new_id()}) for out in made.outputs)})


async def main(kind: str) -> None:
    """Work until told to leave or drained; one that is `deaf` or `stays` doesn't hear that."""
    name, leaving = os.environ["SWARM_AGENT"], asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leaving.set if kind != "deaf" else lambda: None)
    token, target = os.environ["SWARM_CREDENTIAL"], os.environ["SWARM_TARGET"]
    async with SwarmClient(target, credential=token, name=name, role=Role.STUDENT, patience=600) as client:
        await client.register(AgentCard(name=name, role=Role.STUDENT))
        while not leaving.is_set() and not (client.draining and kind != "stays"):
            for lease in await client.lease(Stage.PROBES, wait_seconds=1):
                (answer,) = await client.complete([done(kind, lease)])
                if kind == "believes" and not answer.ok:
                    raise RuntimeError(f"{answer.code}: {answer.message}")
        with suppress(RefusedError):  # one that is drained may be off the roster already
            await client.leave()


asyncio.run(main(sys.argv[1]))

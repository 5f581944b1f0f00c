"""How a command that asks for minutes ends: at the first signal with what there is, at the second at once."""

import asyncio
import itertools
import os
import signal
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn

from swarm.errors import SwarmError

INTERRUPTED = 130


async def stoppable(work: Coroutine[Any, Any, int]) -> int:
    """Do the work. The first SIGINT or SIGTERM lets it write up what there is, the second ends this process at once."""
    task, stops, loop = asyncio.ensure_future(work), itertools.count(1), asyncio.get_running_loop()

    def stop() -> None:
        if next(stops) > 1:
            os._exit(INTERRUPTED)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    return await task


def ended(work: Coroutine[Any, Any, int]) -> NoReturn:
    """Do a command's work and end this process with its exit code."""
    try:
        code = asyncio.run(stoppable(work))
    except SwarmError as error:
        print(f"error: {error.message}\nfix:   {error.fix}", file=sys.stderr)
        code = error.exit_code
    except asyncio.CancelledError:
        code = INTERRUPTED
    if code == INTERRUPTED:
        # A batch of a local model goes on in its thread, and a usual exit would wait for its end.
        os._exit(code)
    sys.exit(code)

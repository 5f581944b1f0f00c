"""A cluster that fares as its swarm is named: `quick` finishes, `broken` fails, `stubborn` won't stop."""

import asyncio
import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from swarm.config import Config, load
from swarm.gateway.server import Settings, serving
from tests.report_rig import fill, write_exams


def note(run: Path, status: str) -> None:
    said = {"pid": os.getpid(), "started_at": datetime.now(UTC).isoformat(), "status": status, "more": "ignored"}
    (run / "cluster.json").write_text(json.dumps(said))


async def serve(config: Config, resume: bool) -> None:
    stop = asyncio.Event()
    if config.swarm.name == "stubborn":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    else:
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    async with serving(Settings(config.run_dir, config.swarm.name, config.swarm.domain)) as gateway:
        note(config.run_dir, "running")
        print(f"seed {config.swarm.seed}, resumed {resume}", flush=True)
        if config.swarm.name == "quick":
            await gateway.desk.write(fill)
            write_exams(config.run_dir)
        else:
            await stop.wait()
    note(config.run_dir, "finished" if config.swarm.name == "quick" else "stopped")


def main() -> None:
    config = load(sys.argv[1])
    if config.swarm.name == "broken":
        sys.exit("error: the stand-in is broken on purpose")
    asyncio.run(serve(config, "--resume" in sys.argv[2:]))


main()

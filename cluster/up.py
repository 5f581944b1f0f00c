"""Bring a swarm up and see it through: gateway process, Ray, supervisor. `python -m cluster.up CONFIG [--resume]`."""

import argparse
import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import ray

from cluster.joining import open_ray
from cluster.supervisor import Supervisor
from swarm.access import ADDRESS_FILE, read_address
from swarm.client import SwarmClient
from swarm.config import Config, load
from swarm.errors import ConfigError, SwarmError, UnavailableError
from swarm.gateway.run_folder import STORE_VARIABLE
from swarm.roles import Role
from swarm.state import PhaseName

GATEWAY_SECONDS = 30.0
RESTART_SECONDS = 0.5


class Gateway:
    """The gateway's process, started again whenever it ends without being asked to."""

    def __init__(self, config: Config) -> None:
        section, run = config.gateway, config.run_dir
        where = ["--run", str(run), "--domain", config.swarm.domain, "--name", config.swarm.name]
        limits = ["--queue-limit", str(section.queue_limit), "--max-lag", str(config.phases.max_lag)]
        limits += ["--lease-credits", str(section.lease_credits), "--sample-credits", str(section.sample_credits)]
        limits += ["--production-limit", str(section.production_limit)]
        limits += ["--held-out", config.role(Role.PROBER).held_out]
        limits += ["--rubric-approval"] if config.role(Role.EVOLVER).approval else []
        kept = config.retention
        limits += ["--events-days", str(kept.events_days), "--history-days", str(kept.history_days)]
        door = ["--host", section.host, "--port", str(section.port), "--metrics-port", str(section.metrics_port)]
        door += ["--tls", section.tls, *(part for name in section.tls_names for part in ("--tls-name", name))]
        files = {"certificate": section.tls_certificate, "key": section.tls_key, "client-ca": section.tls_client_ca}
        door += [part for name, file in files.items() if file for part in (f"--tls-{name}", file)]
        limits += ["--body-bytes", str(config.swarm.body_bytes)]
        limits += ["--bodies", config.swarm.bodies] if config.swarm.bodies else []
        privacy = [part for kind in config.privacy.redact for part in ("--redact", kind)]
        privacy += [f"--redact-production={','.join(config.privacy.production)}"]
        privacy += [f"--redact-pattern={name}={said}" for name, said in config.privacy.patterns.items()]
        privacy += ["--redact-hook", config.privacy.hook] if config.privacy.hook else []
        self._command = [sys.executable, "-m", "swarm.gateway", *where, *limits, *door, *privacy]
        self._environment = os.environ | ({STORE_VARIABLE: config.swarm.store} if config.swarm.store else {})
        self._log = (run / "gateway.log").open("ab")
        self._address = run / ADDRESS_FILE
        self._process: asyncio.subprocess.Process | None = None
        self._stopped = False

    async def start(self) -> None:
        """Start it and wait until it listens. Raises ConfigError where it ends instead.

        A gateway that outlived the launcher before this one is asked to end first: it is nobody's any more.
        """
        await asyncio.to_thread(end_orphan, self._address.parent)
        self._address.unlink(missing_ok=True)
        await self._spawn()
        assert self._process is not None
        for _ in range(int(GATEWAY_SECONDS * 10)):
            if self._address.is_file():
                return
            if self._process.returncode is not None:
                last = (Path(self._log.name).read_text().strip().splitlines() or [""])[-1]
                raise ConfigError(f"the gateway did not start: {last}", f"see {self._log.name}")
            await asyncio.sleep(0.1)
        raise ConfigError(f"the gateway did not listen within {GATEWAY_SECONDS:.0f} s", f"see {self._log.name}")

    async def _spawn(self) -> None:
        # In a session of its own, so that a ^C at the terminal leaves it there until the swarm has drained.
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdout=self._log, stderr=self._log, start_new_session=True, env=self._environment
        )

    async def keep(self) -> None:
        """Start it again whenever it dies."""
        while not self._stopped:
            assert self._process is not None
            code = await self._process.wait()
            if not self._stopped:
                print(f"gateway ended with code {code}; starting it again", flush=True)
                await asyncio.sleep(RESTART_SECONDS)
                await self._spawn()

    async def stop(self) -> None:
        """Let it drain and end."""
        self._stopped = True
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()


def end_orphan(run: Path) -> None:
    """Ask the gateway that a killed launcher left behind to end, and wait for it."""
    try:
        process = psutil.Process(read_address(run).pid)
        if "swarm.gateway" not in process.cmdline() or str(run) not in process.cmdline():
            return
        process.terminate()
        process.wait(GATEWAY_SECONDS)
    except (UnavailableError, psutil.Error):
        return


def write_note(run: Path, status: str) -> None:
    """Leave word in the run folder: who runs it and how it stands."""
    note = {"pid": os.getpid(), "started_at": datetime.now(UTC).isoformat(), "status": status}
    part = run / "cluster.part"
    part.write_text(json.dumps(note))
    part.replace(run / "cluster.json")


async def see_through(config: Config, resume: bool) -> str:
    """Run until the swarm ends or a signal comes; returns the status to leave."""
    run = config.run_dir
    run.mkdir(parents=True, exist_ok=True)
    write_note(run, "running")
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    gateway = Gateway(config)
    await gateway.start()
    keeper = asyncio.create_task(gateway.keep())
    try:
        await _declare(config)
        if resume:
            await _take_up(config)
        await asyncio.to_thread(open_ray, config)
        return "stopped" if told.is_set() else await _supervise(config, told)
    finally:
        with suppress(Exception):  # whatever state Ray is in, the gateway must still drain
            await asyncio.to_thread(ray.shutdown)
        await gateway.stop()
        keeper.cancel()


async def _declare(config: Config) -> None:
    """The roles that the config declares are the swarm's. Raises RefusedError as `Flows.apply_flow` does."""
    async with SwarmClient.for_run(config.run_dir, Role.SUPERVISOR, "launcher") as client:
        await client.apply_flow(config.declared_roles)


async def _take_up(config: Config) -> None:
    """A resumed run is not paused, and one that was stopped learns again; its budget decides how long."""
    async with SwarmClient.for_run(config.run_dir, Role.SUPERVISOR, "launcher") as client:
        phase = await client.phase()
        name = PhaseName.LEARN if phase.name is PhaseName.STOPPED else phase.name
        if phase.paused or name is not phase.name:
            resumed = phase.model_copy(update={"name": name, "paused": False, "reason": "resumed"})
            await client.set_phase(resumed, phase.revision)


async def _supervise(config: Config, told: asyncio.Event) -> str:
    options = {"num_cpus": 0, "max_restarts": -1, "max_task_retries": -1, "max_concurrency": 4}
    supervisor = ray.remote(Supervisor).options(**options).remote(config)
    ending = supervisor.run.remote()
    end = asyncio.ensure_future(_result(ending))
    stop = asyncio.ensure_future(told.wait())
    await asyncio.wait([end, stop], return_when=asyncio.FIRST_COMPLETED)
    if not end.done():
        await _result(supervisor.stop.remote("asked to stop"))
        await end
        return "stopped"
    stop.cancel()
    print(f"ended: {end.result()}", flush=True)
    return "finished"


async def _result(reference: Any) -> Any:
    return await reference


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="cluster.up", description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("--resume", action="store_true", help="continue the run that is in the folder")
    arguments = parser.parse_args()
    try:
        config = load(arguments.config)
        # Workers on Ray have other working folders.
        config = config.model_copy(update={"swarm": config.swarm.model_copy(update={"run": str(config.run_dir)})})
        _run(config, arguments.resume)
    except SwarmError as error:
        print(error, file=sys.stderr, flush=True)
        sys.exit(error.exit_code)


def _run(config: Config, resume: bool) -> None:
    status = "failed"
    try:
        status = asyncio.run(see_through(config, resume))
    finally:
        write_note(config.run_dir, status)


if __name__ == "__main__":
    main()

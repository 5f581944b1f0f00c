"""Puts a gateway together, serves until it is told to stop, and takes it apart in the opposite order."""

import asyncio
import hmac
import itertools
import logging
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc

from swarm.access import INSIDE
from swarm.domains import load_domain
from swarm.errors import ConfigError, DeposedError, HeldError, StoreError, SwarmError
from swarm.exchange import DEFAULT_CREDITS, DEFAULT_QUEUE_LIMIT, Credits, Exchange, Keep
from swarm.exchange.bodies import DEFAULT_BYTES, FOLDER
from swarm.gateway import tls
from swarm.gateway.audit import Audit
from swarm.gateway.changes import EVERYTHING, QUEUES, Changes, Topic
from swarm.gateway.desk import Desk
from swarm.gateway.edge import Edge, Limits
from swarm.gateway.keys import Keys
from swarm.gateway.metrics import Metrics
from swarm.gateway.paging import Paging
from swarm.gateway.run_folder import STORE_FILE, Credentials, Lock, RunHeldError, previous_port, write_address
from swarm.gateway.services import assembled, say_serving
from swarm.gateway.warden import review
from swarm.gateway.writer import Writer
from swarm.gold import gold_of
from swarm.privacy import PRODUCTION, Screen, load_screen

GRACE_SECONDS = 5.0
TICK_SECONDS = 1.0
COMPACT_TICKS = 60
SWEEP_TICKS = 600
PACE_TICKS = 5
GARBAGE_SECONDS = 3600.0
"""How old a body must be that no row names before it is taken for garbage."""
STANDBY_SECONDS = 0.5
_LOG = logging.getLogger("swarm.gateway")


@dataclass(frozen=True)
class Settings:
    """What a gateway is started with."""

    run_dir: Path
    name: str
    domain: str
    host: str = "127.0.0.1"
    port: int = 0
    """0 takes the port of the run's last gateway, or a free one."""
    queue_limit: int = DEFAULT_QUEUE_LIMIT
    max_lag: int = 4
    credits: Credits = DEFAULT_CREDITS
    keep: Keep = Keep()
    bookmark_seconds: float = 3.0
    tls: bool | None = None
    """None: wherever others than this machine can reach the port."""
    tls_names: tuple[str, ...] = ()
    """Names and addresses, beside the host, by which clients call the gateway."""
    tls_certificate: Path | None = None
    """PEM; with its key, in place of one that the run's own authority signs."""
    tls_key: Path | None = None
    tls_client_ca: str = ""
    """PEM file, or `own` for the run's own authority; where given, clients must show a certificate that it signed."""
    store: str = ""
    """URL of the store; empty is a SQLite file in the run folder."""
    standby: bool = False
    """Wait while another gateway is the active one, and take over when it ends."""
    limits: Limits = Limits()
    bodies: str = ""
    """Filesystem URL of large bodies; empty is a folder in the run folder."""
    body_bytes: int = DEFAULT_BYTES
    held_out: str = ""
    """The origin of probes from which nothing may be learned."""
    screen: Screen = Screen()
    """What takes personal data out of all that comes in; it lets all pass unless told otherwise."""
    production: Screen = load_screen(PRODUCTION, {}, "")
    """The same for what people report from production, who didn't write for a swarm to keep it."""
    gold_checks: bool = True
    """Whether what outsiders do is held against what is known to be right; else nobody is suspended for it."""
    rubric_approval: bool = False
    """Whether a rubric that passed its test waits for an operator."""
    metrics_port: int = 0
    """Loopback port on which Prometheus may scrape; 0 serves no metrics."""
    clock_offset_file: Path | None = None
    """A file of seconds by which this gateway's clock is ahead, read at every look at it; to rehearse clock steps."""

    @property
    def encrypted(self) -> bool:
        """Whether the port speaks TLS."""
        return not tls.is_loopback(self.host) if self.tls is None else self.tls

    def now(self) -> datetime:
        """The gateway's clock."""
        now = datetime.now(UTC)
        if self.clock_offset_file is None or not self.clock_offset_file.exists():
            return now
        return now + timedelta(seconds=float(self.clock_offset_file.read_text()))


@dataclass(frozen=True)
class Gateway:
    """A gateway that serves."""

    address: str
    desk: Desk
    ticking: asyncio.Task[None]
    """Ends, with its error, only where this gateway must end too."""


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Gateway]:
    """A gateway for as long as the block runs. Raises ConfigError or StoreError where it can't start."""
    with ExitStack() as stack:
        exchange, credentials, domain = await _opened(stack, settings)
        audit = stack.enter_context(closing(Audit(settings.run_dir)))
        metrics = stack.enter_context(Metrics().served(exchange, settings.metrics_port))
        changes, keys = Changes(), Keys(credentials, settings.now)
        edge = Edge(keys, audit, settings.limits)
        writer = Writer(exchange, changes, metrics)
        desk = Desk(
            exchange,
            writer,
            changes,
            domain,
            edge,
            keys,
            audit,
            Paging(credentials.lease_key),
            settings.max_lag,
            settings.bookmark_seconds,
            hmac.digest(credentials.lease_key, b"rubric gate", "sha256").hex(),
            settings.rubric_approval,
            screen=settings.screen,
            production=settings.production,
            metrics=metrics,
        )
        await desk.take_credentials()
        server, health = assembled(desk)
        ticking = asyncio.create_task(_tick(desk, settings.keep))
        try:
            address = _bind(server, settings)
            await server.start()
            write_address(settings.run_dir, address, settings.encrypted)
            await say_serving(health)
            yield Gateway(address, desk, ticking)
        finally:
            await health.enter_graceful_shutdown()
            ticking.cancel()
            await changes.close()
            await server.stop(GRACE_SECONDS)
            await writer.close()
            await asyncio.to_thread(desk.traces.close)


async def _opened(stack: ExitStack, settings: Settings) -> Any:
    """The exchange, for as long as the stack is open; a standby waits until no other gateway holds it."""
    waits_for = ""
    while True:
        try:
            return stack.enter_context(_exchange(settings))
        except (HeldError, RunHeldError) as error:
            if not settings.standby:
                raise
            seen = error.message
        except StoreError as error:
            if not waits_for:
                raise
            seen = str(error)
        if seen != waits_for:
            print(f"standing by: {seen}", flush=True)
            waits_for = seen
        await asyncio.sleep(STANDBY_SECONDS)


@contextmanager
def _exchange(settings: Settings) -> Any:
    try:
        domain = load_domain(settings.domain)
    except ValueError as error:
        raise ConfigError(str(error), "Give one of these with --domain") from error
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    lock = Lock(settings.run_dir)
    try:
        credentials = Credentials(settings.run_dir)
        url = settings.store or f"sqlite:///{(settings.run_dir / STORE_FILE).absolute()}"
        with Exchange(
            url,
            settings.name,
            domain.name,
            settings.now,
            credentials.lease_key,
            queue_limit=settings.queue_limit,
            credits=settings.credits,
            gold=gold_of(domain) if settings.gold_checks else lambda *_: None,
            bodies=settings.bodies or (str((settings.run_dir / FOLDER).absolute()) if settings.store else ""),
            body_bytes=settings.body_bytes,
            held_out=settings.held_out,
        ) as exchange:
            yield exchange, credentials, domain
    finally:
        lock.release()


def _bind(server: grpc.aio.Server, settings: Settings) -> str:
    last = previous_port(settings.run_dir) if settings.port == 0 else 0
    secure = _credentials(settings) if settings.encrypted else None
    for port in (last, settings.port) if last else (settings.port,):
        where = f"{settings.host}:{port}"
        try:
            bound = server.add_secure_port(where, secure) if secure else server.add_insecure_port(where)
        except RuntimeError:
            bound = 0
        if bound:
            return f"{settings.host}:{bound}"
    raise ConfigError(
        f"can't listen on {settings.host}:{settings.port}; another process does, or the address isn't this machine's",
        "Give another --port, or 0 for a free one",
    )


def _credentials(settings: Settings) -> grpc.ServerCredentials:
    certificate, key = settings.tls_certificate, settings.tls_key
    if (certificate is None) != (key is None):
        raise ConfigError("a certificate without its key, or a key without its certificate", "Give both, or none")
    client_ca = Path(settings.tls_client_ca) if settings.tls_client_ca else None
    if certificate is None or key is None or settings.tls_client_ca == tls.OWN:
        authority = tls.Authority(settings.run_dir)
        if certificate is None or key is None:
            certificate, key = authority.serve([settings.host, *settings.tls_names])
        if settings.tls_client_ca == tls.OWN:
            client_ca = authority.ca_file
            authority.client(INSIDE)
    return tls.server_credentials(certificate, key, client_ca)


def _sweep(exchange: Exchange) -> int:
    exchange.sweep_requests()
    return exchange.expire() + exchange.expire_loans()


async def _tick(desk: Desk, keep: Keep) -> None:
    """Once a second: cut streams that are over, take back leases that ran out, wake what has waited out its backoff,
    see which agents are missing, and review those from outside.

    Every five seconds: read what rates are made of. Once a minute, and at every tick while there is more of it: let go
    of what is past its term. Raises DeposedError once another gateway has taken over.
    """
    ticks = itertools.count()
    more = False
    while True:
        await asyncio.sleep(TICK_SECONDS)
        desk.edge.sweep()
        try:
            tick = next(ticks)
            if tick % PACE_TICKS == 0:
                desk.pace.take(time.monotonic(), await desk.read(lambda exchange: exchange.totals()))
            if tick % SWEEP_TICKS == 0:
                await desk.read(lambda exchange: exchange.sweep_bodies(GARBAGE_SECONDS))
            if tick % COMPACT_TICKS == 0 or more:
                # Watchers share pages of the log until it changes, and its beginning is part of it.
                more = await desk.write(lambda exchange: exchange.compact(keep), {Topic.LOG})
            desk.metrics.expired(await desk.write(_sweep, QUEUES))
            if await desk.read(lambda exchange: exchange.attendance_due()):
                await desk.write(lambda exchange: exchange.review_attendance(), EVERYTHING)
            await review(desk)
        except DeposedError:
            raise
        except SwarmError as error:
            _LOG.warning("what a second is for was not done: %s", error)

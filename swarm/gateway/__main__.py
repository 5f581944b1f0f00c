"""Starts a gateway: `python -m swarm.gateway --run DIR --domain NAME --name SWARM`. SIGTERM and SIGINT drain it."""

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
from pathlib import Path

from swarm.errors import SwarmError
from swarm.exchange import DEFAULT_CREDITS, DEFAULT_QUEUE_LIMIT, Credits, Keep
from swarm.exchange.bodies import DEFAULT_BYTES
from swarm.gateway.run_folder import STORE_VARIABLE
from swarm.gateway.server import Settings, serving
from swarm.privacy import PRODUCTION, load_screen

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m swarm.gateway", description="Serve one swarm from its run folder.")
    parser.add_argument("--run", required=True, type=Path, help="run folder: store, credentials, address")
    parser.add_argument("--domain", required=True, help="domain of the swarm")
    parser.add_argument("--name", required=True, help="name of the swarm")
    for more in (_add_door, _add_tls, _add_limits, _add_store, _add_privacy):
        more(parser)
    parser.add_argument(
        "--rubric-approval", action="store_true", help="a rubric that passed its test waits for an operator"
    )
    parser.add_argument("--clock-offset-file", type=Path, help=argparse.SUPPRESS)
    return parser


def _add_door(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", default=0, type=int, help="port; 0 takes the last gateway's, or a free one")
    parser.add_argument("--metrics-port", default=0, type=int, help="loopback port for Prometheus; 0 serves none")


def _add_tls(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tls", choices=("auto", "on", "off"), default="auto", help="auto: on wherever others reach it"
    )
    parser.add_argument("--tls-name", action="append", default=[], help="a name that clients call it by; repeatable")
    parser.add_argument("--tls-certificate", type=Path, help="PEM, in place of one made in RUN/tls")
    parser.add_argument("--tls-key", type=Path, help="PEM, the certificate's key")
    parser.add_argument("--tls-client-ca", default="", help="PEM, or `own`: clients must show a certificate it signed")


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--queue-limit", default=DEFAULT_QUEUE_LIMIT, type=int, help="samples that may wait in a queue")
    parser.add_argument(
        "--lease-credits", default=DEFAULT_CREDITS.leases, type=int, help="leases that one agent may hold"
    )
    parser.add_argument(
        "--sample-credits", default=DEFAULT_CREDITS.samples, type=int, help="samples of one agent that may wait"
    )
    parser.add_argument(
        "--production-limit",
        default=DEFAULT_CREDITS.production,
        type=int,
        help="reported questions that may wait for the student, and, of one reporter, for a right answer",
    )
    parser.add_argument("--max-lag", default=4, type=int, help="promotions after which a waiting failure is stale")
    parser.add_argument("--held-out", default="", help="prober family from which nothing may be learned")
    parser.add_argument(
        "--events-days", default=0, type=float, help="days that the event log reaches back; 0: for ever"
    )
    parser.add_argument(
        "--history-days", default=0, type=float, help="days that burned deliveries are told apart; 0: all"
    )


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store",
        default=os.environ.get(STORE_VARIABLE, ""),
        help=f"URL of the store, such as postgresql+psycopg://user@host/database; else {STORE_VARIABLE} of the "
        "environment, else a SQLite file in the run folder. Passwords belong in ~/.pgpass or PGPASSWORD",
    )
    parser.add_argument(
        "--standby",
        action="store_true",
        help="wait while another gateway is active, then take over; a standby with a run folder of its own needs a "
        "copy of the active one's credentials/",
    )
    parser.add_argument("--bodies", default="", help="filesystem URL of large bodies; else a folder in the run folder")
    parser.add_argument(
        "--body-bytes", default=DEFAULT_BYTES, type=int, help="bodies of more bytes lie beside the store"
    )


def _add_privacy(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--redact", action="append", default=[], help="a kind of personal data to replace; repeatable")
    parser.add_argument(
        "--redact-pattern", action="append", default=[], metavar="NAME=REGEX", help="a kind of your own; repeatable"
    )
    parser.add_argument("--redact-hook", default="", help="module:function, from text to text, after all patterns")
    parser.add_argument(
        "--redact-production",
        default=",".join(PRODUCTION),
        help="kinds, with commas, that are replaced in what comes from production besides; empty: none",
    )


def _settings(arguments: list[str]) -> Settings:
    given = _parser().parse_args(arguments)
    production, patterns = filter(None, given.redact_production.split(",")), dict(map(_pair, given.redact_pattern))
    return Settings(
        given.run,
        given.name,
        given.domain,
        given.host,
        given.port,
        given.queue_limit,
        given.max_lag,
        Credits(given.lease_credits, given.sample_credits, given.production_limit),
        Keep(given.events_days, given.history_days),
        tls={"auto": None, "on": True, "off": False}[given.tls],
        tls_names=tuple(given.tls_name),
        tls_certificate=given.tls_certificate,
        tls_key=given.tls_key,
        tls_client_ca=given.tls_client_ca,
        metrics_port=given.metrics_port,
        store=given.store,
        standby=given.standby,
        clock_offset_file=given.clock_offset_file,
        bodies=given.bodies,
        body_bytes=given.body_bytes,
        held_out=given.held_out,
        rubric_approval=given.rubric_approval,
        screen=load_screen(given.redact, patterns, given.redact_hook),
        production=load_screen([*given.redact, *production], patterns, given.redact_hook),
    )


def _pair(word: str) -> tuple[str, str]:
    name, _, expression = word.partition("=")
    return name, expression


async def _serve(settings: Settings) -> None:
    loop, stop, itself = asyncio.get_running_loop(), asyncio.Event(), asyncio.current_task()
    assert itself is not None
    for number in _SIGNALS:
        loop.add_signal_handler(number, itself.cancel)  # one that stands by has nothing to drain
    async with serving(settings) as gateway:
        for number in _SIGNALS:
            loop.add_signal_handler(number, stop.set)
        # What is loaded by now stays; else each full collection looks through all of it, a fifth of a publish's time.
        gc.freeze()
        print(f"gateway of {settings.name} listens on {gateway.address}", flush=True)
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({stopping, gateway.ticking}, return_when=asyncio.FIRST_COMPLETED)
        if gateway.ticking.done():
            gateway.ticking.result()


def main() -> int:
    """Run until stopped; the exit code of what went wrong, or 0."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        asyncio.run(_serve(_settings(sys.argv[1:])))
    except asyncio.CancelledError:
        return 0
    except SwarmError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

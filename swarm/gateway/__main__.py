"""Starts a gateway: `python -m swarm.gateway --run DIR --domain NAME --name SWARM`. SIGTERM and SIGINT drain it."""

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from swarm.errors import SwarmError
from swarm.exchange import DEFAULT_QUEUE_LIMIT
from swarm.gateway.server import Settings, serving


def _settings(arguments: list[str]) -> Settings:
    parser = argparse.ArgumentParser(prog="python -m swarm.gateway", description="Serve one swarm from its run folder.")
    parser.add_argument("--run", required=True, type=Path, help="run folder: store, credentials, address")
    parser.add_argument("--domain", required=True, help="domain of the swarm")
    parser.add_argument("--name", required=True, help="name of the swarm")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", default=0, type=int, help="port; 0 takes the last gateway's, or a free one")
    parser.add_argument("--queue-limit", default=DEFAULT_QUEUE_LIMIT, type=int, help="samples that may wait in a queue")
    parser.add_argument("--max-lag", default=4, type=int, help="promotions after which a waiting failure is stale")
    parser.add_argument(
        "--tls", choices=("auto", "on", "off"), default="auto", help="auto: on wherever others reach it"
    )
    parser.add_argument("--tls-name", action="append", default=[], help="a name that clients call it by; repeatable")
    parser.add_argument("--tls-certificate", type=Path, help="PEM, in place of one made in RUN/tls")
    parser.add_argument("--tls-key", type=Path, help="PEM, the certificate's key")
    parser.add_argument("--tls-client-ca", default="", help="PEM, or `own`: clients must show a certificate it signed")
    parser.add_argument("--metrics-port", default=0, type=int, help="loopback port for Prometheus; 0 serves none")
    given = parser.parse_args(arguments)
    return Settings(
        given.run,
        given.name,
        given.domain,
        given.host,
        given.port,
        given.queue_limit,
        given.max_lag,
        tls={"auto": None, "on": True, "off": False}[given.tls],
        tls_names=tuple(given.tls_name),
        tls_certificate=given.tls_certificate,
        tls_key=given.tls_key,
        tls_client_ca=given.tls_client_ca,
        metrics_port=given.metrics_port,
    )


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(settings) as gateway:
        print(f"gateway of {settings.name} listens on {gateway.address}", flush=True)
        await stop.wait()


def main() -> int:
    """Run until stopped; the exit code of what went wrong, or 0."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        asyncio.run(_serve(_settings(sys.argv[1:])))
    except SwarmError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

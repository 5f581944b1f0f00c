"""Joins the Ray cluster that the config names, or starts a small one here that only this run's token opens."""

import os
import socket
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import AuthenticationError

from swarm.access import CREDENTIALS_FOLDER
from swarm.config import Config
from swarm.errors import ConfigError
from swarm.gateway.run_folder import kept_secret

ENVIRONMENT = {
    # glibc otherwise gives every large tensor back to the kernel, and each step pays for the page faults again.
    "MALLOC_MMAP_THRESHOLD_": "10000000000",
    "MALLOC_TRIM_THRESHOLD_": "10000000000",
    # Ray Train runs the loop in a thread, whose own arena would hold no tensor of more than 64 MB.
    "MALLOC_ARENA_MAX": "1",
    # Huge pages for what malloc takes: training is a tenth quicker where the kernel has them on request.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    # So many turns a thread of OpenMP waits for the others, then it sleeps. By libgomp's own 300,000 two processes that
    # compute on the same cores stand still: what one waits for is kept out by the other's waiting. docs/lab-notes.md
    "GOMP_SPINCOUNT": "10000",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_TRAIN_V2_ENABLED": "1",
    "RAY_enable_worker_prestart": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    # The run's log is no terminal: transformers, too, draws its bars only where the hub's are drawn.
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    # Ray Train's print goes past what datasets captures to tell functions apart: byte code in the log, each round.
    "RAY_TRAIN_ENABLE_PRINT_PATCH": "0",
}
"""Set for every process of the swarm, here and on the nodes of a cluster."""

TOKEN_FILE = "ray.token"
KNOCK_SECONDS = 5.0


def _knock(address: str) -> None:
    """Ray itself tries an address for minutes. Raises ConfigError where no one listens at a `host:port`."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not (colon and port.isdigit()):
        return
    try:
        socket.create_connection((host, int(port)), timeout=KNOCK_SECONDS).close()
    except OSError as error:
        raise ConfigError(f"no Ray cluster at {address!r}: {error}", "mend ray.address, or use local") from error


def _require_token(run: Path) -> None:
    """Let only who can read RUN/credentials/ray.token into the Ray that starts next: drivers, workers, nodes.

    Raises ConfigError where others can read that file.
    """
    file = run / CREDENTIALS_FOLDER / TOKEN_FILE
    file.parent.mkdir(mode=0o700, exist_ok=True)
    kept_secret(file)
    # A mode or a token of the caller's would come before the file. With no mode named, ray.init asks for a token
    # wherever it starts Ray itself; named here it would come too late, since Ray reads it while it is imported.
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN"):
        os.environ.pop(name, None)
    os.environ["RAY_AUTH_TOKEN_PATH"] = str(file)


def open_ray(config: Config) -> None:
    """Join the configured cluster, or start a small one here. Raises ConfigError where nothing answers or lets us in.

    A cluster that is joined has a token of its own, which Ray reads from the environment.
    """
    os.environ.update(ENVIRONMENT)
    section = config.ray
    common: dict[str, Any] = {"namespace": config.swarm.name, "log_to_driver": True, "logging_level": "warning"}
    if section.address == "local":
        _require_token(config.run_dir)
        memory = section.object_store_mb * 1024 * 1024
        ray.init(address="local", include_dashboard=False, object_store_memory=memory, **common)
        return
    _knock(section.address)
    try:
        ray.init(address=section.address, runtime_env={"env_vars": ENVIRONMENT}, **common)
    except (AuthenticationError, ConnectionError, ValueError, RuntimeError) as error:
        token = "the cluster's token (RAY_AUTH_MODE=token and its file as RAY_AUTH_TOKEN_PATH)"
        fix = f"mend ray.address or give {token}, or use local"
        raise ConfigError(f"no way into Ray at {section.address!r}: {error}", fix) from error

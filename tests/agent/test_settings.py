"""An agent's settings, from the command line and the environment, and what is said where they don't do."""

import socket
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from swarm.agent.health import healthy
from swarm.agent.settings import PATIENCE_SECONDS, Settings, read_settings
from swarm.connection import Target
from swarm.errors import ConfigError


class FarTeacher:
    """Teaches from afar."""


def test_the_command_line_comes_before_the_environment(tmp_path: Path) -> None:
    for name in ("ca", "key", "certificate", "token"):
        (tmp_path / name).write_text(f"{name}\n")
    environment = {
        "SWARM_TARGET": "a:1",
        "SWARM_CREDENTIAL": " secret\n",
        "SWARM_CA": str(tmp_path / "ca"),
        "SWARM_BATCH": "3",
    }
    assert read_settings(FarTeacher, [], environment) == Settings(
        "far-teacher", Target("a:1", b"ca\n"), "secret", batch=3
    )
    files = [f"--{name}={tmp_path / name}" for name in ("key", "certificate")]
    said = ["--target", "b:2", "--name", "me", "--health", "0.0.0.0:9", "--batch", "4", *files]
    assert read_settings(FarTeacher, said, environment) == Settings(
        "me", Target("b:2", b"ca\n", b"key\n", b"certificate\n"), "secret", batch=4, health="0.0.0.0:9"
    )
    from_file = read_settings(FarTeacher, ["--target", "a:1", "--credential-file", str(tmp_path / "token")], {})
    assert from_file == Settings("far-teacher", Target("a:1"), "token")
    assert read_settings(FarTeacher, ["--run", "runs/x"], {}) == Settings("far-teacher", run=Path("runs/x"))
    assert PATIENCE_SECONDS >= 60


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ([], "no target was given"),
        (["--target", "a:1"], "no credential was given"),
        (
            ["--target", "a:1", "--credential-file", "nowhere"],
            "--credential-file 'nowhere' can't be read: No such file",
        ),
        (["--run", "x", "--batch", "0"], "--batch is '0'. Give a whole number from 1"),
        (["--run", "x", "--batch", "many"], "--batch is 'many'"),
    ],
)
def test_what_does_not_do_is_named(said: list[str], refused: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings(FarTeacher, said, {})
    assert str(caught.value).startswith(refused)


def test_help_tells_what_the_agent_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_settings(FarTeacher, ["--help"], {"SWARM_CREDENTIAL": "secret"})
    shown = capsys.readouterr().out
    assert "Teaches from afar." in shown
    assert "SWARM_TARGET" in shown
    assert "secret" not in shown


async def test_health_is_served_while_the_agent_lives(free: str) -> None:
    async with grpc.aio.insecure_channel(free) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check
        async with healthy(free):
            reply = await check(health_pb2.HealthCheckRequest(), wait_for_ready=True, timeout=30)
            assert reply.status == health_pb2.HealthCheckResponse.SERVING
            with pytest.raises(ConfigError, match=f"no health service at '{free}'"):
                async with healthy(free):
                    pass
        with pytest.raises(grpc.aio.AioRpcError, match="UNAVAILABLE"):
            await check(health_pb2.HealthCheckRequest(), timeout=30)
    async with healthy(""):
        pass


@pytest.fixture
def free() -> str:
    """An address that was free a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{one.getsockname()[1]}"

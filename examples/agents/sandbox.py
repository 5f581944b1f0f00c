"""sandbox.py: runs somebody else's program where it can do little harm, or says why it can't be run here.

It takes what Linux and util-linux have: namespaces (unshare), limits (prlimit), and the loss of all privileges
(setpriv). Nothing is taken on trust: `prove` tries to break out of it first. `python sandbox.py` says what it finds.
"""

import json
import os
import secrets
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from swarm.errors import ConfigError

PYTHON = os.path.realpath(sys.executable)
TOOLS = ("unshare", "mount", "umount", "pivot_root", "setpriv", "prlimit")
READY = b"ready\n"
SETUP = """
set -eu
job=$1 scratch=$2 readable=$3 who=$4 limits=$5; shift 5
mount -t tmpfs -o size=1m,mode=755 root "$job/root"
cd "$job/root"
mkdir in tmp dev old proc
bind() { mount --bind "$1" "$2"; mount -o remount,bind,ro,nosuid,nodev "$2"; }
for path in $readable; do mkdir -p ".$path"; bind "$path" ".$path"; done
for link in bin sbin lib lib64; do if [ -L "/$link" ]; then cp -P "/$link" .; fi; done
bind "$job/in" in
touch dev/null; mount --bind /dev/null dev/null
mount -t tmpfs -o "size=$scratch,nr_inodes=256,mode=1777,nosuid,nodev" scratch tmp
mount --rbind /proc proc
mount -o remount,bind,ro .
pivot_root . old
umount -l /old
umount -l /proc
cd /tmp
echo ready
setpriv --no-new-privs --securebits=+noroot,+noroot_locked --bounding-set=-all --inh-caps=-all $who \\
    prlimit $limits "$@" || exit $?
"""
"""Builds a root of its own in memory: the system's programs and the job's files, read-only, and a scratch folder. Then
it starts the program, without anything that could undo this. When this shell ends, so does all that is left."""

ATTEMPTS = """
import json, os, signal, socket, sys

port, secret, memory, processes, size = json.loads(sys.argv[1])
stopped = {}

def attempt(name, act):
    try:
        act()
    except (OSError, MemoryError):
        stopped[name] = True
    else:
        stopped[name] = False

def fork_all():
    for _ in range(processes + 1):
        if not os.fork():
            signal.pause()

attempt("the network", lambda: socket.create_connection(("127.0.0.1", port), 1))
attempt("a file outside, to read", lambda: open(secret).read())
for place in ("/", "/usr", "/in", os.path.dirname(sys.executable), os.path.dirname(secret)):
    attempt(f"a file in {place}, to write", lambda: open(os.path.join(place, "left-behind"), "w"))
attempt("more memory", lambda: bytearray(memory + 1))
attempt("a larger file", lambda: [large.write(bytes(size)) for large in [open("/tmp/large", "ab", 0)] * 2])
attempt("more processes", fork_all)
with open("/tmp/small", "w") as scratch:
    scratch.write("a scratch file is allowed")
print(json.dumps(stopped))
"""


class NoSandbox(ConfigError):
    """This machine can't run a program without trusting it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. Memory and files are bounded for each process and file, the scratch folder as a whole."""

    cpu_seconds: int = 5
    wall_seconds: float = 10.0
    memory_bytes: int = 256 * 1024 * 1024
    processes: int = 16
    file_bytes: int = 8 * 1024 * 1024
    scratch_bytes: int = 16 * 1024 * 1024
    output_bytes: int = 64 * 1024

    def flags(self) -> str:
        """The same for prlimit."""
        cpu, memory = f"--cpu={self.cpu_seconds}", f"--as={self.memory_bytes}"
        return f"{cpu} {memory} --nproc={self.processes} --fsize={self.file_bytes} --nofile=64 --core=0"


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one run. `stopped` says why it was cut short, or is empty; a `code` over 128 stands for a signal."""

    code: int
    output: str
    stopped: str = ""


class Sandbox:
    """Runs programs, each in a sandbox of its own, one after the other."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self.limits = limits

    def prove(self) -> None:
        """Try to break out in every way that is promised not to work. Raises NoSandbox where one does, or none runs."""
        if missing := [tool for tool in TOOLS if shutil.which(tool, path=_path()) is None]:
            raise NoSandbox(f"no sandbox here: {', '.join(missing)} missing", "Install util-linux")
        limits = self.limits
        with TemporaryDirectory() as outside, socket.create_server(("127.0.0.1", 0)) as server:
            secret = Path(outside) / "secret"
            secret.write_text("not for you")
            secret.chmod(0o644)
            Path(outside).chmod(0o777)
            facts = (server.getsockname()[1], str(secret), limits.memory_bytes, limits.processes, limits.file_bytes)
            ran = self.run({"attempts.py": ATTEMPTS}, [PYTHON, "-I", "/in/attempts.py", json.dumps(facts)])
        try:
            broken = [name for name, stopped in json.loads(ran.output).items() if not stopped]
        except ValueError:
            raise NoSandbox(f"no sandbox here: {ran.stopped or ran.output.strip()[-300:]!r}", _FIX) from None
        if broken:
            raise NoSandbox(f"the sandbox here doesn't keep a program from {', '.join(broken)}", _FIX)

    def run(self, files: Mapping[str, str], command: Sequence[str]) -> Ran:
        """Run a command with these files in /in and nothing but /tmp to write to.

        Raises NoSandbox where the sandbox itself couldn't be built.
        """
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            job = Path(folder)
            job.chmod(0o755)
            for name in ("in", "root"):
                (job / name).mkdir(mode=0o755)
            for name, text in files.items():
                (job / "in" / name).write_text(text, encoding="utf-8", errors="replace")
            started = subprocess.Popen(
                [*self._outer(), "sh", "-c", SETUP, "sandbox", *self._facts(job), *command],
                env={"PATH": _path(), "HOME": "/tmp", "LANG": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            with started:
                try:
                    said, stopped = self._watched(started)
                finally:
                    with suppress(ProcessLookupError):
                        os.killpg(started.pid, signal.SIGKILL)
                    started.kill()
        if not said.startswith(READY):
            raise NoSandbox(f"no sandbox here: {said.decode(errors='replace').strip()[-300:]!r}", _FIX)
        return Ran(started.returncode, said.removeprefix(READY).decode(errors="replace"), stopped)

    def _outer(self) -> list[str]:
        """What gives the run namespaces of its own; only root needs no user namespace for the others."""
        mapped = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        return ["unshare", *mapped, "--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child"]

    def _facts(self, job: Path) -> list[str]:
        system = [path for path in ("/usr", "/bin", "/sbin", "/lib", "/lib64") if not os.path.islink(path)]
        readable = [path for path in system if os.path.isdir(path)]
        prefix = os.path.realpath(sys.base_prefix)
        if not any(Path(prefix).is_relative_to(path) for path in readable):
            readable.append(prefix)
        nobody = 60_000 + secrets.randbelow(1_000)  # its processes are counted by this number: it must be nobody else's
        who = f"--reuid={nobody} --regid={nobody} --clear-groups" if os.geteuid() == 0 else ""
        return [str(job), str(self.limits.scratch_bytes), " ".join(readable), who, self.limits.flags()]

    def _watched(self, started: "subprocess.Popen[bytes]") -> tuple[bytes, str]:
        """What it writes, and why it has to be stopped; "" where it ended."""
        assert started.stdout is not None
        said, ends, late = b"", time.monotonic() + self.limits.wall_seconds, f"ran for {self.limits.wall_seconds:g} s"
        with selectors.DefaultSelector() as readable:
            readable.register(started.stdout, selectors.EVENT_READ)
            while len(said) <= self.limits.output_bytes:
                if (left := ends - time.monotonic()) <= 0:
                    return said, late
                if not readable.select(left):
                    continue
                if not (more := os.read(started.stdout.fileno(), 65_536)):
                    break
                said += more
        if len(said) > self.limits.output_bytes:
            return said[: self.limits.output_bytes], f"wrote more than {self.limits.output_bytes} bytes"
        try:
            started.wait(max(0.0, ends - time.monotonic()))
        except subprocess.TimeoutExpired:
            return said, late
        number = started.returncode - 128
        return said, f"was ended by {signal.Signals(number).name}" if number in list(signal.Signals) else ""


_FIX = "Run it where unprivileged user namespaces are allowed, or as root on a machine of its own"


def _path() -> str:
    return "/usr/bin:/usr/sbin:/bin:/sbin"


if __name__ == "__main__":
    try:
        Sandbox().prove()
    except NoSandbox as error:
        sys.exit(f"NoSandbox: {error}")
    print("every attempt to break out was stopped")

"""attach.py: strangers join a running swarm, change what it finds, and leave. `make demo-attach` runs it.

    python examples/attach.py [--run runs/attach] [--failures 12]

Every step is a command that anyone can type; it is printed before it runs. The prober is TypeScript, the critic plain
Python, and both are programs of their own that know the gateway's address, a credential and the CA.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.rule import Rule

HERE = Path(__file__).parent
CONFIG = HERE / "attach.toml"
PROBER, CRITIC = "calendar-prober", "careful-critic"
STRANGE_CELL = "relative/rain/date"
CRITIC_ROLE = '\n[flow.critic]\nconsumes = "failures"\nstands = "before teacher"\n'
LONGEST_WAIT = 600.0
LOOK_SECONDS = 2.0
WIDTH = 140
console = Console(highlight=False)


class Swarm:
    """The `swarm` command on one run folder."""

    def __init__(self, run: Path) -> None:
        self.run = run

    def show(self, *words: str | Path) -> None:
        """Run a command in front of the reader. Raises CalledProcessError where it fails."""
        console.print(f"\n[bold]$ swarm {' '.join(map(str, words))}[/]", soft_wrap=True)
        # Into a file or a pipe a table is cut to 80 columns unless told how many there are.
        wide = {} if console.is_terminal else {"COLUMNS": str(WIDTH)}
        subprocess.run(self._command(words), check=True, env=os.environ | wide)

    def read(self, *words: str) -> Any:
        """What a command says with --json."""
        done = subprocess.run(self._command((*words, "--json")), check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def failures(self) -> dict[str, int]:
        """Failed attempts by cell."""
        cells = self.read("status", "--run", str(self.run))["cells"]
        found: dict[str, int] = {}
        for count in cells:
            cell = count["cell"]
            key = f"{cell['subdomain']}/{cell['weather']}/{cell['form']}"
            found[key] = found.get(key, 0) + count["failed"]
        return found

    def credential(self, name: str, role: str) -> dict[str, str]:
        """The environment of a program that attaches as a trusted agent; its token is shown nowhere."""
        words = ("credentials", "issue", name, "--role", role, "--tier", "trusted", "--run", str(self.run))
        console.print(f"\n[bold]$ swarm {' '.join(words)}[/]", soft_wrap=True)
        issued = self.read(*words)
        known = {"SWARM_TARGET": issued["address"], "SWARM_CREDENTIAL": issued["token"], "SWARM_AGENT": name}
        return known | ({"SWARM_CA": issued["ca"]} if issued.get("ca") else {})

    def _command(self, words: tuple[str | Path, ...]) -> list[str]:
        return [sys.executable, "-m", "swarm.cli", *map(str, words)]


@contextmanager
def program(command: list[str | Path], known: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A stranger's process, which knows of the swarm what `known` says and nothing more."""
    console.print(f"\n[bold]$ {' '.join(map(str, command))}[/]", soft_wrap=True)
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "")} | known
    process = subprocess.Popen([str(word) for word in command], env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)


def until(what: str, reached: Callable[[], bool], alive: tuple[subprocess.Popen[bytes], ...] = ()) -> None:
    """Wait with a spinner. Raises TimeoutError after ten minutes, RuntimeError where a stranger has ended."""
    ends = time.monotonic() + LONGEST_WAIT
    with console.status(what):
        while not reached():
            if time.monotonic() > ends:
                raise TimeoutError(f"waited {LONGEST_WAIT:.0f} s for: {what}")
            for process in alive:
                if process.poll() is not None:
                    raise RuntimeError(f"{process.args!r} ended with {process.returncode} while waiting for: {what}")
            time.sleep(LOOK_SECONDS)
    console.print(f"[green]seen:[/] {what}")


def attached(swarm: Swarm, prober: Path, wanted: int) -> None:
    """The strangers come, work and leave; `prober` is the built TypeScript program."""
    run = ("--run", swarm.run)
    console.print(Rule("what the swarm finds by itself"))
    until(f"{wanted} failures", lambda: sum(swarm.failures().values()) >= wanted)
    assert STRANGE_CELL not in swarm.failures(), "the swarm probes the strangers' cell already"
    swarm.show("samples", "--verdict", "fail", "--limit", "3", *run)

    console.print(Rule("a critic is declared between judge and teacher, while work flows"))
    declared = swarm.run / "with-critic.toml"
    declared.write_text(CONFIG.read_text(encoding="utf-8") + CRITIC_ROLE, encoding="utf-8")
    swarm.show("apply", declared, *run)

    console.print(Rule("two strangers attach"))
    as_prober, as_critic = swarm.credential(PROBER, "prober"), swarm.credential(CRITIC, "critic")
    ca = ["--ca", as_critic["SWARM_CA"]] if "SWARM_CA" in as_critic else []
    critic = [sys.executable, HERE / "agents" / "critic.py", "--target", as_critic["SWARM_TARGET"], *ca]
    with program(["node", prober], as_prober) as one, program(critic, as_critic) as two:
        until(f"{wanted} failures of {STRANGE_CELL}, which the swarm didn't ask about",
              lambda: swarm.failures().get(STRANGE_CELL, 0) >= wanted, (one, two))  # fmt: skip
        swarm.show("topology", *run)
        swarm.show("agents", *run)
        swarm.show("samples", "--cell", STRANGE_CELL, "--verdict", "fail", "--limit", "3", *run)
        swarm.show("samples", "--producer", CRITIC, "--limit", "3", *run)

        console.print(Rule("they leave"))
        for name in (PROBER, CRITIC):
            swarm.show("agents", "drain", name, "--wait", *run)
        console.print(f"their processes ended with {one.wait(timeout=60)} and {two.wait(timeout=60)}")
    swarm.show("apply", CONFIG, "--drain", *run)
    swarm.show("status", *run)


def main() -> None:
    """Start the swarm, show the strangers' visit, stop the swarm."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--run", type=Path, default=Path("runs/attach"), help="run folder (default: %(default)s)")
    options.add_argument("--failures", type=int, default=12, help="how many to wait for (default: %(default)s)")
    given = options.parse_args()
    built = build(HERE / "typescript")
    swarm = Swarm(given.run)
    swarm.show("up", CONFIG, "--run", given.run, "--fresh", "--detach")
    try:
        until("the gateway answers", lambda: answers(swarm))
        attached(swarm, built, given.failures)
    finally:
        swarm.show("down", given.run)


def build(package: Path) -> Path:
    """The prober's program, compiled. Exits with what is missing where that can't be done."""
    if shutil.which("npm") is None or not (package / "node_modules").is_dir():
        sys.exit("the prober is TypeScript: install Node 20 or later with npm, then run `make typescript`")
    subprocess.run(["npm", "run", "--silent", "build"], cwd=package, check=True)
    return package / "build" / "prober.js"


def answers(swarm: Swarm) -> bool:
    """Whether the run's gateway can be asked."""
    try:
        swarm.failures()
    except subprocess.CalledProcessError:
        return False
    return True


if __name__ == "__main__":
    main()

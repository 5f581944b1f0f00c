"""Be the agent of a class: `python -m swarm.agent MODULE:CLASS`, with the flags and environment of `run`."""

import sys

from swarm.agent.acting import agent_class
from swarm.agent.main import run
from swarm.errors import ConfigError


def _named() -> type:
    """The class that the command line names first. Raises ConfigError where it names none."""
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        raise ConfigError("no class was given", "Say python -m swarm.agent MODULE:CLASS [--help]")
    return agent_class(sys.argv.pop(1))


if __name__ == "__main__":
    try:
        kind = _named()
    except ConfigError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        sys.exit(error.exit_code)
    run(kind)

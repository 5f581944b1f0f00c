"""The command line as `python -m swarm.cli`."""

from swarm.cli import app

app(prog_name="swarm")

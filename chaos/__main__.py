"""`python -m chaos --seconds N --faults N --seed S [--json FILE]`: rehearse faults and check what came of them."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from chaos.plan import plan
from chaos.report import as_json, table
from chaos.run import Settings, rehearse
from chaos.victims import VICTIMS


def main() -> int:
    """Run once; 0 where everything held, 1 where it did not."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description="Faults, histories and a checker of them.")
    parser.add_argument("--seconds", type=float, default=120.0, help="over how long the faults come")
    parser.add_argument("--faults", type=int, default=60, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="of the plan and of the clients")
    parser.add_argument("--victim", choices=tuple(VICTIMS), default="sound", help="the gateway, or a broken one")
    parser.add_argument("--run", type=Path, help="keep the run folder (histories, store, logs) here; it has to be new")
    parser.add_argument("--json", type=Path, help="write the result here too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        run = given.run or Path(folder) / "run"
        faults = plan(given.seed, given.faults, given.seconds)
        result = asyncio.run(rehearse(Settings(run, faults, given.seconds, given.seed, given.victim)))
    Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(table(result))
    if given.json:
        given.json.write_text(as_json(result) + "\n")
    return 0 if result.passed else 1


if __name__ == "__main__":
    sys.exit(main())

"""Where the wall time of a run went."""

from pathlib import Path
from typing import Annotated

import typer

from swarm.cli.edge import Json, dump, say
from swarm.cli.places import RunArgument, find_run
from swarm.errors import ConfigError


def profile(
    run: RunArgument = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="Write the timeline there, as SVG.")] = None,
    as_json: Json = False,
) -> None:
    """Where a run's time went: start-up, answers, training, exams, waiting, and who computed at the same time."""
    # Loads matplotlib, which no other command should wait for.
    from swarm.report import timeline
    from swarm.report.profiling import profile_of
    from swarm.report.reading import snapshot
    from swarm.whole_files import write_whole

    folder = find_run(run)
    if plot is not None and not plot.parent.is_dir():
        raise ConfigError(f"--plot is {str(plot)!r}, in a folder that is not there", "Make the folder first")
    with snapshot(folder) as exchange:
        found = profile_of(exchange, folder)
    if plot is not None:
        write_whole(plot, timeline.plot(found))
    if as_json:
        dump(found)
        return
    say(timeline.tables(found))
    if plot is not None:
        say(f"timeline: {plot}")

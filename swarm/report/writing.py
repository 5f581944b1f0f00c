"""Writes what a run has come to: one self-contained page, and the same as JSON."""

from pathlib import Path

from swarm.report.gathering import gather
from swarm.report.model import Report
from swarm.report.page import render
from swarm.report.reading import snapshot
from swarm.whole_files import write_whole


def write_report(run: Path) -> Report:
    """Write `report.html` and `report.json` into a run folder, whatever state the run is in; returns what they say.

    The store is read as of one moment, from a copy. Raises UnavailableError where there is none yet.
    """
    with snapshot(run) as exchange:
        report = gather(exchange, run)
    for name, content in (("report.json", report.model_dump_json(indent=1)), ("report.html", render(report))):
        write_whole(run / name, content)
    return report

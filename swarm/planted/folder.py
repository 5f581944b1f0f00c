"""The folder of a power audit: its report, as far as it is, and what each student answered."""

import shutil
from pathlib import Path

from swarm.errors import ConfigError
from swarm.planted.audit import POWER_FILE, PowerPlan, PowerReport, read_power
from swarm.whole_files import write_whole


def prepare(folder: Path, plan: PowerPlan, *, resume: bool, fresh: bool) -> None:
    """Write the plan down. Raises ConfigError where the folder holds another audit, or one that must be named."""
    file = folder / POWER_FILE
    if file.is_file() and resume:
        before = read_power(folder).plan
        if name := before.differs(plan):
            raise ConfigError(
                f"the audit in {str(folder)!r} was begun with {name} {getattr(before, name)!r}, not "
                f"{getattr(plan, name)!r}",
                "Give it as it was, or --fresh to begin anew, or another --to",
            )
        return
    if file.is_file() and not fresh:
        raise ConfigError(f"{str(folder)!r} holds an audit already", "Add --resume to go on, or --fresh to begin anew")
    if resume:
        raise ConfigError(
            f"there is no audit in {str(folder)!r} to go on with", "Leave --resume away, or give its --to"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for place in folder.glob("planted-*"):
        shutil.rmtree(place)
    write_power(folder, PowerReport(plan=plan))


def write_power(folder: Path, report: PowerReport) -> None:
    """Write an audit down, whole or as far as it is."""
    write_whole(folder / POWER_FILE, report.model_dump_json(indent=1))

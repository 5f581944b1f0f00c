"""The folder of a siege: its plan, its answers, its report and its page."""

from pathlib import Path

from swarm.errors import ConfigError
from swarm.siege.page import render
from swarm.siege.plan import ANSWERS_FILE, PAGE_FILE, PLAN_FILE, REPORT_FILE, SiegePlan
from swarm.siege.report import SiegeReport
from swarm.whole_files import read_record, write_whole

BEGIN = "swarm siege TARGET"


def prepare(folder: Path, plan: SiegePlan, *, resume: bool, fresh: bool) -> None:
    """Write the plan down. Raises ConfigError where the folder holds another siege, or one that must be named."""
    file = folder / PLAN_FILE
    if file.is_file() and fresh:
        for name in (PLAN_FILE, ANSWERS_FILE, REPORT_FILE, PAGE_FILE):
            (folder / name).unlink(missing_ok=True)
    elif file.is_file() and not resume:
        raise ConfigError(
            f"{str(folder)!r} holds a siege already", "Add --resume to go on with it, or --fresh to begin anew"
        )
    elif file.is_file():
        before = read_plan(folder)
        plan = plan.model_copy(update={"lam": before.lam})
        if name := before.differs(plan):
            raise ConfigError(
                f"the siege in {str(folder)!r} was begun with {name} {str(getattr(before, name))!r}, not "
                f"{str(getattr(plan, name))!r}",
                "Give it as it was, or --fresh to begin anew, or another --to",
            )
    elif resume:
        raise ConfigError(
            f"there is no siege in {str(folder)!r} to go on with", "Leave --resume away, or give its --to"
        )
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(file, plan.model_dump_json(indent=1))


def read_plan(folder: Path) -> SiegePlan:
    """The plan of a siege. Raises ConfigError where there is none."""
    return read_record(folder / PLAN_FILE, SiegePlan, BEGIN)


def read_report(folder: Path) -> SiegeReport:
    """The report of a siege. Raises ConfigError where there is none."""
    return read_record(folder / REPORT_FILE, SiegeReport, BEGIN)


def write_report(folder: Path, report: SiegeReport) -> None:
    """Write the report as JSON and as a page."""
    write_whole(folder / REPORT_FILE, report.model_dump_json(indent=1))
    write_whole(folder / PAGE_FILE, render(report))

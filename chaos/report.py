"""The result of a run, as a table for people and as JSON for machines."""

import json
from collections import Counter, defaultdict

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chaos.checker import MOST_SHOWN
from chaos.run import Result


def table(result: Result) -> RenderableType:
    """Faults by kind, calls by outcome, and checks with what each examined."""
    faults = Table("fault", "times", box=None)
    for kind, count in sorted(result.faults.items()):
        faults.add_row(kind, str(count))
    faults.add_row("all", str(result.faults.total()), style="bold")
    calls = Table("call", "became of its items", box=None)
    for op, counts in _by_op(result).items():
        calls.add_row(op, ", ".join(f"{code} {count}" for code, count in counts.most_common()))
    checks = Table("check", "examined", "violations", box=None)
    for check in result.checks:
        checks.add_row(check.name, str(check.examined), str(len(check.violations)), style="" if check.passed else "red")
    parts: list[RenderableType] = [faults, Text(), calls, Text(), checks, Text()]
    for check in result.checks:
        parts += [Text(f"{check.name}: {text}", style="red") for text in check.violations[:MOST_SHOWN]]
        if not check.examined:
            parts.append(Text(f"{check.name}: examined nothing", style="red"))
    parts += [Text(f"accident: {text}", style="red") for text in result.accidents]
    verdict = "held" if result.passed else "BROKEN"
    parts.append(
        Text(f"{verdict}: {result.faults.total()} faults, {result.revisions} revisions, {result.seconds:.0f} s")
    )
    return Group(*parts)


def as_json(result: Result) -> str:
    """The same, with every violation."""
    said = {
        "passed": result.passed,
        "seconds": round(result.seconds, 1),
        "revisions": result.revisions,
        "faults": dict(sorted(result.faults.items())),
        "calls": {op: dict(counts) for op, counts in _by_op(result).items()},
        "checks": {one.name: {"examined": one.examined, "violations": one.violations} for one in result.checks},
        "accidents": list(result.accidents),
        "unknown_reasons": dict(result.unknown_reasons.most_common()),
    }
    return json.dumps(said, indent=2)


def _by_op(result: Result) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for (op, code), count in sorted(result.calls.items()):
        found[op][code] += count
    return found

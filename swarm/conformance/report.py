"""What the kit says of an agent: findings, gathered by scenario."""

from enum import StrEnum

from swarm.records import Record


class Result(StrEnum):
    """How a scenario ended. One that was SKIPPED rests on another, which failed."""

    RIGHT = "right"
    WRONG = "wrong"
    SKIPPED = "skipped"


class Finding(Record):
    """One thing that the agent got right or wrong, and what to do about it."""

    right: bool
    said: str
    hint: str = ""


class Played(Record):
    """One scenario, played."""

    scenario: str
    about: str
    result: Result
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    last_words: str = ""
    """The end of what the agent printed, where it got something wrong."""


class Report(Record):
    """All scenarios that were played on one agent."""

    target: str
    role: str
    played: tuple[Played, ...]

    @property
    def passed(self) -> bool:
        """Whether it got everything right."""
        return all(played.result is Result.RIGHT for played in self.played)

    def wrong(self) -> list[str]:
        """The names of the scenarios that it got wrong."""
        return self._named(Result.WRONG)

    def skipped(self) -> list[str]:
        """The names of the scenarios that were not played."""
        return self._named(Result.SKIPPED)

    def _named(self, result: Result) -> list[str]:
        return [played.scenario for played in self.played if played.result is result]


def right(said: str) -> Finding:
    """Something that it got right."""
    return Finding(right=True, said=said)


def wrong(said: str, hint: str) -> Finding:
    """Something that it got wrong, and what to do about it."""
    return Finding(right=False, said=said, hint=hint)


def lines(played: Played) -> list[str]:
    """A scenario in lines of plain text."""
    mark = {Result.RIGHT: "ok", Result.WRONG: "WRONG", Result.SKIPPED: "skipped"}[played.result]
    found = [f"{mark:<8} {played.scenario:<14} {played.about} ({played.seconds:.1f} s)"]
    for finding in played.findings:
        found.append(f"{'':<8} {'+' if finding.right else '-'} {finding.said}")
        if finding.hint:
            found.append(f"{'':<10} hint: {finding.hint}")
    if played.last_words:
        found += [f"{'':<10} it printed: {line}" for line in played.last_words.splitlines()]
    return found

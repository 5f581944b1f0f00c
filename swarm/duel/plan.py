"""What a duel is to do, as one record that is written down before its first call."""

import re
from collections.abc import Sequence

from pydantic import Field

from swarm.approach import SAID_BY, Approach, Asking, differing
from swarm.errors import ConfigError
from swarm.exam_report import ContestantKind
from swarm.records import Record

PLAN_FILE, EXAM_FILE, ANSWERS_FOLDER, REPORT_FILE, PAGE_FILE = (
    "plan.json", "exam.json", "answers", "duel.json", "duel.html"
)  # fmt: skip
"""What lies in the folder of a duel."""

STUDENT = "student"


class Entrant(Record):
    """One that sits the exam: a model that is asked, or answers that were recorded. `approach` is None for those."""

    name: str = Field(min_length=1, max_length=80)
    kind: ContestantKind
    approach: Approach | None = None
    recorded: str = ""
    """A JSONL file of predictions, or a name that the domain's file has in [recorded]."""
    parameters: int = Field(0, ge=0)
    """How many the model has; 0 where nobody has said."""

    @property
    def slug(self) -> str:
        """What its files are called."""
        return re.sub(r"[^a-z0-9.]+", "-", self.name.lower()).strip("-.") or "contestant"


class DuelPlan(Record):
    """A duel. Exam and student stay as they are for as long as its folder lasts; contestants may come on top."""

    target: str
    """The run folder, or the exported student."""
    domain: str
    data: str = ""
    items: int
    student: Entrant
    entrants: tuple[Entrant, ...] = ()
    machine: float = Field(0, ge=0)
    """US dollars for an hour of this machine; 0 leaves its time unpriced."""

    @property
    def everyone(self) -> tuple[Entrant, ...]:
        """All of them, the student first."""
        return (self.student, *self.entrants)


def checked(plan: DuelPlan) -> DuelPlan:
    """The plan. Raises ConfigError where two contestants are called alike."""
    slugs = [entrant.slug for entrant in plan.everyone]
    for place, entrant in enumerate(plan.everyone):
        if entrant.slug in slugs[:place]:
            other = plan.everyone[slugs.index(entrant.slug)]
            raise ConfigError(
                f"two contestants are called {entrant.name!r}" if other.name == entrant.name
                else f"contestants {other.name!r} and {entrant.name!r} would share the file {entrant.slug!r}",
                "Name one of them otherwise: --against TARGET,name=NAME",
            )  # fmt: skip
    return plan


def continued(before: DuelPlan, now: DuelPlan) -> DuelPlan:
    """The plan of a duel that goes on: those who sat already, and those who come on top.

    Raises ConfigError for another exam or student, or where somebody known is to be asked otherwise.
    """
    if name := differing(("target", "domain", "data", "items"), before, now):
        raise _otherwise("the duel", name, getattr(before, name), getattr(now, name))
    known = {entrant.name: entrant for entrant in before.everyone}
    for entrant in now.everyone:
        if (earlier := known.get(entrant.name)) is not None:
            _same(earlier, entrant)
    mentioned = {entrant.name: entrant for entrant in now.entrants}
    kept = [mentioned.pop(entrant.name, entrant) for entrant in before.entrants]
    return checked(now.model_copy(update={"entrants": (*kept, *mentioned.values())}))


def _same(before: Entrant, now: Entrant) -> None:
    if before.approach is None or now.approach is None:
        if (before.recorded, before.approach) != (now.recorded, now.approach):
            raise _otherwise(repr(now.name), "answers", before.recorded or "of a model", now.recorded or "of a model")
    elif name := differing(SAID_BY, before.approach, now.approach):
        raise _otherwise(repr(now.name), name, getattr(before.approach, name), getattr(now.approach, name))


def _otherwise(who: str, name: str, before: object, now: object) -> ConfigError:
    return ConfigError(
        f"{who} was begun with {name} {str(before)!r}, not {str(now)!r}",
        "Give it as it was, or another name=, or --fresh to begin anew, or another --to",
    )


def how(entrant: Entrant) -> str:
    """In a few words, how it was asked."""
    approach = entrant.approach
    if approach is None:
        return f"recorded answers: {entrant.recorded}"
    if approach.ask is Asking.RAW:
        return "bare question"
    shown = f"{approach.shots} examples" if approach.shots else "no examples"
    return f"chat, {shown}, {'steps first' if approach.ask is Asking.COT else 'answer'}"


def kind_of(ask: Asking, shots: int) -> ContestantKind:
    """What sits the exam, by how it is asked."""
    if ask is Asking.RAW:
        return ContestantKind.STUDENT
    return ContestantKind.FEW_SHOT if shots else ContestantKind.ZERO_SHOT


def styled(name: str, ask: Asking, shots: int) -> str:
    """A name that says how one is asked: `NAME, 8-shot CoT`."""
    if ask is Asking.RAW:
        return name
    return f"{name}, {f'{shots}-shot' if shots else 'zero-shot'}{' CoT' if ask is Asking.COT else ''}"


def by_name(names: Sequence[Entrant]) -> dict[str, Entrant]:
    """Contestants by their names."""
    return {entrant.name: entrant for entrant in names}

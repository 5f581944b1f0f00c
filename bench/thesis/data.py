"""The bench's data: labelled items by split, what a student is asked about each, and PaLM's recorded answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from swarm.domains.labelled.items import Item, Split
from swarm.domains.labelled.loading import load
from swarm.domains.labelled.settings import read_domain_file
from swarm.domains.labelled.splits import nearest, split_of
from swarm.errors import ConfigError
from swarm.records import Record

DOMAIN = Path(__file__).parents[2] / "examples" / "domains" / "nli.toml"
"""The domain that students grow in: fields, wording, labels, operators and the rule of cells come from there."""
LABELS = ("entailment", "neutral", "contradiction")
TEMPLATE = "Premise: {premise}\nHypothesis: {hypothesis}\nRelation:"
SHARES = {Split.DEV: 0.15, Split.SEALED: 0.15}
"""What is held back, by the hash of the premise; the rest may be bought."""
PALM = "palm-540b"
_RATIONALE = "palm_540b_rationale"


class Question(Record):
    """What a student is asked, with the label that is right. `group` is the premise that it comes from."""

    id: str
    group: str
    fields: dict[str, str]
    label: str

    @property
    def prompt(self) -> str:
        """What a student is given."""
        return prompt(self.fields)


@dataclass(frozen=True)
class ThesisData:
    """All items by what they are for. Whoever reads a label of `pool` has bought it and books it."""

    pool: tuple[Item, ...]
    dev: tuple[Item, ...]
    sealed: tuple[Item, ...]
    palm: Mapping[str, str]
    """Item id to PaLM's recorded label, "" where its answer didn't parse."""
    rationales: Mapping[str, str]
    sha256: str


def read_data(path: Path) -> ThesisData:
    """Read the file. Raises ConfigError where it isn't there or isn't as it should be."""
    if not path.is_file():
        fix = "say where it lies: make bench-thesis DATA=PATH, or --data PATH; docs/results.md says what it is"
        raise ConfigError(f"there are no labelled items at {str(path)!r}", fix)
    changed = {"data": str(path), "rationale": _RATIONALE, "conflicts": "drop", "recorded": {PALM: "palm_540b_label"}}
    file = read_domain_file(DOMAIN).model_copy(update=changed)
    if (file.answer.labels, file.template) != (LABELS, TEMPLATE):
        raise ConfigError(
            f"{DOMAIN.name} asks {file.template!r} for {file.answer.labels}", "bring bench/thesis/data.py along"
        )
    loaded = load(file)
    parts: dict[Split, list[Item]] = {Split.TRAIN: [], Split.DEV: [], Split.SEALED: []}
    for item in loaded.items:
        parts[split_of(item.group, SHARES)].append(item)
    return ThesisData(
        pool=tuple(parts[Split.TRAIN]),
        dev=tuple(parts[Split.DEV]),
        sealed=tuple(parts[Split.SEALED]),
        palm=loaded.recorded[PALM],
        rationales=loaded.rationales,
        sha256=loaded.sha256,
    )


def prompt(fields: Mapping[str, str]) -> str:
    """What a student is given."""
    return TEMPLATE.format(**fields)


def completion(label: str) -> str:
    """What it should go on with."""
    return f" {label}"


def question(item: Item) -> Question:
    """The item as a question."""
    return Question(id=item.id, group=item.group, fields=item.fields, label=item.label)


def some(items: Sequence[Item], count: int) -> list[Item]:
    """`count` of the items, all for 0, the same at every call; a smaller count gives a part of a larger one's."""
    return nearest(list(items), count)

"""A domain of labelled data: probes are its items and what operators make of them, right is what its labels say."""

import random
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from swarm.domains.base import Reading, Verification
from swarm.domains.labelled.answers import Answers
from swarm.domains.labelled.generic import generic_operators
from swarm.domains.labelled.items import Item, Split
from swarm.domains.labelled.loading import Loaded, load
from swarm.domains.labelled.mapping import CellMap, cell_key, cell_map
from swarm.domains.labelled.operators import Operator, Rewrite
from swarm.domains.labelled.settings import DomainFile, read_domain_file
from swarm.domains.labelled.splits import decontaminated, nearest
from swarm.domains.labelled.subdomains import load_function, rule
from swarm.domains.labelled.weathering import LabelledWeather
from swarm.domains.labelled.wording import Template
from swarm.errors import ConfigError
from swarm.records import Cell, Origin, Probe, Purpose, Reference, Sample

SPLIT_OF = {
    Purpose.LEARN: Split.TRAIN,
    Purpose.SIEGE: Split.SIEGE,
    Purpose.EXAM: Split.DEV,
    Purpose.CENSUS: Split.EXAM,
}
"""The items that probes of a purpose are made from; the report's frozen exam is drawn as a census is."""

TRIES = 300
"""Items that an operator is tried on for one probe."""


class LabelledDomain(LabelledWeather):
    """Made of a TOML file and the JSONL file that it names, which is read once and checked strictly."""

    def __init__(self, file: DomainFile, loaded: Loaded) -> None:
        self.file = file
        self.loaded = loaded
        self.name = file.name
        self.template = Template(file.template, file.fields)
        self.answers = Answers(file.answer)
        self.choices = self.answers.choices
        self.answer_regex = self.answers.regex
        self.instructions = self.answers.instructions(file.about)
        self.items: dict[Split, list[Item]] = {split: loaded.of(split) for split in Split if split is not Split.SEALED}
        clean, self.contaminated = decontaminated(self.items[Split.TRAIN], [*loaded.held_out()])
        self.items[Split.TRAIN] = nearest(clean, file.train_items, file.split.salt)

    @classmethod
    def from_file(cls, path: Path, data: str = "") -> "LabelledDomain":
        """Read a domain's file and its data, or the data given. Raises ConfigError that says what is wrong where."""
        file = read_domain_file(path)
        if data:
            file = file.model_copy(update={"data": str(Path(data).expanduser().absolute())})
        return cls(file, load(file))

    @cached_property
    def operators(self) -> list[Operator]:
        """The generic operators and those that the domain's file names. Raises ConfigError where they can't be had."""
        found = list(generic_operators(self.file.answer.abstain)) if self.file.generic else []
        for said in self.file.operators:
            found += load_function(said, "operators")()
        names = [operator.name for operator in found]
        if twice := next((name for name in names if names.count(name) > 1), ""):
            raise ConfigError(f"two operators are called {twice!r}", "give each its own name")
        return found

    @cached_property
    def map(self) -> CellMap:
        """What fills each cell. Raises ConfigError where the data has too little for any, or too many."""
        probed = {split: self.items[split] for split in SPLIT_OF.values()}
        try:
            return cell_map(probed, rule(self.file.subdomain, self.loaded.subdomains), self.operators)
        except ValueError as error:
            raise ConfigError(f"domain {self.name}: {error}", "see swarm domain check") from error

    def cells(self) -> Sequence[Cell]:
        """All cells, in a fixed order."""
        return self.map.cells

    def make(self, cell: Cell, rng: random.Random, purpose: Purpose) -> list[Sample]:
        """One probe of the cell, from the split of that purpose. Raises ValueError where the split has none."""
        split = SPLIT_OF.get(purpose)
        if split is None:
            raise ValueError(f"purpose {purpose} has no items in a labelled domain")
        if cell.key in self.map.plain:
            probe = self._plain(cell, rng, split, purpose)
        elif cell.key in self.map.rewritten:
            probe = self._rewritten(cell, rng, split, purpose)
        else:
            raise ValueError(f"cell {cell.key!r} is not one of the {len(self.map.cells)} cells of {self.name}")
        identity = f"{rng.getrandbits(128):032x}"
        return [Sample(id=identity, root_id=identity, payload=probe)]

    def _plain(self, cell: Cell, rng: random.Random, split: Split, purpose: Purpose) -> Probe:
        if not (members := self.map.plain[cell.key].get(split)):
            raise ValueError(f"cell {cell.key} has no items in {split}")
        item = rng.choice(members)
        return Probe(
            cell=cell,
            purpose=purpose,
            origin=Origin.GROUNDED,
            question=self.template.question(item.fields),
            reference=Reference(answer=item.label, rationale=self.loaded.rationales.get(item.id, "")),
        )

    def _rewritten(self, cell: Cell, rng: random.Random, split: Split, purpose: Purpose) -> Probe:
        made = self._drawn(cell, rng, self.items[split], split)
        return Probe(
            cell=cell,
            purpose=purpose,
            origin=Origin.MUTATION,
            question=self.template.question(made.fields),
            reference=Reference(answer=self._sound(made, split)),
            operator=made.operator,
        )

    def _drawn(self, cell: Cell, rng: random.Random, items: Sequence[Item], split: Split) -> Rewrite:
        """A rewrite that belongs into the cell, by any of its operators with the same chance."""
        operators = self.map.rewritten[cell.key]
        for _ in range(TRIES if items else 0):
            made = rng.choice(operators).rewrite(rng.choice(items), rng, items)
            if made is not None and cell_key(made.phenomenon, made.weather) == cell.key:
                return made
        raise ValueError(
            f"{len(operators)} operators made nothing for cell {cell.key} of {len(items)} items in {split}"
        )

    def _sound(self, made: Rewrite, split: Split) -> str:
        """The label of a rewrite. Raises ValueError where it is none, or was made of another split's items."""
        if (label := self.answers.canonical(made.label)) is None:
            raise ValueError(f"operator {made.operator} gave the label {made.label!r}, none of {list(self.choices)}")
        if strangers := [parent for parent in made.parents if parent not in self._ids[split]]:
            raise ValueError(f"operator {made.operator} used item {strangers[0]}, which is not in {split}")
        return label

    @cached_property
    def _ids(self) -> dict[Split, frozenset[str]]:
        return {split: frozenset(item.id for item in members) for split, members in self.items.items()}

    def prompt(self, question: str) -> str:
        """The question as it is; what follows it is the answer."""
        return self.answers.prompt(question)

    def completion(self, reference: Reference) -> str:
        """The answer, in the form of the domain's file."""
        return self.answers.completion(reference)

    def read(self, text: str) -> Reading:
        """The lines that are answers, and the others as the rationale."""
        return self.answers.read(text)

    def verify(self, probe: Probe, answer: str) -> Verification:
        """Whether the answer is the one that the data, or the operator, says."""
        return self.answers.verify(probe, answer)

    def false_steps(self, probe: Probe, rationale: str) -> list[str]:  # noqa: ARG002 - the interface's
        """None: an explanation in prose has no step that a program can check."""
        return []

    def solve(self, probe: Probe) -> Reference:
        """The label, with its human explanation where there is one. Raises ValueError where the probe carries none."""
        if probe.reference is None:
            raise ValueError(f"probe {probe.question[:60]!r} carries no reference: ask the gateway for it unredacted")
        return probe.reference

    def species(self, probe: Probe, answer: str) -> str:
        """The name of the failure, for example `negation/neutral-as-entailment`; empty where the answer is right."""
        if probe.reference is None:
            return "unreferenced"
        if self.verify(probe, answer).correct:
            return ""
        place = f"{probe.cell.subdomain}/{probe.operator}" if probe.operator else probe.cell.subdomain
        return f"{place}/{self.answers.difference(probe.reference.answer, answer)}"

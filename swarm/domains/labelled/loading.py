"""Reads a labelled domain's data file strictly: every fault has its line number, and nothing is guessed or mended."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swarm.domains.labelled.items import Item, Split, item_id, plain
from swarm.domains.labelled.settings import DomainFile
from swarm.domains.labelled.splits import split_of
from swarm.errors import ConfigError

MOST_SHOWN = 20
"""Faults that an error lists."""
LONGEST_FIELD = 20_000
"""Characters of one field."""


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong with a line, counted from 1."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


@dataclass(frozen=True)
class Loaded:
    """A data file that was read: items in the order of their lines, what each says beside, and each group's split."""

    items: tuple[Item, ...]
    splits: dict[str, Split]
    sha256: str
    rationales: dict[str, str] = field(default_factory=dict)
    """Item id to the human explanation, where there is one."""
    subdomains: dict[str, str] = field(default_factory=dict)
    """Item id to what the key that names subdomains says."""
    recorded: dict[str, dict[str, str]] = field(default_factory=dict)
    """Contestant to item id to its recorded answer; "" where it gave none."""
    repeated: tuple[Fault, ...] = ()
    """Lines that say the same as an earlier one, and were left out."""
    dropped: tuple[Fault, ...] = ()
    """Lines that say something else than another one of the same texts, and were left out as the file asks."""

    def of(self, split: Split) -> list[Item]:
        """The items of a split, in the order of their lines."""
        return [item for item in self.items if self.splits[item.group] is split]

    def held_out(self) -> Iterator[Item]:
        """All items that nothing may be learned from."""
        return (item for item in self.items if self.splits[item.group] in (Split.DEV, Split.EXAM, Split.SEALED))


class Faulty(ConfigError):
    """A data file that isn't as its domain says; `faults` are all of them, by line."""

    def __init__(self, source: str, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        shown = "; ".join(map(str, self.faults[:MOST_SHOWN]))
        rest = f"; and {len(self.faults) - MOST_SHOWN} more" if len(self.faults) > MOST_SHOWN else ""
        super().__init__(
            f"{source}: {len(self.faults)} fault{'s' if len(self.faults) > 1 else ''}: {shown}{rest}",
            "mend these lines, or what the domain's file says of them; swarm domain check shows all",
        )


def load(domain: DomainFile) -> Loaded:
    """Read the data of a domain. Raises Faulty with line numbers, or ConfigError where there is no such file."""
    path = Path(domain.data)
    if not path.is_file():
        raise ConfigError(f"there is no data file {domain.data!r}", "set `data` in the domain's file, or swarm.data")
    body = path.read_bytes()
    sha256 = hashlib.sha256(body).hexdigest()
    if domain.sha256 and sha256 != domain.sha256:
        said = f"{path.name} has SHA-256 {sha256}, and the domain's file says {domain.sha256}"
        raise ConfigError(said, "restore the data that the domain was made with, or start a new run")
    reading = _Reading(domain)
    for number, line in enumerate(body.split(b"\n"), 1):
        if line.strip():
            reading.take(number, line)
    reading.settle()
    if not reading.items and not reading.faults:
        raise ConfigError(f"{path.name} holds no items", "give one JSON object a line")
    splits = reading.splits()
    recorded = {name: reading.answers_of(name, said) for name, said in domain.recorded.items()}
    if reading.faults:
        raise Faulty(path.name, reading.faults)
    return Loaded(
        items=tuple(reading.items),
        splits=splits,
        sha256=sha256,
        rationales=reading.rationales,
        subdomains=reading.subdomains,
        recorded=recorded,
        repeated=tuple(reading.repeated),
        dropped=tuple(reading.dropped),
    )


class _Reading:
    """One pass over a file; collects items and faults."""

    def __init__(self, domain: DomainFile) -> None:
        self.domain = domain
        self.labels = {label.casefold(): label for label in (*domain.answer.labels, domain.answer.abstain) if label}
        self.regex = re.compile(domain.answer.regex) if domain.answer.regex else None
        self.items: list[Item] = []
        self.faults: list[Fault] = []
        self.repeated: list[Fault] = []
        self.dropped: list[Fault] = []
        self.rationales: dict[str, str] = {}
        self.subdomains: dict[str, str] = {}
        self._rows: list[tuple[Item, dict[str, Any]]] = []

    def take(self, number: int, line: bytes) -> None:
        """Read one line that isn't empty."""
        try:
            row = json.loads(line.decode("utf-8"), parse_constant=_no_number)
        except UnicodeDecodeError as error:
            self.faults.append(
                Fault(number, f"not UTF-8 at byte {error.start}: {line[error.start : error.start + 4]!r}")
            )
            return
        except ValueError as error:
            self.faults.append(Fault(number, f"not JSON: {error}"))
            return
        if not isinstance(row, dict):
            self.faults.append(Fault(number, f"holds a {type(row).__name__}, not an object"))
            return
        problems = [*self._problems(row)]
        self.faults += [Fault(number, what) for what in problems]
        if not problems:
            self._rows.append((self._item(number, row), row))

    def _problems(self, row: dict[str, Any]) -> Iterable[str]:
        for name in (*self.domain.fields, self.domain.answer.field, *filter(None, [self.domain.group])):
            if problem := _text_problem(row, name):
                yield problem
        label = row.get(self.domain.answer.field)
        if isinstance(label, str) and label.strip():
            yield from self._answer_problem(label)
        key = self.domain.split.field
        if key and row.get(key) not in list(Split):
            yield f"{key} {row.get(key)!r} is none of {[*map(str, Split)]}"
        if (key := self.domain.subdomain.field) and not isinstance(row.get(key), str | int):
            yield f"{key} {row.get(key)!r} names no subdomain"

    def _answer_problem(self, label: str) -> Iterable[str]:
        name = self.domain.answer.field
        if self.regex and not self.regex.fullmatch(label.strip()):
            yield f"{name} {label!r} does not match {self.domain.answer.regex!r}"
        if self.domain.answer.labels and label.strip().casefold() not in self.labels:
            yield f"{name} {label!r} is none of {[*self.labels.values()]}"

    def _item(self, number: int, row: dict[str, Any]) -> Item:
        fields = {name: row[name].strip() for name in self.domain.fields}
        label = row[self.domain.answer.field].strip()
        identity = item_id(fields)
        group = plain(row[self.domain.group]) if self.domain.group else identity
        return Item(
            id=identity, group=group, fields=fields, label=self.labels.get(label.casefold(), label), line=number
        )

    def settle(self) -> None:
        """Sort out lines of the same texts: the first one stands, unless they differ in what is right."""
        same: dict[str, list[tuple[Item, dict[str, Any]]]] = defaultdict(list)
        for item, row in self._rows:
            same[item.id].append((item, row))
        for members in same.values():
            first, row = members[0]
            if len({item.label for item, _ in members}) > 1:
                self._conflict([item for item, _ in members])
                continue
            self.items.append(first)
            self._beside(first, row)
            self.repeated += [Fault(other.line, f"says the same as line {first.line}") for other, _ in members[1:]]

    def _conflict(self, items: Sequence[Item]) -> None:
        first = items[0]
        found = [
            Fault(item.line, f"says {item.label!r} of the texts of which line {other.line} says {other.label!r}")
            for item, other in zip(items[1:], items, strict=False)
            if item.label != other.label
        ]
        if self.domain.conflicts == "refuse":
            self.faults += found
        else:
            self.dropped += [Fault(item.line, f"contradicts line {first.line}, or is contradicted") for item in items]

    def _beside(self, item: Item, row: dict[str, Any]) -> None:
        if self.domain.rationale:
            said = row.get(self.domain.rationale) or ""
            texts = said if isinstance(said, list) else [said]
            if not all(isinstance(text, str) for text in texts):
                self.faults.append(Fault(item.line, f"{self.domain.rationale} {said!r} is no text or list of texts"))
                return
            self.rationales[item.id] = next((" ".join(text.split()) for text in texts if text.strip()), "")
        if self.domain.subdomain.field:
            self.subdomains[item.id] = str(row[self.domain.subdomain.field])

    def splits(self) -> dict[str, Split]:
        """The split of each group. A group that the data puts into two of them is a fault."""
        table = self.domain.split
        if not table.field:
            return {item.group: split_of(item.group, table.shares, table.salt) for item in self.items}
        found: dict[str, tuple[Split, int]] = {}
        for item, row in self._rows:
            split = Split(row[table.field])
            first, line = found.setdefault(item.group, (split, item.line))
            if first is not split:
                self.faults.append(Fault(item.line, f"is in {split}, and line {line} of the same group is in {first}"))
        told = {group: split for group, (split, _) in found.items()}
        if Split.SIEGE in told.values():
            return told
        share = {Split.SIEGE: table.siege}
        return {
            group: split_of(group, share, table.salt) if split is Split.TRAIN else split
            for group, split in told.items()
        }

    def answers_of(self, name: str, said: str) -> dict[str, str]:
        """The recorded answers of a contestant, by item. A file must have one for each line, in the same order."""
        kept = {item.line for item in self.items}
        if not said.endswith(".jsonl"):
            if missing := [item.line for item, row in self._rows if said not in row]:
                self.faults.append(Fault(missing[0], f"has no {said!r}, the answer of {name!r}"))
            return {item.id: _answer(row.get(said)) for item, row in self._rows if item.line in kept}
        rows = self._predictions(name, Path(said))
        return {
            item.id: _answer(row.get("prediction"))
            for (item, _), row in zip(self._rows, rows, strict=False)
            if item.line in kept
        }

    def _predictions(self, name: str, path: Path) -> list[dict[str, Any]]:
        if not path.is_file():
            raise ConfigError(f"there is no file {str(path)!r} of the answers of {name!r}", "mend [recorded]")
        try:
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        except ValueError as error:
            raise ConfigError(f"{path.name}: not JSONL: {error}", "give one JSON object a line, as UTF-8") from error
        if len(rows) != len(self._rows):
            what = f"{path.name} has {len(rows)} answers of {name!r} to {len(self._rows)} items"
            raise ConfigError(what, "give one for each item of the data, in its order")
        for number, ((item, _), row) in enumerate(zip(self._rows, rows, strict=True), 1):
            if not isinstance(row, dict) or "prediction" not in row:
                raise ConfigError(f"{path.name}: line {number} holds no `prediction`", "give one object a line with it")
            for field_name, text in item.fields.items():
                if field_name in row and plain(str(row[field_name])) != plain(text):
                    what = f"{path.name}: line {number} has another {field_name} than line {item.line} of the data"
                    raise ConfigError(what, "bring both files into the same order")
        return rows


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _answer(said: object) -> str:
    return said.strip() if isinstance(said, str) else ""


def _text_problem(row: dict[str, Any], name: str) -> str:
    """What speaks against the text under a key; empty where nothing does."""
    if name not in row:
        return f"has no {name!r}; its keys are {sorted(row)}"
    text = row[name]
    if not isinstance(text, str):
        return f"{name} is {text!r}, no text"
    if not text.strip():
        return f"{name} is empty"
    if len(text) > LONGEST_FIELD:
        return f"{name} has {len(text)} characters, more than {LONGEST_FIELD}"
    if "\N{REPLACEMENT CHARACTER}" in text:
        return f"{name} holds U+FFFD: it was decoded wrongly before it came here"
    if control := next((c for c in text if (ord(c) < 32 and c not in "\n\t\r") or 0x7F <= ord(c) < 0xA0), ""):
        return f"{name} holds the control character {control!r}"
    return ""

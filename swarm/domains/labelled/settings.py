"""The TOML file of a labelled domain: where its data lies, how a question is worded, and what an answer may be."""

import re
import tomllib
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from swarm.domains.labelled.items import Split
from swarm.errors import ConfigError
from swarm.fields import Name

FUNCTION = r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$"
"""`module:function`."""
Function = Annotated[str, Field(pattern=FUNCTION)]
Slot = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
"""A key that can stand in a template."""
Label = Annotated[str, Field(pattern=r"^\S(.{0,126}\S)?$")]
"""One line that neither begins nor ends with a space."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerTable(_Table):
    """What an answer is: one of the labels, chosen by likelihood, or a text of a form, generated and compared."""

    field: str = Field("label", description="key of the right answer in the data")
    labels: tuple[Label, ...] = Field((), description="all labels; the student's is the likeliest of them")
    regex: str = Field("", description="instead of labels: what every answer matches in full; it is then generated")
    compare: Literal["text", "number"] = Field("text", description="how a generated answer is held against the right")
    abstain: Annotated[str, Field(pattern=r"^(\S(.{0,126}\S)?)?$")] = Field(
        "", description="a further label, right where a text is missing or no language; empty: there is no border"
    )
    explain: bool = Field(False, description="whether the student also learns to write the explanation")

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "AnswerTable":
        if bool(self.labels) == bool(self.regex):
            raise ValueError(f"answer has {len(self.labels)} labels and regex {self.regex!r}; give one of both")
        names = [label.casefold() for label in (*self.labels, self.abstain) if label]
        if len(set(names)) < len(names):
            raise ValueError(f"answer.labels {list(self.labels)} with abstain {self.abstain!r} holds a label twice")
        if len(self.labels) == 1:
            raise ValueError(f"answer.labels {list(self.labels)} has 1 label, which leaves nothing to tell apart")
        try:
            fits = not self.regex or not self.abstain or re.fullmatch(self.regex, self.abstain)
        except re.error as error:
            raise ValueError(f"answer.regex {self.regex!r} is no regular expression: {error}") from None
        if not fits:
            raise ValueError(f"answer.abstain {self.abstain!r} does not match regex {self.regex!r}")
        return self


class SubdomainTable(_Table):
    """How an item that no operator touched gets its subdomain; without any rule all of them are `plain`."""

    field: str = Field("", description="key in the data whose value is the subdomain")
    function: Annotated[str, Field(pattern=rf"^({FUNCTION[1:-1]})?$")] = Field(
        "", description="`module:function` from an item to its subdomain"
    )
    words: dict[Name, tuple[str, ...]] = Field(
        default_factory=dict,
        description="subdomain to words: the first of them that has one in any field; `other` without",
    )

    @model_validator(mode="after")
    def _is_one_rule(self) -> "SubdomainTable":
        rules = [name for name in ("field", "function", "words") if getattr(self, name)]
        if len(rules) > 1:
            raise ValueError(f"subdomain has {len(rules)} rules, {', '.join(rules)}; give one")
        return self


class SplitTable(_Table):
    """Which items are for what: by a key of the data, or by shares of the groups, drawn by their hash."""

    field: str = Field("", description="key in the data that says train, siege, dev, exam or sealed")
    salt: str = Field("", description="another salt is another draw of the groups")
    siege: float = Field(0.05, ge=0, lt=1, description="share of groups that sieges draw on")
    dev: float = Field(0.15, gt=0, lt=1, description="share of groups on which promotions are decided")
    exam: float = Field(0.15, gt=0, lt=1, description="share of groups for the report's frozen exam and the census")
    sealed: float = Field(0.15, ge=0, lt=1, description="share of groups that nothing draws on")

    @model_validator(mode="after")
    def _leaves_some(self) -> "SplitTable":
        if (held := sum(self.shares.values())) >= 1:
            raise ValueError(f"split holds {held:.2f} of the groups back, which leaves none to learn from")
        return self

    @property
    def shares(self) -> dict[Split, float]:
        """The share of every split but TRAIN, which gets the rest."""
        return {split: getattr(self, split) for split in Split if split is not Split.TRAIN}


class DomainFile(_Table):
    """One labelled domain."""

    name: Name = Field(description="what the domain is called")
    data: str = Field(description="JSONL file, one item a line; relative to this file")
    sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = Field(
        "", description="what the data must be, as SHA-256; a run writes it into its own copy of this file"
    )
    about: str = Field("", description="the task in a sentence or two, for models that were not grown on it")
    fields: tuple[Slot, ...] = Field(min_length=1, description="keys of the texts that make a question")
    template: str = Field(description="a question, with each field in braces; what follows it is the answer")
    group: str = Field("", description="key by which items belong together; empty: every item is for itself")
    rationale: str = Field("", description="key of a human explanation, a text or a list of them; empty: there is none")
    train_items: int = Field(0, ge=0, description="items of the training split that are used at all; 0: all of them")
    conflicts: Literal["refuse", "drop"] = Field(
        "refuse", description="what becomes of items of the same texts and different answers"
    )
    generic: bool = Field(True, description="whether the operators that suit any data are used, too")
    operators: tuple[Function, ...] = Field((), description="`module:function`s that return lists of operators")
    answer: AnswerTable
    subdomain: SubdomainTable = SubdomainTable()
    split: SplitTable = SplitTable()
    recorded: dict[str, str] = Field(
        default_factory=dict,
        description="others' answers: name to a key of the data, or to a JSONL file of `prediction`s in its order",
    )

    @model_validator(mode="after")
    def _template_says_all(self) -> "DomainFile":
        try:
            slots = [slot for _, slot, _, _ in Formatter().parse(self.template) if slot is not None]
        except ValueError as error:
            raise ValueError(f"template {self.template!r}: {error}; write {{{{ and }}}} for braces") from None
        if dropped := [field for field in self.fields if field not in slots]:
            raise ValueError(f"template {self.template!r} drops the field {dropped[0]!r}; put {{{dropped[0]}}} in it")
        if strange := [slot for slot in slots if slot not in self.fields]:
            raise ValueError(f"template {self.template!r} names {strange[0]!r}, none of the fields {list(self.fields)}")
        if len(set(self.fields)) < len(self.fields) or self.answer.field in self.fields:
            raise ValueError(f"fields {list(self.fields)} hold a key twice, or the answer {self.answer.field!r}")
        return self


def read_domain_file(path: Path) -> DomainFile:
    """Read a domain's TOML file; the path of its data comes back absolute. Raises ConfigError for what is wrong."""
    if not path.is_file():
        raise ConfigError(f"there is no domain file {str(path)!r}", "write one: swarm domain new DATA.jsonl")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}", "mend that line; the file is UTF-8") from error
    return parse_domain(table, path)


def parse_domain(table: dict[str, object], path: Path) -> DomainFile:
    """The domain that a table describes; `path` names it in errors and is what its paths are relative to."""
    try:
        found = DomainFile.model_validate(table)
    except ValidationError as error:
        raise ConfigError(
            f"{path}: " + "; ".join(_explained(problem) for problem in error.errors()), "see docs/domains/labelled.md"
        ) from error
    recorded = {name: _located(said, path) if _is_file(said) else said for name, said in found.recorded.items()}
    return found.model_copy(update={"data": _located(found.data, path), "recorded": recorded})


def _is_file(said: str) -> bool:
    return said.endswith(".jsonl")


def _located(said: str, path: Path) -> str:
    return str((path.parent / Path(said).expanduser()).absolute())


def _explained(problem: object) -> str:
    assert isinstance(problem, dict)
    where = ".".join(map(str, problem["loc"]))
    said = str(problem["msg"]).removeprefix("Value error, ")
    shown = "" if isinstance(problem["input"], dict | BaseModel) else f" (got {problem['input']!r})"
    return f"{where}: {said}{shown}" if where else said

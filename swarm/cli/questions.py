"""How a person's words become a question of a domain."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from swarm.documents.retrieval import Vector
from swarm.domains import FILE_SUFFIX, example_of
from swarm.domains.calendar.moments import header
from swarm.domains.documents.asking import Citation, citations, rests_on_documents, with_documents
from swarm.domains.documents.passages import Passage
from swarm.domains.labelled.settings import DomainFile, read_domain_file
from swarm.domains.labelled.wording import Template
from swarm.errors import ConfigError

Builder = Callable[[str, datetime], str]

QUESTIONS: dict[str, Builder] = {"calendar": lambda text, now: f"{header(now)}\nText: {text}"}
"""Domains whose questions say more than the person's words: domain name to builder."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the student is asked, and the passages that it is shown."""

    question: str
    passages: Sequence[Passage] = ()

    def cited(self, answer: str) -> list[Citation]:
        """What an answer quotes of the passages."""
        return citations(answer, self.passages)


def question(
    domain: str,
    text: str,
    now: datetime,
    top: int = 3,
    documents: Sequence[str] = (),
    vector: Vector | None = None,
) -> Asked:
    """What the student is asked when a person says `text` at the moment `now`; `top` passages where there are any, or
    those of the named documents. `vector` is the text's, to search by meaning, too.

    Raises ConfigError where the domain's library is gone, or hasn't what is named.
    """
    if rests_on_documents(domain):
        try:
            return Asked(*with_documents(domain, text, top, documents, vector))
        except ValueError as error:
            raise ConfigError(str(error), "Ingest its documents again, or name what they have") from error
    if documents:
        raise ConfigError(f"{domain} rests on no documents, so {documents[0]!r} can't be shown", "Leave --doc out")
    if domain.endswith(FILE_SUFFIX):
        return Asked(_filled(read_domain_file(Path(domain)), text))
    build = QUESTIONS.get(domain)
    return Asked(build(text, now) if build else text)


def _filled(file: DomainFile, text: str) -> str:
    """The template, filled with a JSON object of the fields, or with plain text where there is one field only."""
    template, known = Template(file.template, file.fields), ", ".join(f'"{name}": "..."' for name in file.fields)
    if template.fields_of(text) is not None:
        return text
    try:
        fields = json.loads(text)
    except ValueError:
        fields = {file.fields[0]: text} if len(file.fields) == 1 else None
    if not isinstance(fields, dict) or not all(isinstance(said, str) for said in fields.values()):
        raise ConfigError(f"{text[:80]!r} does not say {' and '.join(file.fields)}", f"Write it as '{{{known}}}'")
    return template.question(fields)


def example(domain: str) -> str:
    """Words with which a person could ask a student of the domain."""
    if not domain.endswith(FILE_SUFFIX):
        return example_of(domain)
    fields = read_domain_file(Path(domain)).fields
    return "..." if len(fields) == 1 else json.dumps(dict.fromkeys(fields, "..."))


def read_moment(text: str) -> datetime:
    """A moment such as `Tue 2026-03-10 14:30`; the weekday may be left out. Raises ConfigError where it is wrong."""
    weekday, _, rest = text.strip().partition(" ")
    try:
        moment = datetime.fromisoformat(rest if weekday.isalpha() else text.strip())
    except ValueError:
        raise ConfigError(
            f"{text!r} is no moment", "Write it as '2026-03-10 14:30' or 'Tue 2026-03-10 14:30'"
        ) from None
    if weekday.isalpha() and weekday.lower()[:3] != f"{moment:%a}".lower():
        raise ConfigError(f"{moment:%Y-%m-%d} is a {moment:%A}, not {weekday!r}", "Mend the weekday or leave it out")
    return moment

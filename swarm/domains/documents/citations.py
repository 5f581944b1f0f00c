"""Rationales that quote: how one is written, and which of its quotes and claims are not borne out.

`[2] "indent=None"` quotes document 2. `[2] "json.dumps(" has no sorted` quotes it and says what it lacks.
`no json.dump_all in [1] [2] [3]` says that none of these speaks of it. Without documents a quote names its entry,
`json.dumps "indent=None"`, and `no json.dump_all` that there is none.
"""

import re
from collections.abc import Mapping

LONGEST = 4000
QUOTE = re.compile(r'(?:\[(\d{1,2})\]|([A-Za-z_][\w.]*)) "([^"\n]{1,300})"(?: has no (\S+))?')
ABSENT = re.compile(r"\bno (\S+) in ((?:\[\d{1,2}\] ?)+)")
MISSING = re.compile(r"^no (\S+)$", re.MULTILINE)
IDENTIFIER = re.compile(r"\b[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+\b")
"""A dotted name."""


def quoting(number: int, words: str, lacking: str = "") -> str:
    """A rationale that rests on one document."""
    return f'[{number}] "{words}"' + (f" has no {lacking}" if lacking else "")


def recalling(name: str, words: str, lacking: str = "") -> str:
    """The same without documents, by the name of the entry."""
    return f'{name} "{words}"' + (f" has no {lacking}" if lacking else "")


def finding_none(word: str, documents: int) -> str:
    """A rationale that nothing shown speaks of a thing."""
    return f"no {word}" + (f" in {' '.join(f'[{number}]' for number in range(1, documents + 1))}" if documents else "")


def says(text: str, word: str) -> bool:
    """Whether a text has a word by itself, and not as a part of a longer one."""
    return re.search(rf"(?<![\w.]){re.escape(word)}(?![\w])", text) is not None


def quotes_in(rationale: str) -> list[tuple[str, int | None, str, str]]:
    """Every quote: the whole claim, the document's number or None, the entry's name, and the quoted words."""
    found = QUOTE.finditer(rationale[:LONGEST])
    return [(hit[0], int(hit[1]) if hit[1] else None, hit[2] or "", hit[3]) for hit in found]


def false_quotes(rationale: str, shown: Mapping[int, str], entries: Mapping[str, str]) -> list[str]:
    """Quotes of documents that are not shown, or that do not say that; `entries` is what may be recalled by name."""
    false = []
    for claim, number, name, words in quotes_in(rationale):
        source = shown.get(number) if number is not None else entries.get(name)
        if source is None or words not in source:
            false.append(claim)
    return false


def false_lacks(rationale: str, shown: Mapping[int, str], entries: Mapping[str, str]) -> list[str]:
    """Claims that a document lacks a word, or that none has it, where it stands there."""
    text, false = rationale[:LONGEST], []
    for hit in QUOTE.finditer(text):
        source = shown.get(int(hit[1])) if hit[1] else entries.get(hit[2])
        if hit[4] and source is not None and says(source, hit[4]):
            false.append(hit[0])
    for hit in ABSENT.finditer(text):
        numbers = [int(each) for each in re.findall(r"\d+", hit[2])]
        if any(number not in shown or says(shown[number], hit[1]) for number in numbers):
            false.append(hit[0].rstrip())
    if not shown:
        false += [hit[0] for hit in MISSING.finditer(text) if hit[1] in entries]
    return false

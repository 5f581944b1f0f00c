"""What can be seen of a probe without knowing its domain: its words, its numbers, its shape, its place; and BLEU."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b

from swarm.records import Probe
from swarm.species import PLAIN

_TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_ANSWER = re.compile(r"[^\W\d_]+|\d+")
_ORDER = 4
"""Longest n-grams of BLEU."""
_STEP = 15
"""Characters in one step of length."""


def features(probe: Probe) -> tuple[str, ...]:
    """Names of what is there: tokens by line, tokens of the answer, capitals, length, and the parts of the cell.

    Sorted, so that sums over them come out the same in every process.
    """
    lines = probe.question.split("\n")
    found = {f"{place}:{token}" for place, line in enumerate(lines) for token in _TOKEN.findall(line.casefold())}
    if probe.reference is not None:
        found.update(f"={token}" for token in _ANSWER.findall(probe.reference.answer.casefold()))
    letters = [letter for letter in lines[-1] if letter.isalpha()]
    if letters and sum(letter.isupper() for letter in letters) > len(letters) / 2:
        found.add("capitals")
    cell = probe.cell
    found.update((f"length {len(lines[-1]) // _STEP}", f"in {cell.subdomain}", f"wants {cell.form}"))
    found.update((f"weather {cell.weather}", f"cell {cell.key}", f"trap {probe.operator}"))
    return tuple(sorted(found))


def niche(probe: Probe) -> str:
    """Cell and trap: what is known of a species before the answer."""
    return f"{probe.cell.key} {probe.operator or PLAIN}"


def fingerprint(question: str) -> bytes:
    """The same for questions that differ in spaces and capitals only."""
    return blake2b(" ".join(question.casefold().split()).encode(), digest_size=16).digest()


def bleu(text: str, parent: str) -> float:
    """How much of a text's wording is its parent's, 0 to 1: sentence BLEU of up to 4-grams (Papineni et al., 2002).

    Counts of 2- to 4-grams are smoothed by one (Lin and Och, 2004), so a short text is no zero.
    """
    mine, theirs = (_TOKEN.findall(words.casefold()) for words in (text, parent))
    if not mine or not theirs:
        return float(mine == theirs)
    logs = []
    for size in range(1, _ORDER + 1):
        grams, known = _grams(mine, size), _grams(theirs, size)
        shared, total = sum((grams & known).values()), grams.total()
        extra = 0 if size == 1 else 1
        if shared + extra == 0:
            return 0.0
        logs.append(math.log((shared + extra) / (total + extra)))
    brevity = min(0.0, 1 - len(theirs) / len(mine))
    return math.exp(brevity + sum(logs) / _ORDER)


def _grams(tokens: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(tokens[at : at + size]) for at in range(len(tokens) - size + 1))

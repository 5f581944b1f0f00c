"""How alike two texts are: the smallest hashes of their word sequences, kept as a sketch (Broder 1997)."""

import re
from hashlib import blake2b

WORDS = 5
"""Words of a sequence."""
MOST_WORDS = 200_000
"""Words of a text that are looked at."""
KEPT = 64
"""Smallest hashes kept of a text: the error of an estimate near 1 is about .03."""
ALIKE = 0.8
"""Share of sequences in common from which two documents count as near duplicates."""


def sketch_of(text: str) -> str:
    """The sketch of a text, hexadecimal numbers; a text of fewer words has one sequence."""
    words = re.findall(r"\w+", text.casefold())[:MOST_WORDS]
    rows = {" ".join(words[start : start + WORDS]) for start in range(max(1, len(words) - WORDS + 1))}
    hashes = sorted(blake2b(row.encode(), digest_size=8).hexdigest() for row in rows)
    return " ".join(hashes[:KEPT])


def likeness(one: str, other: str) -> float:
    """The estimated share of sequences that two texts have in common, from their sketches."""
    a, b = set(one.split()), set(other.split())
    smallest = sorted(a | b)[: min(KEPT, max(len(a), len(b)))]
    return sum(each in a and each in b for each in smallest) / len(smallest) if smallest else 0.0

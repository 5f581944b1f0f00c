"""Which rules holes are chosen from: a domain's own, or else the words of its questions."""

import random
import re
from collections import Counter
from collections.abc import Sequence

from swarm.domains.base import Domain
from swarm.planted.calendar import CALENDAR_RULES
from swarm.planted.holes import LEAST, MOST, Rule, census
from swarm.records import Cell

_WORD = re.compile(r"[^\W\d_]{3,}")
_OWN = {"calendar": CALENDAR_RULES}


def rules_of(domain: Domain, cells: Sequence[Cell], seed: str) -> tuple[Rule, ...]:
    """The rules of a domain; of one that has none of its own, a rule for each word of a fitting number of questions."""
    return _OWN.get(domain.name) or _words(domain, cells, seed)


def _words(domain: Domain, cells: Sequence[Cell], seed: str) -> tuple[Rule, ...]:
    drawn = census(domain, cells, random.Random(f"words/{seed}"))
    asked = [frozenset(_WORD.findall(probe.question.casefold())) for probe in drawn]
    counts = Counter(word for words in asked for word in words)
    fitting = sorted(word for word, count in counts.items() if LEAST <= count / len(asked) <= MOST)
    return tuple(_rule(word) for word in fitting)


def _rule(word: str) -> Rule:
    return Rule(f"the word {word}", lambda probe: word in _WORD.findall(probe.question.casefold()))

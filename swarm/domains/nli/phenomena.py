"""Which phenomenon an item turns on: a rule that reads premise and hypothesis and never the label."""

import re

from swarm.domains.labelled.items import Item
from swarm.domains.nli.lexicon import IRREGULAR, KINDS, NUMBERS, PEOPLE, word_set
from swarm.domains.nli.sentences import content, words

PHENOMENA = (
    "negation", "numbers", "quantifiers", "tense", "role-swap", "lexical-overlap", "hypernymy", "added-facts",
    "removed-facts",
    "world-knowledge",
)  # fmt: skip
_NEGATION = word_set("""
        no not never nobody none nothing neither nor without cannot nowhere
    """)
_QUANTIFIERS = word_set("""
        all every each any some several many most few everyone everybody someone somebody only both lots
    """)
_TENSE = re.compile(
    r"\b(was|were|will|had|did|won|went|yesterday|tomorrow|later|soon|already|just (?:\w+ed|got|won|came)|about to|"
    r"going to|before|after|ago|used to|once|still|(?:has|have) (?:been|just|\w+ed|gone|won|fallen))\b"
)
_DIGITS = re.compile(r"\b\d+\b")


def _numbers(text: str) -> set[str]:
    return {word for word in words(text) if word in NUMBERS or word == "one"} | set(_DIGITS.findall(text))


def _named_by_kind(premise: set[str], hypothesis: set[str]) -> bool:
    """Whether the hypothesis says the kind of a thing that the premise names, or the other way round."""
    for kind, members in KINDS.items():
        forms = {form for member in members for form in (member, IRREGULAR.get(member, member + "s"))}
        general = set(kind.split()[-1:]) | ({"people", "adult", "adults", "human"} if kind == "person" else set())
        if (forms & premise and general & hypothesis) or (general & premise and forms & hypothesis):
            return True
    return False


def phenomenon(item: Item) -> str:
    """The first of PHENOMENA that fits, in that order; what differs little is told by how much each side adds.

    Word overlap is counted in words of content, cut to five letters: `lexical-overlap` where the hypothesis has no
    word that the premise lacks, `removed-facts` where it has one and is much shorter, `added-facts` where both share a
    third.
    """
    premise, hypothesis = item.fields["premise"], item.fields["hypothesis"]
    before, after = set(words(premise)), set(words(hypothesis))
    own, shared = content(hypothesis) - content(premise), content(hypothesis) & content(premise)
    actors = (before & after & PEOPLE) and len(after & PEOPLE) > 1
    if _NEGATION & after or "n't" in hypothesis.lower():
        return "negation"
    if _numbers(hypothesis) - _numbers(premise) and _numbers(premise):
        return "numbers"
    if (_QUANTIFIERS & after) - before:
        return "quantifiers"
    if _TENSE.search(hypothesis.lower()) and not _TENSE.search(premise.lower()):
        return "tense"
    if actors and not own:
        return "role-swap"
    if not own:
        return "lexical-overlap"
    if _named_by_kind(before, after):
        return "hypernymy"
    if len(own) == 1 and len(after) * 2 <= len(before):
        return "removed-facts"
    return "added-facts" if 3 * len(shared) >= len(own) + len(shared) else "world-knowledge"

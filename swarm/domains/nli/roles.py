"""An operator on who does what to whom, and on what stands where."""

import random
import re
from collections.abc import Sequence

from swarm.domains.labelled.items import Item
from swarm.domains.nli.contrast import Case
from swarm.domains.nli.labels import CONTRADICTION, ENTAILMENT, NEUTRAL
from swarm.domains.nli.lexicon import FOLLOWERS, LIVING, PEOPLE, SINGULAR, VERB_FORMS, word_set
from swarm.domains.nli.sentences import inner, sentence, tidy, veridical, words

ONE_WAY = (
    "carrying", "lifting", "feeding", "chasing", "pushing", "pulling", "leading", "teaching", "washing", "bathing",
    "photographing", "interviewing", "walking", "riding", "petting", "tackling", "following",
    "grooming", "milking", "serving", "holding", "dragging", "examining", "guiding",
)  # fmt: skip
"""What one does to another and, in one and the same moment, isn't done by the other."""
MUTUAL = ("kissing", "hugging", "embracing", "dancing with", "talking with", "talking to", "speaking with",
          "playing with",
          "wrestling",
          "walking with", "standing next to", "standing beside", "sitting next to", "sitting beside", "arguing with",
          "conversing with", "chatting with", "fighting")  # fmt: skip
PLACES = {"in front of": "behind", "behind": "in front of", "under": "above", "underneath": "above", "above": "under",
          "below": "above", "beneath": "above"}  # fmt: skip
BESIDE = ("next to", "beside", "alongside")
ORDERS = (("arrived before", "arrived after"), ("will leave earlier than", "will leave later than"),
          ("had breakfast before", "had breakfast after"), ("woke up earlier than", "woke up later than"),
          ("lives closer to the sea than", "lives farther from the sea than"))  # fmt: skip
_ORDERED = word_set("""
        before after first last arrive arrives arriving leave leaves leaving wakes late early follow
        follows following breakfast baby newborn married husband wife
    """)
_NOUN_PHRASE = r"(?:a|an|the|two|three|one|another) (?:[a-z-]+ ){0,3}?[a-z]+"
_ACTS = "|".join(sorted((*ONE_WAY, *MUTUAL), key=len, reverse=True))
_AFTER = "".join(rf"| {word}\b" for word in sorted(FOLLOWERS))
_DOING = re.compile(
    rf"\b(?P<a>{_NOUN_PHRASE}) (?:(?:is|are) )?(?P<act>{_ACTS}) (?P<b>{_NOUN_PHRASE})(?=$|,{_AFTER})", re.IGNORECASE
)
_WHERE = "|".join(sorted((*PLACES, *BESIDE), key=len, reverse=True))
_PLACED = re.compile(
    rf"\b(?P<a>{_NOUN_PHRASE}) (?:(?:is|are) )?"
    rf"(?:(?:standing|sitting|walking|lying|posing|waiting) )?(?P<where>{_WHERE}) "
    rf"(?P<b>(?:a|an|the) (?:[a-z-]+ ){{0,2}}?[a-z]+)(?=$|,{_AFTER})",
    re.IGNORECASE,
)
_JOINTS = word_set("""
        after before all each some both and or with in on at of by to from who that while holding
        wearing is are as for into through near over up down
    """)


def _be(phrase: str) -> str:
    """`is` or `are`, as the phrase needs it."""
    first = words(phrase)[0]
    return "are" if first in ("two", "three") or words(phrase)[-1] in LIVING - SINGULAR else "is"


def doings(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """Who does it and to whom it is done, swapped.

    Why the label is known: the new premise is one deed between two living beings, and nothing else. A deed that goes
    one way in a moment (ONE_WAY) is contradicted by its reverse; a mutual one (MUTUAL) entails its reverse; and a
    premise that says that it was one of the two ways leaves each of them open.
    """
    del pool
    text = tidy(item.fields[rng.choice(("premise", "hypothesis"))])
    hit = _DOING.search(text) if text else None
    if not text or not hit or not veridical(text):
        return ()
    a, b, act = hit["a"], hit["b"], hit["act"].lower()
    heads = words(a)[-1], words(b)[-1]
    if not set(heads) <= LIVING or heads[0] == heads[1] or _JOINTS & (set(words(a)) | set(words(b))):
        return ()
    told, turned = f"{a} {_be(a)} {act} {inner(b)}", f"{b} {_be(b)} {act} {inner(a)}"
    if act in MUTUAL:
        return (Case(sentence(told), sentence(turned), ENTAILMENT), Case(sentence(turned), sentence(told), ENTAILMENT))
    either = sentence(
        rng.choice(("either {0}, or {1}", "{0}, or else {1}")).format(*rng.sample((inner(told), inner(turned)), 2))
    )
    told, turned = sentence(told), sentence(turned)
    return (Case(told, told, ENTAILMENT), Case(either, told, NEUTRAL), Case(turned, told, CONTRADICTION))


def places(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """What is in front of, behind, above, under or beside what, turned round.

    Why the label is known: the new premise places one thing by another, and says nothing else. `A behind B` is `B in
    front of A` and excludes both `B behind A` and `A in front of B`; `A next to B` is `B next to A`; and `near` leaves
    open on which side.
    """
    del pool
    text = tidy(item.fields[rng.choice(("premise", "hypothesis"))])
    hit = _PLACED.search(text) if text else None
    if not text or not hit or not veridical(text):
        return ()
    a, b, where = hit["a"], hit["b"], hit["where"].lower()
    if words(a)[-1] not in LIVING or _JOINTS & {*words(a), *words(b)} or words(a)[-1] == words(b)[-1]:
        return ()
    if any(word.endswith("ing") and word not in ("building", "painting", "railing") for word in words(b)):
        return ()
    if words(b)[-1] in VERB_FORMS | {"age", "bunch", "influence", "weather", "lot", "couple", "pair"}:
        return ()
    told = sentence(f"{a} {_be(a)} {where} {inner(b)}")
    if where in BESIDE:
        return (Case(told, sentence(f"{b} {_be(b)} {where} {inner(a)}"), ENTAILMENT),)
    turned = sentence(f"{b} {_be(b)} {PLACES[where]} {inner(a)}")
    wrong = sentence(f"{b} {_be(b)} {where} {inner(a)}")
    near = sentence(f"{b} {_be(b)} near {inner(a)}")
    return (Case(told, turned, ENTAILMENT), Case(near, turned, NEUTRAL), Case(wrong, turned, CONTRADICTION))


def order(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """Who of two was first, told by one word and asked by its converse.

    Why the label is known: the premise is silent on the order (no word of it touches it), and a sentence is added that
    gives it. `A before B` is `B after A` and excludes `A after B`. Which of the two is named first is drawn anew in
    each sentence.
    """
    del pool
    premise = tidy(item.fields["premise"])
    found = [word for word in words(premise or "") if word in PEOPLE & SINGULAR]
    if (
        not premise
        or {"male", "female"} & set(found)
        or len(found) != 2
        or found[0] == found[1]
        or _ORDERED & set(words(premise))
    ):
        return ()
    first, last = rng.sample(found, 2)
    before, after = rng.choice(ORDERS)

    def said(early: str, late: str) -> str:
        return sentence(rng.choice((f"the {early} {before} the {late}", f"the {late} {after} the {early}")))

    full, claim = sentence(premise), said(first, last)
    return (
        Case(f"{full} {said(first, last)}", claim, ENTAILMENT),
        Case(full, claim, NEUTRAL),
        Case(f"{full} {said(last, first)}", claim, CONTRADICTION),
    )

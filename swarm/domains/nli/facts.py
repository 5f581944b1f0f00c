"""Operators on what is told: facts added of which the premise is silent, details left out, things told of elsewhere."""

import random
import re
from collections.abc import Sequence

from swarm.domains.labelled.items import Item
from swarm.domains.nli.contrast import Case
from swarm.domains.nli.labels import CONTRADICTION, ENTAILMENT, NEUTRAL
from swarm.domains.nli.sentences import content, inner, is_clause, sentence, tidy, veridical

ASPECTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "weekday": (
        ("this is happening on a {v}", "it is a {v}", "today is a {v}"),
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        r"day\b|week|school|church|wedding|market|parade|work|holiday|christmas|easter",
    ),
    "day": (
        ("it is the {v} of the month", "this is happening on the {v} of the month"),
        ("second", "fifth", "ninth", "twelfth", "seventeenth", "twenty-first", "twenty-eighth"),
        r"day\b|month|date|holiday|christmas|easter|halloween|year",
    ),
    "photographer": (
        ("the photographer is called {v}", "a photographer named {v} took the picture"),
        ("Ivy", "Otto", "Bruno", "Greta", "Nadia", "Felix", "Marta"),
        r"photo|camera|picture|named|called",
    ),
    "sisters": (
        ("the photographer has {v}", "whoever took the picture has {v}"),
        ("no sisters", "exactly one sister", "exactly two sisters", "exactly five sisters"),
        r"photo|camera|picture|sister|famil|sibling",
    ),
    "camera": (
        ("the picture was taken with a {v} camera", "a {v} camera took this picture"),
        ("borrowed", "stolen", "brand-new rented", "homemade"),
        r"photo|camera|picture|film",
    ),
}  # fmt: skip
"""What no scene tells by itself: how it's said, its values, which exclude each other, and words that touch it."""

ELSEWHERE = (
    "in another country, a clerk is stamping forms", "on the other side of the world, a kettle has just boiled",
    "a thousand miles away, a ferry is leaving its harbour",
    "long before that, somebody planted an oak in a distant valley",
    "in a different town, an alarm clock is ringing", "far from there, an accountant is adding up receipts",
    "meanwhile, in a distant office, a printer has run out of ink",
    "a long way off, a volcano has been quiet for centuries",
)  # fmt: skip
_TAIL = re.compile(
    r"(?P<kept>.{12,}?)(?P<tail>,? (?:with [a-z ]+ in the background|in the background|on a [a-z]+ (?:day|night|"
    r"morning|afternoon|evening)|at (?:night|sunset|dusk|dawn|noon)|in (?:winter|summer|autumn|spring)|"
    r"in front of an? (?:crowd|audience|building|house|store|window|mirror|fence|tree|wall|mountain)|"
    r"(?:next to|beside|near|behind) an? (?:[a-z]+ )?"
    r"(?:building|house|fence|tree|wall|lake|river|road|car|truck|bench|pool|pond)))",
    re.IGNORECASE,
)


def silent(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """A fact of which a scene says nothing: told in the premise, told otherwise, or not told, and then asked for.

    Why the label is known: the premise holds no word that touches the aspect, so it leaves it open; a sentence that
    gives its value entails it, and one that gives another value of the same aspect excludes it. What else the
    hypothesis says is entailed by its gold label, or is nothing.
    """
    del pool
    premise, hypothesis = tidy(item.fields["premise"]), tidy(item.fields["hypothesis"])
    if not premise or not hypothesis:
        return ()
    text = f"{premise} {hypothesis}".lower()
    free = [aspect for aspect, (_, _, touching) in ASPECTS.items() if not re.search(touching, text)]
    if not free:
        return ()
    frames, values, _ = ASPECTS[rng.choice(free)]
    asked, otherwise = rng.sample(values, 2)
    claim, told = rng.choice(frames).format(v=asked), rng.choice(frames)
    if item.label == ENTAILMENT and is_clause(hypothesis) and rng.random() < 0.5:
        claim = f"{inner(hypothesis)}, and {claim}"
    full, said = sentence(premise), sentence(claim)
    return (
        Case(f"{full} {sentence(told.format(v=asked))}", said, ENTAILMENT),
        Case(full, said, NEUTRAL),
        Case(f"{full} {sentence(told.format(v=otherwise))}", said, CONTRADICTION),
    )


def elsewhere(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """Something told of another place, before or after the premise.

    Why the label is known: what goes on far away bears on nothing in the scene, so the label stays. Refused where it
    shares a word of content with the hypothesis.
    """
    del pool
    premise, hypothesis = tidy(item.fields["premise"]), tidy(item.fields["hypothesis"])
    told = rng.choice(ELSEWHERE)
    if not premise or not hypothesis or content(told) & content(hypothesis):
        return ()
    parts = [sentence(premise), sentence(told)]
    return (Case(" ".join(rng.sample(parts, 2)), sentence(hypothesis), item.label),)


def trimmed(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """A premise without the detail at its end: follows from the whole, and leaves the detail open.

    Why the label is known: nothing in the sentence is negated, quantified or imitated, so it says no less than its own
    beginning, which is silent on the detail. The contradiction denies the detail alone, of a scene that has it.
    """
    del pool
    premise = tidy(item.fields["premise"])
    hit = _TAIL.fullmatch(premise) if premise else None
    if not premise or not hit or not veridical(premise) or not is_clause(hit["kept"]):
        return ()
    full, kept, tail = sentence(premise), hit["kept"].rstrip(","), hit["tail"].strip(" ,")
    if content(tail) & content(kept):
        return ()
    told = sentence(kept)
    denied = rng.choice((f"{inner(kept)}, but not {tail}", f"{inner(kept)}, only not {tail}"))
    return (Case(full, told, ENTAILMENT), Case(told, full, NEUTRAL), Case(full, sentence(denied), CONTRADICTION))

"""Operators on one word of a sentence: kinds of things, and colours."""

import random
import re
from collections.abc import Iterator, Sequence

from swarm.domains.labelled.items import Item
from swarm.domains.nli.contrast import Case
from swarm.domains.nli.labels import CONTRADICTION, ENTAILMENT, NEUTRAL
from swarm.domains.nli.lexicon import (
    COLOURS,
    FOLLOWERS,
    IRREGULAR,
    KIND_PLURALS,
    KINDS,
    LIVING,
    OPENERS,
    PEOPLE,
    SINGULAR,
    SKIN_AND_HAIR,
    TELLS,
    TYPICAL,
    word_set,
)  # fmt: skip
from swarm.domains.nli.sentences import replaced, sentence, tidy, veridical, without, words

_CROWDS = word_set("""
        people group crowd others other couple team band someone somebody friends family another person
    """)
_ODD_BEFORE = word_set("""
        hot sea guinea teddy dining pool school police fire tour train bus
    """)
_FIXED_COLOURS = re.compile(
    r"\b(white house|red cross|black and white|red wine|white wine|green tea|orange juice|black belt|blue jeans|"
    r"white water|brown bag|red bull|red sox|blue jays|green bay|black friday|red carpet|black eye|"
    r"black top|white board)\b"
)


def _plural(noun: str) -> str:
    return IRREGULAR.get(noun, noun + "s")


def _kinds(text: str) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Each thing of a known kind that is the head of its phrase: word, kind, kind as it fits the number, its rivals."""
    found = words(text)
    for kind, members in KINDS.items():
        for member in members:
            for form, plural in ((member, False), (_plural(member), True)):
                if found.count(form) == 1 and (kind in KIND_PLURALS or not plural):
                    rivals = tuple(_plural(each) if plural else each for each in members if each != member)
                    yield form, kind, KIND_PLURALS[kind] if plural else kind, rivals


def _heads(text: str, word: str) -> bool:
    """Whether the word ends its noun phrase and isn't part of a fixed compound."""
    hit = re.search(rf"(\S+ )?(?<![\w'-]){word}(?P<after>[ ,]\S*|$)( (?P<next>\w+))?", text, re.IGNORECASE)
    if not hit or (hit[1] or "").strip().lower() in _ODD_BEFORE:
        return False
    after = hit["after"].strip()
    return not after or after.startswith(",") or after.lower().rstrip(",") in FOLLOWERS


def kinds(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """A thing named by its kind, by its own name, or by that of a rival that excludes it: dog, animal, cat.

    Why the label is known: the sentence says of the thing that it is there (nothing negated, quantified, pictured or
    imitated), so the kind follows from the member; the kind leaves the member open as long as no other word of the
    sentence gives it away (TELLS); and of two sentences about one scene that differ in a rival, at most one fits.
    """
    del pool
    premise = tidy(item.fields["premise"])
    if not premise or not veridical(premise):
        return ()
    said = set(words(premise))
    for word, kind, general, rivals in rng.sample(found := list(_kinds(premise)), len(found)):
        others = {form for each in KINDS[kind] for form in (each, _plural(each))} - {word}
        crowd = kind in ("person", "child") and (_CROWDS & said or len(LIVING & said) > 1)
        if not _heads(premise, word) or said & others or set(words(general)) & said or said & TELLS[kind] or crowd:
            continue
        vague, rival = replaced(premise, word, general), replaced(premise, word, rng.choice(rivals))
        if vague and rival:
            full, vague, rival = sentence(premise), sentence(vague), sentence(rival)
            same_hypothesis = (
                Case(full, full, ENTAILMENT),
                Case(vague, full, NEUTRAL),
                Case(rival, full, CONTRADICTION),
            )
            same_premise = (
                Case(full, vague, ENTAILMENT),
                Case(vague, rival, NEUTRAL),
                Case(full, rival, CONTRADICTION),
            )
            return rng.choice((same_hypothesis, same_premise))
    return ()


def colours(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """A colour of a thing: named in the premise, removed from it, or another one.

    Why the label is known: `the shirt is red` follows from a premise that says so of its only shirt, is left open by
    the same premise without the word, and is excluded where the premise says blue of it. Refused where the colour
    stands more than once, beside another colour, in a fixed name, or before people, of whom it says something else.
    """
    del pool
    premise = tidy(item.fields["premise"])
    if not premise or not veridical(premise) or _FIXED_COLOURS.search(premise.lower()):
        return ()
    said = words(premise)
    present = [colour for colour in COLOURS if colour in said]
    for colour in rng.sample(present, len(present)):
        thing = _coloured(premise, said, colour)
        if not thing:
            continue
        bare = without(premise, colour)
        other = rng.choice([each for each in COLOURS if each not in present and each not in SKIN_AND_HAIR])
        changed = replaced(premise, colour, other)
        if bare and changed:
            full, bare, changed = sentence(premise), sentence(bare), sentence(changed)
            verb = "are" if thing.endswith("s") and not thing.endswith("ss") else "is"
            claim = sentence(f"the {thing} {verb} {colour}")
            short = (Case(full, claim, ENTAILMENT), Case(bare, claim, NEUTRAL), Case(changed, claim, CONTRADICTION))
            long = (Case(full, bare, ENTAILMENT), Case(bare, full, NEUTRAL), Case(changed, full, CONTRADICTION))
            return rng.choice((short, long))
    return ()


def _coloured(premise: str, said: Sequence[str], colour: str) -> str | None:
    """The one thing that has the colour; None where the sentence leaves that in doubt."""
    place = said.index(colour)
    if said.count(colour) != 1 or place + 1 >= len(said) or place == 0:
        return None
    thing, after, before = said[place + 1], said[place + 2 : place + 3], said[place - 1]
    alone = re.search(rf"(?<![,'-]) {colour} {thing}\b(?!['’-])", premise, re.IGNORECASE)
    ended = not after or after[0] in FOLLOWERS or re.search(rf"\b{colour} {thing}\s*[,.]", premise, re.IGNORECASE)
    person = thing in PEOPLE or thing in (
        "hair",
        "haired",
        "skin",
        "eyes",
        "beard",
        "males",
        "females",
        "family",
        "couple",
    )
    word = (
        thing in OPENERS
        or thing in FOLLOWERS
        or thing in COLOURS
        or thing in TYPICAL
        or thing in SINGULAR
        or thing.endswith("ing")
    )
    mixed = before in ("and", "or", "dark", "light", "bright", "is", "are")
    stem = thing.removesuffix("s")
    once = sum(each.removesuffix("s") == stem for each in said) == 1
    return thing if alone and ended and once and not (person or word or mixed) else None

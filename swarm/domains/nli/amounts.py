"""Operators on how many: numbers, and what is said of all, some or none of a few."""

import random
from collections.abc import Sequence

from swarm.domains.labelled.items import Item
from swarm.domains.nli.contrast import Case
from swarm.domains.nli.labels import CONTRADICTION, ENTAILMENT, NEUTRAL
from swarm.domains.nli.lexicon import LIVING, NUMBER_WORDS, NUMBERS, SINGULAR, word_set
from swarm.domains.nli.sentences import progressive, sentence, tidy, veridical, words

_PLURAL_LIVING = LIVING - SINGULAR
_TOGETHER = word_set("""
        each other together circle line row group team pair couple both one another others former latter
        two three four five six different various either against between facing race racing game
    """)


def _counted(premise: str) -> tuple[str, str] | None:
    """The number that the sentence begins with and the rest, where it counts people or animals and nothing else."""
    first, _, rest = premise.partition(" ")
    said = words(rest)
    if (
        first.lower() not in NUMBERS
        or NUMBERS[first.lower()] > 8
        or not veridical(premise)
        or NUMBERS.keys() & set(said)
    ):
        return None
    heads = [place for place, word in enumerate(said[:4]) if word in _PLURAL_LIVING]
    if not heads or {"of", "and", "or", "in"} & set(said[: heads[0]]) or said[heads[0] + 1 : heads[0] + 2] == ["and"]:
        return None
    if sum(word in LIVING or word in ("one", "other", "others", "another", "people") for word in said) > 1:
        return None
    return first.lower(), rest


def numbers(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """How many there are: the number as it is, another one, or none given.

    Why the label is known: the sentence begins with a number of people or animals and counts nothing else. With n of
    them, `at least n` follows and `fewer than n` is false; a larger number is excluded, as a number in a description
    of a scene counts all of them; and `some` leaves every number above two open. A smaller number is never asked for:
    whether five make two true is a matter of reading.
    """
    del pool
    premise = tidy(item.fields["premise"])
    counted = _counted(premise) if premise else None
    if not premise or not counted:
        return ()
    number, rest = counted
    n = NUMBERS[number]
    more = NUMBER_WORDS[rng.choice([each for each in NUMBER_WORDS if each > n] or [n + 1])]
    full, vague, raised = sentence(premise), sentence(f"some {rest}"), sentence(f"{more} {rest}")
    same_hypothesis = (
        Case(raised, raised, ENTAILMENT),
        Case(vague, raised, NEUTRAL),
        Case(full, raised, CONTRADICTION),
    )
    bounds = (
        Case(full, sentence(f"at least {number} {rest}"), ENTAILMENT),
        Case(vague, sentence(f"at least {NUMBER_WORDS[max(n, 3)]} {rest}"), NEUTRAL),
        Case(full, sentence(f"fewer than {number} {rest}"), CONTRADICTION),
    )
    low, high = sorted((n, max(3, n - 1) if n > 3 else n + 2))
    compared = (
        Case(sentence(f"{NUMBER_WORDS[high]} {rest}"), sentence(f"more than {NUMBER_WORDS[low]} {rest}"), ENTAILMENT),
        Case(vague, sentence(f"more than {NUMBER_WORDS[low]} {rest}"), NEUTRAL),
        Case(sentence(f"{NUMBER_WORDS[low]} {rest}"), sentence(f"more than {NUMBER_WORDS[low]} {rest}"), CONTRADICTION),
    )
    return rng.choice((same_hypothesis, bounds, compared))


def quantifiers(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """What is said of all, of some and of none of the n people or animals that the premise begins with.

    Why the label is known: the premise is rewritten to speak of each, of only one, or of at least one of them, which
    settles or leaves open `all` and `not all` by the meaning of these words. Refused where what they do is done
    together.
    """
    del pool
    premise = tidy(item.fields["premise"])
    counted = _counted(premise) if premise else None
    done = progressive(premise) if premise else None
    if not counted or not done or _TOGETHER & set(words(done.rest)):
        return ()
    group = done.subject.split(" ", 1)[1]
    doing = f"{done.verb}{done.rest}"
    n = counted[0]
    each = rng.choice((f"each of the {n} {group} is {doing}", f"every one of the {n} {group} is {doing}"))
    one = f"only one of the {n} {group} is {doing}"
    open_ = rng.choice((f"at least one of the {n} {group} is {doing}", f"one or more of the {n} {group} are {doing}"))
    none = f"not one of the {n} {group} is {doing}"
    all_ = "both" if n == "two" else "all"
    every = rng.choice(
        (f"{all_} of the {group} are {doing}", f"{all_} {'' if n == 'two' else n + ' '}{group} are {doing}")
    )
    lacking = rng.choice((f"not {all_} of the {group} are {doing}", f"not every one of the {group} is {doing}"))
    about_all = ((each, ENTAILMENT), (open_, NEUTRAL), (rng.choice((one, none)), CONTRADICTION))
    about_lack = ((rng.choice((one, none)), ENTAILMENT), (open_, NEUTRAL), (each, CONTRADICTION))
    told, claim = rng.choice(((about_all, every), (about_lack, lacking)))
    return [Case(sentence(given), sentence(claim), label) for given, label in told]

"""Operators that compose sentences of known label into one: negations, conjunctions, disjunctions and granted facts."""

import random
from collections.abc import Sequence

from swarm.domains.labelled.items import Item
from swarm.domains.nli.contrast import Case, siblings, stranger
from swarm.domains.nli.labels import CONTRADICTION, ENTAILMENT, NEUTRAL, conjunction, disjunction, negation
from swarm.domains.nli.sentences import content, inner, is_clause, sentence, tidy

DENIALS = ("it is not true that {h}", "it is not the case that {h}", "it is false that {h}")
DENIALS_OF_FRAGMENTS = (
    'the description "{h}" is wrong',
    'it would be wrong to say: "{h}"',
    '"{h}" does not fit what is going on',
)
DOUBLE = ("it is not true that it is false that {h}", "it would be false to deny that {h}")
DOUBLE_OF_FRAGMENTS = ('it would not be wrong to say: "{h}"', 'the description "{h}" is not wrong')


def _texts(item: Item) -> tuple[str, str] | None:
    premise, hypothesis = tidy(item.fields["premise"]), tidy(item.fields["hypothesis"])
    return (premise, hypothesis) if premise and hypothesis else None


def framed(text: str, rng: random.Random, clauses: Sequence[str], fragments: Sequence[str]) -> str:
    """The text in one of the frames that fit it: a clause after `that`, anything else in quotes."""
    frame = rng.choice(clauses if is_clause(text) else fragments)
    return sentence(frame.format(h=inner(text) if is_clause(text) else text))


def negated(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """`Not H` and `not not H`, with the denial around the whole sentence.

    Why the label is known: a premise that makes H true makes `not H` false and the other way round, and one that
    leaves H open leaves `not H` open. The denial stands outside of H, so no scope is ambiguous. The twin denies twice,
    which leaves the label as it was: the cue of negation stands with either label.
    """
    del pool
    texts = _texts(item)
    if not texts:
        return ()
    premise, hypothesis = texts
    denied = framed(hypothesis, rng, DENIALS, DENIALS_OF_FRAGMENTS)
    kept = framed(hypothesis, rng, DOUBLE, DOUBLE_OF_FRAGMENTS)
    return (Case(sentence(premise), denied, negation(item.label)), Case(sentence(premise), kept, item.label))


def combined(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """`H1 and H2` and `H1 or H2 or both` of two hypotheses about the same premise.

    Why the label is known: both labels are about one premise, so the three values compose (labels.py); two neutral
    hypotheses together are refused, since they may exclude or complete each other.
    """
    texts, others = _texts(item), siblings(item, pool)
    if not texts or not others:
        return ()
    other = rng.choice(others)
    second = tidy(other.fields["hypothesis"])
    premise, first = texts
    if not second or first.lower() == second.lower() or not (is_clause(first) and is_clause(second)):
        return ()
    pair = [inner(first), inner(second)]
    rng.shuffle(pair)
    both = rng.choice(("it is true that {0}, and also that {1}", "{0}, and {1}"))
    either = rng.choice(("{0}, or {1}, or both", "at least one of two things is true: {0}, or {1}"))
    cases = ((both, conjunction(item.label, other.label)), (either, disjunction(item.label, other.label)))
    return [
        Case(sentence(premise), sentence(frame.format(*pair)), label, (other.id,)) for frame, label in cases if label
    ]


def granted(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """A neutral hypothesis, granted or denied by a sentence that is added to the premise.

    Why the label is known: H is open by its gold label; a premise that says H entails it, and one that says that H is
    false contradicts it. The hypothesis is the same in all three, so that nothing but the premise tells them apart.
    """
    del pool
    texts = _texts(item)
    if not texts or item.label != NEUTRAL or not is_clause(texts[1]):
        return ()
    premise, hypothesis = texts
    said, claim = sentence(hypothesis), inner(hypothesis)
    grant = rng.choice(
        ("What is more, {h}", "It is also known that {h}", "It should be added that {h}", "In fact, {h}")
    )
    deny = rng.choice(
        ("However, it is not true that {h}", "It is known to be false that {h}", "It would be wrong to think that {h}")
    )
    return (
        Case(f"{sentence(premise)} {sentence(grant.format(h=claim))}", said, ENTAILMENT),
        Case(sentence(premise), said, NEUTRAL),
        Case(f"{sentence(premise)} {sentence(deny.format(h=claim))}", said, CONTRADICTION),
    )


def padded(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """A hypothesis that the premise settles, with a neutral one granted beside it.

    Why the label is known: what follows from a premise follows from a longer one, and what it excludes stays excluded.
    The granted sentence is compatible with the premise, since its own gold label says that it's open.
    """
    texts = _texts(item)
    open_ones = [other for other in siblings(item, pool) if other.label == NEUTRAL]
    if not texts or item.label == NEUTRAL or not open_ones:
        return ()
    other = rng.choice(open_ones)
    added = tidy(other.fields["hypothesis"])
    premise, hypothesis = texts
    if not added or not is_clause(added):
        return ()
    longer = f"{sentence(premise)} {sentence(added)}"
    denied = framed(hypothesis, rng, DENIALS, DENIALS_OF_FRAGMENTS)
    return (
        Case(longer, sentence(hypothesis), item.label, (other.id,)),
        Case(longer, denied, negation(item.label), (other.id,)),
    )


def stated(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """The premise itself as the hypothesis; the new premise asserts it, leaves it open or denies it beside another.

    Why the label is known: `P. Q.` entails P, `not P, but Q` contradicts it, and `P or Q` and `if Q then P` leave it
    open as long as Q neither entails nor excludes P, which is why a Q is refused that shares a word of content with P.
    The words of the hypothesis all stand in the premise in each of them, so overlap says nothing.
    """
    texts, other = _texts(item), stranger(item, rng, pool)
    second = tidy(other.fields["premise"]) if other else None
    if not texts or not other or not second:
        return ()
    first = texts[0]
    if not (is_clause(first) and is_clause(second)) or content(first) & content(second):
        return ()
    p, q = inner(first), inner(second)
    yes = rng.choice(("it is true that {p}, and that {q}", "while {q}, {p}", "both of these are true: {p}, and {q}"))
    open_ = rng.choice(
        ("either {p}, or {q}", "{p}, or {q}; nobody knows which", "if {q}, then {p}", "if {p}, then {q}")
    )
    no = rng.choice(("it is not true that {p}, but {q}", "{q}, but it is false that {p}"))
    return [
        Case(sentence(frame.format(p=p, q=q)), sentence(first), label, (other.id,))
        for frame, label in ((yes, ENTAILMENT), (open_, NEUTRAL), (no, CONTRADICTION))
    ]


def two_scenes(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """Two premises as two pictures, and what is said of the one, of the other, or of both.

    Why the label is known: a sentence about the first picture has the label that it has for that picture alone. Two
    pictures have nothing to do with each other, so a conjunction about both is known even where both parts are open.
    """
    texts, other = _texts(item), stranger(item, rng, pool)
    strange = _texts(other) if other else None
    if not texts or not other or not strange or not (is_clause(texts[1]) and is_clause(strange[1])):
        return ()
    (p1, h1), (p2, h2) = texts, strange
    premise = (
        f"{sentence('the first picture shows this: ' + inner(p1))} {sentence('the second shows this: ' + inner(p2))}"
    )
    joined = NEUTRAL if item.label == other.label == NEUTRAL else conjunction(item.label, other.label)
    cases = [
        Case(premise, sentence(f"in the first picture, {inner(h1)}"), item.label, (other.id,)),
        Case(premise, sentence(f"in the second picture, {inner(h2)}"), other.label, (other.id,)),
    ]
    if joined:
        text = f"in the first picture, {inner(h1)}, and in the second one, {inner(h2)}"
        cases.append(Case(premise, sentence(text), joined, (other.id,)))
    return cases

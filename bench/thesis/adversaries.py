"""Dev adversaries: items rewritten by rules that no operator of the swarm shares, with labels known by rule.

This module imports nothing of swarm.domains.nli and uses none of its templates or word lists: what a student learned
from the operators is measured here on other forms. Development evidence only; the sealed split is something else.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from swarm.domains.labelled.items import Item, item_id
from swarm.records import Record

ENTAILED, OPEN, EXCLUDED = "entailment", "neutral", "contradiction"
LABELS = (ENTAILED, OPEN, EXCLUDED)

Told = tuple[str, str, str]
"""Premise, hypothesis, label."""


class Adversary(Record):
    """One rewritten item. `group` is the premise that it comes from, `parent` the item's id."""

    id: str
    family: str
    group: str
    parent: str
    premise: str
    hypothesis: str
    label: str


def _bare(text: str) -> str | None:
    """The text without its full stop; None where it isn't one plain sentence."""
    one = " ".join(text.split()).rstrip(" .")
    return one if re.fullmatch(r"[A-Za-z][A-Za-z0-9 ,'-]{8,160}", one) else None


def _full(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


_OPENING = frozenset(
    (
        "A",
        "An",
        "The",
        "Two",
        "Three",
        "Some",
        "There",
        "They",
        "He",
        "She",
        "People",
        "Children",
        "Dogs",
        "Men",
        "Women",
    )
)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:] if text.split(" ", 1)[0] in _OPENING else text


def _finite(text: str) -> bool:
    return bool(re.search(r" (is|are) ", text)) and not re.search(r" (who|that|which) (is|are) ", text)


def reports(item: Item, rng: random.Random) -> list[Told]:
    """Somebody says, guesses or mistakes the premise; the hypothesis is the premise itself.

    Who notices something is right about it, who suspects it may be, and who is mistaken in believing it is not.
    """
    said = _bare(item.fields["premise"])
    if not said or not _finite(said):
        return []
    who = rng.choice(("the guard", "a passer-by", "my neighbour", "the driver of the van"))
    right = rng.choice(("has noticed that", "is well aware that", "was glad to discover that"))
    maybe = rng.choice(("suspects that", "has been wondering whether", "would love to hear that", "claims that"))
    wrong = rng.choice(
        ("is mistaken in believing that", "is under the false impression that", "was fooled into thinking that")
    )
    told = ((right, ENTAILED), (maybe, OPEN), (wrong, EXCLUDED))
    return [(_full(f"{who} {verb} {_lowered(said)}"), _full(said), label) for verb, label in told]


PARTICIPLES = {
    "holding": "held", "carrying": "carried", "playing": "played", "reading": "read", "throwing": "thrown",
    "eating": "eaten",
    "cutting": "cut", "pushing": "pushed", "pulling": "pulled", "riding": "ridden", "making": "made",
    "chasing": "chased", "cleaning": "cleaned", "kicking": "kicked", "washing": "washed", "painting": "painted",
    "climbing": "climbed", "hitting": "hit", "using": "used", "cooking": "cooked", "selling": "sold",
}  # fmt: skip
_DEED = re.compile(
    rf"(?P<who>An? (?:\w+ )??\w+?) (?:is )?(?P<verb>{'|'.join(PARTICIPLES)}) (?P<what>an? (?:\w+ )?\w+?)"
    r"(?=$|,| (?:in|on|at|with|while|near|to|for|by|from|through|outside|down|up|and)\b)",
    re.IGNORECASE,
)


_UNFINISHED = frozenset(("red", "white", "black", "blue", "green", "yellow", "large", "small", "big", "brown", "pink"))
"""Adjectives at which a phrase was cut off."""


def passives(item: Item, rng: random.Random) -> list[Told]:
    """A deed in the passive voice, asked of a premise in the active voice, of one without a doer, of another's."""
    text = _bare(item.fields["premise"])
    deed = _DEED.match(text) if text else None
    if not deed or re.search(r"\b(and|or|of|in|with|is)\b", deed["who"], re.IGNORECASE):
        return []
    last = deed["what"].rsplit(" ", 1)[-1].lower()
    if last in _UNFINISHED or last.endswith(("ing", "hes")):
        return []
    who, verb, what = deed["who"].lower(), deed["verb"].lower(), deed["what"].lower()
    passive = f"{what} is being {PARTICIPLES[verb]}"
    other = rng.choice(("a robot, and nobody else,", "a trained seal, all alone,", "a machine without any human hand"))
    return [
        (_full(f"{who} is {verb} {what}"), _full(f"{passive} by {who}"), ENTAILED),
        (_full(passive), _full(f"{passive} by {who}"), OPEN),
        (_full(f"{other} is {verb} {what}"), _full(f"{passive} by {who}"), EXCLUDED),
    ]


_PAIRS = (
    ("old", "young"), ("tall", "short"), ("large", "tiny"), ("big", "tiny"), ("small", "huge"), ("little", "huge"),
    ("wet", "dry"),
    ("dirty", "spotless"), ("empty", "full"), ("crowded", "deserted"), ("open", "closed"), ("smiling", "frowning"),
    ("busy", "quiet"), ("thin", "thick"), ("long", "short"), ("bright", "dim"),
    ("elderly", "youthful"), ("sunny", "rainy"),
)  # fmt: skip
OPPOSITES = {**{right: left for left, right in _PAIRS}, **dict(_PAIRS)}
_TOLD = frozenset(
    (
        "hair",
        "baby",
        "child",
        "boy",
        "girl",
        "kid",
        "toddler",
        "teenager",
        "crowd",
        "lady",
        "gentleman",
        "puppy",
        "line",
    )
)
"""Nouns that tell by themselves what such an adjective says."""


_DESCRIBED = re.compile(
    rf"(?<=\ba )({'|'.join(OPPOSITES)}) (\w+)(?= (?:is|in|on|with|at|and|wearing|who|near)\b|$)", re.IGNORECASE
)


def opposites(item: Item, rng: random.Random) -> list[Told]:
    """Whether an adjective would be accurate, where the premise has it, lacks it, or has its opposite."""
    text = _bare(item.fields["premise"])
    found = re.findall(
        rf"(?<=\ba )({'|'.join(OPPOSITES)}) (\w+)(?= (?:is|in|on|with|at|and|wearing|who|near)\b|$)", text or "", re.I
    )
    if (
        not text
        or len(found) != 1
        or text.lower().count(found[0][1].lower()) != 1
        or found[0][1].lower() in _TOLD | _UNFINISHED
    ):
        return []
    adjective, noun = (part.lower() for part in found[0])
    claim = rng.choice(
        ("calling the {n} {a} would be accurate", "the word {a} suits the {n} well", "{a} is what the {n} is")
    )
    asked = _full(claim.format(n=noun, a=adjective))
    phrase = re.compile(rf"{adjective} {noun}", re.IGNORECASE)
    bare, turned = phrase.sub(noun, text), phrase.sub(f"{OPPOSITES[adjective]} {noun}", text)
    bare, turned = (re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", changed) for changed in (bare, turned))
    return [(_full(text), asked, ENTAILED), (_full(bare), asked, OPEN), (_full(turned), asked, EXCLUDED)]


THINGS = (
    ("crates", "barrels"),
    ("lanterns", "candles"),
    ("pigeons", "sparrows"),
    ("envelopes", "stamps"),
    ("ladders", "ropes"),
)


def comparisons(item: Item, rng: random.Random) -> list[Told]:
    """Two counts told beside the premise, and which of them is greater."""
    text = _bare(item.fields["premise"])
    left, right = rng.sample(rng.choice(THINGS), 2)
    if not text or re.search(rf"{left[:-1]}|{right[:-1]}", text, re.IGNORECASE):
        return []
    low, high = sorted(rng.sample(range(3, 60), 2))
    place = rng.choice(("In the shed next door", "In the cellar below", "On the shelf behind"))
    asked = rng.choice((f"{place} the {left} outnumber the {right}.", f"{place} there are fewer {right} than {left}."))
    return [
        (f"{_full(text)} {place} there are {high} {left} and {low} {right}.", asked, ENTAILED),
        (f"{_full(text)} {place} there are {high} {left} and an unknown number of {right}.", asked, OPEN),
        (f"{_full(text)} {place} there are {low} {left} and {high} {right}.", asked, EXCLUDED),
    ]


TRUISMS = ("a week has seven days", "every square has four corners", "ice is frozen water", "ten is larger than nine")


def truisms(item: Item, rng: random.Random) -> list[Told]:
    """A truth that holds whatever the scene, put beside premise or hypothesis: the label stays."""
    premise, hypothesis = _bare(item.fields["premise"]), _bare(item.fields["hypothesis"])
    if not premise or not hypothesis or not _finite(hypothesis):
        return []
    truth = rng.choice(TRUISMS)
    if rng.random() < 0.5:
        return [(f"{_full(premise)} {_full(truth)}", _full(hypothesis), item.label)]
    return [(_full(premise), _full(f"{truth} and {_lowered(hypothesis)}"), item.label)]


def denials(item: Item, rng: random.Random) -> list[Told]:
    """A hypothesis that calls the sentence wrong, or calls whoever doubts it wrong."""
    premise, hypothesis = _bare(item.fields["premise"]), _bare(item.fields["hypothesis"])
    if not premise or not hypothesis or not _finite(hypothesis):
        return []
    against = {ENTAILED: EXCLUDED, OPEN: OPEN, EXCLUDED: ENTAILED}[item.label]
    wrong = rng.choice(("there is no truth in the claim that {h}", "whoever reports that {h} has got it wrong"))
    right = rng.choice(("whoever denies that {h} has got it wrong", "there is no doubt about it: {h}"))
    text = _lowered(hypothesis)
    return [
        (_full(premise), _full(wrong.format(h=text)), against),
        (_full(premise), _full(right.format(h=text)), item.label),
    ]


FAMILIES: dict[str, Callable[[Item, random.Random], list[Told]]] = {
    "reports": reports,
    "passives": passives,
    "opposites": opposites,
    "comparisons": comparisons,
    "truisms": truisms,
    "denials": denials,
}


def adversaries(items: Iterable[Item], each: int, seed: int = 0) -> dict[str, list[Adversary]]:
    """About `each` adversaries of every family, fewer where the items don't yield them; a third has each label.

    The same items, number and seed give the same adversaries. Raises ValueError on a number under 3.
    """
    if each < 3:
        raise ValueError(f"{each} adversaries of each family can't have every label; ask for 3 or more")
    ordered = sorted(items, key=lambda item: item.id)
    return {name: _balanced(name, make, ordered, each // 3, seed) for name, make in FAMILIES.items()}


def _balanced(
    name: str, make: Callable[[Item, random.Random], list[Told]], items: Sequence[Item], most: int, seed: int
) -> list[Adversary]:
    """Cases with their twins, until every label has `most` of them; a case whose label is full is left out."""
    rng = random.Random(f"{name}/{seed}")
    made: list[Adversary] = []
    had, seen = Counter[str](), set[str]()
    for item in rng.sample(items, len(items)):
        for premise, hypothesis, label in make(item, rng):
            key = item_id({"premise": premise, "hypothesis": hypothesis})
            if had[label] < most and key not in seen:
                had[label] += 1
                seen.add(key)
                made.append(
                    Adversary(
                        id=key,
                        family=name,
                        group=item.group,
                        parent=item.id,
                        premise=premise,
                        hypothesis=hypothesis,
                        label=label,
                    )
                )
    least = min(had[label] for label in LABELS)
    kept = Counter[str]()
    even = []
    for adversary in made:
        kept[adversary.label] += 1
        if kept[adversary.label] <= least:
            even.append(adversary)
    return even

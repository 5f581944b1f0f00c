"""Shortcuts hunted: what a model gets right without the premise or by word overlap alone, and its mirror images.

Whoever calls this passes the items whose labels it has paid for; nothing else is read. A model of either kind is fitted
on the items of other premises, so what it gets right it gets right by a cue, and for no better reason.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from swarm.domains.labelled.items import Item
from swarm.domains.nli.contrast import Case, Contrast, stranger
from swarm.domains.nli.labels import CONTRADICTION, ENTAILMENT, LABELS, NEUTRAL
from swarm.domains.nli.sentences import content, inner, is_clause, sentence, tidy, words
from swarm.records import Weather

FOLDS = 4


def by_hypothesis(item: Item) -> frozenset[str]:
    """The words of the hypothesis: all that a model sees that never reads the premise."""
    return frozenset(words(item.fields["hypothesis"]))


def by_overlap(item: Item) -> frozenset[str]:
    """How much of the hypothesis stands in the premise, in fifths, and how long it is: no word of either."""
    said, given = content(item.fields["hypothesis"]), content(item.fields["premise"])
    share = round(5 * len(said & given) / len(said)) if said else 5
    return frozenset({f"overlap-{share}", f"length-{min(len(words(item.fields['hypothesis'])) // 4, 4)}"})


VIEWS: dict[str, Callable[[Item], frozenset[str]]] = {"hypothesis-only": by_hypothesis, "overlap": by_overlap}


@dataclass(frozen=True)
class Suspect:
    """An item that a model of this view gets right with this probability; `cue` is what spoke for it most."""

    item: Item
    view: str
    sure: float
    cue: str


class Cues:
    """Naive Bayes over the cues of one view, add-one smoothed (Manning, Raghavan and Schütze 2008, section 13.3)."""

    def __init__(self, items: Sequence[Item], view: Callable[[Item], frozenset[str]]) -> None:
        self._view = view
        self._labels = Counter(item.label for item in items)
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        for item in items:
            self._counts[item.label].update(view(item))

    def weight(self, cue: str, label: str) -> float:
        """The log of how often the cue stands with the label, among items of that label."""
        return math.log((self._counts[label][cue] + 1) / (self._labels[label] + 2))

    def probabilities(self, item: Item) -> dict[str, float]:
        """Label to probability, for every label that was seen."""
        total = sum(self._labels.values())
        logs = {
            label: math.log(count / total) + sum(self.weight(cue, label) for cue in sorted(self._view(item)))
            for label, count in sorted(self._labels.items())
        }
        top = max(logs.values())
        shares = {label: math.exp(value - top) for label, value in logs.items()}
        return {label: share / sum(shares.values()) for label, share in shares.items()}

    def strongest(self, item: Item) -> str:
        """The cue that speaks most for the item's own label against the others; "" where there is none."""
        others = [label for label in sorted(self._labels) if label != item.label]

        def speaks(cue: str) -> float:
            return self.weight(cue, item.label) - max(self.weight(cue, other) for other in others)

        return max(sorted(self._view(item)), key=speaks, default="") if others else ""


def suspects(items: Sequence[Item], least: float = 0.6) -> list[Suspect]:
    """Items that a view gets right from other premises' items alone, `least` sure or more; the surest first.

    Raises ValueError where there are fewer than two premises, since nothing can then be held out.
    """
    groups = sorted({item.group for item in items})
    if len(groups) < 2:
        raise ValueError(f"{len(groups)} premises leave none to hold out; pass items of 2 premises or more")
    fold = {group: place % FOLDS for place, group in enumerate(groups)}
    found = []
    for name, view in VIEWS.items():
        for part in sorted(set(fold.values())):
            cues = Cues([item for item in items if fold[item.group] != part], view)
            for item in (item for item in items if fold[item.group] == part):
                sure = cues.probabilities(item).get(item.label, 0.0)
                if sure >= least:
                    found.append(Suspect(item, name, sure, cues.strongest(item)))
    return sorted(found, key=lambda suspect: (-suspect.sure, suspect.item.id, suspect.view))


def mirrored(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """The hypothesis word for word, with the two labels that it didn't have.

    Why the label is known: the new premise says the hypothesis, denies it, or offers it as one of two, beside another
    premise; one is refused that shares a word of content with it, as it might settle the hypothesis. The hypothesis is
    the same, with every cue in it, and all its words stand in the premise under each label.
    """
    other = stranger(item, rng, pool)
    text = tidy(item.fields["hypothesis"])
    second = tidy(other.fields["premise"]) if other else None
    if not other or not text or not second or not (is_clause(text) and is_clause(second)):
        return ()
    if content(text) & content(second):
        return ()
    h, q = inner(text), inner(second)
    frames = {
        ENTAILMENT: ("{q}, and {h}", "this is certain: {h}, and {q}"),
        NEUTRAL: ("{q}, or else {h}", "one of these is true, but not known which: {h}, or {q}"),
        CONTRADICTION: ("{q}, and it is untrue that {h}", "it is untrue that {h}; instead, {q}"),
    }
    return [
        Case(sentence(rng.choice(frames[label]).format(h=h, q=q)), sentence(text), label, (other.id,))
        for label in LABELS
        if label != item.label
    ]


def mirror(items: Sequence[Item], least: float = 0.6) -> Contrast:
    """An operator that mirrors the suspects among these items, and refuses every other item."""
    hunted = {suspect.item.id for suspect in suspects(items, least)}

    def make(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
        return mirrored(item, rng, pool) if item.id in hunted else ()

    return Contrast("mirrored", "lexical-overlap", Weather.WIND, make)

"""What words alone tell about labels, cross-validated by group: shortcuts through one field, and suspicious labels."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from swarm import statistics
from swarm.domains.labelled.items import Item
from swarm.domains.labelled.linear import BagOfWords, bag
from swarm.records import Record

FOLDS = 5
SUSPECTS = 10


class Shortcut(Record):
    """How often a model that sees one field alone (all fields for "") is right on groups that it was not fitted to."""

    field: str
    right: int
    items: int
    accuracy: float
    lower: float
    upper: float
    commonest: float
    """The share of the commonest label: what needs no field at all."""

    @property
    def found(self) -> bool:
        """Whether the field alone tells more than nothing."""
        return self.lower > self.commonest


class Suspect(Record):
    """An item whose label the words speak against the most, with the probability that they leave to it."""

    line: int
    label: str
    likeliest: str
    probability: float


class Noise(Record):
    """An estimate of the share of wrong labels, and what it rests on."""

    rate: float
    model_accuracy: float
    how: str
    suspects: tuple[Suspect, ...]


def folds(items: Sequence[Item], seed: str = "folds") -> Iterator[tuple[list[int], list[int]]]:
    """Places of items to fit to and to try on, five times; no group is in both."""
    groups = sorted({item.group for item in items})
    random.Random(seed).shuffle(groups)
    number = {group: place % FOLDS for place, group in enumerate(groups)}
    for fold in range(FOLDS):
        tried = [place for place, item in enumerate(items) if number[item.group] == fold]
        fitted = [place for place, item in enumerate(items) if number[item.group] != fold]
        if tried and fitted:
            yield fitted, tried


def crossed(items: Sequence[Item], labels: Sequence[str], field: str = "") -> NDArray[np.float64]:
    """Out-of-fold probabilities of shape (items, labels), in the order of `labels`, from one field or all."""
    bags = [bag(item.fields, field) for item in items]
    found = np.zeros((len(items), len(labels)))
    for fitted, tried in folds(items):
        model = BagOfWords.fit([bags[place] for place in fitted], [items[place].label for place in fitted])
        columns = [labels.index(label) for label in model.labels]
        found[np.ix_(tried, columns)] = model.probabilities([bags[place] for place in tried])
    return found


def shortcut(items: Sequence[Item], labels: Sequence[str], field: str, probabilities: NDArray[np.float64]) -> Shortcut:
    """What out-of-fold probabilities say of a field."""
    right = sum(labels[best] == item.label for best, item in zip(probabilities.argmax(1), items, strict=True))
    rate = statistics.proportion(right, len(items))
    commonest = max(Counter(item.label for item in items).values()) / len(items)
    return Shortcut(
        field=field, right=right, items=len(items), accuracy=rate.estimate, lower=rate.lower, upper=rate.upper,
        commonest=commonest,
    )  # fmt: skip


def noise(items: Sequence[Item], labels: Sequence[str], probabilities: NDArray[np.float64]) -> Noise:
    """Confident learning (Northcutt et al. 2021, arXiv 1911.00068): the share of items off the diagonal of the joint.

    An item counts as of label j where its probability of j is at least the mean one of the items that are labelled j.
    """
    given = np.array([labels.index(item.label) for item in items])
    counted = np.zeros((len(labels), len(labels)))
    means = np.array([probabilities[given == j, j].mean() if (given == j).any() else 2.0 for j in range(len(labels))])
    confident = np.where(probabilities >= means, probabilities, -1.0)
    for label, row in zip(given, confident, strict=True):
        if row.max() >= 0:
            counted[label, row.argmax()] += 1
    sizes = np.bincount(given, minlength=len(labels))
    joint = counted / np.maximum(counted.sum(1, keepdims=True), 1) * sizes[:, None]
    accuracy = float((probabilities.argmax(1) == given).mean())
    own = probabilities[np.arange(len(items)), given]
    suspects = tuple(
        Suspect(
            line=items[place].line,
            label=items[place].label,
            likeliest=labels[int(probabilities[place].argmax())],
            probability=float(own[place]),
        )
        for place in np.argsort(own, kind="stable")[:SUSPECTS]
    )
    how = (
        f"confident learning with a cross-validated bag of words that is right on {accuracy:.1%}; what that model "
        "can't tell counts as noise, so the share is an upper estimate"
    )
    return Noise(
        rate=float(1 - np.trace(joint) / max(joint.sum(), 1)), model_accuracy=accuracy, how=how, suspects=suspects
    )

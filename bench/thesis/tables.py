"""From digits to figures: accuracy by label, balanced accuracy, and differences between two arms with intervals."""

from collections.abc import Sequence

from bench.paired import Difference, mean_interval, paired_difference
from bench.thesis.data import LABELS
from swarm.records import Record
from swarm.statistics import Interval, proportion


class LabelScore(Record):
    """How many questions of one label were answered right."""

    label: str
    right: int
    asked: int

    @property
    def interval(self) -> Interval:
        """The share, with Wilson's 95% interval."""
        return proportion(self.right, self.asked)


def rights(said: str, labels: Sequence[str]) -> list[bool]:
    """Whether each digit is the label. Raises ValueError where there are more of one than of the other."""
    if len(said) != len(labels):
        raise ValueError(f"{len(said)} answers to {len(labels)} questions; they were not measured on this set")
    return [LABELS[int(digit)] == label for digit, label in zip(said, labels, strict=True)]


def by_label(said: str, labels: Sequence[str]) -> list[LabelScore]:
    """Scores of each label that is asked for."""
    right = rights(said, labels)
    return [
        LabelScore(
            label=name,
            right=sum(hit for hit, label in zip(right, labels, strict=True) if label == name),
            asked=sum(label == name for label in labels),
        )
        for name in LABELS
        if name in labels
    ]


def balanced(said: str, labels: Sequence[str]) -> float:
    """The mean over labels of the share that is right."""
    scores = by_label(said, labels)
    return sum(score.right / score.asked for score in scores) / len(scores) if scores else 0.0


def compared(
    first: Sequence[str], second: Sequence[str], labels: Sequence[str], groups: Sequence[str], seed: int = 0
) -> Difference:
    """The difference between two arms, each given by one string of digits a seed, in balanced accuracy.

    The groups of the bootstrap are premises; see `paired_difference`.
    """
    ours, theirs = ([rights(one, labels) for one in each] for each in (first, second))
    return paired_difference(ours, theirs, labels, groups, seed)


def balanced_interval(said: Sequence[str], labels: Sequence[str], groups: Sequence[str], seed: int = 0) -> Interval:
    """Balanced accuracy over all seeds, with a 95% bootstrap interval over groups."""
    return mean_interval([rights(one, labels) for one in said], labels, groups, seed)

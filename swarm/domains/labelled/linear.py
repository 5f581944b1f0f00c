"""Logistic regression on words: what can be told from which words occur, without reading them in order."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, softmax

_WORD = re.compile(r"\w+")
RARE = 2
"""Items that a word must occur in to count."""
PENALTY = 1.0
"""Half the sum of squared weights is added to the summed loss this many times."""
STEPS = 100


def bag(fields: Mapping[str, str], only: str = "") -> frozenset[str]:
    """The words of all fields, or of one of them, each with its field before it."""
    names = [only] if only else sorted(fields)
    return frozenset(f"{name}:{word}" for name in names for word in _WORD.findall(fields[name].casefold()))


class BagOfWords:
    """A multinomial logistic regression with a quadratic penalty, fitted by L-BFGS."""

    def __init__(self, words: Mapping[str, int], labels: Sequence[str], weights: NDArray[np.float64]) -> None:
        self._words = words
        self.labels = tuple(labels)
        self._weights = weights

    @classmethod
    def fit(cls, bags: Sequence[Collection[str]], labels: Sequence[str]) -> "BagOfWords":
        """Fit it to items. Raises ValueError for none, or for as many labels as there are not items."""
        if not bags or len(bags) != len(labels):
            raise ValueError(f"{len(bags)} items with {len(labels)} labels: give one for each, and at least one")
        counts = Counter(word for one in bags for word in one)
        words = {word: place for place, word in enumerate(sorted(w for w, n in counts.items() if n >= RARE))}
        names = sorted(set(labels))
        features = _matrix(bags, words)
        right = np.zeros((len(bags), len(names)))
        right[np.arange(len(bags)), [names.index(label) for label in labels]] = 1
        return cls(words, names, _fitted(features, right))

    def probabilities(self, bags: Sequence[Collection[str]]) -> NDArray[np.float64]:
        """Probabilities of shape (items, labels), in the order of `labels`."""
        return np.asarray(softmax(_matrix(bags, self._words) @ self._weights, axis=1))

    def predict(self, bags: Sequence[Collection[str]]) -> list[str]:
        """The likeliest label of each item."""
        return [self.labels[best] for best in self.probabilities(bags).argmax(axis=1)] if bags else []


def _matrix(bags: Sequence[Collection[str]], words: Mapping[str, int]) -> Any:
    """1 where an item has a word, and in the last column for every item: the constant term."""
    columns = [[*sorted(words[word] for word in one if word in words), len(words)] for one in bags]
    ends = np.cumsum([0, *map(len, columns)])
    flat = [column for row in columns for column in row]
    return csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(bags), len(words) + 1))


def _fitted(features: Any, right: NDArray[np.float64]) -> NDArray[np.float64]:
    shape = features.shape[1], right.shape[1]
    penalised = np.ones(shape)
    penalised[-1] = 0

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(shape)
        scores = features @ weights
        value = -(right * log_softmax(scores, axis=1)).sum() + PENALTY / 2 * (penalised * weights**2).sum()
        slope = features.T @ (softmax(scores, axis=1) - right) + PENALTY * penalised * weights
        return float(value), np.asarray(slope).ravel()

    found = minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return np.asarray(found.x).reshape(shape)

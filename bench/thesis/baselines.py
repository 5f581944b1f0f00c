"""What needs no student: majority, hypothesis only, bags of words, sentence embeddings, and PaLM's recorded line."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from scipy import optimize, sparse

from bench.thesis.data import LABELS, Question, ThesisData
from swarm.domains.labelled.items import Item
from swarm.records import Record

_WORD = re.compile(r"[a-z']+|\d+")
PENALTY = 1.0
"""Weight of the squared coefficients, against the summed loss of all items."""
RARE = 2
"""Features that fewer items have are left out."""

Features = Callable[[str, str], list[str]]
"""From premise and hypothesis to the names of the features that are there."""


class Baseline(Record):
    """A baseline at a point: the digits that it says on each question set."""

    name: str
    point: int
    said: dict[str, str]


def hypothesis_only(premise: str, hypothesis: str) -> list[str]:
    """Words and pairs of words of the hypothesis."""
    del premise
    words = _words(hypothesis)
    return [*words, *(f"{one} {other}" for one, other in pairwise(words))]


def bag_of_words(premise: str, hypothesis: str) -> list[str]:
    """Words of both, pairs of words of the hypothesis, which of its words are new, and how many of them."""
    there, said = set(_words(premise)), _words(hypothesis)
    new = [word for word in said if word not in there]
    return [
        *hypothesis_only(premise, hypothesis),
        *(f"p:{word}" for word in there),
        *(f"new:{word}" for word in new),
        *(f"shared:{word}" for word in said if word in there),
        f"share of new words:{round(4 * len(new) / max(1, len(said)))}",
    ]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


class Logistic:
    """Multinomial logistic regression with a squared penalty on sets of named features, by L-BFGS."""

    def __init__(self, features: Features) -> None:
        self._features = features
        self._columns: dict[str, int] = {}
        self._weights = np.zeros((1, len(LABELS)))

    def fit(self, items: Sequence[Item]) -> None:
        """Learn from these items."""
        found = [set(self._named(item.fields)) for item in items]
        counts = Counter(name for names in found for name in names)
        self._columns = {name: place for place, name in enumerate(sorted(n for n, c in counts.items() if c >= RARE))}
        rows = self._matrix(found)
        wanted = np.array([[item.label == label for label in LABELS] for item in items], dtype=float)
        shape = (rows.shape[1], len(LABELS))

        def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
            weights = flat.reshape(shape)
            scores = rows @ weights
            scores -= scores.max(axis=1, keepdims=True)
            log_all = np.log(np.exp(scores).sum(axis=1, keepdims=True))
            total = -float((wanted * (scores - log_all)).sum()) + PENALTY / 2 * float((weights**2).sum())
            slope = rows.T @ (np.exp(scores - log_all) - wanted) + PENALTY * weights
            return total, slope.ravel()

        done = optimize.minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 200})
        self._weights = done.x.reshape(shape)

    def say(self, fields: Sequence[dict[str, str]]) -> str:
        """The likeliest label of each, as digits."""
        scores = self._matrix([set(self._named(one)) for one in fields]) @ self._weights
        return "".join(map(str, np.argmax(scores, axis=1)))

    def _named(self, fields: dict[str, str]) -> list[str]:
        return self._features(fields["premise"], fields["hypothesis"])

    def _matrix(self, found: Sequence[set[str]]) -> sparse.csr_matrix:
        """One row an item; the last column is always there."""
        places = [[*(self._columns[name] for name in names if name in self._columns), len(self._columns)] for names in found]
        rows = np.repeat(np.arange(len(places)), [len(row) for row in places])
        columns = np.array([place for row in places for place in row])
        values = np.ones(len(columns))
        return sparse.csr_matrix((values, (rows, columns)), shape=(len(found), len(self._columns) + 1))


def majority(items: Sequence[Item], count: int) -> str:
    """The commonest label of the items, said `count` times."""
    label, _ = Counter(item.label for item in items).most_common(1)[0]
    return str(LABELS.index(label)) * count


def fields_of(question: Question) -> dict[str, str]:
    """Premise and hypothesis, read back from the prompt."""
    premise, rest = question.prompt.removeprefix("Premise: ").split("\nHypothesis: ", 1)
    return {"premise": premise, "hypothesis": rest.removesuffix("\nLabel:")}


def baselines(
    order: Sequence[Item], points: Sequence[int], questions: dict[str, list[Question]]
) -> list[Baseline]:
    """Every baseline at every point, on the labels that arm (a) has there."""
    fields = {name: [fields_of(question) for question in asked] for name, asked in questions.items()}
    found = list[Baseline]()
    for point in points:
        items = order[:point]
        said = {name: majority(items, len(asked)) for name, asked in fields.items()}
        found.append(Baseline(name="majority", point=point, said=said))
        for name, features in (("hypothesis only", hypothesis_only), ("bag of words", bag_of_words)):
            model = Logistic(features)
            model.fit(items)
            found.append(Baseline(name=name, point=point, said={key: model.say(asked) for key, asked in fields.items()}))
    return found


def palm_rights(data: ThesisData, items: Sequence[Item]) -> list[bool]:
    """Whether PaLM's recorded label is the gold one, item by item; an answer that didn't parse is wrong."""
    return [data.palm[item.id] == item.label for item in items]

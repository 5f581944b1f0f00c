"""What needs no student: majority, hypothesis only, bags of words, and PaLM's recorded line."""

from collections import Counter
from collections.abc import Mapping, Sequence

from bench.thesis.data import LABELS, Question, ThesisData
from swarm.domains.labelled.items import Item
from swarm.domains.labelled.linear import BagOfWords, bag
from swarm.records import Record

SEEN = {"hypothesis only": "hypothesis", "bag of words": ""}
"""The field that each of the linear models sees; "" for all."""


class Baseline(Record):
    """A baseline at a point: the digits that it says on each question set."""

    name: str
    point: int
    said: dict[str, str]


def baselines(
    order: Sequence[Item], points: Sequence[int], questions: Mapping[str, Sequence[Question]]
) -> list[Baseline]:
    """Every baseline at every point, on the labels that arm (a) has there."""
    found = list[Baseline]()
    for point in points:
        items = order[:point]
        label, _ = Counter(item.label for item in items).most_common(1)[0]
        said = {name: _digits([label] * len(asked)) for name, asked in questions.items()}
        found.append(Baseline(name="majority", point=point, said=said))
        for name, field in SEEN.items():
            model = BagOfWords.fit([bag(item.fields, field) for item in items], [item.label for item in items])
            said = {
                key: _digits(model.predict([bag(question.fields, field) for question in asked]))
                for key, asked in questions.items()
            }
            found.append(Baseline(name=name, point=point, said=said))
    return found


def _digits(labels: Sequence[str]) -> str:
    return "".join(str(LABELS.index(label)) for label in labels)


def palm_rights(data: ThesisData, items: Sequence[Item]) -> list[bool]:
    """Whether PaLM's recorded label is the gold one, item by item; an answer that didn't parse is wrong."""
    return [data.palm[item.id] == item.label for item in items]

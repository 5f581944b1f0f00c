"""What a labelled domain's exam is sat by beside models: the commonest label, words alone, and recorded answers."""

from collections import Counter
from collections.abc import Callable

from swarm.domains.labelled.domain import LabelledDomain
from swarm.domains.labelled.items import Split
from swarm.domains.labelled.linear import BagOfWords, bag

Baseline = Callable[[str], str]
"""A question in, an answer out."""
Recorded = Callable[[str], str | None]
"""A question in, the answer that was recorded; None where nobody was asked that."""


def baselines(domain: LabelledDomain) -> dict[str, Baseline]:
    """By name: the commonest label of training, and logistic regressions on the words of all fields and of each alone.

    Fitted to the whole training split. Empty where answers are generated.
    """
    items = domain.items[Split.TRAIN]
    if not domain.choices or not items:
        return {}
    commonest = min(Counter(item.label for item in items).items(), key=lambda pair: (-pair[1], pair[0]))[0]
    found: dict[str, Baseline] = {"commonest label": lambda _: commonest}
    labels = [item.label for item in items]
    for name in ("", *(domain.file.fields if len(domain.file.fields) > 1 else ())):
        model = BagOfWords.fit([bag(item.fields, name) for item in items], labels)
        found[f"words of {name} alone" if name else "bag of words"] = _by(domain, model, name, commonest)
    return found


def _by(domain: LabelledDomain, model: BagOfWords, name: str, otherwise: str) -> Baseline:
    def answer(question: str) -> str:
        fields = domain.template.fields_of(question)
        return model.predict([bag(fields, name)])[0] if fields else otherwise

    return answer


def recorded(domain: LabelledDomain) -> dict[str, Recorded]:
    """By name, those whose answers to the data's items were recorded; what operators made nobody was asked."""

    asked = {item.id: domain.template.question(item.fields) for item in domain.loaded.items}
    return {
        name: {asked[item]: said for item, said in answers.items()}.get
        for name, answers in domain.loaded.recorded.items()
    }

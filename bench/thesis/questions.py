"""What students are measured on: dev items, and adversaries made of them by rules that no operator shares."""

from bench.thesis.data import Question, ThesisData, question, some
from bench.thesis.plan import ThesisPlan


def question_sets(plan: ThesisPlan, data: ThesisData) -> dict[str, list[Question]]:
    """Question sets by name, the same for every arm."""
    return {"dev": [question(item) for item in some(data.dev, plan.dev_items)]}

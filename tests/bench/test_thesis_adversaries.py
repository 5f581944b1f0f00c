"""Dev adversaries: balanced, reproducible, and apart from the operators that a student may have learned from."""

import ast
import random
from collections import Counter
from pathlib import Path

import pytest

from bench.thesis import adversaries as module
from bench.thesis.adversaries import FAMILIES, LABELS, adversaries
from swarm.domains.labelled.items import Item, item_id

SEEN = (
    "A young man is holding a guitar on a stage",
    "A woman is reading a book in a big room",
    "A wet dog is eating a bone",
)


def items() -> list[Item]:
    made = []
    for number, seen in enumerate(SEEN * 4):
        fields = {"premise": f"{seen}.", "hypothesis": f"Somebody is near house {number}."}
        made.append(
            Item(id=item_id(fields), group=str(number), fields=fields, label=LABELS[number % 3], line=number + 1)
        )
    return made


def test_they_share_no_code_with_the_operators() -> None:
    tree = ast.parse(Path(module.__file__).read_text())
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert "swarm.domains.labelled.items" in imported
    assert not [name for name in imported if name.startswith("swarm.domains.nli")]


def test_every_family_has_every_label_equally_often_and_again_for_the_same_seed() -> None:
    made = adversaries(items(), 9)
    assert made == adversaries(reversed(items()), 9)
    assert made != adversaries(items(), 9, seed=1)
    assert set(made) == set(FAMILIES)
    for name, cases in made.items():
        counts = Counter(case.label for case in cases)
        assert set(counts) == set(LABELS), name
        assert len(set(counts.values())) == 1
        assert len({case.id for case in cases}) == len(cases) <= 9
        assert all(case.premise.endswith(".") and case.hypothesis.endswith(".") for case in cases)


def test_labels_follow_the_rules() -> None:
    man, woman, dog = items()[:3]
    told = {label: premise for premise, hypothesis, label in FAMILIES["reports"](man, random.Random(0))}
    assert "false" in told["contradiction"] or "mistaken" in told["contradiction"] or "wrong" in told["contradiction"]
    assert ("A woman is reading a book.", "A book is being read by a woman.", "entailment") in FAMILIES["passives"](
        woman, random.Random(0)
    )
    turned = {label: premise for premise, _, label in FAMILIES["opposites"](dog, random.Random(0))}
    assert turned["neutral"] == "A dog is eating a bone."
    assert turned["contradiction"] == "A dry dog is eating a bone."
    assert [label for _, _, label in FAMILIES["denials"](man, random.Random(0))] == ["contradiction", "entailment"]


def test_what_is_no_plain_sentence_is_refused_and_so_are_too_few() -> None:
    odd = items()[0].model_copy(update={"fields": {"premise": "Who? (me)", "hypothesis": "No: you!"}})
    assert all(make(odd, random.Random(0)) == [] for make in FAMILIES.values())
    with pytest.raises(ValueError, match="2 adversaries"):
        adversaries(items(), 2)

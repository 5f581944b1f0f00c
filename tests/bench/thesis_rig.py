"""A small world for the thesis bench: inference about pets, and a plan that a tiny student gets through in seconds."""

import json
from pathlib import Path

from bench.thesis.data import ThesisData, read_data
from bench.thesis.plan import Arm, ThesisPlan

ANIMALS = ("ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen", "ibis", "jay", "kite", "lark")
COLOURS = ("red", "blue", "green", "black", "white", "brown")


def write_items(folder: Path, groups: int = 60) -> Path:
    """Three items of each premise, one with each label, and what a recorded model said: right two times of three."""
    lines = []
    for number in range(groups):
        animal, other = ANIMALS[number % 12], ANIMALS[(number + 5) % 12]
        colour, another = COLOURS[number // 12 % 6], COLOURS[(number // 12 + 1) % 6]
        premise = f"A {colour} {animal} is sitting near house {number}."
        for hypothesis, label in (
            (f"An animal is sitting near house {number}.", "entailment"),
            (f"The {animal} is {another}.", "contradiction"),
            (f"A {other} lives nearby.", "neutral"),
        ):
            said = "entailment" if label == "neutral" else label
            lines.append(
                {
                    "premise": premise,
                    "hypothesis": hypothesis,
                    "label": label,
                    "explanations": ["So it is seen."],
                    "palm_540b_rationale": f"The {animal} is seen.",
                    "palm_540b_label": said,
                }
            )
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "items.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)) + "\n")
    return file


def small_data(folder: Path, groups: int = 60) -> ThesisData:
    """The same, read."""
    return read_data(write_items(folder, groups))


def small_plan(**changed: object) -> ThesisPlan:
    """Two arms, one seed, two points, tiny allowances."""
    plan = {
        "arms": (Arm.RANDOM, Arm.UNCERTAINTY),
        "seeds": (1,),
        "points": (8, 16),
        "long_point": 0,
        "round_labels": 4,
        "tokens_per_label": 80,
        "calls_per_label": 2,
        "rates": (1e-3,),
        "frozen_blocks": 0,
        "dev_items": 12,
        "adversaries": 3,
        "threads": 1,
    }
    return ThesisPlan.model_validate(plan | changed)

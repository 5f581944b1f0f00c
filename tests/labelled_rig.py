"""A small labelled domain for tests: animals and colours, whose labels follow from their words."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ANIMALS = ("ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen", "ibis", "jay", "kite", "lark")
COLOURS = ("red", "blue", "green", "black", "white", "brown")
TOML = """\
name = "pets"
data = "pets.jsonl"
fields = ["seen", "said"]
group = "seen"
rationale = "why"
template = "Seen: {seen}\\nSaid: {said}\\nSo it is"
ANSWER_AND_MORE
"""
ANSWER = '[answer]\nlabels = ["true", "false", "open"]\nabstain = "unclear"\n'


def rows(groups: int = 60) -> list[dict[str, Any]]:
    """Three items of each group, one with each label; each group has a sentence of its own."""
    made = []
    for number in range(groups):
        animal, other = ANIMALS[number % 12], ANIMALS[(number + 5) % 12]
        colour, another = COLOURS[number // 12 % 6], COLOURS[(number // 12 + 1) % 6]
        seen = f"A {colour} {animal} sits near house {number}."
        for said, label in (
            (f"There is a {colour} {animal}.", "true"),
            (f"The {animal} is {another}, not {colour}.", "false"),
            (f"A {other} lives nearby.", "open"),
        ):
            made.append({"seen": seen, "said": said, "label": label, "why": [f"It is {label} by what is seen."]})
    return made


def write(folder: Path, lines: Sequence[Mapping[str, Any] | bytes], answer: str = ANSWER, extra: str = "") -> Path:
    """Write data and domain file into a folder; returns the domain file. Bytes stand in the data as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    body = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    (folder / "pets.jsonl").write_bytes(b"\n".join(body) + b"\n")
    file = folder / "pets.toml"
    file.write_text(TOML.replace("ANSWER_AND_MORE", extra + answer))
    return file

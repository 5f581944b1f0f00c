"""A check of labelled data finds what was planted in it, and says nothing of what is sound."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from swarm.domains.labelled import LabelledDomain
from swarm.domains.labelled.baselines import baselines, recorded
from swarm.domains.labelled.checking import checked
from swarm.domains.labelled.crossed import crossed, folds, noise, shortcut
from swarm.domains.labelled.items import Item, Split
from swarm.domains.labelled.linear import BagOfWords, bag
from swarm.errors import ConfigError
from tests.labelled_rig import ANSWER, rows, write

LABELS = ["false", "open", "true"]


def fair(groups: int, seed: int = 1) -> list[dict[str, Any]]:
    """Items whose label no field tells alone: whether two words are the same, with nothing else said."""
    rng, made = random.Random(seed), []
    words = ("oak", "elm", "ash", "fir", "yew")
    for number in range(groups):
        one, other = rng.choice(words), rng.choice(words)
        label = rng.choice(["true", "false", "open"])
        made.append({"seen": f"The {one} number {number}.", "said": f"This {other} is {number}.", "label": label})
    return made


def items_of(data: list[dict[str, Any]]) -> list[Item]:
    return [
        Item(
            id=f"{n:016x}", group=row["seen"], fields={k: row[k] for k in ("seen", "said")}, label=row["label"], line=n
        )
        for n, row in enumerate(data, 1)
    ]


def test_words_that_tell_a_label_are_learned_and_others_not() -> None:
    bags = [bag({"a": f"x{number} {word}"}) for number, word in enumerate(["good", "bad"] * 30)]
    model = BagOfWords.fit(bags, ["yes", "no"] * 30)
    assert model.predict([bag({"a": "new GOOD"}), bag({"a": "new bad"})]) == ["yes", "no"]
    unknown = model.probabilities([bag({"a": "new"})])
    assert unknown.shape == (1, 2)
    assert unknown[0, 0] == pytest.approx(0.5, abs=0.01)
    with pytest.raises(ValueError, match="0 items with 0 labels"):
        BagOfWords.fit([], [])


def test_no_group_is_fitted_to_and_tried_on() -> None:
    items = items_of(rows(30))
    tried = [place for _, places in folds(items) for place in places]
    assert sorted(tried) == list(range(90))
    for fitted, places in folds(items):
        assert not {items[place].group for place in fitted} & {items[place].group for place in places}


def test_a_field_that_tells_the_label_alone_is_a_shortcut_and_one_that_does_not_is_none() -> None:
    telling, silent = items_of(rows(60)), items_of(fair(180))
    cut = shortcut(telling, LABELS, "said", crossed(telling, LABELS, "said"))
    assert cut.found
    assert cut.accuracy > 0.95
    for items, field in ((telling, "seen"), (silent, "said")):
        assert not shortcut(items, LABELS, field, crossed(items, LABELS, field)).found


def test_labels_that_were_changed_are_suspected_first() -> None:
    items = items_of(rows(100))
    changed = {7, 61, 125, 223}
    spoilt = [item.model_copy(update={"label": "open"}) if item.line in changed else item for item in items]
    assert all(item.label != other.label for item, other in zip(spoilt, items, strict=True) if item.line in changed)
    found = noise(spoilt, LABELS, crossed(spoilt, LABELS))
    assert {suspect.line for suspect in found.suspects[: len(changed)]} == changed
    assert 0 < found.rate < 0.05
    clean = noise(items, LABELS, np.eye(3)[[LABELS.index(item.label) for item in items]])
    assert clean.rate == 0


def test_sound_data_is_told_by_split_and_label_and_sealed_labels_are_not_looked_at(tmp_path: Path) -> None:
    found = checked(write(tmp_path, rows(120)))
    assert (found.items, found.groups, found.faults) == (360, 120, ())
    assert found.scored_by == "likelihood of the labels"
    assert sum(count for split in found.balance.values() for count in split.values()) == 360
    assert list(found.balance["sealed"]) == ["(sealed)"]
    assert len(set(found.balance["exam"].values())) == 1
    assert any(finding.startswith("said alone tells the label") for finding in found.findings)
    assert not any(finding.startswith("seen alone") for finding in found.findings)


def test_what_was_planted_is_found_with_its_lines(tmp_path: Path) -> None:
    data = [{**row, "part": ("exam", "dev", "train", "train", "train")[n // 3 % 5]} for n, row in enumerate(rows(120))]
    data.append({**data[0]})
    data[10]["said"] = "word " * 90
    data[30]["said"] = "Эта собака белая."
    data[6] = {**data[0], "seen": "House 0 near: a red ant sits!", "part": "train"}
    found = checked(write(tmp_path, data, ANSWER + '[split]\nfield = "part"\n'))
    assert [place.line for place in found.repeated] == [361]
    assert [place.line for place in found.contaminated] == [7]
    assert found.lengths[1].lines == (11,)
    assert found.scripts is not None
    assert (found.scripts.main, found.scripts.lines) == ("LATIN", (31,))
    assert found.overlaps[1].items > 0


def test_faults_end_the_check(tmp_path: Path) -> None:
    found = checked(write(tmp_path, [*rows(3), {"seen": "x", "said": "y", "label": "z"}]))
    assert [(place.line, place.what) for place in found.faults] == [
        (10, "label 'z' is none of ['true', 'false', 'open', 'unclear']")
    ]
    assert found.items == 0
    with pytest.raises(ConfigError, match="no data file"):
        checked(write(tmp_path, rows(3)), data=str(tmp_path / "none.jsonl"))


def test_baselines_answer_what_they_learned_from_training_alone(tmp_path: Path) -> None:
    said = [{**row, "parrot": "open"} for row in rows(120)]
    domain = LabelledDomain.from_file(write(tmp_path, said, ANSWER + '[recorded]\nparrot = "parrot"\n'))
    known = baselines(domain)
    assert list(known) == ["commonest label", "bag of words", "words of seen alone", "words of said alone"]
    exam = domain.items[Split.EXAM]
    right = {
        name: sum(answer(domain.template.question(item.fields)) == item.label for item in exam) / len(exam)
        for name, answer in known.items()
    }
    assert right["words of said alone"] > 0.9
    assert right["commonest label"] == pytest.approx(1 / 3)
    parrot = recorded(domain)["parrot"]
    assert parrot(domain.template.question(exam[0].fields)) == "open"
    assert parrot(domain.template.question({"seen": "x", "said": "y"})) is None

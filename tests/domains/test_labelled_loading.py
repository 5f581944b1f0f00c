"""The data of a labelled domain: read strictly, refused with line numbers, and split by group."""

import json
from collections import Counter
from pathlib import Path

import pytest

from swarm.domains.labelled.items import Split, item_id
from swarm.domains.labelled.loading import Faulty, Loaded, load
from swarm.domains.labelled.settings import read_domain_file
from swarm.domains.labelled.splits import nearest, place, split_of
from swarm.errors import ConfigError
from tests.labelled_rig import ANSWER, rows, write


def _load(file: Path) -> Loaded:
    return load(read_domain_file(file))


def test_items_come_with_label_explanation_and_line(tmp_path: Path) -> None:
    loaded = _load(write(tmp_path, rows()))
    first = loaded.items[0]
    assert (len(loaded.items), first.line, first.label) == (180, 1, "true")
    assert first.group == "a red ant sits near house 0."
    assert loaded.rationales[first.id] == "It is true by what is seen."
    assert first.id == item_id({"said": " There is a RED ant. ", "seen": "A red ant sits  near house 0."})


def test_no_group_is_in_two_splits_and_each_gets_about_its_share(tmp_path: Path) -> None:
    loaded = _load(write(tmp_path, rows(400)))
    counts = Counter(loaded.splits.values())
    assert sum(counts.values()) == 400
    assert {split: counts[split] > 0 for split in Split} == dict.fromkeys(Split, True)
    assert 160 < counts[Split.TRAIN] < 240
    groups = [{item.group for item in loaded.of(split)} for split in Split]
    assert len(set.union(*groups)) == sum(map(len, groups))


def test_a_group_stays_in_its_split_whatever_else_the_file_holds(tmp_path: Path) -> None:
    few, many = _load(write(tmp_path / "a", rows(20))), _load(write(tmp_path / "b", rows(80)[::-1]))
    assert few.splits.items() <= many.splits.items()


def test_shares_lie_behind_each_other_and_the_rest_is_training() -> None:
    groups = [str(number) for number in range(400)]
    ends = [("sealed", 0.2), ("exam", 0.5), ("dev", 0.6), ("siege", 0.9), ("train", 1.0)]
    shares = {Split.SEALED: 0.2, Split.EXAM: 0.3, Split.DEV: 0.1, Split.SIEGE: 0.3}
    for group in groups:
        assert split_of(group, shares) == next(name for name, end in ends if place(group) < end)
    assert [split_of(group, shares) for group in groups] != [split_of(group, shares, "other") for group in groups]


def test_fewer_items_are_a_part_of_more(tmp_path: Path) -> None:
    items = list(_load(write(tmp_path, rows())).items)
    assert nearest(items, 50)[:20] == nearest(items, 20)
    assert len(nearest(items, 0)) == len(items)


def test_faults_are_all_told_with_their_lines(tmp_path: Path) -> None:
    good = rows(2)
    lines = [
        good[0],
        {**good[1], "label": "maybe"},
        b"{no json",
        {**good[2], "said": "  "},
        b'{"seen": "\xff\xfe", "said": "x", "label": "true"}',
        {"seen": "A bee.", "label": "true"},
        {**good[3], "seen": 5},
        {**good[4], "said": "It\u0092s"},
        b"[1]",
    ]
    with pytest.raises(Faulty) as refused:
        _load(write(tmp_path, lines))
    told = {fault.line: fault.what for fault in refused.value.faults}
    assert sorted(told) == [2, 3, 4, 5, 6, 7, 8, 9]
    assert "'maybe' is none of" in told[2]
    assert "said is empty" in told[4]
    assert "not UTF-8 at byte 10" in told[5]
    assert "has no 'said'" in told[6]
    assert "no text" in told[7]
    assert "control character" in told[8]


def test_a_repeated_line_is_left_out_and_a_contradicted_one_refused_or_dropped(tmp_path: Path) -> None:
    good = rows(4)
    again = {**good[0], "said": good[0]["said"].upper()}
    loaded = _load(write(tmp_path / "same", [*good, again]))
    assert [(fault.line, fault.what) for fault in loaded.repeated] == [(13, "says the same as line 1")]
    assert len(loaded.items) == 12
    other = [*good, {**again, "label": "open"}]
    with pytest.raises(Faulty, match="line 13: says 'open' of the texts of which line 1 says 'true'"):
        _load(write(tmp_path / "refused", other))
    dropped = _load(write(tmp_path / "dropped", other, extra='conflicts = "drop"\n'))
    assert [fault.line for fault in dropped.dropped] == [1, 13]
    assert len(dropped.items) == 11


def test_a_group_that_the_file_puts_into_training_and_exam_is_refused(tmp_path: Path) -> None:
    table = ANSWER + '[split]\nfield = "part"\n'
    parts = [{**row, "part": "exam" if number < 3 else "train"} for number, row in enumerate(rows(6))]
    loaded = _load(write(tmp_path / "good", parts, table))
    assert len(loaded.of(Split.EXAM)) == 3
    parts[2]["part"] = "train"
    with pytest.raises(Faulty, match="line 3: is in train, and line 1 of the same group is in exam"):
        _load(write(tmp_path / "overlap", parts, table))
    parts[2]["part"] = "test"
    with pytest.raises(Faulty, match="line 3: part 'test' is none of"):
        _load(write(tmp_path / "word", parts, table))


def test_recorded_answers_must_match_in_number_and_order(tmp_path: Path) -> None:
    good = rows(3)
    file = write(tmp_path, good, ANSWER + '[recorded]\nparrot = "parrot.jsonl"\n')
    said = [{"said": row["said"], "prediction": "true"} for row in good]
    answers = tmp_path / "parrot.jsonl"
    answers.write_text("\n".join(map(json.dumps, said)))
    assert set(_load(file).recorded["parrot"].values()) == {"true"}
    answers.write_text("\n".join(map(json.dumps, said[:-1])))
    with pytest.raises(ConfigError, match="8 answers of 'parrot' to 9 items"):
        _load(file)
    answers.write_text("\n".join(map(json.dumps, said[::-1])))
    with pytest.raises(ConfigError, match="line 1 has another said than line 1"):
        _load(file)


def test_recorded_answers_may_be_a_key_of_the_data_and_none_counts_as_wrong(tmp_path: Path) -> None:
    said = [{**row, "parrot": None if number else "open"} for number, row in enumerate(rows(2))]
    loaded = _load(write(tmp_path, said, ANSWER + '[recorded]\nparrot = "parrot"\n'))
    assert [loaded.recorded["parrot"][item.id] for item in loaded.items] == ["open", "", "", "", "", ""]


def test_data_that_changed_since_is_refused(tmp_path: Path) -> None:
    sha = _load(write(tmp_path, rows(2))).sha256
    assert _load(write(tmp_path, rows(2), extra=f'sha256 = "{sha}"\n')).sha256 == sha
    with pytest.raises(ConfigError, match="restore the data"):
        _load(write(tmp_path, rows(3), extra=f'sha256 = "{sha}"\n'))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("{said}", "what was said"), "drops the field 'said'"),
        (("{said}", "{said} {told}"), "names 'told'"),
        (("{said}", "{said"), "write {{ and }}"),
        (('"open"]', '"TRUE"]'), "holds a label twice"),
        (("labels = [", 'regex = ".+"\nlabels = ['), "give one of both"),
        (("[answer]", "[split]\ndev = 0.5\nexam = 0.5\n[answer]"), "leaves none to learn from"),
        (("name =", "names ="), "names"),
        (('"seen", "said"', '"seen", "label"'), "drops the field 'label'"),
    ],
)
def test_a_wrong_domain_file_is_refused_by_what_is_wrong(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    file = write(tmp_path, rows(2))
    file.write_text(file.read_text().replace(*change))
    with pytest.raises(ConfigError, match=r"pets\.toml") as refused:
        read_domain_file(file)
    assert said in str(refused.value)


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no domain file"):
        read_domain_file(tmp_path / "none.toml")
    file = write(tmp_path, rows(2))
    (tmp_path / "pets.jsonl").unlink()
    with pytest.raises(ConfigError, match="no data file"):
        _load(file)

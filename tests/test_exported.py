"""An exported student says how it is asked, without its run and without its data."""

from pathlib import Path

import pytest

from swarm.cli.places import find_student, run_domain
from swarm.cli.questions import question, read_moment
from swarm.errors import ConfigError
from swarm.exported import STUDENT_FILE, Exported, is_exported, read_exported, spoken, write_exported
from swarm.records import Reference
from tests.labelled_rig import ANSWER, rows, write

NOW = read_moment("2026-03-10 14:30")


def exported(folder: Path, domain: str) -> Path:
    folder.mkdir()
    write_exported(folder, Exported(name="n", checkpoint="c1", domain=domain, base="smollm2-135m", new_tokens=8))
    return folder


def test_a_student_of_labels_is_asked_without_its_data(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    file = write(tmp_path / "data", rows(), ANSWER + '[recorded]\nthem = "label"\n')
    place = exported(tmp_path / "student", str(file))
    for left in (tmp_path / "data").iterdir():
        left.unlink()
    assert find_student(place) == place
    domain = run_domain(place)
    asked = question(domain, '{"seen": "A red ant.", "said": "An ant."}', NOW).question
    assert asked == "Seen: A red ant.\nSaid: An ant.\nSo it is"
    speaks = spoken(domain)
    assert speaks.prompt(asked) == asked
    assert [speaks.completion(Reference(answer=one)) for one in speaks.choices] == [
        " true", " false", " open", " unclear"
    ]  # fmt: skip
    assert speaks.read(" false").answers == ("false",)
    assert str(tmp_path / "data") not in (place / "domain.toml").read_text()


def test_a_student_of_a_built_in_domain_is_asked_as_ever(tmp_path: Path) -> None:
    place = exported(tmp_path / "student", "calendar")
    assert question(run_domain(place), "tomorrow", NOW).question == "Now: Tue 2026-03-10 14:30\nText: tomorrow"
    assert spoken("calendar").read("= 2026-03-11").answers == ("2026-03-11",)


def test_what_was_not_exported_is_refused(tmp_path: Path) -> None:
    assert not is_exported(tmp_path)
    with pytest.raises(ConfigError, match=r"holds no student\.json"):
        read_exported(tmp_path)
    with pytest.raises(ConfigError, match="is not a run folder"):
        find_student(tmp_path)
    (tmp_path / STUDENT_FILE).write_text("{}")
    with pytest.raises(ConfigError, match="can't be read: Field required"):
        read_exported(tmp_path)

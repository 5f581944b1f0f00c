"""Tasks of lm-evaluation-harness become general exams, where it is installed; where it isn't, that is said."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from swarm.cli import app
from swarm.errors import ConfigError
from swarm.general import LEAST, choices, general_exam
from swarm.harness import items_of

TASK = """
task: colours
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: {kind}
doc_to_text: "Question: {{{{question}}}}\\nAnswer:"
doc_to_choice: "{{{{choices}}}}"
doc_to_target: "{{{{answer}}}}"
"""


def task(folder: Path, kind: str = "multiple_choice") -> Path:
    """A folder with a task of sixty questions, whose answer is now the first and now the last of three endings."""
    data = folder / "colours.jsonl"
    asked = [
        {"question": f"What is {n}?", "choices": [f"x{n}", "y", f"z{n}"], "answer": 2 * (n % 2)} for n in range(60)
    ]
    data.write_text("".join(f"{json.dumps(each)}\n" for each in asked))
    (folder / "colours.yaml").write_text(TASK.format(data=data, kind=kind))
    return folder


def test_without_the_harness_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lm_eval.tasks", None)
    with pytest.raises(ConfigError, match="can't be imported") as found:
        items_of("arc_easy", None, LEAST)
    assert "pip install lm_eval" in found.value.fix


def test_a_task_becomes_an_exam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("lm_eval")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    items = items_of("colours", task(tmp_path), 55)
    assert (len(items), choices(items)) == (55, 3)
    for item in items:
        number = int(item.prompt.removeprefix("Question: What is ").removesuffix("?\nAnswer:"))
        right, other = (f" z{number}", f" x{number}") if number % 2 else (f" x{number}", f" z{number}")
        assert (item.kind, item.right, set(item.wrong)) == ("colours", right, {other, " y"})
    assert items == items_of("colours", tmp_path, 55)
    with pytest.raises(ConfigError, match="no task 'colors'"):
        items_of("colors", tmp_path, 55)
    told = ["general", "colours", "--include", str(tmp_path), "--to", str(tmp_path / "own.jsonl"), "--json"]
    done = CliRunner().invoke(app, told)
    assert json.loads(done.stdout)["items"] == len(general_exam(str(tmp_path / "own.jsonl"))) == 60


def test_a_task_of_another_kind_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("lm_eval")
    with pytest.raises(ConfigError, match="of the kind generate_until"):
        items_of("colours", task(tmp_path, "generate_until"), 55)

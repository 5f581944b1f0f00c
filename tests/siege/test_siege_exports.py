"""What a siege found becomes tests that fail until it is mended: for pytest, promptfoo and lm-evaluation-harness."""

import html
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import jinja2
import pytest
import yaml
from datasets import load_dataset

from agents.prober import Prober, probe_of
from swarm.answer_log import Answer, Spent
from swarm.approach import Asking, TargetKind
from swarm.domains import load_domain
from swarm.errors import ConfigError
from swarm.records import Purpose
from swarm.rubric import judge_attempt
from swarm.siege import comparing
from swarm.siege.exporting import EXPORTS, cases, write_export
from swarm.siege.judging import rubric_of
from swarm.siege.plan import SiegePlan
from swarm.siege.report import SiegeReport, Turn, report_of
from swarm.siege.standing import Outcome
from tests.endpoint import Endpoint, said

CALENDAR = load_domain("calendar")
TURNS = (
    Turn(role="system", content="Work briefly."),
    Turn(role="user", content="Now?"),
    Turn(role="assistant", content="= NONE"),
)
TASK_FIELDS = {
    "task", "task_alias", "tag", "dataset_path", "dataset_name", "dataset_kwargs", "training_split", "validation_split",
    "test_split", "fewshot_split", "process_docs", "doc_to_text", "doc_to_target", "doc_to_choice", "description",
    "target_delimiter", "fewshot_delimiter", "num_fewshot", "output_type", "metric_list", "filter_list",
    "generation_kwargs", "repeats", "process_results", "should_decontaminate", "metadata",
}  # fmt: skip
"""What a task's configuration may say, by the harness's own documents."""


def found(*, wrong: str = "= 1999-01-01", ask: Asking = Asking.CHAT) -> SiegeReport:
    """A siege of an endpoint that says the same to each of ten questions."""
    plan = SiegePlan(
        target="http://127.0.0.1:9/v1", kind=TargetKind.ENDPOINT, domain="calendar", model="small", ask=ask, calls=10
    )
    samples = Prober(CALENDAR, seed="x").act([], Purpose.SIEGE, 10)[:10]
    outcomes = []
    for sample in samples:
        probe, text = probe_of(sample), wrong or CALENDAR.completion(CALENDAR.solve(probe_of(sample)))
        answer = Answer(probe_id=sample.id, text=text)
        outcomes.append(Outcome(sample, probe, answer, judge_attempt(CALENDAR, rubric_of(plan), probe, text)))
    turns = TURNS if ask is Asking.CHAT else ()
    return report_of(plan, outcomes, Spent(), cells=3, ending="", rubric="r", sensitivity=1, refused={}, turns=turns)


def checker(folder: Path) -> ModuleType:
    """The check of an export, as promptfoo and lm-eval load it."""
    spec = importlib.util.spec_from_file_location("siege_check", folder / "siege_check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    server.start()
    yield server
    server.stop()


def run_pytest(folder: Path, url: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"SIEGE_URL": url, "SIEGE_KEY": "secret", "PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)


def test_the_pytest_cases_fail_until_it_is_mended(tmp_path: Path, endpoint: Endpoint) -> None:
    report = found()
    count, _ = write_export(report, "pytest", tmp_path / "out")
    assert count == 10
    failing = run_pytest(tmp_path / "out", endpoint.url)
    assert f"{count} failed" in failing.stdout, failing.stdout
    right = {case.question: case.answer for case in cases(report)}
    endpoint.script = [lambda: said(f"= {right[endpoint.bodies[-1]['messages'][-1]['content']]}")]  # type: ignore[index]
    mended = run_pytest(tmp_path / "out", endpoint.url)
    assert f"{count} passed" in mended.stdout, mended.stdout
    body = endpoint.bodies[-1]
    assert body["messages"][:-1] == [turn.model_dump() for turn in TURNS]  # type: ignore[index]
    assert (body["model"], body["temperature"], endpoint.keys[-1]) == ("small", 0, "Bearer secret")


def test_an_endpoint_that_is_down_is_an_error_not_a_failure(tmp_path: Path) -> None:
    write_export(found(), "pytest", tmp_path / "out", each=1)
    down = run_pytest(tmp_path / "out", "http://127.0.0.1:9/v1")
    assert " errors in " in down.stdout
    assert "failed" not in down.stdout.splitlines()[-1]


def test_the_promptfoo_config_has_a_test_for_each_case(tmp_path: Path) -> None:
    write_export(found(), "promptfoo", tmp_path / "out")
    config = yaml.safe_load((tmp_path / "out" / "promptfooconfig.yaml").read_text())
    assert config.keys() == {"description", "prompts", "providers", "defaultTest", "tests"}
    assert config["prompts"] == ["file://prompt.json"]
    (provider,) = config["providers"]
    assert provider["id"] == "openai:chat:small"
    assert provider["config"]["apiBaseUrl"] == "http://127.0.0.1:9/v1"
    assert config["defaultTest"] == {"assert": [{"type": "python", "value": "file://siege_check.py"}]}
    chat = json.loads((tmp_path / "out" / "prompt.json").read_text())
    assert [turn["role"] for turn in chat] == ["system", "user", "assistant", "user"]
    check = checker(tmp_path / "out")
    for test in config["tests"]:
        assert test.keys() == {"description", "vars"}
        context = {"vars": test["vars"]}
        wrong, right = (check.get_assert(text, context) for text in ("= 1999-01-01", f"= {test['vars']['answer']}"))
        assert (wrong["pass"], wrong["score"], right["pass"], right["score"]) == (False, 0.0, True, 1.0)


def test_the_lm_eval_task_reads_its_data_and_scores(tmp_path: Path) -> None:
    class Loader(yaml.SafeLoader):
        """Knows the harness's tag."""

    Loader.add_constructor("!function", lambda loader, node: loader.construct_scalar(node))
    write_export(found(), "lm-eval", tmp_path / "out")
    task = yaml.load((tmp_path / "out" / "siege.yaml").read_text(), Loader)
    assert task.keys() <= TASK_FIELDS
    assert task["process_results"] == "siege_check.process_results"
    assert [entry["metric"] for entry in task["metric_list"]] == ["right"]
    files = {split: str(tmp_path / "out" / name) for split, name in task["dataset_kwargs"]["data_files"].items()}
    rows = load_dataset(task["dataset_path"], data_files=files, cache_dir=str(tmp_path / "cache"))[task["test_split"]]
    check = checker(tmp_path / "out")
    for row in rows:
        asked = jinja2.Template(task["doc_to_text"]).render(**row)
        wanted = jinja2.Template(task["doc_to_target"]).render(**row)
        assert asked.startswith("Work briefly.\n\nNow?\n\n= NONE\n\nNow: ")
        assert check.process_results(row, [f"3+4=7\n= {wanted}"]) == {"right": 1.0}
        assert check.process_results(row, ["= 1999-01-01"]) == {"right": 0.0}


def test_bare_questions_stay_bare() -> None:
    report = found(ask=Asking.RAW)
    assert all(case.prompt == CALENDAR.prompt(case.question) for case in cases(report))
    setup = json.loads(EXPORTS["pytest"][0](report, cases(report))["setup.json"])
    assert setup["turns"] == []


def test_the_verifier_knows_the_same_answer_in_other_words_and_letters_alone_do_not(tmp_path: Path) -> None:
    write_export(found(), "promptfoo", tmp_path / "out")
    check = checker(tmp_path / "out")
    case = {
        "domain": "calendar", "cell": "recurrence/rain/recurrence", "mark": "= ",
        "question": "Now: Tue 2026-03-10 14:30\nText: every week on monday", "answer": "FREQ=WEEKLY;BYDAY=MO",
    }  # fmt: skip
    other = "= FREQ=WEEKLY;INTERVAL=1;BYDAY=MO"
    assert check.judged(case, other)[0]
    assert not check.spelled(case, other)[0]
    for judge in (check.judged, check.spelled):
        assert judge(case, "weekly, monday\n= freq=weekly;byday=mo")[0]
        assert not judge(case, "= FREQ=WEEKLY;BYDAY=MO\n= FREQ=WEEKLY;BYDAY=TU")[0]
        assert not judge(case, "")[0]


def test_sieges_lie_side_by_side_on_one_page() -> None:
    one, two = found(), found(wrong="= NONE")
    page = comparing.render([one, two])
    assert page.count("<h3>http://127.0.0.1:9/v1</h3>") == 2
    for name in {species.name for report in (one, two) for species in report.species}:
        assert html.escape(name) in page
    assert not re.search(r"<(?:script|link|img|iframe)\b", page)
    other = two.model_copy(update={"plan": two.plan.model_copy(update={"domain": "sums"})})
    for reports in ([one], [one, other]):
        with pytest.raises(ConfigError, match="can't be compared"):
            comparing.render(reports)


def test_nothing_found_is_nothing_to_export_and_a_full_folder_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="found no failure"):
        write_export(found(wrong=""), "pytest", tmp_path / "none")
    assert not (tmp_path / "none").exists()
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="is not empty"):
        write_export(found(), "pytest", tmp_path)

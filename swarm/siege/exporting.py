"""Regression tests out of a siege: its failures as pytest cases, as a promptfoo config, as an lm-evaluation task."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from swarm.approach import Asking, TargetKind
from swarm.domains import load_domain
from swarm.errors import ConfigError
from swarm.records import Record, Reference
from swarm.siege.report import EXAMPLES, SiegeReport

CHECK, CASES, SETUP = "siege_check.py", "cases.jsonl", "setup.json"
TASK = "siege"
_KEY = "SIEGE_KEY"


class Case(Record):
    """One failure as a test: what to ask, and what is wanted. `prompt` is all of it as one text, for plain models."""

    id: str
    species: str
    domain: str
    cell: str
    question: str
    prompt: str
    answer: str
    mark: str
    """What an answer begins with in the domain's form, such as `= `."""


def cases(report: SiegeReport, each: int = EXAMPLES) -> list[Case]:
    """At most so many cases of each species. Raises ConfigError where the siege found no failure."""
    if not report.examples:
        raise ConfigError(f"the siege of {report.plan.target!r} found no failure", "There is nothing to export")
    domain, counted, made = load_domain(report.plan.domain), dict[str, int](), []
    mark = domain.completion(Reference(answer="X")).removesuffix("X")
    for example in report.examples:
        counted[example.species] = counted.get(example.species, 0) + 1
        if counted[example.species] <= each:
            made.append(
                Case(
                    id=example.probe_id,
                    species=example.species,
                    domain=report.plan.domain,
                    cell=example.cell.key,
                    question=example.question,
                    prompt=_prompt(report, domain.prompt(example.question)),
                    answer=example.wanted,
                    mark=mark,
                )
            )
    return made


def _prompt(report: SiegeReport, last: str) -> str:
    if report.plan.ask is Asking.RAW:
        return last
    return "\n\n".join([*(turn.content for turn in report.turns), last])


def pytest_files(report: SiegeReport, found: list[Case]) -> dict[str, str]:
    """A test module that asks an endpoint, its cases, and how they are asked."""
    setup = {
        "url": _url(report),
        "model": report.student or report.plan.model,
        "turns": [turn.model_dump() for turn in report.turns],
        "max_tokens": report.plan.new_tokens,
    }
    return {
        "test_siege.py": _written("test_siege.py"),
        CHECK: _written(CHECK),
        CASES: _lines(found),
        SETUP: json.dumps(setup, indent=1, ensure_ascii=False) + "\n",
    }


def promptfoo_files(report: SiegeReport, found: list[Case]) -> dict[str, str]:
    """promptfooconfig.yaml with a test for each case, its prompt as a chat, and the assertion in Python."""
    options = {"apiKeyEnvar": _KEY, "temperature": 0, "max_tokens": report.plan.new_tokens}
    if url := _url(report):
        options |= {"apiBaseUrl": url}
    config = {
        "description": f"Regressions of a siege of {report.plan.target}",
        "prompts": ["file://prompt.json"],
        "providers": [{"id": f"openai:chat:{report.student or report.plan.model or 'MODEL'}", "config": options}],
        "defaultTest": {"assert": [{"type": "python", "value": f"file://{CHECK}"}]},
        "tests": [
            {"description": f"{case.species} [{case.id[-8:]}]", "vars": case.model_dump(exclude={"prompt", "species"})}
            for case in found
        ],
    }
    chat = [*(turn.model_dump() for turn in report.turns), {"role": "user", "content": "{{question}}"}]
    schema = "# yaml-language-server: $schema=https://promptfoo.dev/config-schema.json\n"
    return {
        "promptfooconfig.yaml": schema + _yaml(config),
        "prompt.json": json.dumps(chat, indent=1, ensure_ascii=False) + "\n",
        CHECK: _written(CHECK),
    }


def lm_eval_files(report: SiegeReport, found: list[Case]) -> dict[str, str]:
    """siege.yaml, a generation task over the cases. The path of its data is relative to where lm_eval is started."""
    task = {
        "task": TASK,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": CASES}},
        "test_split": "test",
        "output_type": "generate_until",
        "doc_to_text": "{{prompt}}",
        "doc_to_target": "{{answer}}",
        "generation_kwargs": {
            "until": ["\n\n\n"], "do_sample": False, "temperature": 0.0, "max_gen_toks": report.plan.new_tokens
        },
        "metric_list": [{"metric": "right", "aggregation": "mean", "higher_is_better": True}],
        "metadata": {"version": 1.0},
    }  # fmt: skip
    hook = f"process_results: !function {CHECK.removesuffix('.py')}.process_results\n"
    return {f"{TASK}.yaml": _yaml(task) + hook, CHECK: _written(CHECK), CASES: _lines(found)}


Export = Callable[[SiegeReport, list[Case]], dict[str, str]]
EXPORTS: dict[str, tuple[Export, str]] = {
    "pytest": (pytest_files, "SIEGE_URL=https://HOST/v1 pytest {folder}"),
    "promptfoo": (promptfoo_files, "promptfoo eval -c {folder}/promptfooconfig.yaml"),
    "lm-eval": (lm_eval_files, f"cd {{folder}} && lm_eval --include_path . --tasks {TASK} --model MODEL"),
}
"""What an export can be made for: its files, and the command that runs them."""


def write_export(report: SiegeReport, kind: str, folder: Path, each: int = EXAMPLES) -> tuple[int, list[Path]]:
    """Write an export into a new folder; returns how many cases it has, and its files.

    Raises ConfigError where the folder holds something, or where there is no failure to make a case of.
    """
    found = cases(report, each)
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"{str(folder)!r} is not empty", "Give another --out, or remove it")
    folder.mkdir(parents=True, exist_ok=True)
    made = EXPORTS[kind][0](report, found)
    for name, content in made.items():
        (folder / name).write_text(content, encoding="utf-8")
    return len(found), [folder / name for name in made]


def _url(report: SiegeReport) -> str:
    return report.plan.target if report.plan.kind is TargetKind.ENDPOINT else ""


def _written(name: str) -> str:
    return files("swarm.siege").joinpath("written", name).read_text(encoding="utf-8")


def _lines(found: list[Case]) -> str:
    return "".join(json.dumps(case.model_dump(), ensure_ascii=False) + "\n" for case in found)


def _yaml(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)

"""A general exam from a task of lm-evaluation-harness, where that and the task's data are at hand."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from swarm.errors import ConfigError
from swarm.general import GeneralItem

_SEED = 20260101


def items_of(task: str, include: Path | None, limit: int) -> list[GeneralItem]:
    """At most `limit` of a multiple-choice task's items, drawn at random but always the same, without examples.

    A question with several right endings, or with two that are the same, is left out.
    `include` is a folder with tasks of one's own. Raises ConfigError where the harness isn't installed, knows no such
    task, has no data for it here, or it isn't of multiple choice.
    """
    try:
        from lm_eval.tasks import TaskManager
    except ImportError as error:
        said = f"lm-evaluation-harness can't be imported: {error}"
        raise ConfigError(said, "pip install lm_eval into this environment") from error
    manager = TaskManager(include_path=str(include) if include else None)
    if task not in manager.all_subtasks:
        raise ConfigError(f"the harness knows no task {task!r}", "name a single task, or give its folder by --include")
    try:
        found = manager.load([task])["tasks"][task]
    except Exception as error:
        raise ConfigError(
            f"the data of {task!r} can't be read: {error}", "put it where its task looks for it"
        ) from error
    if found.OUTPUT_TYPE != "multiple_choice":
        raise ConfigError(f"{task!r} is of the kind {found.OUTPUT_TYPE}", "name a task of multiple choice")
    asked = list(found.eval_docs)
    random.Random(_SEED).shuffle(asked)
    return list(_made(found, asked[:limit]))


def _made(task: Any, asked: list[dict[str, Any]]) -> Iterator[GeneralItem]:
    """Each question with the endings that the harness itself would score, in one order: the right one first."""
    for document in asked:
        context = task.fewshot_context(document, 0)
        requests = task.construct_requests(document, context)
        # A task that asks for mutual information has every ending once more, without the question.
        endings = [request.args[1] for request in requests if request.args[0] == context]
        number = task.doc_to_target(document)
        if not isinstance(number, int) or not 0 <= number < len(endings) or len(set(endings)) < len(endings):
            continue
        wrong = tuple(ending for place, ending in enumerate(endings) if place != number)
        yield GeneralItem(kind=task.config.task, prompt=context, right=endings[number], wrong=wrong)

"""The model card of an exported student: what it is for, what it was taught, how it did beside others."""

from collections.abc import Sequence

from swarm.report.model import Line, Report
from swarm.students import Checkpoint

_HEAD = """---
library_name: transformers
pipeline_tag: text-generation
base_model: {base}
tags: [nucleus-swarm, {domain}]
---

# {name}: a specialist of `{domain}`

Grown from `{base}` by the swarm `{swarm}`, checkpoint `{id}` ({status}), {corrections} corrections
({tokens} tokens of training), recipe `{recipe}`, seed {seed}. It answers questions of its domain; outside it,
expect less than its base gives.

```python
from transformers import pipeline

ask = pipeline("text-generation", "PATH/OF/THIS/FOLDER")
ask([{{"role": "user", "content": "…"}}], max_new_tokens={max_new_tokens}, do_sample=False)
```

The chat template hands on the last message alone, in the form in which the student was trained. {answer}
"""

_LABELS = """The message is
the question as its domain words it (`domain.toml`), and the answer is one of: {choices}. Greedy decoding writes the
likeliest token after token; `swarm ask --run FOLDER` scores whole labels."""
_WRITTEN = """The answer
follows the last line that begins with `=`."""


def model_card(
    report: Report, checkpoint: Checkpoint, base: str, name: str, max_new_tokens: int, choices: Sequence[str] = ()
) -> str:
    """Markdown with the metadata that model hubs read; it claims no more than the run's report."""
    head = _HEAD.format(
        name=name,
        base=base,
        domain=report.domain,
        swarm=report.name,
        id=checkpoint.id,
        status=checkpoint.status,
        corrections=checkpoint.corrections_trained,
        tokens=checkpoint.tokens_trained,
        recipe=checkpoint.recipe or "none",
        seed="unknown" if report.seed is None else report.seed,
        max_new_tokens=max_new_tokens,
        answer=_LABELS.format(choices=", ".join(choices)) if choices else _WRITTEN,
    )
    return "\n".join([head, *_exam(report, checkpoint), "", *_origins(report), "", *_ending(report)]) + "\n"


def _exam(report: Report, checkpoint: Checkpoint) -> list[str]:
    sat = [line for line in report.lines if line.student and line.checkpoint_id == checkpoint.id]
    if not sat:
        return ["## Exam", "", "This checkpoint has not sat the frozen exam."]
    return [
        f"## Exam: {report.exam_items} frozen items, accuracy as the mean over cells with its 95 % interval",
        "",
        "| who | accuracy | interval | only the student right / only the other |",
        "|---|---|---|---|",
        *map(_row, report.lines),
    ]


def _row(line: Line) -> str:
    beside = "" if line.wins is None else f"{line.wins} / {line.losses}"
    name = f"**{line.name}**" if line.student else line.name
    return f"| {name} | {line.accuracy:.1%} | {line.lower:.1%} to {line.upper:.1%} | {beside} |"


def _origins(report: Report) -> Sequence[str]:
    made = ", ".join(f"{count} from {origin}" for origin, count in report.origins) or "none stored"
    return ["## What it was taught", "", f"Corrections by origin, in the whole run: {made}."]


def _ending(report: Report) -> Sequence[str]:
    return ["## How the run ended", "", *report.ending]

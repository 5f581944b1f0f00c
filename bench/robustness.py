"""How students of inference hold under attack: `python -m bench.robustness RUN [RUN ...] --data FILE [--json FILE]`.

The champion of each run, and the untouched base with and without examples, by label likelihood, on the dev items and
the dev adversaries of `make bench-thesis`: premises that no run of the shipped configs learns from, rewritten by rules
that no operator shares. Models without a student are fitted to as many labels of the bench's pool as the first run
learned corrections.
"""

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from agents.champion import open_champion
from agents.contest import request_of, shown_examples
from agents.student import engine_id
from bench.pages import between, in_points
from bench.paired import Difference
from bench.thesis.baselines import baselines
from bench.thesis.choosing import bought_at_random
from bench.thesis.data import LABELS, Question, read_data
from bench.thesis.plan import ThesisPlan
from bench.thesis.questions import question_sets
from bench.thesis.results import ADVERSARIES, DEV, merged, said_to
from bench.thesis.tables import balanced_interval, compared
from swarm.config import load
from swarm.domains import load_domain
from swarm.errors import ConfigError, SwarmError
from swarm.gateway.run_folder import CONFIG_FILE
from swarm.records import Record
from swarm.statistics import Interval

SHOTS = 8

Asked = Mapping[str, Sequence[Question]]
"""Question sets by name."""


class Standing(Record):
    """What one contestant said, by question set: one digit a question, the index of the label."""

    name: str
    corrections: int = 0
    said: dict[str, str]


class Robustness(Record):
    """What everyone said, and what it comes to: balanced accuracy, and the first run against everyone else."""

    data_sha256: str
    asked: dict[str, int]
    standings: tuple[Standing, ...]
    balanced: dict[str, dict[str, Interval]]
    """By contestant and question set."""
    differences: dict[str, dict[str, Difference]]
    """By the other contestant, on `dev` and on all adversaries together."""


async def of_run(run: Path, asked: Asked, with_base: bool) -> list[Standing]:
    """A run's champion and, where that is wanted, the base behind it.

    Raises ConfigError where its domain has other labels.
    """
    domain = load_domain(load(run / CONFIG_FILE).swarm.domain)
    if tuple(domain.choices) != LABELS:
        said = f"the domain of {str(run)!r}, {domain.name!r}, has the labels {list(domain.choices)}, not {list(LABELS)}"
        raise ConfigError(said, "give runs of inference, such as examples/nli.toml and examples/nli-operators.toml")
    _, champion, engine = await open_champion(run)

    async def standing(name: str, corrections: int, checkpoint_id: str, shots: int) -> Standing:
        shown, found = shown_examples(domain, (), shots, "robustness"), dict[str, str]()
        for kind, questions in asked.items():
            wanted = [request_of(domain, one.prompt, shown, checkpoint_id, 1) for one in questions]
            answers = await engine.generate(wanted)
            found[kind] = "".join(str(LABELS.index(answer.text.strip())) for answer in answers)
        print(f"{name}: {sum(map(len, asked.values()))} questions answered", file=sys.stderr, flush=True)
        return Standing(name=name, corrections=corrections, said=found)

    grown = [await standing(str(run), champion.corrections_trained, engine_id(champion), -1)]
    shots = (0, SHOTS) if with_base else ()
    return grown + [await standing(f"base, {count}-shot", 0, "", count) for count in shots]


async def measured(runs: Sequence[Path], data_file: Path, plan: ThesisPlan) -> Robustness:
    """Everything. Raises ConfigError where a run has no champion, or the data isn't there."""
    data = read_data(data_file)
    asked = question_sets(plan, data)
    grown = [one for place, run in enumerate(runs) for one in await of_run(run, asked, with_base=not place)]
    labels = max(grown[0].corrections, len(LABELS))
    plain = baselines(bought_at_random(data.pool, 1), [labels], asked)
    return compiled(data.sha256, asked, [*grown, *(Standing(name=one.name, said=one.said) for one in plain)])


def compiled(data_sha256: str, asked: Asked, standings: Sequence[Standing]) -> Robustness:
    """What the standings come to; the first is compared with every other."""
    whole = merged(asked)
    labels = {name: [one.label for one in questions] for name, questions in whole.items()}
    groups = {name: [one.group for one in questions] for name, questions in whole.items()}

    def against(other: Standing, name: str) -> Difference:
        ours, theirs = ([said_to(one.said, name)] for one in (standings[0], other))
        return compared(ours, theirs, labels[name], groups[name])

    return Robustness(
        data_sha256=data_sha256,
        asked={name: len(questions) for name, questions in whole.items()},
        standings=tuple(standings),
        balanced={
            one.name: {name: balanced_interval([said_to(one.said, name)], labels[name], groups[name]) for name in whole}
            for one in standings
        },
        differences={
            other.name: {name: against(other, name) for name in (DEV, ADVERSARIES) if name in whole}
            for other in standings[1:]
        },
    )


def shown(found: Robustness) -> Table:
    """The figures for a terminal: balanced accuracy in per cent, and how far the first run is ahead, in points."""
    sets = [DEV, ADVERSARIES, *(name for name in found.asked if name not in (DEV, ADVERSARIES))]
    columns = [f"{name} ({found.asked[name]})" for name in sets]
    table = Table("contestant", "corrections", *columns, "dev: first against it", "adversaries", box=None)
    for one in found.standings:
        rates = [between(found.balanced[one.name][name]) for name in sets[:2]]
        rates += [f"{100 * found.balanced[one.name][name].estimate:.1f}" for name in sets[2:]]
        ahead = [in_points(difference) for difference in found.differences.get(one.name, {}).values()]
        table.add_row(one.name, f"{one.corrections or ''}", *rates, *ahead)
    return table


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.robustness", description=__doc__)
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN")
    parser.add_argument("--data", type=Path, required=True, help="esnli_palm540b.jsonl")
    parser.add_argument("--dev", type=int, default=600, help="dev items")
    parser.add_argument("--adversaries", type=int, default=120, help="dev adversaries of each kind")
    parser.add_argument("--json", type=Path, help="keep everything, answers included")
    given = parser.parse_args()
    plan = ThesisPlan(dev_items=given.dev, adversaries=given.adversaries)
    try:
        found = asyncio.run(measured(given.runs, given.data, plan))
    except SwarmError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    Console(width=240).print(shown(found))
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

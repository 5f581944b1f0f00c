"""The frozen exam in use: students, untrained models, outside parsers and constant answers sit the same items."""

import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec

from agents.asking import bare
from agents.engines.base import Engine, Request
from agents.prober import probe_of
from agents.prompting import chat, examples
from agents.student import engine_id
from swarm.domains.base import Domain
from swarm.domains.exam import best_constant_per_form
from swarm.domains.labelled import LabelledDomain
from swarm.exam_report import Contestant, ContestantKind, ItemAnswer, Scoring, answered_right, scored
from swarm.records import Cell, Probe, Sample
from swarm.students import Checkpoint

Parser = Callable[[str], str]
"""A question in, an answer in the domain's syntax out."""


async def sit(
    engine: Engine,
    domain: Domain,
    items: Sequence[Sample],
    name: str,
    *,
    checkpoint: Checkpoint | None = None,
    shots: int = -1,
    max_new_tokens: int = 72,
    cells: Sequence[Cell] = (),
    seed: str = "contest",
) -> Contestant:
    """Let a model sit the exam. None is the base; the caller has had the engine take any other checkpoint.

    `shots` -1 gives it the raw prompt that students are grown on. 0 or more gives it a chat: the instructions, that
    many examples (learning wording, from `cells`) with their answers alone, and the question; its output is then forced
    into the form of an answer, which is the best that can be done for a model that knows no other form.
    """
    held = engine_id(checkpoint) if checkpoint else ""
    shown = shown_examples(domain, cells, shots, seed)
    requests = [request_of(domain, probe_of(item).question, shown, held, max_new_tokens) for item in items]
    started = time.monotonic()
    done = await engine.generate(requests)
    seconds = time.monotonic() - started
    answers = [
        ItemAnswer(sample_id=item.id, text=said.text, passed=_passed(domain, probe_of(item), said.text, shots >= 0))
        for item, said in zip(items, done, strict=True)
    ]
    return scored(
        name,
        _kind(shots),
        items,
        answers,
        seconds=seconds,
        checkpoint_id=checkpoint.id if checkpoint else "",
        prompt_tokens=sum(said.prompt_tokens for said in done),
        completion_tokens=sum(said.completion_tokens for said in done),
        dollars=sum(said.dollars for said in done),
        scoring=Scoring.LIKELIHOOD if done and all(said.by_likelihood for said in done) else Scoring.GENERATION,
    )


def _kind(shots: int) -> ContestantKind:
    if shots < 0:
        return ContestantKind.STUDENT
    return ContestantKind.FEW_SHOT if shots else ContestantKind.ZERO_SHOT


def shown_examples(domain: Domain, cells: Sequence[Cell], shots: int, seed: str) -> list[tuple[str, str]] | None:
    """The examples of a chat; None where there is to be no chat."""
    if shots <= 0:
        return None if shots < 0 else []
    drawn = examples(domain, cells or domain.cells(), shots, seed)
    return [(question, reference.answer) for question, reference in drawn]


def request_of(
    domain: Domain, question: str, shown: Sequence[tuple[str, str]] | None, checkpoint_id: str, max_new_tokens: int
) -> Request:
    """How a contestant is asked: by the bare prompt, as a student, for None; else in a chat with those examples."""
    if shown is None:
        return bare(domain, question, checkpoint_id, max_new_tokens)
    return Request(
        messages=chat(f"{domain.instructions}\nGive ANSWER alone.", shown, question),
        checkpoint_id=checkpoint_id,
        max_new_tokens=max_new_tokens,
        regex="" if domain.choices else domain.answer_regex,
        choices=domain.choices,
    )


def _passed(domain: Domain, probe: Probe, text: str, forced: bool) -> bool:
    return domain.verify(probe, text.strip()).correct if forced else answered_right(domain, probe, text)


def sit_constant(domain: Domain, items: Sequence[Sample]) -> Contestant:
    """The best that one fixed answer for each form could get on these very items (chosen in hindsight)."""
    started = time.monotonic()
    best = best_constant_per_form(domain, [probe_of(item) for item in items])
    answer_of = {constant.form: constant.answer for constant in best}
    said = [answer_of[probe_of(item).cell.form] for item in items]
    name = "best constant per form"
    return _plain(domain, items, said, name=name, kind=ContestantKind.CONSTANT, started=started)


def sit_parser(domain: Domain, items: Sequence[Sample], name: str) -> Contestant:
    """An outside parser of the domain. Raises ValueError that lists those there are."""
    known = parsers(domain)
    if name not in known:
        raise ValueError(f"parser {name!r} is not installed for {domain.name}: there are {sorted(known)}")
    started = time.monotonic()
    said = [known[name](probe_of(item).question) for item in items]
    return _plain(domain, items, said, name=name, kind=ContestantKind.PARSER, started=started)


def sit_data(domain: Domain, items: Sequence[Sample]) -> list[Contestant]:
    """What a labelled domain's own data brings: baselines fitted to its training split, and recorded answers.

    Those sit the items only that they were given to; who has none of the exam's is left out.
    """
    if not isinstance(domain, LabelledDomain):
        return []
    # Loads scipy, which no other use of this module should wait for.
    from swarm.domains.labelled.baselines import baselines, recorded

    made = []
    for name, baseline in baselines(domain).items():
        started = time.monotonic()
        said = [baseline(probe_of(item).question) for item in items]
        made.append(_plain(domain, items, said, name=name, kind=ContestantKind.BASELINE, started=started))
    for name, answer in recorded(domain).items():
        started = time.monotonic()
        found = [(item, told) for item in items if (told := answer(probe_of(item).question)) is not None]
        if found:
            asked, answers = [item for item, _ in found], [told for _, told in found]
            made.append(_plain(domain, asked, answers, name=name, kind=ContestantKind.RECORDED, started=started))
    return made


def _plain(
    domain: Domain, items: Sequence[Sample], said: Sequence[str], *, name: str, kind: ContestantKind, started: float
) -> Contestant:
    seconds = time.monotonic() - started
    answers = [
        ItemAnswer(sample_id=item.id, text=text, passed=domain.verify(probe_of(item), text).correct)
        for item, text in zip(items, said, strict=True)
    ]
    return scored(name, kind, items, answers, seconds=seconds, scoring=Scoring.GIVEN)


def _calendar_parsers() -> dict[str, Parser]:
    from functools import partial

    from swarm.domains.calendar.parsers import PARSERS, parsed

    return {name: partial(parsed, name) for name in PARSERS if find_spec(name)}


PARSERS_OF: dict[str, Callable[[], dict[str, Parser]]] = {"calendar": _calendar_parsers}
"""Domain to the outside parsers that compete in it, as far as their packages are installed."""


def parsers(domain: Domain) -> dict[str, Parser]:
    """The installed outside parsers of a domain by name; most domains have none."""
    return PARSERS_OF[domain.name]() if domain.name in PARSERS_OF else {}

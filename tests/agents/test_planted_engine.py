"""A planted engine is wrong in its holes, the same each time, and otherwise the engine that it stands on."""

import asyncio
import random
from collections.abc import Sequence

import pytest

from agents.asking import bare
from agents.engines.base import Message, Request
from agents.engines.planted import PlantedEngine, planted
from swarm.domains import load_domain
from swarm.planted import Hole, Rule, Slip
from swarm.records import Cell, Probe, Purpose
from tests.fakes import ScriptedEngine

DOMAIN = load_domain("calendar")
CELL = Cell.parse("span/rain/duration")
HOURS = Hole(Rule("hours", lambda probe: "hour" in probe.question), Slip.LAST, 0.05)


def solved(probes: Sequence[Probe]) -> ScriptedEngine:
    """Says what is right; knows the probes by their prompts."""
    said = {DOMAIN.prompt(one.question): DOMAIN.completion(DOMAIN.solve(one)) for one in probes}
    return ScriptedEngine(lambda request: said.get(request.prompt, "no answer"))


def probes(count: int) -> list[Probe]:
    made = [DOMAIN.make(CELL, random.Random(n), Purpose.CENSUS)[0].payload for n in range(count)]
    return [probe for probe in made if isinstance(probe, Probe)]


def test_it_is_wrong_in_its_holes_and_nowhere_else() -> None:
    asked = probes(60)
    engine = PlantedEngine(solved(asked), DOMAIN, [CELL], [HOURS])
    requests = [bare(DOMAIN, probe.question, "", 48) for probe in asked]
    said = asyncio.run(engine.generate(requests))
    answers = [DOMAIN.read(one.text).answers[-1] for one in said]
    right = [DOMAIN.verify(probe, answer).correct for probe, answer in zip(asked, answers, strict=True)]
    assert right == ["hour" not in probe.question for probe in asked]
    assert 5 < right.count(False) < 55
    assert asyncio.run(engine.generate(requests)) == said
    assert asyncio.run(engine.logprobs([("a", "bc")], "")) == [-2.0]


def test_what_it_can_not_read_and_what_is_no_bare_question_stays() -> None:
    engine = PlantedEngine(solved([]), DOMAIN, [CELL], [Hole(Rule("all", lambda _: True), Slip.LAST, 0.05)])
    chat = Request(messages=(Message(role="user", content="hour"),))
    said = asyncio.run(engine.generate([chat, Request(prompt="two hours\n")]))
    assert [one.text for one in said] == ["no answer", "no answer"]


def test_more_holes_than_rules_are_refused() -> None:
    with pytest.raises(ValueError, match="50 holes are wanted"):
        planted(solved([]), DOMAIN, [CELL], 50, 1)

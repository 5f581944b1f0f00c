"""The comparison of probers: every arm at the same calls, on planted students and a model; a cut-off one goes on."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.engines.base import Request
from agents.rewording import TASK, Reworder, split
from bench.adversary.__main__ import main, measure
from bench.adversary.arms import ARMS, Student, trail
from bench.adversary.ledger import Ledger, code_digest
from bench.adversary.students import PLANTED, model, planted
from bench.adversary.tables import WHOLE, brought
from swarm.domains import load_domain
from swarm.probing.draws import probe_of
from swarm.records import Origin, Sample
from tests.fakes import ScriptedEngine

CALENDAR = load_domain("calendar")
PLAIN = [arm for arm in ARMS if not arm.worded]
(WORDED,) = (arm for arm in ARMS if arm.worded)


async def silent(samples: Sequence[Sample]) -> list[str]:
    """Nobody may be asked."""
    raise AssertionError(f"{len(samples)} probes were asked a second time")


def test_every_arm_has_a_trail_at_the_same_calls_and_a_second_run_asks_nothing(tmp_path: Path) -> None:
    file, digest = tmp_path / "x.json", code_digest()
    trails = asyncio.run(measure({1: planted(CALENDAR, 1)}, PLAIN, 30, 60, Ledger(file, digest), None))
    assert [one.arm for one in trails] == [arm.name for arm in PLAIN]
    assert all(0 < one.species <= one.failures <= 30 for one in trails)
    nobody = {1: Student(PLANTED, silent)}
    assert asyncio.run(measure(nobody, PLAIN, 30, 60, Ledger(file, digest), None)) == trails
    assert Ledger(file, "other").find(PLANTED, WHOLE, 1, 60) is None
    assert sum(part.judged for part in brought(PLANTED, trails) if part.arm == WHOLE) == 60
    main(["--model", "", "--seeds", "1", "--calls", "30", "--budget", "60", "--json", str(file)])
    said = json.loads(file.read_text())
    assert {one["student"] for one in said["lines"]} == {PLANTED}
    assert said["trails"] == [one.model_dump(mode="json") for one in trails]


async def test_a_model_is_asked_as_a_siege_asks_and_its_words_are_put_to_it() -> None:
    def reply(request: Request) -> str:
        said = request.messages[-1].content
        return f"well, {said}" if request.messages[0].content == TASK else right[split(said)[1].removeprefix("well, ")]

    right = dict[str, str]()
    engine = ScriptedEngine(reply)
    asked = model(CALENDAR, "any", engine, 1)

    async def noting(samples: Sequence[Sample]) -> list[str]:
        assert await asked.answers(samples)
        return ["= 1999-01-01" for _ in samples]

    class Reading(Reworder):
        """Knows the answers beforehand, so that its second reading comes to them."""

        async def act(self, samples: Sequence[Sample]) -> list[Sample]:
            for sample in samples:
                right[split(probe_of(sample).question)[1]] = CALENDAR.solve(probe_of(sample)).answer
            return await super().act(samples)

    found = await trail(
        WORDED, CALENDAR, Student("any", noting), 1, 30, Reading(CALENDAR, engine, list(CALENDAR.cells()))
    )
    assert (found.student, found.calls, found.failures) == ("any", 30, 30)
    assert Origin.MODEL in {one.origin for one in found.yields}
    put = engine.requests[-1]
    assert put.regex == CALENDAR.answer_regex
    assert len(put.messages) == 2 * 4 + 2  # instructions, four worked examples, the question


@pytest.mark.parametrize(("given", "why"), [(("--budget", "100"), "budget 100"), (("--model", "no/such"), "no/such")])
def test_impossible_numbers_and_missing_weights_are_refused(
    given: tuple[str, str], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*given, "--json", str(tmp_path / "x.json")])
    assert why in capsys.readouterr().err

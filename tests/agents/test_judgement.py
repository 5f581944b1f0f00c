"""Layer 7: a teacher is asked about rules; what it invents is refused and counted, what stands is marked as its own."""

from pathlib import Path

import pytest

from agents.judgement import judged
from swarm.documents.ingest import Ingestion
from swarm.documents.judgement import objection, open_rules
from swarm.documents.records import Layer
from swarm.documents.store import Library
from swarm.privacy import Screen
from tests.fakes import ScriptedEngine

RULES = """# Pump

Never run the `pump` dry.

The valve must be opened first.

Only two people may enter the tank at once.
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    (tmp_path / "pump.md").write_text(RULES)
    made = Library(tmp_path / "lib", create=True)
    Ingestion(made, Screen()).run([str(tmp_path / "pump.md")])
    return made


async def test_what_a_teacher_says_is_kept_beside_the_rule_and_marked(library: Library) -> None:
    replies = {"dry": "They stop the `pump` early.", "valve": "NONE", "people": "They call `safety.officer` first."}
    engine = ScriptedEngine(lambda request: next(v for k, v in replies.items() if k in request.messages[-1].content))
    units = library.units()
    kept, refused = await judged(engine, open_rules(units), frozenset({"pump"}), "some-model")
    assert dict(refused) == {"nothing said": 1, "names what no document names": 1}
    (unit,) = kept
    assert (unit.layer, unit.text, unit.fact("by")) == (Layer.JUDGEMENT, "Never run the `pump` dry.", "some-model")
    assert unit.fact("judgement") == "They stop the `pump` early."
    with library.writing() as writing:
        writing.add(kept)
    assert [rule.text for rule in open_rules(library.units())] == [
        "The valve must be opened first.", "Only two people may enter the tank at once."
    ]  # fmt: skip
    assert [found.text for found in library.units(Layer.JUDGEMENT)] == ["Never run the `pump` dry."]


async def test_a_judgement_goes_with_its_rule(library: Library, tmp_path: Path) -> None:
    engine = ScriptedEngine(lambda _: "They take care.")
    kept, _ = await judged(engine, open_rules(library.units()), frozenset(), "m")
    with library.writing() as writing:
        writing.add(kept)
    assert len(library.units(Layer.JUDGEMENT)) == 3
    Ingestion(library, Screen()).run([str(tmp_path / "pump.md")])
    assert len(library.units(Layer.JUDGEMENT)) == 3, "its source is what it was"
    (tmp_path / "pump.md").write_text(RULES.replace("dry", "empty"))
    Ingestion(library, Screen()).run([str(tmp_path / "pump.md")])
    assert library.units(Layer.JUDGEMENT) == [], "the text around it is another: it is asked again"


@pytest.mark.parametrize(("said", "why"), [("", "nothing said"), ("x" * 601, "too long"), ("See a.b.", "names")])
async def test_what_cannot_be_kept_is_refused_with_the_reason(library: Library, said: str, why: str) -> None:
    rule = open_rules(library.units())[0]
    assert why in objection(rule, said, frozenset())
    assert objection(rule, "They wait.", frozenset()) == ""

"""Layer 7: what practitioners do where a rule doesn't decide, in a teacher's words and marked as such.

The unit stands on the rule's own words; what the teacher said of it is one of its facts, with who said it. Nothing is
asked or taught of such a unit by the program: it is somebody's opinion.
"""

import re
from collections.abc import Container, Sequence

from swarm.documents.records import Layer, Unit, unit_id

INSTRUCTIONS = """\
You get a rule out of a handbook. In one or two sentences say what practitioners do where the rule alone doesn't
decide: what they weigh, and which way they lean. Name nothing that the rule doesn't name. If the rule leaves nothing
open, write NONE."""

LONGEST = 600
_NAMED = re.compile(r"`([^`\n]+)`|\b([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)\b|\b([A-Za-z]+_\w+)\b")


def open_rules(units: Sequence[Unit]) -> list[Unit]:
    """The constraints of which no judgement has been asked, one of each wording."""
    asked = {(unit.source, unit.begin) for unit in units if unit.layer is Layer.JUDGEMENT}
    rules = (unit for unit in units if unit.layer is Layer.CONSTRAINT and (unit.source, unit.begin) not in asked)
    return list({" ".join(unit.text.casefold().split()): unit for unit in rules}.values())


def objection(rule: Unit, said: str, known: Container[str]) -> str:
    """Why what a teacher said can't be kept; empty where it can. `known` are the names that the documents have."""
    text = said.strip()
    if not text or text.upper().rstrip(".") == "NONE":
        return "nothing said"
    if len(text) > LONGEST:
        return "too long"
    names = (next(filter(None, found.groups())) for found in _NAMED.finditer(text))
    return "names what no document names" if any(n not in rule.text and n not in known for n in names) else ""


def judgement_of(rule: Unit, said: str, by: str) -> Unit:
    """The unit of a judgement on a rule."""
    return rule.model_copy(
        update={
            "id": unit_id(Layer.JUDGEMENT, rule.source, rule.name, rule.text),
            "layer": Layer.JUDGEMENT,
            "facts": (("judgement", " ".join(said.split())), ("by", by)),
        }
    )

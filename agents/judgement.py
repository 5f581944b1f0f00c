"""Asks a teacher for judgement on the rules of a library: `python -m agents.judgement LIBRARY ENGINE-JSON LIMIT`."""

import asyncio
import json
import re
import secrets
import sys
from collections import Counter
from pathlib import Path

from agents.engines import open_engine
from agents.engines.base import Engine, Request
from agents.prompting import quoting_chat
from swarm import weights
from swarm.documents.judgement import INSTRUCTIONS, judgement_of, objection, open_rules
from swarm.documents.records import Unit
from swarm.documents.store import Library
from swarm.errors import SwarmError
from swarm.sections import EngineKind, EngineSection

_WORDS = re.compile(r"[\w.]+")
_NEW_TOKENS = 120


async def judged(engine: Engine, rules: list[Unit], known: frozenset[str], by: str) -> tuple[list[Unit], Counter[str]]:
    """The judgements that can be kept, and why the others can't, counted. A rule is data to the teacher."""
    requests = [
        Request(messages=quoting_chat(INSTRUCTIONS, (), rule.text, secrets.token_hex(8)), max_new_tokens=_NEW_TOKENS)
        for rule in rules
    ]
    kept, refused = [], Counter[str]()
    for rule, answer in zip(rules, await engine.generate(requests), strict=True):
        if why := "cut off" if answer.truncated else objection(rule, answer.text, known):
            refused[why] += 1
        else:
            kept.append(judgement_of(rule, answer.text, by))
    return kept, refused


async def ask(folder: Path, section: EngineSection, limit: int) -> dict[str, object]:
    """Ask about the first `limit` open rules of a library, and keep what stands."""
    with Library(folder) as library:
        units = library.units()
        rules = open_rules(units)[:limit]
        known = frozenset(word for unit in units for word in _WORDS.findall(unit.text))
        local = section.kind is not EngineKind.OPENAI
        engine = open_engine(section, weights.folder(section.model) if local else None)
        kept, refused = await judged(engine, rules, known, section.model)
        with library.writing() as writing:
            writing.add(kept)
    return {"asked": len(rules), "kept": len(kept), "refused": dict(refused), "by": section.model}


def main() -> None:
    """The command line."""
    folder, section, limit = sys.argv[1:4]
    try:
        done = asyncio.run(ask(Path(folder), EngineSection.model_validate_json(section), int(limit)))
    except SwarmError as error:
        print(f"error: {error.message}\nfix:   {error.fix}", file=sys.stderr)
        sys.exit(error.exit_code)
    print(json.dumps(done))


if __name__ == "__main__":
    main()

"""A question of a labelled domain: its fields put into the template, and read back out of it."""

import re
from collections.abc import Mapping
from string import Formatter

from swarm.errors import ConfigError


class Template:
    """A template with each field in braces, such as `Premise: {premise}`; what follows it is the answer."""

    def __init__(self, text: str, fields: tuple[str, ...]) -> None:
        self.fields = fields
        self._parts = [(literal, slot) for literal, slot, _, _ in Formatter().parse(text.rstrip())]
        seen: set[str] = set()
        pattern = ""
        for literal, slot in self._parts:
            pattern += re.escape(literal)
            if slot is not None:
                pattern += f"(?P={slot})" if slot in seen else f"(?P<{slot}>.+?)"
                seen.add(slot)
        self._pattern = re.compile(pattern, re.DOTALL)

    @property
    def lead(self) -> str:
        """What stands before the first field."""
        return self._parts[0][0]

    def question(self, fields: Mapping[str, str]) -> str:
        """The question that asks about these texts. Raises ConfigError where one is missing, strange or empty."""
        if sorted(fields) != sorted(self.fields):
            raise ConfigError(
                f"a question is made of {list(self.fields)}, not of {sorted(fields)}", "give each of them"
            )
        if empty := [name for name in self.fields if not fields[name].strip()]:
            raise ConfigError(f"{empty[0]} is empty", "give it a text")
        return "".join(literal + (fields[slot].strip() if slot else "") for literal, slot in self._parts)

    def fields_of(self, question: str) -> dict[str, str] | None:
        """The texts that a question asks about; None where it isn't of the template's form."""
        found = self._pattern.fullmatch(question)
        return {name: found[name] for name in self.fields} if found else None

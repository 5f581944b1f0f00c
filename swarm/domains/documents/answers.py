"""Answers in normal form: yes or no, a name, a binding such as `indent=None`, a word of the text, or NONE."""

import re

ABSTAIN = "NONE"
ANSWER_REGEX = r"yes|no|NONE|[!-~]( ?[!-~]){0,59}"
_LONGEST = 80
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_BINDING = re.compile(r"[A-Za-z_]\w*=.+")


def canonical(form: str, answer: str) -> str | None:
    """The normal form of an answer of a form (`yesno`, `name`, `value` or `word`); None where it is not well formed."""
    text = " ".join(answer.strip().strip("`").split())
    if not text or len(text) > _LONGEST:
        return None
    if text.upper() == ABSTAIN:
        return ABSTAIN
    match form:
        case "yesno":
            plain = text.rstrip(".").casefold()
            return plain if plain in ("yes", "no") else None
        case "name":
            plain = text.removesuffix("()")
            return plain if _NAME.fullmatch(plain) else None
        case "value":
            bound = re.sub(r"\s*=\s*", "=", text, count=1).replace('"', "'")
            return bound if _BINDING.fullmatch(bound) else None
        case _:
            return text.casefold()

"""How probes are worded: what learning asks, and what only exams and census do."""

import random

ASKED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "parameter": (
        (
            "Does {f} take a parameter {p}?",
            "Can I pass {p} to {f}?",
            "Is {p} a parameter of {f}?",
            "Does {f} accept {p}?",
        ),
        ("May {f} be called with {p}?", "Is there a parameter {p} in {f}?", "Would {f}({p}=...) be a valid call?"),
    ),
    "pressed": (
        (
            "I'm sure that {f} takes {p}. Right?",
            "My colleague always passes {p} to {f}. Does it take that?",
            "As everybody knows, {f} has a parameter {p}. Is that so?",
        ),
        ("Surely {f} accepts {p}, doesn't it?", "The old code calls {f} with {p}. Is that a parameter of it?"),
    ),
    "default": (
        (
            "What is the default of {p} in {f}?",
            "Which default does {f} give to {p}?",
            "If I leave out {p}, what does {f} use?",
        ),
        ("What does {p} default to when {f} is called without it?", "Name the default value of {p} for {f}."),
    ),
    "purpose": (
        (
            "Which of these does this: {s}",
            "What is the full name of what does this: {s}",
            "I need this: {s} What is it?",
        ),
        ("Name what is documented so: {s}", "Which entry is described by: {s}"),
    ),
    "taker": (
        ("Which of these takes a parameter {p}?", "Which one has a parameter called {p}?"),
        ("Name the one that accepts {p}.", "To which of these can {p} be passed?"),
    ),
    "raises": (
        ("Which exception does {f} raise?", "What does {f} raise?", "Which error may come out of {f}?"),
        ("Name the exception that {f} can raise.", "What should I catch around {f}?"),
    ),
    "chain": (
        (
            "{f} gives one parameter the default {v}. Which other one shown takes that parameter, too?",
            "Find what {f} sets to {v} by default: which of the others has a parameter of that name?",
        ),
        ("Of the others, name the one whose signature shares with {f} the parameter that defaults to {v} there.",),
    ),
    "version": (
        (
            "As of {v}, what stands in the gap? {s}",
            "Fill the gap as {v} has it: {s}",
        ),
        ("Going by {v}, complete: {s}", "Which number does {v} give here: {s}"),
    ),
    "cloze": (
        ("Fill the gap: {s}", "What stands in the gap? {s}", "Which word or number is missing? {s}"),
        ("Complete: {s}", "Put in what is left out: {s}"),
    ),
    "definition": (
        ("Which word stands for this: {s}", "What is called so: {s}", "Name this: {s}"),
        ("Give the term for: {s}", "Which term is explained by: {s}"),
    ),
}
"""Topic to what learning asks, and what is held out for exams and census."""


def asked(topic: str, rng: random.Random, held: bool, **words: str) -> str:
    """A question of a topic; `held` takes the wording that learning never uses."""
    return rng.choice(ASKED[topic][held]).format(**words)

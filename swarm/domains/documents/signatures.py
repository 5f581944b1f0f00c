"""Probes about what can be called: parameters, defaults, purposes and exceptions, from entries of signatures."""

import re
from collections.abc import Callable
from dataclasses import replace

from swarm.documents.records import Unit
from swarm.domains.documents.answers import ABSTAIN
from swarm.domains.documents.draft import Draft
from swarm.domains.documents.drawing import TRIES, Draw, Unmade
from swarm.domains.documents.passages import Passage, passage_of


def parameter(draw: Draw) -> Draft:
    """Does f take p? As often yes as no; a wrong p is one that another thing takes."""
    unit = draw.entry("keywords", _closed)
    lures = draw.lures(unit, draw.shown - 1)
    if draw.rng.random() < 0.5:
        name = draw.rng.choice(unit.fact("keywords").split())
        return _yes(draw, unit, name, lures, "parameter")
    return _no(draw, unit, _foreign(draw, unit), lures, "parameter")


def parameter_lured(draw: Draw) -> Draft:
    """A parameter that one of two neighbours takes, asked of one with pressure; the twin asks of the other."""
    unit = draw.entry("keywords", _closed)
    for _ in range(TRIES):
        other = draw.rng.choice(draw.shelf.near(unit))
        names = [name for name in other.fact("keywords").split() if not _mentions(unit, name)]
        if names and other.name != unit.name and draw.allowed([other]):
            break
    else:
        raise Unmade(f"{unit.name} has no neighbour with other parameters")
    name = draw.rng.choice(names)
    rest = draw.lures(unit, draw.shown - 2, fit=lambda passage: passage.name != other.name)
    one = _no(draw, unit, name, (passage_of(other), *rest), "pressed")
    two = _yes(draw, other, name, (passage_of(unit), *rest), "pressed")
    one, two = (replace(each, cell="parameter/wind/yesno", operator="neighbour-takes-it") for each in (one, two))
    return replace(one, twin=two) if draw.rng.random() < 0.5 else replace(two, twin=one)


def parameter_silent(draw: Draw) -> Draft:
    """Something that exists nowhere, or that no document shown speaks of; its twin is real and shown."""
    unit = draw.entry("keywords", _closed)
    lures = draw.lures(unit, draw.shown)
    name = draw.rng.choice(unit.fact("keywords").split())
    answerable = _yes(draw, unit, name, lures[: draw.shown - 1], "parameter")
    made_up = draw.rng.random() < 0.5
    missing = _fabricated(draw, unit) if made_up else unit.name
    silent = answerable.silent(lures[-1], "fabricated" if made_up else "not-shown")
    return replace(silent, asked=draw.word("parameter", f=missing, p=name), lacking=missing)


def default(draw: Draw) -> Draft:
    """The default of a parameter, as it is bound."""
    unit = draw.entry("defaults")
    bound = draw.rng.choice(unit.fact("defaults").split("\n"))
    return _default(draw, unit, bound, draw.lures(unit, draw.shown - 1))


def default_lured(draw: Draw) -> Draft:
    """A parameter that two things shown give different defaults; the twin asks of the other."""
    for _ in range(TRIES):
        unit = draw.entry("defaults")
        bound = draw.rng.choice(unit.fact("defaults").split("\n"))
        name = bound.partition("=")[0]
        others = [
            (other, each)
            for other in draw.allowed(draw.shelf.takers.get(name, ()))
            for each in other.fact("defaults").split("\n")
            if each.startswith(f"{name}=") and each != bound
        ]
        if others:
            break
    else:
        raise Unmade("no two entries give a parameter different defaults")
    other, its = draw.rng.choice(others)
    rest = draw.lures(unit, draw.shown - 2, fit=lambda passage: passage.name != other.name)
    twin = _default(draw, other, its, (passage_of(unit), *rest))
    trap = _default(draw, unit, bound, (passage_of(other), *rest))
    return replace(trap, cell="default/wind/value", operator="other-default", twin=twin)


def default_silent(draw: Draw) -> Draft:
    """The default of a parameter of a thing that is not shown."""
    unit = draw.entry("defaults")
    lures = draw.lures(unit, draw.shown)
    answerable = _default(draw, unit, draw.rng.choice(unit.fact("defaults").split("\n")), lures[: draw.shown - 1])
    return replace(answerable.silent(lures[-1], "not-shown"), lacking=unit.name)


def purpose(draw: Draw) -> Draft:
    """Which one does what a summary says?"""
    unit = draw.entry("summary", _quotable)
    return _purpose(draw, unit, draw.lures(unit, draw.shown - 1, without=unit.fact("summary")))


def purpose_lured(draw: Draw) -> Draft:
    """The same beside a namesake that does something else; the twin asks for that."""
    families = list(draw.shelf.namesakes.values())
    for _ in range(TRIES):
        members = [unit for unit in draw.allowed(draw.rng.choice(families)) if _quotable(unit)] if families else []
        if len(members) >= 2:
            unit, other = draw.rng.sample(members, 2)
            if unit.fact("summary") not in other.text and other.fact("summary") not in unit.text:
                break
    else:
        raise Unmade("no two namesakes have different purposes")
    rest = draw.lures(
        unit, draw.shown - 2, without=unit.fact("summary"),
        fit=lambda passage: passage.name != other.name and other.fact("summary") not in passage.text,
    )  # fmt: skip
    twin = _purpose(draw, other, (passage_of(unit), *rest))
    trap = _purpose(draw, unit, (passage_of(other), *rest))
    return replace(trap, cell="purpose/wind/name", operator="namesake", twin=twin)


def purpose_silent(draw: Draw) -> Draft:
    """What a summary says is done by nothing that is shown."""
    unit = draw.entry("summary", _quotable)
    lures = draw.lures(unit, draw.shown, without=unit.fact("summary"))
    silent = _purpose(draw, unit, lures[: draw.shown - 1]).silent(lures[-1], "not-shown")
    return replace(silent, lacking=_telling(unit.fact("summary"), lures))


def taker(draw: Draw) -> Draft:
    """Which one of those shown takes a parameter?"""
    unit = draw.entry("parameters")
    name = draw.rng.choice(unit.fact("parameters").split())
    lures = draw.lures(unit, draw.shown - 1, without=name)
    question = draw.word("taker", p=name)
    return Draft("taker/rain/name", question, unit.name, passage_of(unit), lures, proof=bound_words(unit, name))


def taker_silent(draw: Draw) -> Draft:
    """None of those shown takes it."""
    unit = draw.entry("parameters")
    name = draw.rng.choice(unit.fact("parameters").split())
    lures = draw.lures(unit, draw.shown, without=name)
    question = draw.word("taker", p=name)
    plain = Draft(
        "taker/rain/name", question, unit.name, passage_of(unit), lures[: draw.shown - 1], proof=bound_words(unit, name)
    )
    return replace(plain.silent(lures[-1], "not-shown"), lacking=name)


def raises(draw: Draw) -> Draft:
    """Which exception does it raise?"""
    unit = draw.entry("raises")
    return _raises(draw, unit, draw.lures(unit, draw.shown - 1))


def raises_silent(draw: Draw) -> Draft:
    """The documents do not say what it raises, though they speak of it."""
    unit, quiet = draw.entry("raises"), draw.entry("summary", lambda unit: "rais" not in unit.text.casefold())
    lures = draw.lures(unit, draw.shown - 1)
    twin = _raises(draw, unit, lures)
    mild = draw.lures(quiet, len(lures), fit=lambda passage: "rais" not in passage.text.casefold())
    return Draft(
        "raises/border/name", draw.word("raises", f=quiet.name), ABSTAIN, None, (passage_of(quiet), *mild),
        lacking="raise", operator="silent-on-it", twin=twin,
    )  # fmt: skip


def _closed(unit: Unit) -> bool:
    """Whether its signature says all that it takes."""
    return not unit.fact("any-keyword")


def _quotable(unit: Unit) -> bool:
    summary = unit.fact("summary")
    return 20 <= len(summary) <= 130 and '"' not in summary and not summary.endswith("...")


def _mentions(unit: Unit, name: str) -> bool:
    return name in unit.text


def _foreign(draw: Draw, unit: Unit) -> str:
    """A parameter that other things take and this one doesn't even mention, half of the time of a neighbour."""
    near = draw.shelf.near(unit)
    for _ in range(TRIES):
        other = draw.rng.choice(near if draw.rng.random() < 0.5 else draw.shelf.entries)
        names = [name for name in other.fact("parameters").split() if not _mentions(unit, name)]
        if names:
            return draw.rng.choice(names)
    raise Unmade(f"no other entry takes what {unit.name} doesn't")


def _fabricated(draw: Draw, unit: Unit) -> str:
    """A name that nothing has: the last part of another thing's in this one's place."""
    place = unit.name.rpartition(".")[0]
    known = draw.shelf.texts
    for _ in range(TRIES):
        made = f"{place}.{draw.rng.choice(draw.shelf.entries).name.rpartition('.')[2]}"
        if made not in known:
            return made
    raise Unmade(f"everything that could be called {place}.something exists")


def bound_words(unit: Unit, name: str) -> str:
    """The words of a signature that bind a parameter: with its default where that is short."""
    bound = next((each for each in unit.fact("defaults").split("\n") if each.startswith(f"{name}=")), name)
    return bound if bound in passage_of(unit).text and '"' not in bound else name


def _head(unit: Unit) -> str:
    return f"{unit.name}("


def _yes(draw: Draw, unit: Unit, name: str, lures: tuple[Passage, ...], topic: str) -> Draft:
    question = draw.word(topic, f=unit.name, p=name)
    return Draft("parameter/rain/yesno", question, "yes", passage_of(unit), lures, proof=bound_words(unit, name))


def _no(draw: Draw, unit: Unit, name: str, lures: tuple[Passage, ...], topic: str) -> Draft:
    question = draw.word(topic, f=unit.name, p=name)
    return Draft("parameter/rain/yesno", question, "no", passage_of(unit), lures, proof=_head(unit), lacking=name)


def _default(draw: Draw, unit: Unit, bound: str, lures: tuple[Passage, ...]) -> Draft:
    if '"' in bound or bound not in passage_of(unit).text:
        raise Unmade(f"{bound} can't be quoted from {unit.name}")
    question = draw.word("default", f=unit.name, p=bound.partition("=")[0])
    return Draft("default/rain/value", question, bound, passage_of(unit), lures, proof=bound)


def _purpose(draw: Draw, unit: Unit, lures: tuple[Passage, ...]) -> Draft:
    summary = unit.fact("summary")
    return Draft(
        "purpose/rain/name", draw.word("purpose", s=summary), unit.name, passage_of(unit), lures, proof=_start(summary)
    )


def _start(summary: str) -> str:
    """The first words of a summary, enough to be found by."""
    return " ".join(summary.split()[:6])


def _telling(summary: str, lures: tuple[Passage, ...]) -> str:
    """A word of a summary that nothing shown has."""
    for word in sorted(re.findall(r"[A-Za-z]{5,}", summary), key=len, reverse=True):
        if not any(word.casefold() in lure.text.casefold() for lure in lures):
            return word
    raise Unmade(f"every word of {summary!r} is in what is shown")


def _raises(draw: Draw, unit: Unit, lures: tuple[Passage, ...]) -> Draft:
    question, shown = draw.word("raises", f=unit.name), passage_of(unit)
    if unit.fact("raises") not in shown.text:
        raise Unmade(f"what {unit.name} raises is not in what is shown of it")
    return Draft("raises/rain/name", question, unit.fact("raises"), shown, lures, proof=unit.fact("raises"))


MAKERS: dict[str, Callable[[Draw], Draft]] = {
    "parameter/rain/yesno": parameter,
    "parameter/wind/yesno": parameter_lured,
    "parameter/border/yesno": parameter_silent,
    "default/rain/value": default,
    "default/wind/value": default_lured,
    "default/border/value": default_silent,
    "purpose/rain/name": purpose,
    "purpose/wind/name": purpose_lured,
    "purpose/border/name": purpose_silent,
    "taker/rain/name": taker,
    "taker/border/name": taker_silent,
    "raises/rain/name": raises,
    "raises/border/name": raises_silent,
}
"""Cell to what makes a probe of it."""

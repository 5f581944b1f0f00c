"""An operator on what everybody knows of a doing: who runs is moving, who sleeps isn't awake."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from swarm.domains.labelled.items import Item
from swarm.domains.nli.contrast import Case
from swarm.domains.nli.labels import CONTRADICTION, ENTAILMENT, NEUTRAL
from swarm.domains.nli.lexicon import LIVING, PEOPLE, SINGULAR, word_set
from swarm.domains.nli.sentences import progressive, sentence, tidy, words

_SEVERAL = word_set("""
        people group crowd family couple team others other another audience band someone
    """)


_UPSIDE_DOWN = frozenset({"hand", "hands", "head", "handstand", "one", "treadmill"})


@dataclass(frozen=True)
class Property:
    """Something that may be said of a person, and the words that make it true, make it false, or leave it open."""

    said: tuple[str, ...]
    true: frozenset[str]
    false: frozenset[str]
    open: frozenset[str]
    touching: frozenset[str] = frozenset()
    """Words beside an open one under which it isn't open any more."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


PROPERTIES = (
    Property(
        ("is awake", "is not asleep"),
        _set("""
            running cooking jogging cycling reading juggling dancing skateboarding surfing climbing speaking singing
            driving
        """
             "painting sewing typing writing skiing snowboarding"),
        _set("sleeping napping snoozing dozing"),
        _set("lying laying resting relaxing lounging"),
        _set("sleeping asleep eyes nap reading awake book phone talking listening looking watching sun"),
    ),
    Property(
        ("is on the move", "is moving from one place to another"),
        _set("running jogging walking hiking cycling skiing skateboarding snowboarding sprinting strolling marching"),
        _set("sleeping seated sitting kneeling napping"),
        _set("smiling laughing talking singing shouting whistling humming"),
        _set("""
            stand stands standing sit sits sitting seated lying lies bench chair ride rides riding car train bus
            bike horse boat
        """
             """
                 road walk walks walking run runs running posing poses treadmill stage camera microphone
                 microphones desk bed crowd
             """),
    ),
    Property(
        ("is upright on both feet", "is standing or walking"),
        _set("standing walking strolling marching"),
        _set("sitting seated lying sleeping kneeling napping"),
        _set("smiling laughing talking reading eating drinking shouting"),
        _set("""
            podium bicycle bicycles motorcycle stand stands standing walk walks walking
            run runs sit sits sitting bench chair couch bed floor ground
            grass lap wall
        """
             """
                 leaning wheelchair stage table lying posing bike horse car swing bus train desk stool sofa boat
                 next computer rocks
             """
             "rock steps stairs bathtub hammock counter jumping riding dancing one leg foot"),
    ),
)  # fmt: skip


def knowledge(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """What a doing implies, excludes or leaves open by what everybody knows.

    Why the label is known: the premise names one living being only, a person, and says in its first clause what that
    one is doing; the properties list which doings make each of them true, false, or leave it open, and the same
    sentences are asked with each label. An open one is refused where any other word touches the property.
    """
    del pool
    premise = tidy(item.fields["premise"])
    done = progressive(premise) if premise else None
    if not premise or not done:
        return ()
    said = words(premise)
    alive = [word for word in said if word in LIVING or word in _SEVERAL]
    if len(alive) != 1 or alive[0] not in PEOPLE & SINGULAR:
        return ()
    known = [(each, label) for each in PROPERTIES if (label := _label(each, done.verb, set(said)))]
    if not known:
        return ()
    property_, label = rng.choice(known)
    return (Case(sentence(premise), sentence(f"the {alive[0]} {rng.choice(property_.said)}"), label),)


def _label(property_: Property, verb: str, said: set[str]) -> str | None:
    """What the doing says of the property; None where it says nothing, or another word may say something else."""
    if verb in property_.open:
        return None if said & property_.touching else NEUTRAL
    if verb in property_.true:
        return None if said & (property_.false | _UPSIDE_DOWN) else ENTAILMENT
    return CONTRADICTION if verb in property_.false and not said & property_.true else None

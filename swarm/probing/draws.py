"""What a family draws: how it is made, what came of that, and by what it may be compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from swarm.domains.base import Domain
from swarm.probing.choices import Choice, Choices
from swarm.probing.features import features, fingerprint, niche
from swarm.records import Cell, Probe, Purpose, Sample, dated_id


@dataclass(frozen=True)
class Recipe:
    """How a probe is made: its cell, the seed of what is chosen, and the choices that are given instead."""

    cell: Cell
    seed: str
    script: tuple[Choice, ...] = ()
    part: int | None = None
    """Which one of a trap and its twin is asked alone; None for both."""


@dataclass(frozen=True)
class Drawn:
    """Probes that belong together: one, or a trap with its twin. `parent` is the failure or elite they go back to.

    What has no recipe can't be made again, and is no parent of edits.
    """

    recipe: Recipe | None
    samples: tuple[Sample, ...]
    parent: Probe | None = None
    edit: str = ""
    """What was done to the parent."""

    @cached_property
    def probes(self) -> tuple[Probe, ...]:
        """What the samples hold."""
        return tuple(map(probe_of, self.samples))

    @cached_property
    def traits(self) -> tuple[tuple[str, ...], ...]:
        """The features of each probe."""
        return tuple(map(features, self.probes))

    @cached_property
    def niche(self) -> str:
        """Cell and trap of the first probe."""
        return niche(self.probes[0])


def draw(domain: Domain, recipe: Recipe, purpose: Purpose) -> tuple[tuple[Sample, ...], tuple[Choice, ...]]:
    """What a recipe makes, and every choice that was made. Raises ValueError where the domain makes nothing of it."""
    source = Choices(recipe.seed, recipe.script)
    made = domain.make(recipe.cell, source, purpose)
    if recipe.part is not None:
        made = [alone(each) for each in made[recipe.part : recipe.part + 1]]
    if not made:
        raise ValueError(f"{recipe.cell.key} has no part {recipe.part} here: give the part of a probe with a twin")
    return tuple(made), tuple(source.made)


def probe_of(sample: Sample) -> Probe:
    """The probe that a sample holds. Raises ValueError where it holds something else."""
    if not isinstance(sample.payload, Probe):
        raise ValueError(f"sample {sample.id} holds a {sample.kind}, not a probe")
    return sample.payload


def alone(sample: Sample) -> Sample:
    """A probe without its tie to a twin that is not published."""
    return sample.model_copy(update={"payload": probe_of(sample).model_copy(update={"twin_id": ""})})


def named(sample: Sample) -> Sample:
    """The probe under an id that follows from its question, so that drawing it again gives the same one."""
    return alone(sample).model_copy(update={"id": fingerprint(probe_of(sample).question).hex()})


def dated(samples: Sequence[Sample], at: datetime) -> list[Sample]:
    """The probes under ids that begin with a time; twins among them still name each other."""
    names = {sample.id: dated_id(sample.id, at) for sample in samples}

    def renamed(sample: Sample) -> Sample:
        probe = probe_of(sample)
        twinned = probe.model_copy(update={"twin_id": names.get(probe.twin_id, probe.twin_id)})
        return sample.model_copy(update={"id": names[sample.id], "root_id": names[sample.id], "payload": twinned})

    return [renamed(sample) for sample in samples]


def stamped(samples: Iterable[Sample], **changes: object) -> tuple[Sample, ...]:
    """The samples with these fields of their probes changed."""
    return tuple(s.model_copy(update={"payload": probe_of(s).model_copy(update=changes)}) for s in samples)

"""Which student a person means for a duel, on which domain, and who its contestants are."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarm import weights
from swarm.approach import RAW_TOKENS, Approach, Asking, TargetKind
from swarm.cli.places import Standing, find_run, run_domain, standing, stored_config
from swarm.cli.siege import target_kind
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.domains.labelled import LabelledDomain
from swarm.duel.entrants import entrant
from swarm.duel.plan import STUDENT, Entrant, kind_of, styled
from swarm.errors import ConfigError
from swarm.exam_report import ContestantKind
from swarm.exported import is_exported, read_exported
from swarm.report.reading import chosen, snapshot

SHOTS = 8
"""Examples for the base of an exported student."""


@dataclass(frozen=True)
class Meant:
    """A run's checkpoint, or an exported folder (`run` is None), with its domain. Its student never changes."""

    place: Path
    run: Path | None
    checkpoint: str
    name: str
    data: str
    domain: Domain

    @classmethod
    def find(cls, student: Path | None, checkpoint: str, domain: str, data: str) -> "Meant":
        """Raises ConfigError, or WeightsError, where there is no such student, checkpoint or domain."""
        if student is not None and standing(student) is Standing.NEW:
            weights.folder(str(student))
            if is_exported(student):
                told = read_exported(student)
                domain, checkpoint = domain or told.domain, "" if checkpoint == told.checkpoint else checkpoint
            if not domain:
                raise ConfigError(f"{str(student)!r} doesn't say its domain", "Give it with --domain, or give the run")
            if checkpoint:
                raise ConfigError(f"{str(student)!r} is one student, without {checkpoint!r}", "Give its run folder")
            return cls(student, None, "", domain, data, _opened(domain, data))
        run = find_run(student)
        if domain:
            raise ConfigError(f"--domain {domain!r}: a run has its own", "Leave it away")
        with snapshot(run) as exchange:
            held = chosen(exchange, checkpoint).id
        name = run_domain(run)
        return cls(run, run, held, name, data, _opened(name, data))

    def student(self, threads: int) -> Entrant:
        """The student as a contestant."""
        longest, held = RAW_TOKENS, self.place
        if self.run is not None:
            config = stored_config(self.run)
            longest, held = config.student.max_new_tokens, weights.folder(config.student_source)
        elif is_exported(self.place):
            longest = read_exported(self.place).new_tokens
        approach = Approach(
            target=str(self.place), kind=TargetKind.WEIGHTS if self.run is None else TargetKind.RUN,
            checkpoint=self.checkpoint, ask=Asking.RAW, shots=0, new_tokens=longest, threads=threads,
        )  # fmt: skip
        return Entrant(
            name=STUDENT, kind=ContestantKind.STUDENT, approach=approach, parameters=weights.parameters(held)
        )

    def base(self, common: dict[str, Any]) -> list[Entrant]:
        """What the student was grown from, asked in three ways; none where a folder does not say it."""
        if self.run is not None:
            config = stored_config(self.run)
            source, shots = config.student_source, config.exam.shots
        elif is_exported(self.place):
            source, shots = read_exported(self.place).base, SHOTS
        else:
            return []
        ways = ((Asking.CHAT, 0, 72), (Asking.CHAT, shots, 72), (Asking.COT, shots, 256))
        return [
            Entrant(
                name=styled("base", ask, count), kind=kind_of(ask, count),
                approach=Approach(
                    target=source, kind=TargetKind.WEIGHTS, ask=ask, shots=count, new_tokens=longest, **common
                ),
                parameters=weights.parameters(weights.folder(source)),
            )
            for ask, count, longest in ways
        ]  # fmt: skip

    def contestant(self, said: str, common: dict[str, Any]) -> Entrant:
        """The contestant that `--against` names; its weights are looked for, its endpoint is not called."""
        known = self.domain.loaded.recorded if isinstance(self.domain, LabelledDomain) else {}
        bare = {"ask": Asking.RAW} if is_exported(Path(said.partition(",")[0])) else {}
        made = entrant(said, target_kind, known, common | bare)
        if made.name in known and made.recorded != made.name:
            raise ConfigError(
                f"--against {said!r}: {made.name!r} is what the domain's own recorded answers are called",
                "Name it otherwise: name=NAME",
            )
        approach = made.approach
        if approach is None or approach.kind is TargetKind.ENDPOINT:
            return made
        if approach.kind is TargetKind.RUN:
            source = stored_config(Path(approach.target)).student_source
            return made.model_copy(update={"parameters": weights.parameters(weights.folder(source))})
        return made.model_copy(update={"parameters": weights.parameters(weights.folder(approach.target))})


def _opened(name: str, data: str) -> Domain:
    try:
        return load_domain(name, data)
    except ValueError as error:
        raise ConfigError(str(error), "Give another --domain") from error

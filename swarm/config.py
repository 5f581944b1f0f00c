"""The config of one swarm: a TOML file, read into these models; docs/configuration.md is generated from them."""

import difflib
import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, model_validator

from swarm.errors import ConfigError
from swarm.flow import BUILT_IN, LEASES, RoleSpec, declared, refusals
from swarm.flow.refusals import explained
from swarm.keeping import PrivacySection, RetentionSection
from swarm.recipes import RecipesSection
from swarm.roles import Role
from swarm.schedule import parse as stages_of
from swarm.sections import (
    BudgetSection,
    EngineKind,
    EngineSection,
    ExamSection,
    FlowSection,
    GatewaySection,
    PhaseSection,
    RaySection,
    RoleSection,
    Section,
    StudentSection,
    SwarmSection,
    TrainerSection,
)

STAFFED = (Role.PROBER, Role.STUDENT, Role.JUDGE, Role.TEACHER, Role.EVOLVER, Role.EXAMINER)
"""The roles that agents are hired for; the trainer group has a section of its own."""


class Config(Section):
    """One swarm."""

    swarm: SwarmSection = SwarmSection()
    budget: BudgetSection = BudgetSection()
    gateway: GatewaySection = GatewaySection()
    ray: RaySection = RaySection()
    student: StudentSection = StudentSection()
    trainer: TrainerSection = TrainerSection()
    recipes: RecipesSection = RecipesSection()
    exam: ExamSection = ExamSection()
    phases: PhaseSection = PhaseSection()
    retention: RetentionSection = RetentionSection()
    privacy: PrivacySection = PrivacySection()
    engines: dict[str, EngineSection] = Field(
        {"student": EngineSection()}, description="engines by name; `student` must exist"
    )
    roles: dict[str, RoleSection] = Field(
        default_factory=dict, description="roles by name; those not named get one agent"
    )

    flow: dict[str, FlowSection] = Field(
        default_factory=dict,
        description="roles of your own by name, beside the swarm's; gates before the same role stand in this order",
    )

    @model_validator(mode="after")
    def _check_flow(self) -> "Config":
        if faults := refusals(declared(BUILT_IN, self.declared_roles)):
            said, fix = explained(faults)
            raise ValueError(f"flow: {said}. {fix}")
        return self

    @model_validator(mode="after")
    def _check(self) -> "Config":
        if "student" not in self.engines:
            raise ValueError("engines: there is no [engines.student]; add one, the student answers through it")
        for name, role in self.roles.items():
            if name not in STAFFED:
                raise ValueError(f"roles.{name}: there is no such role to hire; roles are {', '.join(STAFFED)}")
            if role.agent and name not in (*LEASES, Role.PROBER):
                raise ValueError(
                    f"roles.{name}.agent is {role.agent!r}; only students, judges, teachers and probers can be your own"
                )
            if role.engine and role.engine not in self.engines:
                raise ValueError(
                    f"roles.{name}.engine is {role.engine!r}, which is none of the engines {sorted(self.engines)}"
                )
            self._check_judging(name, role)
            if role.siblings and (name != Role.TEACHER or role.engine or role.agent):
                raise ValueError(
                    f"roles.{name}.siblings is {role.siblings}; only a teacher by worked solutions, "
                    "with neither engine nor agent, gives siblings: set it to 0"
                )
            self._check_families(name, role)
        for name, engine in self.engines.items():
            if engine.kind is EngineKind.OPENAI and not engine.url:
                raise ValueError(f"engines.{name}.url is empty; an openai engine needs its base URL")
        if self.trainer.min_workers > self.trainer.workers:
            raise ValueError(
                f"trainer.min_workers is {self.trainer.min_workers}, and trainer.workers, the most, is "
                f"{self.trainer.workers}: give no more than that, or 0 for a group that keeps its size"
            )
        named = {stage.recipe for stage in stages_of(self.trainer.recipe)}
        if "on_policy" in named and not self.recipes.on_policy.teacher:
            raise ValueError("recipes.on_policy.teacher is empty; name weights of the student's own vocabulary")
        if self.one_family and not self.role(Role.JUDGE).allow_same_family:
            raise ValueError(
                f"judge and teacher are both of the model family {self.one_family!r}; use another family for one of "
                "them, or set roles.judge.allow_same_family, which the certificate then says"
            )
        return self

    @staticmethod
    def _check_families(name: str, role: RoleSection) -> None:
        if name != Role.PROBER and (role.held_out or role.families != RoleSection().families):
            raise ValueError(f"roles.{name} has families or held_out; only a prober has: name them in roles.prober")
        if role.held_out in role.families:
            raise ValueError(
                f"roles.{name}.held_out is {role.held_out!r}, which is one of its families {list(role.families)}: "
                "what is learned from can't be held out; take it off the list"
            )
        if role.held_out == "model" and not role.engine:
            raise ValueError(
                f"roles.{name}.held_out is 'model', but no engine is named that could word its probes: "
                f"name roles.{name}.engine, or hold out another family"
            )

    def _check_judging(self, name: str, role: RoleSection) -> None:
        """Raise ValueError where a role has settings of a judge that it can't have."""
        if name != Role.JUDGE and (role.jury or not role.blind or role.allow_same_family):
            raise ValueError(f"roles.{name}: jury, blind and allow_same_family are a judge's; set them in roles.judge")
        if role.jury and not role.engine:
            raise ValueError(f"roles.{name}.jury is {list(role.jury)}, and roles.{name}.engine is empty; name one")
        for engine in role.jury:
            if engine not in self.engines or engine == role.engine or role.jury.count(engine) > 1:
                raise ValueError(
                    f"roles.{name}.jury names {engine!r}; name other engines than the judge's, each once, "
                    f"of {sorted(self.engines)}"
                )

    @property
    def one_family(self) -> str:
        """The model family that the teacher shares with the judge or its jury; empty where none is shared."""
        judge, teacher = self.role(Role.JUDGE), self.role(Role.TEACHER)
        families = {self._family(engine) for engine in (judge.engine, *judge.jury) if engine}
        taught = self._family(teacher.engine) if teacher.engine else ""
        return taught if taught in families else ""

    def _family(self, engine: str) -> str:
        section = self.engines[engine]
        return section.family or section.model or self.student_source

    @property
    def declared_roles(self) -> tuple[RoleSpec, ...]:
        """The roles that the sections of `flow` declare."""
        return tuple(section.spec(name) for name, section in self.flow.items())

    def role(self, name: str) -> RoleSection:
        """The section of a role; the defaults where the config does not name it."""
        return self.roles.get(name, RoleSection())

    @property
    def student_source(self) -> str:
        """Where the student's first weights are: a checkpoint's folder where one is given, else the base."""
        return self.student.checkpoint.removeprefix("file://") or self.student.weights

    @property
    def run_dir(self) -> Path:
        """The run folder as an absolute local path."""
        return Path(self.swarm.run).absolute()


def _suggest(location: tuple[str | int, ...]) -> str:
    """The known key nearest to an unknown one."""
    model: Any = Config
    for part in location[:-1]:
        field = getattr(model, "model_fields", {}).get(part)
        if field is not None:
            model = field.annotation
            continue
        model = {"engines": EngineSection, "roles": RoleSection, "flow": FlowSection}.get(str(location[0]), model)
    known = list(getattr(model, "model_fields", {}))
    near = difflib.get_close_matches(str(location[-1]), known, 1)
    return f"; did you mean {near[0]!r}?" if near else f"; known keys: {', '.join(known)}"


def parse(text: str, source: str, overrides: dict[str, Any] | None = None) -> Config:
    """Read a config from TOML text. `overrides` maps dotted keys to values. Raises ConfigError naming key and value."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: not TOML: {error}", fix="mend that line") from error
    for dotted, value in (overrides or {}).items():
        *path, last = dotted.split(".")
        place = data
        for part in path:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise ConfigError(
                    f"{source}: {dotted} can't be set: {part} is {place!r}", fix="see docs/configuration.md"
                )
        place[last] = value
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        raise ConfigError(
            f"{source}: " + "; ".join(map(_explain, error.errors())), fix="see docs/configuration.md"
        ) from error


def _explain(problem: Any) -> str:
    where = ".".join(map(str, problem["loc"]))
    if problem["type"] == "extra_forbidden":
        return f"unknown key {where}{_suggest(problem['loc'])}"
    shown = (
        ""
        if isinstance(problem["input"], dict | Config) or problem["type"] == "store_url"
        else f" (got {problem['input']!r})"
    )
    return f"{where}: {problem['msg']}{shown}" if where else str(problem["msg"])


def load(path: str | Path, overrides: dict[str, Any] | None = None) -> Config:
    """Read a config file. Raises ConfigError where it is missing or wrong."""
    file = Path(path)
    if not file.is_file():
        raise ConfigError(
            f"no config file {str(path)!r}", fix="give the path of a TOML file, such as examples/laptop.toml"
        )
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}", fix="save it as UTF-8") from error
    return parse(text, str(path), overrides)

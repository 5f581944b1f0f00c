"""Who speaks: one file per role, and the model engines that they speak through."""

from importlib import import_module

from swarm.state import Role

ROLES: dict[Role, str] = {
    Role.PROBER: "agents.prober:Prober",
    Role.STUDENT: "agents.student:Student",
    Role.JUDGE: "agents.judge:Judge",
    Role.TEACHER: "agents.teacher:build_teacher",
    Role.EVOLVER: "agents.evolver:Evolver",
    Role.EXAMINER: "agents.examiner:Examiner",
}
"""Role to `module:name` of what makes its agents; nothing is imported before it is asked for."""


def role_maker(role: Role) -> object:
    """The class (or, for teachers, the function) that makes agents of a role. Raises KeyError for roles without any."""
    module, _, name = ROLES[role].partition(":")
    return getattr(import_module(module), name)

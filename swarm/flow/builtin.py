"""The swarm's own roles, declared the way a stranger's are."""

from collections.abc import Mapping

from swarm.flow.graph import Flow
from swarm.flow.spec import IN_LINE, Place, RoleSpec
from swarm.roles import Role
from swarm.work import Stage

_NOTES = ("annotation",)
_ASKS = ("probe", "annotation")

BUILT_IN = Flow(
    (
        RoleSpec(name=Role.PROBER, publishes=_ASKS),
        RoleSpec(name=Role.STUDENT, consumes=Stage.PROBES, stands=IN_LINE, completes_with="attempt", publishes=_NOTES),
        RoleSpec(
            name=Role.JUDGE,
            consumes=Stage.ATTEMPTS,
            stands=IN_LINE,
            completes_with="verdict",
            publishes=("verdict", "annotation"),
        ),
        RoleSpec(
            name=Role.TEACHER, consumes=Stage.FAILURES, stands=IN_LINE, completes_with="correction", publishes=_NOTES
        ),
        RoleSpec(name=Role.EVOLVER, publishes=_NOTES),
        RoleSpec(name=Role.EXAMINER, publishes=_ASKS),
        RoleSpec(name=Role.TRAINER, publishes=_NOTES),
        RoleSpec(name=Role.SUPERVISOR, publishes=_NOTES),
        RoleSpec(name=Role.OPERATOR, publishes=_ASKS),
        RoleSpec(name=Role.REPORTER),
    )
)
"""The flow of a swarm that declares no role of its own."""

LEASES: Mapping[Role, Stage] = {
    Role(spec.name): Stage(spec.consumes) for spec in BUILT_IN.specs if spec.place is Place.LINE
}
"""The one stage that a built-in role takes work from; others take none."""

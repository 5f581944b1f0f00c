"""Flows: where a sample goes, who may make what, and every fault that is refused, by its words."""

import pytest

from swarm.flow import BUILT_IN, LEASES, Flow, Place, RoleLimits, RoleSpec, Route, declared, refusals
from swarm.flow.refusals import explained
from swarm.records import (
    Annotation,
    Attempt,
    Cell,
    Correction,
    Origin,
    Payload,
    Probe,
    Purpose,
    TeacherKind,
    Verdict,
    Weather,
)
from swarm.roles import OWN_ROLES, Role
from swarm.work import STAGES, Stage

PASSED = Verdict(passed=True, rubric_version=1, decided_by="verifier")
FAILED = PASSED.model_copy(update={"passed": False})
SAID = Attempt(text="a", checkpoint_id="base")
WORKED = Correction(rationale="r", answer="a", teacher=TeacherKind.WORKED, verified=True)
NOTE = Annotation(schema_name="note", body="{}")

CRITIC = RoleSpec(name="critic", consumes="failures", stands="before teacher", completes_with="annotation")
SECOND = CRITIC.model_copy(update={"name": "second-critic"})
DEDUPLICATOR = RoleSpec(name="deduplicator", consumes="probes", stands="before student", completes_with="annotation")
ESCALATOR = RoleSpec(name="escalator", consumes="passes", completes_with="probe", limits=RoleLimits(generations=3))
CURATOR = RoleSpec(name="curator", consumes="verdicts", completes_with="annotation", limits=RoleLimits(queue=50))
TICKETS = RoleSpec(name="tickets", publishes=("probe",))
ALL = declared(BUILT_IN, (CRITIC, SECOND, DEDUPLICATOR, ESCALATOR, CURATOR, TICKETS))


def asked(purpose: Purpose = Purpose.LEARN) -> Probe:
    cell = Cell(subdomain="relative", weather=Weather.RAIN, form="date")
    return Probe(cell=cell, purpose=purpose, origin=Origin.GRAMMAR, question="q")


def test_the_swarms_own_flow_has_no_fault_and_a_role_for_each_role() -> None:
    assert refusals(BUILT_IN) == []
    assert set(BUILT_IN.by_name) == set(OWN_ROLES)
    assert LEASES == {Role.STUDENT: Stage.PROBES, Role.JUDGE: Stage.ATTEMPTS, Role.TEACHER: Stage.FAILURES}
    assert set(BUILT_IN.queues) == set(STAGES)


@pytest.mark.parametrize(
    ("payload", "waits"),
    [
        (asked(), dict.fromkeys((Purpose.LEARN, Purpose.SIEGE, Purpose.CENSUS, Purpose.ASK), "probes")),
        (SAID, dict.fromkeys((Purpose.LEARN, Purpose.SIEGE, Purpose.CENSUS, Purpose.EXAM), "attempts")),
        (FAILED, {Purpose.LEARN: "failures"}),
        (PASSED, {}),
        (WORKED, {}),
        (NOTE, {}),
    ],
)
def test_where_a_sample_waits_without_declared_roles(payload: Payload, waits: dict[Purpose, str]) -> None:
    assert {purpose: BUILT_IN.route(payload, purpose) for purpose in Purpose} == {
        purpose: Route(waits.get(purpose)) for purpose in Purpose
    }


def test_what_is_to_be_learned_from_passes_gates_in_their_order_and_is_offered_to_taps() -> None:
    assert ALL.route(asked(), Purpose.LEARN) == ("deduplicator", ())
    assert ALL.route(FAILED, Purpose.LEARN) == ("critic", ("curator",))
    assert ALL.route(PASSED, Purpose.LEARN) == (None, ("escalator", "curator"))
    assert [ALL.after(queue) for queue in ("critic", "second-critic", "deduplicator")] == [
        "second-critic",
        "failures",
        "probes",
    ]
    assert ALL.after("failures") == ALL.after("curator") == ALL.after("nobody") == ""
    assert ALL.path("failures") == ("critic", "second-critic", "failures")


@pytest.mark.parametrize("purpose", [Purpose.SIEGE, Purpose.CENSUS, Purpose.ASK])
def test_measurements_and_questions_pass_by_gates_and_taps(purpose: Purpose) -> None:
    assert ALL.route(asked(purpose), purpose) == ("probes", ())
    assert ALL.route(PASSED, purpose) == ALL.route(FAILED, purpose) == (None, ())


def test_who_may_make_what() -> None:
    assert BUILT_IN.may_publish(Role.PROBER, "probe")
    assert BUILT_IN.may_publish(Role.TRAINER, "annotation")
    assert not BUILT_IN.may_publish(Role.TEACHER, "correction")
    assert ALL.may_publish("tickets", "probe")
    assert not ALL.may_publish("critic", "annotation"), "it says what it has to say by completing"
    assert not ALL.may_publish("nobody", "annotation")
    assert [ALL.completes_with(name) for name in ("student", "escalator", "tickets", "nobody")] == [
        "attempt",
        "probe",
        "",
        "",
    ]
    assert [ALL.queue_of(name) for name in ("judge", "critic", "curator", "tickets")] == [
        "attempts",
        "critic",
        "curator",
        "",
    ]
    assert [ALL.by_name[name].place for name in ("judge", "critic", "curator", "tickets")] == [
        Place.LINE,
        Place.GATE,
        Place.TAP,
        Place.SOURCE,
    ]


def test_the_five_examples_fit_together() -> None:
    assert refusals(ALL) == []


@pytest.mark.parametrize(
    ("spec", "said", "fix"),
    [
        (CURATOR.model_copy(update={"name": "judge"}), "'judge' is taken: it is one of the swarm's own", "another"),
        (CURATOR.model_copy(update={"name": "probes"}), "'probes' is taken", "another"),
        (CURATOR.model_copy(update={"consumes": "tickets"}), "consumes 'tickets', which nobody makes", "verdicts"),
        (CURATOR.model_copy(update={"completes_with": "hint"}), "makes 'hint', an unknown kind", "annotation"),
        (CURATOR.model_copy(update={"completes_with": "verdict"}), "would complete with verdict", "'annotation'"),
        (CURATOR.model_copy(update={"completes_with": ""}), "would complete with nothing", "'annotation'"),
        (CURATOR.model_copy(update={"publishes": ("correction",)}), "would publish a correction", "probe, annotation"),
        (CURATOR.model_copy(update={"publishes": ("probe",)}), "probes that nothing tells", "generations"),
        (CURATOR.model_copy(update={"stands": "behind judge"}), "stands 'behind judge'", "before ROLE"),
        (CURATOR.model_copy(update={"limits": RoleLimits(generations=2)}), "2 generations of probes", "Leave"),
        (CRITIC.model_copy(update={"stands": "in line"}), "stands in line", "before teacher"),
        (CRITIC.model_copy(update={"stands": "before prober"}), "before 'prober', who takes no work", "student"),
        (CRITIC.model_copy(update={"stands": "before curator"}), "before 'curator'", "student, judge, teacher"),
        (CRITIC.model_copy(update={"consumes": "probes"}), "before teacher and consumes 'probes'", "'failures'"),
        (CRITIC.model_copy(update={"consumes": ""}), "before teacher and consumes 'nothing'", "'failures'"),
        (CRITIC.model_copy(update={"completes_with": "probe"}), "a gate and would complete with probe", "'annotation'"),
        (TICKETS.model_copy(update={"publishes": ()}), "neither consumes nor publishes", "consumes"),
        (TICKETS.model_copy(update={"completes_with": "probe"}), "a source and would complete with probe", "Leave"),
        (
            ESCALATOR.model_copy(update={"limits": RoleLimits()}),
            "a cycle without a bound: escalator -> student -> judge -> escalator",
            "generations = 3",
        ),
    ],
)
def test_a_fault_is_named_with_its_fix(spec: RoleSpec, said: str, fix: str) -> None:
    faults = refusals(declared(BUILT_IN, (spec,)))
    assert any(said in fault.said and fix in fault.fix for fault in faults), faults
    assert said in explained(faults)[0]


def test_a_name_that_two_roles_have_is_taken() -> None:
    (fault,) = refusals(declared(BUILT_IN, (CURATOR, CURATOR)))
    assert fault.said == "the name 'curator' is taken by another declared role"


@pytest.mark.parametrize(
    ("role", "said"),
    [
        (Role.STUDENT, "prober makes probes, which nobody consumes"),
        (Role.JUDGE, "student makes attempts, which nobody"),
    ],
)
def test_a_kind_that_nobody_consumes_is_named(role: Role, said: str) -> None:
    left = Flow(tuple(spec for spec in BUILT_IN.specs if spec.name != role))
    assert any(said in fault.said for fault in refusals(left))

"""From bytes to handlers: whatever arrives is answered or refused by name, and harms nobody.

`make fuzz` runs the same for about five minutes.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from calendar_work import SEED, checkpoint, exam, probes
from fuzz_rig import METHODS, Target, messages, spoilt, target
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swarm.codec import to_wire
from swarm.gateway.doors import may_call
from swarm.records import Attempt, Purpose, Sample, Verdict
from swarm.roles import OWN_ROLES, Role
from swarm.v1 import (
    agent_pb2,
    checkpoint_pb2,
    exam_pb2,
    exchange_pb2,
    rubric_pb2,
    state_pb2,
    student_pb2,
    swarm_pb2,
)

SETTINGS: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with target(tmp_path_factory.mktemp("fuzzed")) as found:
        yield found


def valid(known: tuple[str, ...]) -> list[Message]:
    """Requests that the gateway takes, or would with a fresh lease."""
    ids, tokens = known[:6], known[6:15]
    answer = Sample(parent_id=known[15], payload=Attempt(text="= 2024-02-29", checkpoint_id="base"))
    verdict = Sample(parent_id=ids[0], payload=Verdict(passed=True, rubric_version=2, decided_by="verifier"))
    completions = [{"token": token, "outputs": [to_wire(answer)]} for token in tokens[:2]]
    failures = [{"token": token, "kind": 1, "reason": "later"} for token in tokens[3:5]]
    done = {"completed": 1, "prompt_tokens": 5, "busy_seconds": 0.5, "note": "well"}
    card = state_pb2.AgentCard(name="prober-1", role=state_pb2.ROLE_PROBER, capabilities=["calendar"])
    return [
        exchange_pb2.PublishRequest(samples=[*map(to_wire, probes(2, seed=9)), to_wire(verdict)]),
        exchange_pb2.LeaseRequest(stage=state_pb2.STAGE_PROBES, limit=2, ttl_seconds=30),
        exchange_pb2.CompleteRequest(completions=completions),
        exchange_pb2.FailRequest(failures=failures),
        exchange_pb2.ExtendRequest(tokens=tokens, ttl_seconds=60),
        exchange_pb2.ListCorrectionsRequest(after_revision=1, limit=9),
        swarm_pb2.ListSamplesRequest(kind=swarm_pb2.SAMPLE_KIND_VERDICT, passed=False, limit=9),
        swarm_pb2.GetLineageRequest(sample_id=ids[0]),
        swarm_pb2.SetPhaseRequest(phase={"name": 1, "reason": "again"}, expected_revision=1),
        swarm_pb2.PutProgressRequest(progress={"phase": 2, "attempt": 1, "probes": 9, "bound": 0.5}),
        agent_pb2.RegisterRequest(card=card),
        agent_pb2.HeartbeatRequest(report_id="r", invalid_probes=[{"reason": "dull", "count": 1}], **done),
        agent_pb2.LeaveRequest(name="prober-1"),
        rubric_pb2.GetRubricRequest(version=1),
        rubric_pb2.PutRubricRequest(rubric=to_wire(SEED)),
        rubric_pb2.PutExperimentRequest(experiment=_experiment()),
        checkpoint_pb2.PutCheckpointRequest(checkpoint=to_wire(checkpoint("c9"))),
        checkpoint_pb2.RollbackRequest(checkpoint_id="base"),
        exam_pb2.SubmitExamRequest(exam=to_wire(exam("e9", probes(9, seed=3, purpose=Purpose.EXAM)))),
        student_pb2.AskRequest(question="Now: 2024-02-28 12:00\nText: tomorrow", wait_seconds=0.01),
    ]


def _experiment() -> state_pb2.Experiment:
    said = {"number": 1, "incumbent_version": 1, "outcome": 1, "reason": "better", "items": 9, "wins": 9}
    return state_pb2.Experiment(proposal=to_wire(SEED), e_value=30.0, threshold=20.0, **said)


def path_of(message: Message) -> str:
    return next(path for path, method in METHODS.items() if method.input_type is message.DESCRIPTOR)


def roles(path: str) -> st.SearchStrategy[Role]:
    """Mostly those who may call it."""
    allowed = [role for role in OWN_ROLES if may_call(role, path)]
    return st.sampled_from(allowed * 9 + list(OWN_ROLES))


def serialised(path: str, fuzzed: Target) -> st.SearchStrategy[bytes]:
    """Random messages of a method."""
    return messages(METHODS[path].input_type, fuzzed.known).map(lambda message: message.SerializeToString())


def hold(fuzzed: Target, name: str, cases: Callable[[str], st.SearchStrategy[tuple[str, Role, bytes]]]) -> None:
    """Send cases to every method: all end well or are refused, some of each, and the gateway is unharmed."""
    ended: Counter[str] = Counter()

    @settings(**SETTINGS)
    @given(st.one_of([cases(path) for path in METHODS]))
    def check(case: tuple[str, Role, bytes]) -> None:
        ended[fuzzed.check(*case)] += 1

    check()
    fuzzed.check_all()
    print(f"\n{name}: {dict(ended)}")
    assert ended["OK"] > 0
    assert ended["INVALID_ARGUMENT"] > 0


def test_valid_requests_with_accidents(fuzzed: Target) -> None:
    seeds = {path_of(message): message.SerializeToString() for message in valid(fuzzed.known)}

    def cases(path: str) -> st.SearchStrategy[tuple[str, Role, bytes]]:
        begun = st.just(seeds[path]) if path in seeds else serialised(path, fuzzed)
        return st.tuples(st.just(path), roles(path), begun.flatmap(spoilt))

    hold(fuzzed, "accidents", cases)


def test_random_messages(fuzzed: Target) -> None:
    def cases(path: str) -> st.SearchStrategy[tuple[str, Role, bytes]]:
        return st.tuples(st.just(path), roles(path), serialised(path, fuzzed))

    hold(fuzzed, "messages", cases)

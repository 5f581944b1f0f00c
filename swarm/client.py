"""The client of the gateway: records in, records out, over the same calls that an agent in any other language uses."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from swarm.batching import Batcher
from swarm.codec import enum_to_wire, from_wire, to_wire
from swarm.connection import Connection, Target
from swarm.criteria import Experiment, Rubric
from swarm.events import Event
from swarm.fields import as_note
from swarm.gateway.run_folder import read_address, read_credential, read_tls
from swarm.records import Cell, Purpose, Record, Sample, new_id
from swarm.roles import AgentCard, AgentStatus, Credential, Role
from swarm.state import PhaseRecord, Progress, SwarmState
from swarm.students import Checkpoint, ExamRecord, PromotionDecision
from swarm.v1 import (
    agent_pb2,
    checkpoint_pb2,
    credential_pb2,
    exam_pb2,
    exchange_pb2,
    operator_pb2,
    rubric_pb2,
    student_pb2,
    swarm_pb2,
)
from swarm.work import Answer, Completion, DeadLetter, Failure, Lease, Stage


class Answered(Record):
    """What the student said to a person's question; `answer` is "" where none could be read out of the text."""

    text: str
    answer: str
    checkpoint_id: str
    seconds: float


class SwarmClient:
    """Calls of one agent. Use it as `async with SwarmClient.for_run(run_dir, Role.PROBER, "prober-1") as client`.

    Concurrent publish and complete calls travel together. While the gateway is away, calls are repeated with the same
    content for up to `patience` seconds; then UnavailableError is raised. `timeout` (seconds) is for one try. What the
    gateway refuses raises RefusedError, except for single items of a batch: their Answer has another code than "OK".
    """

    def __init__(
        self,
        target: str | Target,
        *,
        credential: str,
        name: str,
        role: Role,
        patience: float = 60.0,
        timeout: float = 30.0,
    ) -> None:
        where = Target(target) if isinstance(target, str) else target
        self._open(Connection(lambda: where, credential, name, patience), name, role, timeout)

    @classmethod
    def for_run(
        cls, run_dir: str | Path, role: Role, name: str, *, patience: float = 60.0, timeout: float = 30.0
    ) -> Self:
        """A client of the gateway of a run folder, wherever that listens now or after a restart.

        Raises ConfigError where the folder holds no credential of that role.
        """
        folder = Path(run_dir)
        client = cls.__new__(cls)
        find = Connection(lambda: _target(folder), read_credential(folder, role), name, patience)
        client._open(find, name, role, timeout)
        return client

    def _open(self, connection: Connection, name: str, role: Role, timeout: float) -> None:
        self.name, self.role = name, role
        self._connection, self._timeout = connection, timeout
        self._published: Batcher[Any] = Batcher(self._send_samples, lambda message: int(message.ByteSize()))
        self._completed: Batcher[Any] = Batcher(self._send_completions, lambda message: int(message.ByteSize()))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Send what still waits, then close the channel."""
        await self._published.flush()
        await self._completed.flush()
        await self._connection.close()

    async def _call(self, request: Any, extra_seconds: float = 0.0) -> Any:
        return await self._connection.call(request, self._timeout + extra_seconds)

    async def publish(self, samples: Sequence[Sample]) -> list[Answer]:
        """Store samples durably; one answer each, in order. Repeating it is no second effect."""
        return await self._published.submit([to_wire(sample) for sample in samples])

    async def lease(
        self, stage: Stage, limit: int = 1, wait_seconds: float = 0.0, ttl_seconds: float = 30.0
    ) -> list[Lease]:
        """Work from a queue, at most `limit` (1000); waits up to `wait_seconds` (20) for some, then gives []."""
        request = exchange_pb2.LeaseRequest(
            stage=enum_to_wire(stage), limit=limit, wait_seconds=wait_seconds, ttl_seconds=ttl_seconds
        )
        reply = await self._call(request, wait_seconds)
        return [from_wire(lease, Lease) for lease in reply.leases]

    async def complete(self, completions: Sequence[Completion]) -> list[Answer]:
        """End leases with their outputs; one answer each, in order, the same at every repeat."""
        return await self._completed.submit([to_wire(completion) for completion in completions])

    async def fail(self, failures: Sequence[Failure]) -> list[Answer]:
        """Hand leases back, each with its reason."""
        reply = await self._call(exchange_pb2.FailRequest(failures=[to_wire(failure) for failure in failures]))
        return _records(reply.answers, Answer)

    async def extend(self, tokens: Sequence[str], ttl_seconds: float = 30.0) -> list[Answer]:
        """Hold leases for `ttl_seconds` from now."""
        reply = await self._call(exchange_pb2.ExtendRequest(tokens=tokens, ttl_seconds=ttl_seconds))
        return _records(reply.answers, Answer)

    async def corrections(
        self, after_revision: int, limit: int = 100, wait_seconds: float = 0.0
    ) -> list[tuple[Sample, ...]]:
        """The log of corrections after a revision: chains (correction, verdict, attempt, probe), ascending."""
        request = exchange_pb2.ListCorrectionsRequest(
            after_revision=after_revision, limit=limit, wait_seconds=wait_seconds
        )
        reply = await self._call(request, wait_seconds)
        return [tuple(_records(item.chain, Sample)) for item in reply.corrections]

    async def dead_letters(
        self,
        stage: Stage | None = None,
        *,
        reason: str = "",
        sample_id: str = "",
        after_revision: int = 0,
        limit: int = 100,
    ) -> list[DeadLetter]:
        """Dead letters that fit all filters given, ascending by revision; at most `limit` (1000), or what fits."""
        request = operator_pb2.ListDeadLettersRequest(
            stage=enum_to_wire(stage) if stage else None,
            reason=reason,
            sample_id=sample_id,
            after_revision=after_revision,
            limit=limit,
        )
        reply = await self._call(request)
        return _records(reply.letters, DeadLetter)

    async def requeue_dead(self, sample_ids: Sequence[str], note: str = "") -> list[Answer]:
        """Let dead letters wait again; one answer each, in order."""
        reply = await self._call(operator_pb2.RequeueDeadLettersRequest(sample_ids=sample_ids, note=note))
        return _records(reply.answers, Answer)

    async def discard_dead(self, sample_ids: Sequence[str], note: str = "") -> list[Answer]:
        """Give dead letters up for good; one answer each, in order."""
        reply = await self._call(operator_pb2.DiscardDeadLettersRequest(sample_ids=sample_ids, note=note))
        return _records(reply.answers, Answer)

    async def _send_samples(self, samples: list[Any]) -> list[Answer]:
        reply = await self._call(exchange_pb2.PublishRequest(samples=samples))
        return _records(reply.answers, Answer)

    async def _send_completions(self, completions: list[Any]) -> list[Answer]:
        reply = await self._call(exchange_pb2.CompleteRequest(completions=completions))
        return _records(reply.answers, Answer)

    async def state(self) -> SwarmState:
        """Everything live, at one revision."""
        reply = await self._call(swarm_pb2.GetStateRequest())
        return from_wire(reply.state, SwarmState)

    async def samples(
        self,
        kind: str = "",
        cell: Cell | None = None,
        purpose: Purpose | None = None,
        passed: bool | None = None,
        *,
        since_revision: int = 0,
        limit: int = 100,
        descending: bool = False,
    ) -> list[Sample]:
        """Stored samples that fit all filters given, in order of revision; at most `limit` (1000)."""
        request = swarm_pb2.ListSamplesRequest(
            kind=swarm_pb2.SampleKind.Value(f"SAMPLE_KIND_{kind.upper()}") if kind else 0,  # type: ignore[arg-type]
            cell=to_wire(cell) if cell else None,
            purpose=enum_to_wire(purpose) if purpose else None,
            passed=passed,
            since_revision=since_revision,
            limit=limit,
            descending=descending,
        )
        reply = await self._call(request)
        return _records(reply.samples, Sample)

    async def lineage(self, sample_id: str) -> list[Sample]:
        """A sample with its ancestors and descendants."""
        reply = await self._call(swarm_pb2.GetLineageRequest(sample_id=sample_id))
        return _records(reply.samples, Sample)

    async def watch(self, after_revision: int) -> AsyncGenerator[Event, None]:
        """Every change after a revision, in order and without gaps; bookmarks come while nothing changes.

        Goes on after a restart of the gateway. Raises RefusedError OUT_OF_RANGE where the log doesn't reach back.
        """
        reached = after_revision

        def request() -> swarm_pb2.WatchRequest:
            return swarm_pb2.WatchRequest(after_revision=reached)

        async for reply in self._connection.stream(request):
            event = from_wire(reply.event, Event)
            reached = event.revision
            yield event

    async def phase(self) -> PhaseRecord:
        """The phase."""
        reply = await self._call(swarm_pb2.GetPhaseRequest())
        return from_wire(reply.phase, PhaseRecord)

    async def set_phase(self, phase: PhaseRecord, expected_revision: int) -> PhaseRecord:
        """Move the phase. Raises RefusedError CONFLICT where it has moved since `expected_revision`."""
        reply = await self._call(swarm_pb2.SetPhaseRequest(phase=to_wire(phase), expected_revision=expected_revision))
        return from_wire(reply.phase, PhaseRecord)

    async def put_progress(self, progress: Progress) -> None:
        """Report how far siege or census has come."""
        await self._call(swarm_pb2.PutProgressRequest(progress=to_wire(progress)))

    async def register(self, card: AgentCard) -> AgentStatus:
        """Announce this agent; name and role are those that the client was made with."""
        reply = await self._call(agent_pb2.RegisterRequest(card=to_wire(card)))
        return from_wire(reply.status, AgentStatus)

    async def heartbeat(
        self,
        *,
        completed: int = 0,
        failed: int = 0,
        prompt_tokens: int = 0,
        completion_tokens: int = 0,
        busy_seconds: float = 0.0,
        dollars: float = 0.0,
        note: str = "",
        invalid: Mapping[str, int] | None = None,
    ) -> None:
        """Report what was done since the last report (increments), and probes refused by oneself, by reason."""
        request = agent_pb2.HeartbeatRequest(
            report_id=new_id(),
            completed=completed,
            failed=failed,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            busy_seconds=busy_seconds,
            dollars=dollars,
            note=as_note(note),
        )
        for reason, count in (invalid or {}).items():
            request.invalid_probes.add(reason=reason, count=count)
        await self._call(request)

    async def leave(self, name: str = "") -> None:
        """Take this agent (or, as supervisor or operator, the named one) off the roster."""
        await self._call(agent_pb2.LeaveRequest(name=name))

    async def agents(self) -> list[AgentStatus]:
        """Everyone registered."""
        reply = await self._call(agent_pb2.ListAgentsRequest())
        return _records(reply.agents, AgentStatus)

    async def rubric(self, version: int = 0) -> Rubric:
        """A version of the rubric; 0 means the one in force. Raises RefusedError NOT_FOUND."""
        reply = await self._call(rubric_pb2.GetRubricRequest(version=version))
        return from_wire(reply.rubric, Rubric)

    async def put_rubric(self, seed: Rubric) -> Rubric:
        """Store the seed rubric."""
        reply = await self._call(rubric_pb2.PutRubricRequest(rubric=to_wire(seed)))
        return from_wire(reply.rubric, Rubric)

    async def put_experiment(self, experiment: Experiment) -> Experiment:
        """Enter an experiment in the ledger; returns the line as stored."""
        reply = await self._call(rubric_pb2.PutExperimentRequest(experiment=to_wire(experiment)))
        return from_wire(reply.experiment, Experiment)

    async def ledger(self) -> list[Experiment]:
        """All experiments."""
        reply = await self._call(rubric_pb2.ListExperimentsRequest())
        return _records(reply.experiments, Experiment)

    async def put_checkpoint(self, checkpoint: Checkpoint) -> Checkpoint:
        """Store a base or a candidate with its cursor; idempotent by id."""
        reply = await self._call(checkpoint_pb2.PutCheckpointRequest(checkpoint=to_wire(checkpoint)))
        return from_wire(reply.checkpoint, Checkpoint)

    async def checkpoints(self) -> list[Checkpoint]:
        """Every student version."""
        reply = await self._call(checkpoint_pb2.ListCheckpointsRequest())
        return _records(reply.checkpoints, Checkpoint)

    async def champion(self) -> Checkpoint | None:
        """The version that serves; None before the first base."""
        reply = await self._call(checkpoint_pb2.GetChampionRequest())
        return from_wire(reply.champion, Checkpoint) if reply.HasField("champion") else None

    async def rollback(self, checkpoint_id: str) -> Checkpoint:
        """Make a former champion (or the base) the champion again."""
        reply = await self._call(checkpoint_pb2.RollbackRequest(checkpoint_id=checkpoint_id))
        return from_wire(reply.champion, Checkpoint)

    async def submit_exam(self, exam: ExamRecord) -> PromotionDecision:
        """The gateway's decision over an exam, whose items it judges again."""
        reply = await self._call(exam_pb2.SubmitExamRequest(exam=to_wire(exam)))
        return from_wire(reply.decision, PromotionDecision)

    async def promotions(self) -> list[PromotionDecision]:
        """Every decision."""
        reply = await self._call(exam_pb2.ListPromotionsRequest())
        return _records(reply.promotions, PromotionDecision)

    async def issue_credential(self, name: str, role: Role, ttl_seconds: float = 0.0) -> tuple[Credential, str]:
        """A credential for one agent, and its token, which is shown this once; 0 means 30 days."""
        request = credential_pb2.IssueCredentialRequest(name=name, role=enum_to_wire(role), ttl_seconds=ttl_seconds)
        reply = await self._call(request)
        return from_wire(reply.credential, Credential), reply.token

    async def rotate_credential(
        self, credential_id: str, ttl_seconds: float = 0.0, overlap_seconds: float | None = None
    ) -> tuple[Credential, str]:
        """A successor and its token; the old one goes on for the overlap (an hour where none is given)."""
        request = credential_pb2.RotateCredentialRequest(
            id=credential_id, ttl_seconds=ttl_seconds, overlap_seconds=overlap_seconds
        )
        reply = await self._call(request)
        return from_wire(reply.credential, Credential), reply.token

    async def revoke_credential(self, credential_id: str) -> Credential:
        """End a credential now, and its open streams within 5 s."""
        reply = await self._call(credential_pb2.RevokeCredentialRequest(id=credential_id))
        return from_wire(reply.credential, Credential)

    async def credentials(self) -> list[Credential]:
        """All that were issued."""
        reply = await self._call(credential_pb2.ListCredentialsRequest())
        return _records(reply.credentials, Credential)

    async def ask(self, question: str, wait_seconds: float = 60.0) -> Answered:
        """Put a question to the student that serves. Raises RefusedError NO_STUDENT or NO_ANSWER."""
        request = student_pb2.AskRequest(question=question, request_id=new_id(), wait_seconds=wait_seconds)
        reply = await self._call(request, wait_seconds)
        return Answered(text=reply.text, answer=reply.answer, checkpoint_id=reply.checkpoint_id, seconds=reply.seconds)


def _target(run_dir: Path) -> Target:
    found = read_address(run_dir)
    return Target(found.address, *read_tls(run_dir)) if found.tls else Target(found.address)


def _records(messages: Iterable[Any], model: type[Any]) -> list[Any]:
    return [from_wire(message, model) for message in messages]

"""The student as it serves: answers leased probes with the checkpoint that it holds, and stamps what it says."""

from collections.abc import Sequence

from agents.asking import bare
from agents.engines.base import Engine, Generation, Request
from swarm.books import Books
from swarm.domains.base import Domain
from swarm.errors import EngineUnavailable
from swarm.records import Attempt, Probe, answer_to
from swarm.students import Checkpoint, CheckpointStatus
from swarm.work import Completion, FailKind, Failure, Lease, Stage


def engine_id(checkpoint: Checkpoint) -> str:
    """What an engine calls a checkpoint: "" for the untouched base, else its id."""
    return "" if checkpoint.status is CheckpointStatus.BASE else checkpoint.id


class Student:
    """Holds one checkpoint in an engine that others use too; a new one is taken and verified before the old one goes.

    Work that comes while the engine can't serve is released, which burns no attempt.
    """

    stage = Stage.PROBES

    def __init__(self, domain: Domain, engine: Engine, max_new_tokens: int = 72) -> None:
        self._domain = domain
        self._engine = engine
        self._max_new_tokens = max_new_tokens
        self._held = False
        self.checkpoint: Checkpoint | None = None
        self.books = Books()

    async def take(self, checkpoint: Checkpoint) -> None:
        """Serve this checkpoint from now on; the one before is dropped.

        Raises WeightsError where it is not what it says, or EngineUnavailable; the one before then stays.
        """
        await self._hold(checkpoint)
        before, self.checkpoint, self._held = self.checkpoint, checkpoint, True
        if before is not None and before.id != checkpoint.id and engine_id(before):
            await self._engine.drop(before.id)

    async def _hold(self, checkpoint: Checkpoint) -> None:
        if engine_id(checkpoint):
            await self._engine.take(checkpoint)

    async def act(self, leases: Sequence[Lease]) -> list[Completion | Failure]:
        """Answer every leased probe; the outcomes are in the order of the leases."""
        if not leases:
            return []
        checkpoint = self.checkpoint
        if checkpoint is None:
            return [_failed(lease, FailKind.RELEASE, "no checkpoint has been taken yet") for lease in leases]
        asked = [lease for lease in leases if isinstance(lease.sample.payload, Probe)]
        try:
            if not self._held:
                await self._hold(checkpoint)
            done = await self._engine.generate([self._request(lease, checkpoint) for lease in asked])
            self._held = True
        except EngineUnavailable as error:
            self._held = False
            return [_failed(lease, FailKind.RELEASE, str(error)) for lease in leases]
        self.books.add(done)
        written = {lease.token: generation for lease, generation in zip(asked, done, strict=True)}
        return [self._outcome(lease, written.get(lease.token), checkpoint) for lease in leases]

    def _request(self, lease: Lease, checkpoint: Checkpoint) -> Request:
        probe = lease.sample.payload
        assert isinstance(probe, Probe)
        return bare(self._domain, probe.question, engine_id(checkpoint), self._max_new_tokens)

    @staticmethod
    def _outcome(lease: Lease, written: Generation | None, checkpoint: Checkpoint) -> Completion | Failure:
        if written is None:
            return _failed(lease, FailKind.REJECT, f"{lease.sample.id} is a {lease.sample.kind}, not a probe")
        attempt = Attempt(
            text=written.text,
            checkpoint_id=checkpoint.id,
            prompt_tokens=written.prompt_tokens,
            completion_tokens=written.completion_tokens,
            truncated=written.truncated,
        )
        return Completion(token=lease.token, outputs=(answer_to(lease.sample, attempt),))


def _failed(lease: Lease, kind: FailKind, reason: str) -> Failure:
    return Failure(token=lease.token, kind=kind, reason=reason)

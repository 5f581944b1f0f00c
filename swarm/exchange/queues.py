"""The queues: leasing work, and completing, extending or handing it back behind a fence."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass

from sqlalchemy import Connection, Select, bindparam, insert, or_, select, update

from swarm.errors import RefusedError
from swarm.exchange.attendance import room_for
from swarm.exchange.bodies import bodies_of
from swarm.exchange.flow import (
    MAX_ATTEMPTS,
    MAX_LEASE_SECONDS,
    Code,
    Identity,
    State,
    backoff_seconds,
    decision_of,
    refused_output,
    refused_token,
)
from swarm.exchange.flows import current_flow
from swarm.exchange.held import SECOND, Held, held_by_place, settle_all, wake
from swarm.exchange.intake import Intake
from swarm.exchange.part import Part
from swarm.exchange.redaction import redact_all
from swarm.exchange.requests import Request, recall, remember
from swarm.exchange.rows import Lost, chains, depths
from swarm.exchange.schema import READY, history, is_ordered, queue
from swarm.exchange.tokens import Claim
from swarm.flow import Flow
from swarm.records import Decision, Sample
from swarm.work import Answer, Completion, FailKind, Failure, Lease, stage_of

_LEASE = (
    update(queue)
    .where(queue.c.revision == bindparam("key"), queue.c.stage == bindparam("place"))
    .values(
        state=State.LEASED,
        generation=bindparam("fence"),
        lease_agent=bindparam("agent"),
        lease_until=bindparam("until"),
        leased_at=bindparam("now"),
        answered="",
        answer="",
    )
)

_OTHER = queue.alias()
_OTHERS_TURN = (
    select(1)
    .where(is_ordered(_OTHER), _OTHER.c.stage == queue.c.stage, _OTHER.c.ordering_key == queue.c.ordering_key)
    .where(or_(_OTHER.c.revision < queue.c.revision, _OTHER.c.state == State.LEASED))
    .exists()
)
"""Whether one with the same ordering key comes first, or is out already: one that was let back in may come earlier."""


def waiting(stage: str, limit: int) -> Select[tuple[str, int, int, int]]:
    """Id, revision, burned deliveries and fence of what an agent gets next, most urgent first."""
    ready = select(queue.c.sample_id, queue.c.revision, queue.c.attempt, queue.c.generation)
    ready = ready.where(READY, queue.c.stage == stage)
    ready = ready.where(or_(queue.c.ordering_key == "", ~_OTHERS_TURN))
    ready = ready.order_by(queue.c.priority, queue.c.revision).limit(limit)
    return ready.with_for_update(skip_locked=True, of=queue)


@dataclass(frozen=True, slots=True)
class Given:
    """One delivery. Its text is read again for a repeat: it may have been forgotten since."""

    sample_id: str
    generation: int
    attempt: int


class Queues(Part):
    """Work for agents: delivered at least once, with an effect exactly once."""

    def publish(self, agent: Identity, samples: Sequence[Sample]) -> list[Answer]:
        """Store samples, each with its own answer, and put them where they wait next. Repeating it changes nothing.

        Codes: FORBIDDEN, DIGEST_CONFLICT, UNKNOWN_PARENT, WRONG_PARENT, QUEUE_FULL, CREDITS_SPENT.
        """
        with self._store.write() as connection:
            flow = current_flow(connection)
            intake = Intake(connection, self._store.now(), flow, self._limits)
            intake.load(samples)
            answers = []
            for sample in samples:
                if flow.may_publish(agent.role_name, sample.kind):
                    answers.append(intake.admit(agent, [sample]))
                else:
                    said = f"a {agent.role_name} may not publish a {sample.kind}: complete with it, or ask another role"
                    answers.append(Answer(id=sample.id, code=Code.FORBIDDEN, message=said))
            intake.write()
        return answers

    def lease(
        self, agent: Identity, stage: str, limit: int, ttl_seconds: float = 30.0, request: Request | None = None
    ) -> list[Lease]:
        """Hand up to `limit` samples to one agent, most urgent first, each with the chain that its role may see.

        A repeat of the request gets the same leases again, each with the time that it has left. A sample whose chain
        can't be read becomes a dead letter, and the next comes in its place. One that is drained gets none. Raises
        RefusedError: FORBIDDEN where the role doesn't work on this stage, CREDITS_SPENT where the agent holds as many
        as it may, BODY_LOST where the whole place of large bodies is away.
        """
        with self._store.write() as connection:
            now, ttl = self._store.now(), checked_lease(current_flow(connection), agent, stage, limit, ttl_seconds)
            if (first := recall(connection, request)) is not None:
                known = [Given(*fields) for fields in json.loads(first)]
                given, _ = _whole(connection, known)
                ends = self._ends(connection, agent, stage, list(given))
            else:
                room = room_for(connection, agent, limit)
                given = self._hand_out_whole(connection, agent, stage, room, now + ttl)
                ends = [now + ttl] * len(given)
                if given:
                    remember(connection, request, now, json.dumps([astuple(one) for one in given]).encode())
        return [
            self._handed(agent, stage, one, chain, max(0, end - now))
            for (one, chain), end in zip(given.items(), ends, strict=True)
        ]

    def _hand_out_whole(
        self, connection: Connection, agent: Identity, stage: str, limit: int, until: int
    ) -> dict[Given, tuple[Sample, ...]]:
        """Deliveries, each with its chain. What can't be read is taken back, and others are tried."""
        given: dict[Given, tuple[Sample, ...]] = {}
        while len(given) < limit:
            whole, lost = _whole(connection, self._hand_out(connection, agent, stage, limit - len(given), until))
            given |= whole
            if not lost:
                break
            if bodies_of(connection).is_away():
                raise next(iter(lost.values()))
            self._take_back(connection, agent, stage, {sample_id: str(error) for sample_id, error in lost.items()})
        return given

    def _take_back(self, connection: Connection, _agent: Identity, stage: str, reasons: Mapping[str, str]) -> None:
        """Make dead letters of samples that were just handed out and that nobody can work on."""
        found, now = held_by_place(connection, reasons), self._store.now()
        rows = [found[sample_id, stage] for sample_id in reasons]
        for row in rows:
            row.state, row.attempt, row.touched = State.DEAD, row.attempt + 1, True
        settle_all(connection, rows)
        connection.execute(insert(history), [row.note(now, "lost", reasons[row.sample_id]) for row in rows])

    def _hand_out(self, connection: Connection, agent: Identity, stage: str, limit: int, until: int) -> list[Given]:
        wake(connection, self._store.now())
        live = sum(depths(connection).values())
        if (left := self._limits.credits.leases_left(connection, agent.name, limit, live)) < 1:
            raise RefusedError(
                Code.CREDITS_SPENT,
                f"{agent.name} holds {self._limits.credits.leases} leases, as many as one agent may",
                "Complete some or hand them back, then lease again",
            )
        rows = connection.execute(waiting(stage, min(limit, left))).all()
        given = [Given(row.sample_id, row.generation + 1, row.attempt + 1) for row in rows]
        lease = {"place": stage, "agent": agent.name, "until": until, "now": self._store.now()}
        taken = [{"key": row.revision, "fence": row.generation + 1, **lease} for row in rows]
        if taken:
            connection.execute(_LEASE, taken)
        return given

    def _ends(self, connection: Connection, agent: Identity, stage: str, given: Sequence[Given]) -> list[int]:
        """When each delivery to an agent ends; 0 for those that have ended."""
        rows, now = held_by_place(connection, [one.sample_id for one in given]), self._store.now()
        held = [(rows[one.sample_id, stage], one.generation) for one in given]
        mine = [row.lease_agent == agent.name and row.is_held(generation, now) for row, generation in held]
        return [row.lease_until if still else 0 for (row, _), still in zip(held, mine, strict=True)]

    def _handed(self, agent: Identity, stage: str, given: Given, chain: Sequence[Sample], left: int) -> Lease:
        seen = tuple(redact_all(chain, agent.role))
        return Lease(
            token=self._signer.sign(Claim(stage, given.sample_id, given.generation), agent.name),
            stage=stage_of(stage),
            queue=stage,
            sample=seen[0],
            chain=seen,
            attempt=given.attempt,
            ttl_seconds=left / SECOND,
        )

    def complete(self, agent: Identity, completions: Sequence[Completion]) -> list[Answer]:
        """Store a lease's outputs, acknowledge its input, count its verdict and enqueue what is next: all or nothing.

        Repeating a completion returns its first answer. Codes: LEASE_LOST, TOKEN_REFUSED, REFUSED_OUTPUT, and those of
        `publish`; after QUEUE_FULL or CREDITS_SPENT the lease still stands.
        """
        with self._store.write() as connection:
            flow = current_flow(connection)
            intake = Intake(connection, self._store.now(), flow, self._limits)
            intake.load(output for completion in completions for output in completion.outputs)

            def finish(held: Held, position: int) -> Answer:
                outputs = completions[position].outputs
                if refusal := refused_output(flow, agent, held.sample_id, outputs):
                    return refusal
                decided = decision_of(outputs) if flow.is_gate(agent.role_name) else None
                if decided is Decision.PASS and (full := intake.full(flow.after(held.stage))):
                    return Answer(id=held.sample_id, code=Code.QUEUE_FULL, message=full)
                answer = intake.admit(agent, outputs)
                if not answer.ok:
                    return answer.model_copy(update={"id": held.sample_id})
                if decided is not None:
                    intake.decide(held.sample_id, held.stage, decided)
                return held.settle(State.DONE, Answer(id=held.sample_id, revision=answer.revision), "complete")

            answers = self._decide(connection, agent, [item.token for item in completions], "complete", finish)
            intake.write()
        return answers

    def fail(self, agent: Identity, failures: Sequence[Failure]) -> list[Answer]:
        """Hand leases back: RETRY waits longer each time, RELEASE returns at once and burns nothing, REJECT is final.

        Codes: LEASE_LOST, TOKEN_REFUSED.
        """
        with self._store.write() as connection:
            now, notes = self._store.now(), list[dict[str, object]]()

            def hand_back(held: Held, position: int) -> Answer:
                kind, answer = failures[position].kind, Answer(id=held.sample_id)
                if kind is FailKind.RELEASE:
                    return held.settle(State.READY, answer, "fail")
                held.attempt += 1
                notes.append(held.note(now, kind, failures[position].reason))
                if kind is FailKind.REJECT or held.attempt >= MAX_ATTEMPTS:
                    return held.settle(State.DEAD, answer, "fail")
                held.ready_at = now + round(backoff_seconds(held.attempt, self._rng.random()) * SECOND)
                return held.settle(State.DELAYED, answer, "fail")

            answers = self._decide(connection, agent, [item.token for item in failures], "fail", hand_back)
            if notes:
                connection.execute(insert(history), notes)
        return answers

    def extend(self, agent: Identity, tokens: Sequence[str], ttl_seconds: float = 30.0) -> list[Answer]:
        """Let leases run for another `ttl_seconds` from now. Codes: LEASE_LOST, TOKEN_REFUSED."""
        ttl = checked_ttl(ttl_seconds)
        with self._store.write() as connection:
            until = self._store.now() + ttl

            def prolong(held: Held, _position: int) -> Answer:
                held.lease_until, held.touched = until, True
                return Answer(id=held.sample_id)

            return self._decide(connection, agent, tokens, "extend", prolong)

    def _decide(
        self,
        connection: Connection,
        agent: Identity,
        tokens: Sequence[str],
        call: str,
        act: Callable[[Held, int], Answer],
    ) -> list[Answer]:
        """Check every token's fence, let `act` decide over those that hold, and write the rows that changed."""
        claims = [self._signer.read(token, agent.name) for token in tokens]
        held = held_by_place(connection, [claim.sample_id for claim in claims if claim])
        now, answers = self._store.now(), list[Answer]()
        for position, claim in enumerate(claims):
            if claim is None:
                answers.append(refused_token(agent))
                continue
            row = held.get((claim.sample_id, claim.stage))
            if row is None or not row.is_held(claim.generation, now):
                answers.append(_first_answer(row, claim, call))
            else:
                answers.append(act(row, position))
        settle_all(connection, held.values())
        return answers


def _whole(connection: Connection, given: Sequence[Given]) -> tuple[dict[Given, tuple[Sample, ...]], Lost]:
    """The deliveries whose chains can be read, and why those of the other samples can't."""
    lost: Lost = {}
    found = dict(zip(given, chains(connection, [one.sample_id for one in given], lost), strict=True))
    broken = {one: lost[link.id] for one, chain in found.items() for link in chain if link.id in lost}
    whole = {one: chain for one, chain in found.items() if one not in broken}
    return whole, {one.sample_id: error for one, error in broken.items()}


def _first_answer(row: Held | None, claim: Claim, call: str) -> Answer:
    if row is not None and row.generation == claim.generation and row.answered == call:
        return Answer.model_validate_json(row.answer)
    said = f"the lease on {claim.sample_id} ran out or was handed back: drop this work and lease again"
    return Answer(id=claim.sample_id, code=Code.LEASE_LOST, message=said)


def checked_lease(flow: Flow, agent: Identity, stage: str, limit: int, ttl_seconds: float) -> int:
    """How long a lease would hold, in microseconds. Raises RefusedError where it may not be had."""
    if not stage or flow.queue_of(agent.role_name) != stage:
        said = f"a {agent.role_name} may not lease from {stage or 'any queue'}"
        raise RefusedError(Code.FORBIDDEN, said, "Use the credential of the role that does")
    if limit < 1:
        raise RefusedError(Code.INVALID, f"a lease of {limit} samples", "Ask for at least 1")
    return checked_ttl(ttl_seconds)


def checked_ttl(ttl_seconds: float) -> int:
    """The time in microseconds. Raises RefusedError INVALID where a lease may not last so long."""
    if not 0 < ttl_seconds <= MAX_LEASE_SECONDS:
        raise RefusedError(
            Code.INVALID,
            f"a lease of {ttl_seconds} s",
            f"Ask for more than 0 and at most {MAX_LEASE_SECONDS:.0f} s, and extend it at a third",
        )
    return round(ttl_seconds * SECOND)

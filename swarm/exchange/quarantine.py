"""Agents from outside: those in quarantine work on loan beside the queues, and all leave a record of their conduct."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Select, func, insert, select, update

from swarm.exchange.conduct import note, recent, standings_of
from swarm.exchange.flow import Code, Identity, State, refused_output, refused_token
from swarm.exchange.flows import current_flow
from swarm.exchange.intake import Intake
from swarm.exchange.ledger import stored_rubric
from swarm.exchange.queues import Given, Queues, checked_ttl
from swarm.exchange.rows import Lost, chains, facts_by_id, of_samples, samples_by_id
from swarm.exchange.schema import queue, samples, trials
from swarm.exchange.tokens import Claim
from swarm.flow import Flow
from swarm.records import Annotation, Attempt, Purpose, Sample, Tier, Verdict, derived_id
from swarm.roles import Role, Standing
from swarm.work import Answer, Completion, FailKind, Failure, Outcome

CHECKED_SHARE = 0.25
"""Share of a trusted judge's outcomes that are checked, drawn after the work came back. All others always are."""
MOST_LENT = 32
"""Samples that an agent in quarantine may have on loan at a time."""
MOST_WITHHELD = 2000
"""Samples of one producer that are kept apart; more are refused until it is released."""
WINDOW = 300
"""Latest outcomes that are looked at."""

_UNDONE = (State.READY, State.LEASED, State.DELAYED)
_LOST = "the loan on {} has ended: drop this work and lease again"


def _own(agent: Identity, sample: Sample) -> Sample:
    """Under an id of the agent's own: answers have the same id from every agent, and theirs must not take it."""
    if not sample.parent_id:
        return sample
    return sample.model_copy(update={"id": derived_id(sample.id, agent.name)})


class Quarantine(Queues):
    """The calls of `Queues`. In quarantine nothing that an agent does changes a queue: it is lent copies."""

    def publish(self, agent: Identity, samples: Sequence[Sample]) -> list[Answer]:
        """In quarantine samples are stored and kept apart. QUEUE_FULL where too many of the agent's are already."""
        if agent.tier is not Tier.QUARANTINED:
            return super().publish(agent, samples)
        with self._store.transaction():
            with self._store.read() as connection:
                full = _withheld(connection, agent.name) + len(samples) > MOST_WITHHELD
            if full:
                said = f"{MOST_WITHHELD} samples of {agent.name} wait for its release from quarantine: wait, too"
                return [Answer(id=sample.id, code=Code.QUEUE_FULL, message=said) for sample in samples]
            answers = super().publish(agent, [_own(agent, sample) for sample in samples])
        return [a.model_copy(update={"id": sample.id}) for a, sample in zip(answers, samples, strict=True)]

    def _hand_out(self, connection: Connection, agent: Identity, stage: str, limit: int, until: int) -> list[Given]:
        """In quarantine: the newest learn work of the stage that this agent wasn't lent yet, done already or not; done
        first where what others made of it is what an outcome is held against."""
        if agent.tier is not Tier.QUARANTINED:
            return super()._hand_out(connection, agent, stage, limit, until)
        by_peers = current_flow(connection).completes_with(agent.role_name) in ("attempt", "annotation")
        lent = select(func.count()).where(trials.c.agent == agent.name, trials.c.open)
        room = MOST_LENT - (connection.scalar(lent) or 0)
        ids = _lendable(connection, agent, stage, min(limit, room), by_peers) if room > 0 else []
        if ids:
            loan = {"agent": agent.name, "stage": stage, "open": True, "until": until}
            connection.execute(insert(trials), [{**loan, "sample_id": sample_id} for sample_id in ids])
        return [Given(sample_id, 0, 1) for sample_id in ids]

    def _take_back(self, connection: Connection, agent: Identity, stage: str, reasons: Mapping[str, str]) -> None:
        if agent.tier is Tier.QUARANTINED:
            chosen = trials.c.agent == agent.name, trials.c.sample_id.in_(reasons)
            connection.execute(update(trials).where(*chosen).values(open=False))
        else:
            super()._take_back(connection, agent, stage, reasons)

    def _ends(self, connection: Connection, agent: Identity, stage: str, given: Sequence[Given]) -> list[int]:
        if not any(one.generation == 0 for one in given):
            return super()._ends(connection, agent, stage, given)
        chosen = trials.c.agent == agent.name, trials.c.sample_id.in_([one.sample_id for one in given]), trials.c.open
        ends = dict(connection.execute(select(trials.c.sample_id, trials.c.until).where(*chosen)).tuples().all())
        return [ends.get(one.sample_id, 0) for one in given]

    def complete(self, agent: Identity, completions: Sequence[Completion]) -> list[Answer]:
        """In quarantine the outputs are stored and kept apart; what was lent stays where it is in its queue."""
        match agent.tier:
            case Tier.QUARANTINED:
                return self._complete_loans(agent, completions)
            case Tier.TRUSTED:
                with self._store.transaction():
                    answers = super().complete(agent, completions)
                    with self._store.write() as connection:
                        for item, answer in zip(completions, answers, strict=True):
                            if answer.ok:
                                self._check(connection, agent, item, CHECKED_SHARE if agent.role is Role.JUDGE else 1.0)
                return answers
            case _:
                return super().complete(agent, completions)

    def fail(self, agent: Identity, failures: Sequence[Failure]) -> list[Answer]:
        """In quarantine it is a loan that ends, and nothing else."""
        with self._store.transaction():
            if agent.tier is Tier.QUARANTINED:
                answers = self._change_loans(agent, [item.token for item in failures], {"open": False})
            else:
                answers = super().fail(agent, failures)
            if agent.tier is not Tier.INSIDE:
                self._note_failures(agent, failures, answers)
        return answers

    def extend(self, agent: Identity, tokens: Sequence[str], ttl_seconds: float = 30.0) -> list[Answer]:
        """In quarantine a loan is extended."""
        if agent.tier is not Tier.QUARANTINED:
            return super().extend(agent, tokens, ttl_seconds)
        return self._change_loans(agent, tokens, {"until": self._store.now() + checked_ttl(ttl_seconds)})

    def expire_loans(self) -> int:
        """End the loans that ran out; returns how many."""
        with self._store.write() as connection:
            late = trials.c.open, trials.c.until < self._store.now()
            rows = connection.execute(select(trials).where(*late)).all()
            for row in rows:
                delivery = Claim(row.stage, row.sample_id, 0).text()
                note(connection, self._store.now(), row.agent, [(delivery, Outcome.LOST)])
            if rows:
                connection.execute(update(trials).where(*late).values(open=False))
        return len(rows)

    def conduct(self) -> list[tuple[Standing, list[Outcome]]]:
        """Where each agent from outside stands that may work, with its latest outcomes since then, newest first."""
        with self._store.read() as connection:
            placed = [item for item in standings_of(connection).values() if item.tier is not Tier.SUSPENDED]
            return [(standing, recent(connection, standing, WINDOW)) for standing in placed]

    def _complete_loans(self, agent: Identity, completions: Sequence[Completion]) -> list[Answer]:
        with self._store.write() as connection:
            flow = current_flow(connection)
            intake = Intake(connection, self._store.now(), flow, self._limits)
            own = [
                item.model_copy(update={"outputs": tuple(_own(agent, output) for output in item.outputs)})
                for item in completions
            ]
            intake.load(output for item in own for output in item.outputs)
            answers = [self._complete_loan(connection, intake, flow, agent, item) for item in own]
            intake.write()
        return answers

    def _complete_loan(
        self, connection: Connection, intake: Intake, flow: Flow, agent: Identity, item: Completion
    ) -> Answer:
        claim = self._signer.read(item.token, agent.name)
        if claim is None:
            return refused_token(agent)
        is_open = self._is_open(connection, agent, claim)
        repeated = facts_by_id(connection, [output.id for output in item.outputs[-1:]])
        if not is_open and not repeated:
            return Answer(id=claim.sample_id, code=Code.LEASE_LOST, message=_LOST.format(claim.sample_id))
        if refusal := refused_output(flow, agent, claim.sample_id, item.outputs):
            return refusal
        answer = intake.admit(agent, item.outputs)
        if answer.ok and is_open:
            chosen = trials.c.agent == agent.name, trials.c.sample_id == claim.sample_id
            connection.execute(update(trials).where(*chosen).values(open=False))
            self._check(connection, agent, item, 1.0)
        return answer.model_copy(update={"id": claim.sample_id})

    def _is_open(self, connection: Connection, agent: Identity, claim: Claim) -> bool:
        query = select(trials.c.open & (trials.c.until >= self._store.now()))
        query = query.where(trials.c.agent == agent.name, trials.c.sample_id == claim.sample_id)
        return claim.generation == 0 and bool(connection.scalar(query))

    def _change_loans(self, agent: Identity, tokens: Sequence[str], values: dict[str, object]) -> list[Answer]:
        answers = []
        with self._store.write() as connection:
            for token in tokens:
                claim = self._signer.read(token, agent.name)
                if claim is None:
                    answers.append(refused_token(agent))
                elif not self._is_open(connection, agent, claim):
                    said = _LOST.format(claim.sample_id)
                    answers.append(Answer(id=claim.sample_id, code=Code.LEASE_LOST, message=said))
                else:
                    chosen = trials.c.agent == agent.name, trials.c.sample_id == claim.sample_id
                    connection.execute(update(trials).where(*chosen).values(values))
                    answers.append(Answer(id=claim.sample_id))
        return answers

    def _check(self, connection: Connection, agent: Identity, item: Completion, share: float) -> None:
        """Write down what became of a delivery: by a gold check, if the draw says so.

        A correction that is known to be wrong isn't taught.
        """
        claim = self._signer.read(item.token, agent.name)
        wanted = current_flow(connection).completes_with(agent.role_name)
        assert claim is not None
        outcome = Outcome.UNCHECKED
        if self._rng.random() < share:
            lost: Lost = {}
            (chain,) = chains(connection, [claim.sample_id], lost)
            output = next(output for output in item.outputs if output.kind == wanted)
            chain = (*_peers(connection, agent, claim, output, lost), *chain)
            verdict = output.payload
            rubric = stored_rubric(connection, verdict.rubric_version) if isinstance(verdict, Verdict) else None
            known = None if lost else self._gold(chain, output, rubric)
            # A reference is only as good as who gave it: that of an outsider says nothing about another one.
            if chain[-1].tier is Tier.INSIDE and known is not None:
                outcome = Outcome.RIGHT if known else Outcome.WRONG
            if known is False and output.kind == "correction":
                chosen = update(samples).where(samples.c.id == output.id)
                connection.execute(chosen.values(withheld=True, taught_at=None))
        note(connection, self._store.now(), agent.name, [(claim.text(), outcome)])

    def _note_failures(self, agent: Identity, failures: Sequence[Failure], answers: Sequence[Answer]) -> None:
        """An engine that is away is nobody's fault, so what was released is left out."""
        failed = []
        for item, answer in zip(failures, answers, strict=True):
            claim = self._signer.read(item.token, agent.name)
            if answer.ok and claim is not None and item.kind is not FailKind.RELEASE:
                failed.append((claim.text(), Outcome.FAILED))
        with self._store.write() as connection:
            note(connection, self._store.now(), agent.name, failed)


def _withheld(connection: Connection, producer: str) -> int:
    kept = select(func.count()).where(samples.c.withheld, samples.c.producer == producer)
    return connection.scalar(kept) or 0


def _peers(connection: Connection, agent: Identity, claim: Claim, output: Sample, lost: Lost) -> list[Sample]:
    """What a student of the swarm's own said to the same probe by the same checkpoint, if this is an attempt; by what
    another agent let the same sample pass the same gate, or end there, if this is a decision."""
    query = select(samples.c.id).where(samples.c.parent_id == output.parent_id, samples.c.forgotten_at.is_(None))
    match output.payload:
        case Attempt(checkpoint_id=checkpoint_id):
            query = query.where(samples.c.checkpoint_id == checkpoint_id)
            query = query.where(samples.c.kind == "attempt", samples.c.tier == Tier.INSIDE)
        case Annotation(decision=decision) if decision is not None:
            done = of_samples([claim.sample_id]), queue.c.stage == claim.stage, queue.c.state == State.DONE
            other = select(queue.c.lease_agent).where(*done, queue.c.lease_agent != agent.name).scalar_subquery()
            query = query.where(samples.c.producer == other, samples.c.kind == "annotation")
        case _:
            return []
    found = connection.scalars(query.order_by(samples.c.revision).limit(1)).all()
    return list(samples_by_id(connection, found, lost).values())


def _lendable(connection: Connection, agent: Identity, stage: str, limit: int, done_first: bool) -> list[str]:
    groups = [(State.DONE,), _UNDONE] if done_first else [(State.DONE, *_UNDONE)]
    found: list[str] = []
    for states in groups:
        found += connection.scalars(_lendable_in(states, agent, stage, limit - len(found)))
    return found


def _lendable_in(states: Sequence[State], agent: Identity, stage: str, limit: int) -> Select[tuple[str]]:
    root = samples.alias("root")
    mine = (trials.c.sample_id == samples.c.id) & (trials.c.agent == agent.name)
    joined = samples.join(queue, queue.c.revision == samples.c.revision).join(root, root.c.id == samples.c.root_id)
    query = select(samples.c.id).select_from(joined.outerjoin(trials, mine))
    query = query.where(queue.c.stage == stage, queue.c.state.in_(states), trials.c.sample_id.is_(None))
    query = query.where(samples.c.purpose == Purpose.LEARN, root.c.tier == Tier.INSIDE)
    query = query.where(samples.c.forgotten_at.is_(None))
    return query.order_by(samples.c.revision.desc()).limit(limit)

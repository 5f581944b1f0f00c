"""The exchange against a model of it in plain Python: any sequence of calls, one step at a time, with a clock to turn.

The model knows of each sample where it stands, who holds it until when, how many deliveries it burned, and what was
answered; it is told nothing by the exchange but tokens and the length of a retry's wait, which must lie within bounds.
"""

from dataclasses import replace

import pytest
from exchange_rig import (
    OPERATOR,
    PROBER,
    TEACHER,
    attempt_at,
    correction_of,
    probe,
    verdict_on,
)
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from machine_checks import Checked
from machine_model import CREDITS, CRITIC, FIRST_REVISIONS, KEYS, QUEUES, WORKERS, Held

from swarm.errors import RefusedError
from swarm.exchange import MAX_ATTEMPTS, Identity, Keep, Request
from swarm.records import Annotation, Decision, Purpose, Sample
from swarm.roles import Role
from swarm.work import Answer, FailKind, Lease

ACTS = ["complete", "complete", "extend", "steal", *FailKind]
PICK = st.one_of(st.integers(0, 2), st.integers(0, 20))


class Machine(Checked):
    """Each rule acts on both and compares the answers."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[Identity, Request, list[str]]] = []

    @initialize()
    def begin(self) -> None:
        for number in range(8):
            self.publish_one(Purpose.LEARN, KEYS[number % len(KEYS)])

    @rule(purpose=st.sampled_from([Purpose.LEARN, Purpose.SIEGE, Purpose.EXAM]), key=st.sampled_from(KEYS))
    def publish(self, purpose: Purpose, key: str) -> None:
        self.publish_one(purpose, key)

    def publish_one(self, purpose: Purpose, key: str) -> None:
        name = self.fresh()
        sample = probe(purpose, f"question {name}", key=key).model_copy(update={"id": name})
        queue = "" if purpose is Purpose.EXAM else "probes"
        (answer,) = self.rig.exchange.publish(PROBER, [sample])
        if queue and self.alive(PROBER) >= CREDITS.samples:
            assert answer.code == "CREDITS_SPENT"
            return
        assert answer == Answer(id=sample.id, revision=FIRST_REVISIONS + len(self.log) + 1)
        self.store(sample, queue, PROBER.name)

    @precondition(lambda self: self.stored)
    @rule(number=PICK, other=st.booleans())
    def publish_again(self, number: int, other: bool) -> None:
        probes = [sample for sample in self.stored if sample.kind == "probe"]
        sample = probes[number % len(probes)]
        if other:
            changed = probe(Purpose.LEARN, "other").model_copy(update={"id": sample.id})
            assert self.rig.exchange.publish(PROBER, [changed])[0].code == "DIGEST_CONFLICT"
        else:
            revision = FIRST_REVISIONS + 1 + self.log.index(sample)
            assert self.rig.exchange.publish(PROBER, [sample]) == [Answer(id=sample.id, revision=revision)]

    @precondition(lambda self: self.live())
    @rule(number=PICK, asked=st.integers(1, 3), ttl=st.sampled_from([10.0, 30.0]))
    def lease(self, number: int, asked: int, ttl: float) -> None:
        """Mostly by an agent that finds something."""
        agents = [agent for agent in WORKERS if QUEUES[agent.role_name] in self.live()] + [TEACHER]
        agent = agents[number % len(agents)]
        limit = min(asked, self.left(agent))
        if not limit:
            with pytest.raises(RefusedError, match=f"{agent.name} holds {CREDITS.leases} leases"):
                self.rig.exchange.lease(agent, QUEUES[agent.role_name], asked, ttl)
            return
        request = Request(agent.name, "Lease", self.fresh(), f"{asked}/{ttl}")
        leases = self.rig.exchange.lease(agent, QUEUES[agent.role_name], asked, ttl, request)
        if leases:
            self.asked.append((agent, request, [lease.token for lease in leases]))
        waiting = [row for row in self.rows.values() if row.queue == QUEUES[agent.role_name] and not self.held_up(row)]
        certain = [row for row in waiting if row.state == "ready" or self.delayed_until(row, 1) <= self.seconds]
        possible = [row for row in waiting if row.state == "ready" or self.delayed_until(row, 0) <= self.seconds]
        assert min(limit, len(certain)) <= len(leases) <= min(limit, len(possible))
        for lease in leases:
            row = self.rows[lease.sample.id, QUEUES[agent.role_name]]
            assert row in possible, "what doesn't wait was handed out"
            assert lease.attempt == row.burned + 1
            row.state, row.generation, row.until = "leased", row.generation + 1, self.seconds + ttl
            row.answered, row.answer, row.holder = "", None, agent.name
            self.held.append(Held(agent, lease, row, row.generation, self.output(agent, lease)))
        if len(possible) == len(certain):
            order = {sample.id: place for place, sample in enumerate(self.stored)}
            first = sorted(certain, key=lambda row: (self.priority(row), order[row.sample.id]))[:limit]
            assert [lease.sample.id for lease in leases] == [row.sample.id for row in first]

    @precondition(lambda self: self.asked)
    @rule(number=PICK, other=st.booleans())
    def lease_again(self, number: int, other: bool) -> None:
        """A request for leases comes once more, the same or another under its id: neither takes anything."""
        agent, request, tokens = self.asked[-1 - number % len(self.asked)]
        if other:
            with pytest.raises(RefusedError, match="was another Lease"):
                self.rig.exchange.lease(agent, QUEUES[agent.role_name], 1, 30.0, replace(request, digest="other"))
            return
        held = {held.lease.token: held for held in self.held}
        again = self.rig.exchange.lease(agent, QUEUES[agent.role_name], 1, 30.0, request)
        assert [lease.token for lease in again] == tokens
        for lease in again:
            one = held[lease.token]
            left = one.row.until - self.seconds if self.stands(one) else 0.0
            assert (lease.sample.id, lease.ttl_seconds) == (one.lease.sample.id, pytest.approx(left))

    def output(self, agent: Identity, lease: Lease) -> Sample:
        """Under an id of its own, so that a second effect would show."""
        match agent.role:
            case Role.STUDENT:
                made = attempt_at(lease.sample, text=agent.name)
            case Role.JUDGE:
                made = verdict_on(lease.sample, passed=self.ids % 3 == 0)
            case Role.DECLARED:
                decision = Decision.DROP if self.ids % 3 == 0 else Decision.PASS
                (made,) = lease.completed(Annotation(schema_name="note", body="{}", decision=decision)).outputs
            case _:
                made = correction_of(lease.sample)
        return made.model_copy(update={"id": self.fresh()})

    @precondition(lambda self: self.held)
    @rule(number=PICK, act=st.sampled_from(ACTS), thief=st.sampled_from(WORKERS))
    def act(self, number: int, act: str | FailKind, thief: Identity) -> None:
        """Do something with a lease, whether it stands or not: in time, too late, again, after it was handed back."""
        self.act_on(self.chosen(number), act, thief)

    def act_on(self, held: Held, act: str | FailKind, thief: Identity) -> None:
        match act:
            case FailKind():
                self.fail(held, act)
            case "extend":
                self.extend(held)
            case "steal":
                self.complete_for_another(held, thief)
            case _:
                self.complete(held)

    @precondition(lambda self: any(map(self.stands, self.held)))
    @rule(number=PICK, thief=st.sampled_from(WORKERS), act=st.sampled_from(ACTS), sweep=st.booleans())
    def overtake(self, number: int, thief: Identity, act: str | FailKind, sweep: bool) -> None:
        """A lease runs out and others get all that waits; who had it comes too late, whatever he does."""
        held = self.chosen(number)
        self.wait(held.row.until - self.seconds + 1.0, sweep)
        for place in range(len(WORKERS)):
            self.lease(place, 3, 30.0)
        for one in (held, self.held[-1], held):
            self.act_on(one, act, thief)

    @precondition(lambda self: any(map(self.stands, self.held)))
    @rule(number=PICK)
    def hold_on(self, number: int) -> None:
        """A lease outlives its time by being extended."""
        held = self.chosen(number)
        self.extend(held)
        self.wait(31.0, sweep=True)
        self.complete(held)

    def complete(self, held: Held) -> None:
        answer = self.rig.complete(held.agent, held.lease, held.output)
        if not self.stands(held):
            assert answer == self.refusal(held, "complete") or answer.code == "LEASE_LOST"
            assert answer.ok == (self.refusal(held, "complete") is not None)
            return
        queue = self.next_queue(held.output)
        if queue and self.alive(held.agent) >= CREDITS.samples:
            assert answer.code == "CREDITS_SPENT"
            return
        revision = self.store(held.output, queue, held.agent.name)
        if held.agent == CRITIC:
            self.decide(held)
        assert answer == Answer(id=held.row.sample.id, revision=revision)
        held.row.state, held.row.answered, held.row.answer = "done", "complete", answer

    def complete_for_another(self, held: Held, thief: Identity) -> None:
        if thief != held.agent:
            assert self.rig.complete(thief, held.lease, held.output).code == "TOKEN_REFUSED"

    def fail(self, held: Held, kind: FailKind) -> None:
        row = held.row
        answer = self.rig.fail(held.agent, held.lease, kind)
        if not self.stands(held):
            assert answer.ok == (self.refusal(held, "fail") is not None)
            assert answer.ok or answer.code == "LEASE_LOST"
            return
        assert answer == Answer(id=row.sample.id)
        row.answered, row.answer = "fail", answer
        if kind is FailKind.RELEASE:
            row.state = "ready"
            return
        row.burned += 1
        row.state = "dead" if kind is FailKind.REJECT or row.burned == MAX_ATTEMPTS else "delayed"
        longest = min(100.0, 2.0 ** (row.burned - 1))
        row.wait = (self.seconds + longest / 2, self.seconds + longest)

    def extend(self, held: Held, ttl: float = 60.0) -> None:
        (answer,) = self.rig.exchange.extend(held.agent, [held.lease.token], ttl)
        assert answer.code == ("OK" if self.stands(held) else "LEASE_LOST")
        if answer.ok:
            held.row.until = self.seconds + ttl

    @precondition(lambda self: self.stored)
    @rule(number=PICK)
    def forget(self, number: int) -> None:
        """A sample and all below it lose their text; what waits of them is discarded."""
        chosen = self.stored[-1 - number % min(len(self.stored), 6)]
        family = {chosen.id}
        for sample in self.stored:
            if sample.parent_id in family:
                family.add(sample.id)
        rows = [row for row in self.rows.values() if row.sample.id in family]
        ended = [row for row in rows if row.state in ("ready", "leased", "delayed", "dead")]
        report = self.rig.exchange.forget(OPERATOR, sample_id=chosen.id)
        fresh = family - self.gone
        assert (report.samples, report.erased, report.discarded) == (len(family), len(fresh), len(ended))
        for row in ended:
            row.state = "discarded"
        self.gone |= family
        if fresh:
            self.log.append(None)

    @rule(seconds=st.sampled_from([2.0, 12.0, 31.0, 200.0]), sweep=st.booleans())
    def wait(self, seconds: float, sweep: bool) -> None:
        """Time passes; where nobody sweeps, a lease that ran out is refused all the same."""
        self.rig.clock.turn(seconds)
        self.seconds += seconds
        if not sweep:
            return
        late = [row for row in self.rows.values() if row.state == "leased" and row.until < self.seconds]
        assert self.rig.exchange.expire() == len(late)
        for row in late:
            row.burned += 1
            row.state = "dead" if row.burned == MAX_ATTEMPTS else "ready"

    @rule(seconds=st.sampled_from([20.0, 300.0]), portion=st.integers(1, 20))
    def compact(self, seconds: float, portion: int) -> None:
        """What is old is let go of; nothing that the model knows changes."""
        days = seconds / 86_400
        self.rig.exchange.compact(Keep(days, days), portion)

    @precondition(lambda self: any(row.state == "dead" for row in self.rows.values()))
    @rule(number=PICK, back=st.booleans())
    def settle_a_letter(self, number: int, back: bool) -> None:
        """An operator lets a dead letter wait again or gives it up, and tries the same with what is none."""
        ordered = sorted(self.rows.values(), key=lambda row: row.state != "dead")
        row = ordered[number % len(ordered)]
        act = self.rig.exchange.requeue_dead if back else self.rig.exchange.discard_dead
        request = Request("operator", act.__name__, self.fresh(), row.sample.id)
        first, again = (
            self.rig.exchange.once(request, lambda: act(OPERATOR, [row.sample.id])[0].model_dump_json().encode())
            for _ in range(2)
        )
        answer = Answer.model_validate_json(first)
        assert again == first, "the second time it would not be a dead letter any more"
        dead = [one for one in ordered if one.sample.id == row.sample.id and one.state == "dead"]
        assert answer.code == ("OK" if dead else "NOT_FOUND")
        for one in dead:
            if back:
                one.state, one.before, one.burned, one.acts = "ready", one.before + one.burned, 0, one.acts + 1
            else:
                one.state = "discarded"

    @rule(down=st.sampled_from([0.0, 40.0]))
    def restart(self, down: float) -> None:
        """Leases get the time back from the last commit to the start of the next process."""
        self.rig.exchange.expire_stale(100)
        self.rig.exchange.close()
        self.rig.clock.turn(down)
        self.seconds += down
        self.rig.exchange = self.rig.open()
        for row in self.rows.values():
            if row.state == "leased":
                row.until += down


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=50, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)

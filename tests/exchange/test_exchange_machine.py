"""The exchange against a model of it in plain Python: any sequence of calls, one step at a time, with a clock to turn.

The model knows of each sample where it stands, who holds it until when, how many deliveries it burned, and what was
answered; it is told nothing by the exchange but tokens and the length of a retry's wait, which must lie within bounds.
"""

import tempfile
from dataclasses import dataclass, replace

import pytest
from exchange_rig import (
    JUDGE,
    OPERATOR,
    PROBER,
    STUDENT,
    TEACHER,
    Rig,
    attempt_at,
    checkpoint,
    correction_of,
    probe,
    verdict_on,
)
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from swarm.errors import RefusedError
from swarm.exchange import MAX_ATTEMPTS, Credits, Identity, Keep, Request
from swarm.flow import RoleLimits, RoleSpec
from swarm.forgetting import blank
from swarm.records import Annotation, Decision, Payload, Purpose, Sample
from swarm.roles import Role
from swarm.students import CheckpointStatus
from swarm.work import Answer, FailKind, Lease

CRITIC = Identity("critic-1", Role.DECLARED, declared_role="critic")
CURATOR = Identity("curator-1", Role.DECLARED, declared_role="curator")
ROOM = 3
DECLARED = (
    RoleSpec(name="critic", consumes="failures", stands="before teacher", completes_with="annotation"),
    RoleSpec(name="curator", consumes="verdicts", completes_with="annotation", limits=RoleLimits(queue=ROOM)),
)
"""A gate on the way and a tap beside it, which has little room."""
QUEUES = {"student": "probes", "judge": "attempts", "teacher": "failures", "critic": "critic", "curator": "curator"}
WORKERS = [STUDENT, JUDGE, TEACHER, CRITIC, CURATOR, Identity("student-2", Role.STUDENT)]
WORKERS += [Identity("judge-2", Role.JUDGE)]
ACTS = ["complete", "complete", "extend", "steal", *FailKind]
KEYS = ["", "", "a", "b"]
CREDITS = Credits(leases=4, samples=14)
LIVE = ("ready", "leased", "delayed")
PICK = st.one_of(st.integers(0, 2), st.integers(0, 20))
FIRST_REVISIONS = 3
"""The first phase, the base checkpoint and the declared roles."""


@dataclass
class Row:
    """What the model knows of one sample in one queue. Times are seconds of the rig's clock since the start."""

    sample: Sample
    queue: str
    producer: str
    state: str = "ready"
    holder: str = ""
    burned: int = 0
    before: int = 0
    """Deliveries that it had burned when an operator let it wait again."""
    acts: int = 0
    """How often an operator did."""
    generation: int = 0
    until: float = 0.0
    wait: tuple[float, float] = (0.0, 0.0)
    """Earliest and latest second at which a delayed one is ready."""
    answered: str = ""
    answer: Answer | None = None


@dataclass
class Held:
    """A lease that was given: of this row in this generation, to this agent."""

    agent: Identity
    lease: Lease
    row: Row
    generation: int
    output: Sample


class Machine(RuleBasedStateMachine):
    """Each rule acts on both and compares the answers; each invariant compares what can be seen."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.rig = Rig(f"sqlite:///{self.folder.name}/exchange.db", credits=CREDITS)
        self.rig.exchange.put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
        self.rig.exchange.apply_flow(DECLARED)
        self.seconds = 0.0
        self.stored: list[Sample] = []
        self.log: list[Sample | None] = []
        self.gone: set[str] = set()
        self.rows: dict[tuple[str, str], Row] = {}
        self.dropped = self.unoffered = 0
        self.held: list[Held] = []
        self.asked: list[tuple[Identity, Request, list[str]]] = []
        self.logged = 0
        self.ids = 0

    def teardown(self) -> None:
        self.logged = max(0, self.rig.exchange.oldest_revision() - 1 - FIRST_REVISIONS)
        self.the_log_is_what_was_accepted()
        self.rig.exchange.close()
        self.folder.cleanup()

    def fresh(self) -> str:
        """An id that no other sample has; drawn ids would make the examples differ from run to run."""
        self.ids += 1
        return f"{self.ids:032x}"

    def store(self, sample: Sample, queue: str, producer: str) -> int:
        """What an accepted sample does to the model; returns its revision."""
        self.stored.append(sample)
        self.log.append(sample)
        if queue:
            self.wait_in(queue, sample, producer)
        if sample.kind == "verdict" and self.learns(sample):
            if sum(row.queue == "curator" and row.state in LIVE for row in self.rows.values()) < ROOM:
                self.wait_in("curator", sample)
            else:
                self.unoffered += 1
        return FIRST_REVISIONS + len(self.log)

    def wait_in(self, queue: str, sample: Sample, producer: str = "") -> None:
        self.rows[sample.id, queue] = Row(sample, queue, producer)

    def chosen(self, number: int) -> Held:
        """A lease: those that stand come first, then the newest of the others."""
        newest = self.held[::-1]
        ordered = [held for held in newest if self.stands(held)] + [held for held in newest if not self.stands(held)]
        return ordered[number % len(ordered)]

    def live(self) -> set[str]:
        """The queues in which something waits."""
        return {row.queue for row in self.rows.values() if row.state in ("ready", "delayed")}

    def stands(self, held: Held) -> bool:
        """Whether a lease still holds its sample."""
        row = held.row
        return row.state == "leased" and row.generation == held.generation and self.seconds <= row.until

    def refusal(self, held: Held, call: str) -> Answer | None:
        """What a call on a lease that doesn't stand is answered: as before, or that it is lost."""
        row = held.row
        if row.generation == held.generation and row.answered == call:
            return row.answer
        return None

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

    def alive(self, producer: Identity) -> int:
        """How many samples of an agent wait or are worked on."""
        return sum(row.state in LIVE and row.producer == producer.name for row in self.rows.values())

    def left(self, agent: Identity) -> int:
        """How many leases an agent may still take; one that ran out counts until it is taken back."""
        return CREDITS.leases - sum(row.state == "leased" and row.holder == agent.name for row in self.rows.values())

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

    def held_up(self, row: Row) -> bool:
        """Whether another sample of the same ordering key comes first in its queue, or is leased."""
        order = {sample.id: place for place, sample in enumerate(self.stored)}
        return any(
            other.sample.ordering_key == row.sample.ordering_key != ""
            and other.queue == row.queue
            and other is not row
            and (other.state == "leased" or (other.state in LIVE and order[other.sample.id] < order[row.sample.id]))
            for other in self.rows.values()
        )

    def delayed_until(self, row: Row, end: int) -> float:
        return row.wait[end] if row.state == "delayed" else float("inf")

    def priority(self, row: Row) -> int:
        """Measurements come before learning."""
        return 2 if self.learns(row.sample) else 1

    def learns(self, sample: Sample) -> bool:
        probes = {sample.id: sample for sample in self.stored}
        root = probes[sample.root_id or sample.id].payload
        assert root.kind == "probe"
        return root.purpose is Purpose.LEARN

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

    def next_queue(self, output: Sample) -> str:
        if output.kind == "attempt":
            return "attempts"
        payload = output.payload
        return "critic" if payload.kind == "verdict" and not payload.passed and self.learns(output) else ""

    def decide(self, held: Held) -> None:
        """What the gate says of a sample; it keeps its place in the order and stays its producer's."""
        note = held.output.payload
        assert note.kind == "annotation"
        if note.decision is Decision.PASS:
            self.wait_in("failures", held.row.sample, held.row.producer)
        else:
            self.dropped += 1

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

    @invariant()
    def each_queue_is_the_models(self) -> None:
        for count in self.rig.exchange.queue_counts():
            rows = [row for row in self.rows.values() if row.queue == count.name]
            assert (count.accepted, count.unaccounted) == (len(rows), 0)
            states = [row.state for row in rows]
            # What has waited out its delay is woken by the next lease or sweep, so either word is right for it.
            assert count.ready + count.delayed == states.count("ready") + states.count("delayed")
            assert (count.leased, count.done, count.dead) == tuple(map(states.count, ("leased", "done", "dead")))
            assert (count.expired, count.discarded) == (0, states.count("discarded"))
            beside = {"critic": (self.dropped, 0), "curator": (0, self.unoffered)}
            assert (count.dropped, count.unoffered) == beside.get(count.name, (0, 0))

    @invariant()
    def one_of_a_key_is_out_at_a_time(self) -> None:
        out = [(r.queue, r.sample.ordering_key) for r in self.rows.values() if r.state == "leased"]
        keyed = [place for place in out if place[1]]
        assert len(keyed) == len(set(keyed))

    @invariant()
    def burned_deliveries_are_counted(self) -> None:
        counted = self.rig.exchange.burned()
        for queue in QUEUES.values():
            burned = sum(row.burned + row.before for row in self.rows.values() if row.queue == queue)
            assert sum(count for (of, _), count in counted.items() if of == queue) == burned
            dead = {letter.sample.id: len(letter.history) for letter in self.rig.exchange.dead_letters(queue)}
            rows = [row for row in self.rows.values() if row.queue == queue and row.state == "dead"]
            assert dead == {row.sample.id: row.before + row.acts + row.burned for row in rows}

    @invariant()
    def the_log_is_what_was_accepted(self) -> None:
        events = self.rig.exchange.events(FIRST_REVISIONS + self.logged, limit=10_000)
        revisions = [event.revision - FIRST_REVISIONS for event in events]
        assert revisions == list(range(self.logged + 1, len(self.log) + 1))
        logged = [event.sample and (event.sample.id, event.sample.payload) for event in events]
        assert logged == [sample and (sample.id, self.said(sample)) for sample in self.log[self.logged :]]
        self.logged = len(self.log)

    def said(self, sample: Sample) -> Payload:
        """What a stored sample says by now."""
        return blank(sample.payload) if sample.id in self.gone else sample.payload

    @invariant()
    def the_cells_are_the_verdicts(self) -> None:
        verdicts = [sample.payload.passed for sample in self.stored if sample.payload.kind == "verdict"]
        counts = self.rig.exchange.cell_counts()
        assert sum(count.passed for count in counts) == verdicts.count(True)
        assert sum(count.failed for count in counts) == verdicts.count(False)


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=50, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)

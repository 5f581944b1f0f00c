"""What holds after each step of the machine of test_exchange_machine.py: what can be seen is what its model says."""

import tempfile

from exchange_rig import (
    Rig,
    checkpoint,
)
from hypothesis.stateful import RuleBasedStateMachine, invariant
from machine_model import CREDITS, DECLARED, FIRST_REVISIONS, QUEUES, Model

from swarm.students import CheckpointStatus


class Checked(Model, RuleBasedStateMachine):
    """An exchange on a store of its own beside the model of it."""

    def __init__(self) -> None:
        Model.__init__(self)
        RuleBasedStateMachine.__init__(self)
        self.folder = tempfile.TemporaryDirectory()
        self.rig = Rig(f"sqlite:///{self.folder.name}/exchange.db", credits=CREDITS)
        self.rig.exchange.put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
        self.rig.exchange.apply_flow(DECLARED)
        self.logged = 0

    def teardown(self) -> None:
        self.logged = max(0, self.rig.exchange.oldest_revision() - 1 - FIRST_REVISIONS)
        self.the_log_is_what_was_accepted()
        self.rig.exchange.close()
        self.folder.cleanup()

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

    @invariant()
    def the_cells_are_the_verdicts(self) -> None:
        verdicts = [sample.payload.passed for sample in self.stored if sample.payload.kind == "verdict"]
        counts = self.rig.exchange.cell_counts()
        assert sum(count.passed for count in counts) == verdicts.count(True)
        assert sum(count.failed for count in counts) == verdicts.count(False)

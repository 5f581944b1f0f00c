"""Tests of proposed rubrics, made by the gateway: an evolver only proposes."""

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING

from swarm.criteria import Experiment, ExperimentOutcome
from swarm.exchange import Exchange
from swarm.exchange.rows import samples_by_id
from swarm.gateway.changes import Topic
from swarm.gateway.desk import Desk
from swarm.records import Attempt, Probe, Purpose, Tier

if TYPE_CHECKING:
    from swarm.rubric_gate import Gate

ATTEMPTS = 60
"""The student's latest ones, some of which a proposal must tell apart."""


class Tests:
    """One test at a time: it takes a second or two, in a thread, and no other call waits for it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turn = asyncio.Lock()

    async def made(self, sent: Experiment) -> Experiment:
        """The experiment as stored: tested, unless it was before, crashed, or its incumbent is no longer in force."""
        async with self._turn:
            stored = await self._desk.read(lambda exchange: exchange.answered_experiment(sent))
            if stored is not None:
                return stored
            tested = await self._desk.read(lambda exchange: self._tested(exchange, sent))
            return await self._desk.write(lambda exchange: exchange.put_experiment(tested, sent), {Topic.LOG})

    def _tested(self, exchange: Exchange, sent: Experiment) -> Experiment:
        incumbent = exchange.rubric()
        if incumbent.version != sent.incumbent_version:
            return sent.blind.model_copy(update={"outcome": ExperimentOutcome.PROPOSED, "reason": sent.reason})
        tested = self._gate.test(sent, incumbent, _shown(exchange))
        if self._desk.rubric_approval and tested.outcome is ExperimentOutcome.KEPT:
            return tested.model_copy(update={"outcome": ExperimentOutcome.WAITING})
        return tested

    @cached_property
    def _gate(self) -> "Gate":
        from swarm.rubric_gate import Gate  # brings scipy, which would double the time of a restart

        return Gate(self._desk.domain, secret=self._desk.gate_secret)


def _shown(exchange: Exchange) -> list[tuple[Probe, str]]:
    """The student's latest attempts at learn probes that anybody vouches for, each with its probe."""
    latest = exchange.samples(kind="attempt", purpose=Purpose.LEARN, limit=ATTEMPTS, descending=True)
    counted = [sample for sample in latest if sample.tier is not Tier.QUARANTINED and not sample.forgotten]
    with exchange.store.read() as connection:
        asked = samples_by_id(connection, [sample.parent_id for sample in counted])
    found = [(asked[sample.parent_id].payload, sample.payload) for sample in counted]
    return [
        (probe, attempt.text)
        for probe, attempt in found
        if isinstance(probe, Probe) and isinstance(attempt, Attempt) and probe.reference is not None
    ]

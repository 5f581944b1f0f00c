"""StudentService: a person's question to the student that serves."""

import asyncio
from typing import Any

from swarm.errors import RefusedError
from swarm.exchange import Exchange, Identity
from swarm.gateway.changes import Topic
from swarm.gateway.desk import Desk
from swarm.gateway.edge import caller
from swarm.gateway.soundness import bounded
from swarm.records import Attempt, Cell, Origin, Probe, Purpose, Sample, Weather, new_id
from swarm.roles import Role
from swarm.v1 import student_pb2, student_pb2_grpc
from swarm.work import Stage

DEFAULT_WAIT_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 300.0
LONGEST_QUESTION = 20_000
RECENTLY_SECONDS = 60.0
"""A student that asked for work within this time counts as attached, whether it registered or not."""

CELL = Cell(subdomain="production", weather=Weather.RAIN, form="any")


class StudentService(student_pb2_grpc.StudentServiceServicer):
    """A question is a probe with purpose ASK: it goes before all others, and nobody judges it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def Ask(self, request: Any, _context: Any) -> Any:
        clock = asyncio.get_running_loop().time
        began, wait = clock(), request.wait_seconds or DEFAULT_WAIT_SECONDS
        bounded("AskRequest.wait_seconds", wait, 0, LONGEST_WAIT_SECONDS)
        bounded("the length of AskRequest.question", len(request.question.strip()), 1, LONGEST_QUESTION)
        await self._check_attached()
        probe_id = request.request_id or new_id()
        await self._publish(caller(), probe_id, request.question)

        async def look() -> list[Sample]:
            family = await self._desk.read(lambda exchange: exchange.lineage(probe_id))
            return [sample for sample in family if isinstance(sample.payload, Attempt)]

        found = await self._desk.poll(look, Topic.ATTEMPTS, wait)
        if not found or not isinstance(attempt := found[0].payload, Attempt):
            raise RefusedError(
                "NO_ANSWER",
                f"no student answered within {wait:g} s",
                "See with GetState whether a student works, then ask again",
            )
        answers = self._desk.domain.read(attempt.text).answers
        return student_pb2.AskResponse(
            text=attempt.text,
            answer=answers[-1] if answers else "",
            checkpoint_id=attempt.checkpoint_id,
            seconds=clock() - began,
        )

    async def _check_attached(self) -> None:
        polled = self._desk.polled_at.get(Stage.PROBES)
        if polled is not None and asyncio.get_running_loop().time() - polled < RECENTLY_SECONDS:
            return
        agents = await self._desk.read(lambda exchange: exchange.agents())
        if not any(agent.card.role is Role.STUDENT and not (agent.absent or agent.gone) for agent in agents):
            raise RefusedError("NO_STUDENT", "no student is attached to this swarm", "Start one: swarm up")

    async def _publish(self, agent: Identity, probe_id: str, question: str) -> None:
        probe = Probe(cell=CELL, purpose=Purpose.ASK, origin=Origin.PRODUCTION, question=question)
        try:
            sample = Sample(id=probe_id, payload=probe)
        except ValueError:
            raise RefusedError(
                "INVALID",
                f"AskRequest.request_id is {probe_id[:80]!r}",
                "Send 32 lower-case hexadecimal digits, or nothing",
                field="AskRequest.request_id",
            ) from None

        screened = await asyncio.to_thread(self._desk.screened, sample)

        def publish(exchange: Exchange) -> None:
            answer = exchange.publish(agent, [screened])[0]
            if not answer.ok:
                raise RefusedError(answer.code, answer.message)

        await self._desk.write(publish, {Topic.PROBES, Topic.LOG})

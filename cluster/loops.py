"""One loop for each way of working; each says what it waits for. They end when the swarm has ended or the agent is
drained; the examiner's goes on after the end."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from agents.evolver import Evolver
from agents.examiner import Examiner
from agents.judge import Judge
from agents.prober import Prober
from agents.reflecting import Reflection
from agents.rewording import Reworder
from agents.student import Student
from agents.teacher import Budget, build_teacher
from cluster.agent import Agent
from cluster.engines import model_judge, remote_engine
from cluster.hearing import Hearing, asked_before, clothes_of
from swarm.agent import loops
from swarm.agent.acting import Working, load_agent, role_of
from swarm.agent.loops import POLL_SECONDS
from swarm.agent.main import take_part
from swarm.config import Config
from swarm.criteria import Experiment, ExperimentOutcome, Rubric
from swarm.errors import BudgetExhausted, ConfigError, EngineUnavailable, RefusedError, WeightsError
from swarm.general import general_exam
from swarm.probing.draws import dated
from swarm.probing.families import FAMILIES
from swarm.records import Attempt, Origin, Probe, Purpose, Sample, TeacherKind, Tier
from swarm.roles import Role
from swarm.sections import EngineKind, RoleSection
from swarm.state import ENDED, PhaseName, SwarmState
from swarm.students import Checkpoint, CheckpointStatus
from swarm.work import QueueCount, Stage

LEAD = 1.5
"""Rounds of corrections and probes under way that probers may be ahead of the trainer; more would be found on a student
that is no more."""

MOST_UNDER_WAY = 2000
"""Samples in all queues at which probers pause in siege and census: whoever is behind gets time to catch up."""

SIEGE_REWORDED = 5
"""In a siege, the engine says each so many-th probe in other words."""

STORED = 250
"""Latest attempts that a new rubric judges again."""

SETTLED_SECONDS = 5.0
"""How often the evolver looks for another rubric while nothing is left to propose on this one."""

PURPOSES = {PhaseName.LEARN: Purpose.LEARN, PhaseName.SIEGE: Purpose.SIEGE, PhaseName.CENSUS: Purpose.CENSUS}
"""What probes are for in each phase that probes."""


async def work(agent: Agent, stage: Stage, role: Working, before: Callable[[], Awaitable[None]]) -> None:
    """The loop that every agent has, with the batch of this one's config."""
    await loops.work(agent, stage, role, agent.config.role(agent.role).batch, before)


async def student(agent: Agent) -> None:
    """Answers probes; takes up a new champion between two batches."""
    config = agent.config
    engine = remote_engine(config, config.role(Role.STUDENT).engine or "student", agent.name)
    role = Student(agent.domain, engine, config.student.max_new_tokens)

    async def follow() -> None:
        champion = await agent.client.champion()
        if champion is None or (role.checkpoint and role.checkpoint.id == champion.id):
            return
        try:
            await role.take(champion)
            agent.note = f"serves {champion.id}"
        except (EngineUnavailable, WeightsError) as error:
            agent.complain(error)
            await asyncio.sleep(POLL_SECONDS)

    await work(agent, Stage.PROBES, role, follow)


async def judge(agent: Agent) -> None:
    """Judges attempts; takes up a new rubric between two batches, and judges the champion's latest attempts by it.

    A model judge is measured by each rubric first; until then it decides nothing. A champion that cheats is an alarm.
    """
    rubric, model = await agent.client.rubric(), model_judge(agent.config, agent.domain, agent.name)
    role = Judge(agent.domain, rubric, agent.cells, agent.config.swarm.seed, model=model)
    judged_again = rubric.version

    async def follow() -> None:
        nonlocal judged_again
        rubric = await agent.client.rubric()
        if rubric.version != role.rubric.version:
            role.take(rubric)
        try:
            await role.measure()
            if judged_again != rubric.version:
                champion = await agent.client.champion()
                known = [each for each in await _attempts(agent) if champion and by(each[0], champion)]
                await agent.client.publish(await role.again(known))
                judged_again = rubric.version
        except EngineUnavailable as error:
            agent.complain(error)
            await asyncio.sleep(POLL_SECONDS)
            return
        agent.note = role.note
        if not agent.note and role.manners.told:
            agent.note = role.manners.complaint(await agent.client.champion())

    await work(agent, Stage.ATTEMPTS, role, follow)


async def teacher(agent: Agent) -> None:
    """Corrects failures, until its caps are spent; then the swarm stops cleanly."""
    config = agent.config
    section = config.role(Role.TEACHER)
    engine = remote_engine(config, section.engine, agent.name) if section.engine else None
    kind = TeacherKind.WORKED
    if section.engine:
        kind = TeacherKind.ENDPOINT if config.engines[section.engine].kind is EngineKind.OPENAI else TeacherKind.LOCAL
    budget = Budget(tokens=config.budget.teacher_tokens, dollars=config.budget.dollars)
    role = build_teacher(
        agent.domain,
        engine,
        kind=kind,
        samples=section.samples,
        siblings=section.siblings,
        breach_siblings=section.breach_siblings,
        besieged=partial(clothes_of, agent.client),
        budget=budget,
    )

    try:
        await work(agent, Stage.FAILURES, role, loops.nothing)
    except BudgetExhausted as error:
        agent.complain(error)
        while not await agent.over():
            await agent.rest(POLL_SECONDS)


async def prober(agent: Agent) -> None:
    """Makes probes while few wait, and in learn while the trainer is not too far behind; its engine rewords them."""
    config = agent.config
    seed = f"{config.swarm.seed}/{agent.index}/{(await agent.client.state()).revision}"
    section = config.role(Role.PROBER)
    families = families_of(section)
    role = Prober(agent.domain, agent.cells, seed, families)
    role.recall(await asked_before(agent.client))
    hearing, champion_id = Hearing(agent.client), ""
    engine = remote_engine(config, section.engine, agent.name) if section.engine else None
    reworder = Reworder(agent.domain, engine, agent.cells) if engine else None
    while not agent.dismissed and (state := await agent.client.state()).phase.name not in ENDED:
        if now_wanted := wanted(state, config):
            started, purpose = time.monotonic(), PURPOSES[state.phase.name]
            counts = [cell for cell in state.cells if cell.checkpoint_id == state.champion_id]
            if purpose in families:
                if state.champion_id != champion_id:
                    role.fade()
                    champion_id = state.champion_id
                role.learn(await hearing.news())
            samples = role.act(counts, purpose, section.batch)
            agent.note = role.note
            if reworder and (each := reworded(section, purpose)):
                samples = await _reworded(agent, reworder, samples, each)
            answers = await agent.client.publish(dated(samples, datetime.now(UTC)))
            agent.completed += sum(answer.ok for answer in answers)
            agent.failed += sum(not answer.ok for answer in answers)
            agent.busy_seconds += time.monotonic() - started
        agent.invalid = role.invalid | dict(reworder.refused if reworder else {})
        await agent.beat()
        await asyncio.sleep(POLL_SECONDS / 2 if now_wanted else POLL_SECONDS)


def families_of(section: RoleSection) -> dict[Purpose, tuple[Origin, ...]]:
    """The families that share the probes of each purpose. The grammar alone goes by steering and hears of nothing."""
    learning = tuple(map(Origin, section.families))
    alone = {Purpose.SIEGE: tuple(FAMILIES)}
    return alone if learning == (Origin.GRAMMAR,) else alone | {Purpose.LEARN: learning}


def reworded(section: RoleSection, purpose: Purpose) -> int:
    """Each how many-th probe of a purpose the engine says in other words; 0 for none.

    All in learn, unless the model's probes are held out from it; a part in siege, where words are chosen for what they
    have to do with failures; none in a census, which is drawn.
    """
    if purpose is Purpose.LEARN:
        return 0 if section.held_out == "model" else 1
    return SIEGE_REWORDED if purpose is Purpose.SIEGE else 0


async def _reworded(agent: Agent, reworder: Reworder, samples: list[Sample], each: int) -> list[Sample]:
    """The samples, each so many-th in new words; as they are while the engine is away."""
    try:
        new = {sample.id: sample for sample in await reworder.act(samples[::each])}
    except EngineUnavailable as error:
        agent.complain(error)
        return samples
    agent.books = reworder.books
    return [new.get(sample.id, sample) for sample in samples]


def wanted(state: SwarmState, config: Config) -> bool:
    """Whether more probes are wanted now."""
    if state.phase.paused or state.phase.name not in PURPOSES:
        return False
    probes = next((queue for queue in state.queues if queue.stage is Stage.PROBES), QueueCount(stage=Stage.PROBES))
    if probes.ready >= config.role(Role.STUDENT).batch:
        return False
    under_way = sum(queue.ready + queue.leased + queue.delayed for queue in state.queues)
    if state.phase.name is not PhaseName.LEARN:
        return under_way < MOST_UNDER_WAY
    consumed = sum(agent.completed for agent in state.agents if agent.card.role is Role.TRAINER)
    coming = state.corrections - consumed + under_way * (1 + config.role(Role.TEACHER).siblings)
    return coming < LEAD * config.trainer.round_new


async def evolver(agent: Agent) -> None:
    """Proposes rubrics in the phase learn until nothing is left to propose; then looks again at a new rubric only."""
    config = agent.config
    engine = config.role(Role.EVOLVER).engine
    reflection = Reflection(remote_engine(config, engine, agent.name)) if engine else None
    role = Evolver(agent.domain, agent.cells, seed=config.swarm.seed, reflection=reflection)
    settled = 0
    while not agent.dismissed and (phase := await agent.phase()).name not in ENDED:
        rubric, ledger = await agent.client.rubric(), await agent.client.ledger()
        waiting = [one.number for one in ledger if _waits(one, rubric)]
        if waiting:
            agent.note = f"experiment {waiting[0]} waits for an operator: swarm rubric approve {waiting[0]}"
        elif phase.name is PhaseName.LEARN and not phase.paused and rubric.version != settled:
            started = time.monotonic()
            settled = rubric.version if not await _experiment(agent, role, rubric, ledger) else 0
            agent.busy_seconds += time.monotonic() - started
        agent.books = reflection.books if reflection else agent.books
        await agent.rest(SETTLED_SECONDS if rubric.version == settled else POLL_SECONDS)


def _waits(experiment: Experiment, rubric: Rubric) -> bool:
    return experiment.outcome is ExperimentOutcome.WAITING and experiment.incumbent_version == rubric.version


async def _experiment(agent: Agent, role: Evolver, rubric: Rubric, ledger: Sequence[Experiment]) -> bool:
    """Make one experiment; whether there was something to propose. While an alarm stands there may be, later."""
    experiment = await role.act(rubric, ledger)
    agent.note = role.note
    if experiment is None:
        agent.note = f"nothing left to propose on version {rubric.version}"
        return False
    try:
        await agent.client.put_experiment(experiment)
        agent.completed += 1
    except RefusedError as error:
        if error.reason != "RUBRIC_ALARM":
            raise
        agent.note = f"stopped: {error.message}"[:200]
    return True


async def _attempts(agent: Agent) -> list[tuple[Sample, Probe]]:
    """The student's latest attempts at learn probes, each with its probe, the newest first."""
    attempts = await agent.client.samples("attempt", purpose=Purpose.LEARN, limit=STORED, descending=True)
    asked = await agent.client.samples("probe", purpose=Purpose.LEARN, limit=2 * STORED, descending=True)
    probes = {sample.id: sample.payload for sample in asked}
    counted = [sample for sample in attempts if sample.tier is not Tier.QUARANTINED]
    found = [(sample, probes.get(sample.parent_id)) for sample in counted]
    return [(sample, probe) for sample, probe in found if isinstance(probe, Probe) and not sample.forgotten]


def by(sample: Sample, checkpoint: Checkpoint) -> bool:
    """Whether an attempt is this checkpoint's."""
    return isinstance(sample.payload, Attempt) and sample.payload.checkpoint_id == checkpoint.id


async def examiner(agent: Agent) -> None:
    """Examines the newest candidate against the champion; older ones that were not examined are passed over."""
    config = agent.config
    engine = remote_engine(config, config.role(Role.EXAMINER).engine or "student", agent.name)
    role = Examiner(
        agent.domain,
        engine,
        agent.cells,
        pairs=config.exam.pairs,
        seed=str(config.swarm.seed),
        max_new_tokens=config.student.max_new_tokens,
        general=general_exam(config.exam.general),
        breach_share=config.exam.breach_share,
    )
    while not agent.dismissed:
        candidate = newest_candidate(await agent.client.checkpoints())
        if candidate and (await agent.phase()).name in (PhaseName.LEARN, *ENDED):
            champion = await agent.client.champion()
            if champion:
                await _examine(agent, role, champion, candidate)
        await agent.rest(POLL_SECONDS)


async def _examine(agent: Agent, role: Examiner, champion: Checkpoint, candidate: Checkpoint) -> None:
    started = time.monotonic()
    try:
        clothes = await clothes_of(agent.client, champion.id) if agent.config.exam.breach_share else None
        exam = await role.act(champion, candidate, clothes)
    except (EngineUnavailable, WeightsError) as error:
        agent.complain(error)
        return
    agent.books, agent.note = role.books, ""
    await agent.client.submit_exam(exam)
    agent.completed += 1
    agent.busy_seconds += time.monotonic() - started


def newest_candidate(checkpoints: list[Checkpoint]) -> Checkpoint | None:
    """The candidate that waits for its exam; one that is older than any other grown checkpoint is passed over."""
    grown = [checkpoint for checkpoint in checkpoints if checkpoint.status is not CheckpointStatus.BASE]
    newest = max(grown, key=lambda checkpoint: checkpoint.created_at, default=None)
    return newest if newest and newest.status is CheckpointStatus.CANDIDATE else None


LOOPS: dict[str, Callable[[Agent], Awaitable[None]]] = {
    Role.PROBER: prober,
    Role.STUDENT: student,
    Role.JUDGE: judge,
    Role.TEACHER: teacher,
    Role.EVOLVER: evolver,
    Role.EXAMINER: examiner,
}
"""How each role works; a new one is a line here, a file in agents/ and a block in the config."""


async def loop(agent: Agent) -> None:
    """The loop of an agent: that of the class which its role's section names, else its role's own.

    Raises ConfigError where that class is of another role.
    """
    section = agent.config.role(agent.role)
    if not section.agent:
        await LOOPS[agent.role](agent)
        return
    named = load_agent(section.agent)
    if role_of(named) is not agent.role:
        raise ConfigError(
            f"roles.{agent.role}.agent {section.agent!r} is a {role_of(named)}", "name it in that section"
        )
    await take_part(agent, named, section.batch)

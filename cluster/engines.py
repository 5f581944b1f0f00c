"""Model engines as shared Ray actors, and the handle through which roles speak to them."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import psutil
import ray
from ray.exceptions import RayActorError, RayError

from agents.engines import open_engine
from agents.engines.base import Engine, Generation, Request
from agents.engines.diary import Diary
from agents.engines.holding import Holding
from agents.engines.planted import planted
from agents.model_judge import Assessor, ModelJudge
from swarm import checkpoints, weights
from swarm.config import Config
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.engine_states import EngineLook
from swarm.errors import EngineUnavailable
from swarm.records import Cell, new_id
from swarm.roles import Role
from swarm.sections import EngineKind
from swarm.spells import engine_place
from swarm.students import Checkpoint
from swarm.turns import Turn


def engine_name(config: Config, name: str) -> str:
    """The name of an engine's actor within the swarm's namespace."""
    return f"{config.swarm.name}-engine-{name}"


class EngineActor:
    """One engine in a process of its own. It holds no checkpoint after a restart: whoever needs one has it take it.

    The base is compared with its manifest before anything is served.
    """

    def __init__(self, config: Config, name: str, base: Checkpoint | None = None) -> None:
        section = config.engines[name]
        folder = None
        if section.kind is not EngineKind.OPENAI:
            folder = weights.folder(section.model or config.student_source)
            if base is not None and not section.model:
                checkpoints.verify(base, folder)
        turn = Turn(config.run_dir / "turn") if not section.gpus and not config.trainer.gpus else None
        self._diary = Diary(engine_place(name))
        rank = config.trainer.rank
        self._engine: Engine = open_engine(section, folder, adapter_rank=rank, turn=turn, diary=self._diary)
        if section.planted:
            domain = load_domain(config.swarm.domain)
            cells = tuple(Cell.parse(key) for key in config.exam.cells) or tuple(domain.cells())
            self._engine = planted(self._engine, domain, cells, section.planted, config.swarm.seed)
        self._holding = Holding()
        self._changing = asyncio.Lock()
        self._incarnation = new_id()
        self._diary.loaded(time.time() - psutil.Process().create_time())

    async def generate(self, requests: list[Request], holder: str) -> list[Generation]:
        """Generate for every request, in order."""
        used = {request.checkpoint_id for request in requests}
        self._holding.begin(used)
        try:
            with self._diary.serving(holder, "generate") as books:
                done = await self._engine.generate(requests)
                books.add(done)
            return done
        finally:
            await self._end(used)

    async def logprobs(self, pairs: list[tuple[str, str]], checkpoint_id: str, holder: str) -> list[float]:
        """Mean log-probability of each completion after its prompt."""
        self._holding.begin({checkpoint_id})
        try:
            with self._diary.serving(holder, "score"):
                return await self._engine.logprobs(pairs, checkpoint_id)
        finally:
            await self._end({checkpoint_id})

    async def take(self, checkpoint: Checkpoint, holder: str) -> None:
        """Hold a checkpoint, verified, until this holder and all others have dropped it."""
        async with self._changing:
            with self._diary.serving(holder, "load"):
                await self._engine.take(checkpoint)
            self._holding.take(checkpoint.id, holder)

    async def drop(self, checkpoint_id: str, holder: str) -> None:
        """Let go of a checkpoint, for this holder; it goes with the last one, after the last request that uses it."""
        async with self._changing:
            if self._holding.drop(checkpoint_id, holder):
                await self._engine.drop(checkpoint_id)

    async def _end(self, used: set[str]) -> None:
        for checkpoint_id in self._holding.end(used):
            async with self._changing:
                # It may have been taken anew meanwhile.
                if checkpoint_id not in self._holding.held:
                    await self._engine.drop(checkpoint_id)

    async def look(self) -> EngineLook:
        """Which process it is, what it has verified, and what it has computed since the last look."""
        return EngineLook(self._incarnation, self._holding.held, self._diary.read())


class RemoteEngine:
    """An `Engine` that lives in an actor found by name; while that is away, it raises EngineUnavailable."""

    def __init__(self, actor_name: str, namespace: str, holder: str = "") -> None:
        """`holder` names who speaks here, and takes and drops checkpoints; a name that comes again takes over what it
        held."""
        self._holder = holder
        self._actor_name = actor_name
        self._namespace = namespace
        self._actor: Any = None

    async def _call(self, method: str, *arguments: Any) -> Any:
        try:
            if self._actor is None:
                self._actor = ray.get_actor(self._actor_name, self._namespace)
            return await getattr(self._actor, method).remote(*arguments)
        except (RayActorError, ValueError) as error:
            self._actor = None
            raise EngineUnavailable(f"engine {self._actor_name!r} is away: {error}", "it is being restarted") from error
        except RayError as error:
            cause = getattr(error, "cause", None)
            if cause is not None:
                raise cause from error
            raise

    async def generate(self, requests: Sequence[Request]) -> list[Generation]:
        """Generate for every request, in order."""
        return list(await self._call("generate", list(requests), self._holder))

    async def logprobs(self, pairs: Sequence[tuple[str, str]], checkpoint_id: str) -> list[float]:
        """Mean log-probability of each completion after its prompt."""
        return list(await self._call("logprobs", list(pairs), checkpoint_id, self._holder))

    async def take(self, checkpoint: Checkpoint) -> None:
        """Hold a checkpoint, verified."""
        await self._call("take", checkpoint, self._holder)

    async def drop(self, checkpoint_id: str) -> None:
        """Let go of a checkpoint."""
        await self._call("drop", checkpoint_id, self._holder)

    async def look(self) -> EngineLook:
        """Which process it is, and what it has verified."""
        found: EngineLook = await self._call("look")
        return found


def remote_engine(config: Config, name: str, holder: str = "") -> RemoteEngine:
    """The handle of an engine of the config, for an agent of that name."""
    return RemoteEngine(engine_name(config, name), config.swarm.name, holder)


def model_judge(config: Config, domain: Domain, holder: str) -> ModelJudge | None:
    """The model that judges what no program can, with its jury; None where the config names none."""
    section = config.role(Role.JUDGE)
    names = (section.engine, *section.jury) if section.engine else ()
    seats = [
        Assessor(
            domain,
            remote_engine(config, name, holder),
            f"{name} ({config.engines[name].model or config.student_source})",
            blind=section.blind,
            forced=config.engines[name].kind is not EngineKind.OPENAI,
        )
        for name in names
    ]
    return ModelJudge(seats[0], seats[1:]) if seats else None

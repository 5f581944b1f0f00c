"""The champion of a run without its swarm: its weights in an engine of this process, verified before it answers."""

from pathlib import Path

from agents.engines import open_engine
from agents.engines.base import Engine
from swarm import weights
from swarm.config import Config, load
from swarm.report.reading import chosen, snapshot
from swarm.sections import EngineKind, EngineSection
from swarm.students import Checkpoint, CheckpointStatus


async def open_champion(run: Path, wanted: str = "") -> tuple[Config, Checkpoint, Engine]:
    """The run's config, its champion or the checkpoint that is wanted, and an engine that holds it.

    Raises ConfigError where there is none.
    """
    config = load(run / "config.toml")
    with snapshot(run) as exchange:
        checkpoint = chosen(exchange, wanted)
    section = config.engines["student"]
    if section.kind is EngineKind.AUTO:
        section = EngineSection(kind=EngineKind.TRANSFORMERS, threads=section.threads)
    engine = open_engine(section, weights.folder(config.student_source), adapter_rank=config.trainer.rank)
    if checkpoint.status is not CheckpointStatus.BASE:
        await engine.take(checkpoint)
    return config, checkpoint, engine

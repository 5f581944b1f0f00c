"""The model engines that roles speak through, opened by config."""

from importlib.util import find_spec
from pathlib import Path

from agents.engines.base import Engine
from agents.engines.diary import Diary
from swarm.errors import ConfigError
from swarm.sections import EngineKind, EngineSection
from swarm.turns import Turn


def chosen_kind(section: EngineSection) -> EngineKind:
    """The kind that AUTO stands for: vLLM where it is installed, else transformers."""
    if section.kind is not EngineKind.AUTO:
        return section.kind
    return EngineKind.VLLM if find_spec("vllm") else EngineKind.TRANSFORMERS


def open_engine(
    section: EngineSection,
    folder: Path | None = None,
    *,
    adapter_rank: int = 32,
    turn: Turn | None = None,
    diary: Diary | None = None,
) -> Engine:
    """Open an engine on a weights folder (endpoints need none); its libraries are imported only now.

    `adapter_rank` is the largest rank of the adapters that it will be asked to take. `turn` is taken by a
    transformers engine before each batch, which it writes into `diary`. Raises ConfigError where weights or a key are
    missing.
    """
    kind = chosen_kind(section)
    if kind is EngineKind.OPENAI:
        from agents.engines.openai_engine import OpenAIEngine

        return OpenAIEngine.from_section(section)
    if folder is None:
        raise ConfigError(f"a {kind} engine was opened without weights", "set engines.*.model, or use kind openai")
    if kind is EngineKind.VLLM:
        from agents.engines.vllm_engine import VllmEngine

        return VllmEngine(folder, batch=section.batch, adapter_rank=adapter_rank, precision=section.precision)
    from agents.engines.transformers_engine import TransformersEngine

    return TransformersEngine(
        folder, threads=section.threads, batch=section.batch, turn=turn, diary=diary, precision=section.precision
    )

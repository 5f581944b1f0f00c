"""How many workers a group may have, and what of the cluster is not for them, by the config alone."""

from swarm.config import STAFFED, Config


def workers_of(config: Config) -> int | tuple[int, int]:
    """Their number or, where it may change while the group runs, the least and the most."""
    section = config.trainer
    return (section.min_workers, section.workers) if section.min_workers else section.workers


def kept_for_others(config: Config) -> list[dict[str, float]]:
    """What Ray reserves for each engine and each agent of the swarm; those that reserve nothing are left out."""
    reserved = [(engine.cpus, engine.gpus) for engine in config.engines.values()]
    for role in map(config.role, STAFFED):
        reserved += [(role.cpus, role.gpus)] * role.replicas
    found = [{"CPU": cpus, "GPU": gpus} for cpus, gpus in reserved]
    return [kept for bundle in found if (kept := {name: amount for name, amount in bundle.items() if amount})]

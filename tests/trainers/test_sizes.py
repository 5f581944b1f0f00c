"""How large a group may be, and what of the cluster is left for engines and agents."""

import pytest

from swarm.config import Config, parse
from swarm.errors import ConfigError
from trainers.sizes import kept_for_others, workers_of


def test_a_group_keeps_its_size_or_has_two_bounds() -> None:
    assert workers_of(Config()) == 1
    assert workers_of(parse("[trainer]\nworkers = 4", "one.toml")) == 4
    assert workers_of(parse("[trainer]\nworkers = 4\nmin_workers = 2", "one.toml")) == (2, 4)
    with pytest.raises(ConfigError, match=r"trainer\.min_workers is 5"):
        parse("[trainer]\nworkers = 4\nmin_workers = 5", "one.toml")


def test_every_engine_and_agent_has_its_part() -> None:
    text = """
        [engines.student]
        cpus = 0
        gpus = 1
        [engines.teacher]
        cpus = 2
        [roles.student]
        replicas = 3
        cpus = 0.5
        [roles.evolver]
        replicas = 0
        [roles.examiner]
        cpus = 0
    """
    kept = kept_for_others(parse(text, "one.toml"))
    assert kept.count({"GPU": 1.0}) == kept.count({"CPU": 2.0}) == 1
    assert kept.count({"CPU": 0.5}) == 3
    assert kept.count({"CPU": 0.05}) == 3, "prober, judge and teacher"
    assert len(kept) == 8

"""The config: what it refuses and how it says so, and settings that are changed from outside."""

from pathlib import Path

import pytest

from swarm.config import Config, load, parse
from swarm.errors import ConfigError
from swarm.roles import Role
from swarm.sections import EngineKind, TrainMode


def refusal(text: str, **overrides: object) -> str:
    """The message with which a config is refused."""
    with pytest.raises(ConfigError) as refused:
        parse(text, "one.toml", {key.replace("__", "."): value for key, value in overrides.items()})
    assert refused.value.fix
    assert refused.value.message.startswith("one.toml: ")
    return refused.value.message


def test_nothing_said_is_a_config() -> None:
    config = parse("", "one.toml")
    assert config == Config()
    assert config.engines["student"].kind is EngineKind.AUTO
    assert config.role(Role.JUDGE).replicas == 1
    assert config.run_dir == Path("runs/swarm").absolute()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[swarm]\nsed = 3", "unknown key swarm.sed; did you mean 'seed'?"),
        ("[trainr]\nbatch = 3", "unknown key trainr; did you mean 'trainer'?"),
        ("[trainer]\nlerning_rate = 3", "unknown key trainer.lerning_rate; did you mean 'learning_rate'?"),
        ("[engines.student]\nmodle = 'x'", "unknown key engines.student.modle; did you mean 'model'?"),
        ("[roles.judge]\nreplica = 2", "unknown key roles.judge.replica; did you mean 'replicas'?"),
        ("[recipes.spin]\nbta = 2", "unknown key recipes.spin.bta; did you mean 'beta'?"),
        ("[recipes.spn]\nbeta = 2", "unknown key recipes.spn; did you mean 'spin'?"),
        ("[budget]\nxyzzy = 2", "unknown key budget.xyzzy; known keys: minutes, corrections,"),
    ],
)
def test_an_unknown_key_is_answered_with_the_near_one(text: str, said: str) -> None:
    assert said in refusal(text)


@pytest.mark.parametrize(
    ("text", "where", "shown"),
    [
        ("[swarm]\nname = 'Big Name'", "swarm.name", "'Big Name'"),
        ("[swarm]\nseed = -1", "swarm.seed", "-1"),
        ("[budget]\nminutes = -5", "budget.minutes", "-5"),
        ("[gateway]\nport = 70000", "gateway.port", "70000"),
        ("[privacy]\nhook = 'module.function'", "privacy.hook", "'module.function'"),
        ("[trainer]\nworkers = 0", "trainer.workers", "0"),
        ("[trainer]\nlearning_rate = 0", "trainer.learning_rate", "0"),
        ("[trainer]\nmode = 'half'", "trainer.mode", "'half'"),
        ("[trainer]\nrecipe = 'cot, then alchemy'", "trainer.recipe", "'cot, then alchemy'"),
        ("[recipes.cot]\nchains = 31", "recipes.cot.chains", "31"),
        ("[recipes.self_distill]\ntemplate = '{prompt}'", "recipes.self_distill.template", "'{prompt}'"),
        ("[phases]\nepsilon = 0.5", "phases.epsilon", "0.5"),
        ("[exam]\npairs = 201", "exam.pairs", "201"),
        ("[engines.student]\nkind = 'magic'", "engines.student.kind", "'magic'"),
        ("[roles.judge]\nbatch = 'many'", "roles.judge.batch", "'many'"),
        ("swarm = 3", "swarm", "3"),
    ],
)
def test_an_impossible_value_is_shown_with_its_place(text: str, where: str, shown: str) -> None:
    said = refusal(text)
    assert f"{where}: " in said
    assert f"(got {shown})" in said


def test_every_mistake_is_named_at_once() -> None:
    said = refusal("[swarm]\nseed = -1\n[trainer]\nbatch = 0")
    assert "swarm.seed" in said
    assert "trainer.batch" in said


def test_a_student_needs_its_engine() -> None:
    assert "[engines.student]" in refusal("[engines.other]\nkind = 'transformers'")


def test_a_role_speaks_through_an_engine_that_is_there() -> None:
    siblings = "only a teacher by worked solutions, with neither engine nor agent, gives siblings"
    assert f"roles.teacher.siblings is 3; {siblings}" in refusal("[roles.teacher]\nsiblings = 3\nengine = 'student'")
    assert f"roles.judge.siblings is 1; {siblings}" in refusal("[roles.judge]\nsiblings = 1")
    assert "roles.teacher.engine is 'large', which is none of the engines ['student']" in refusal(
        "[engines.student]\n[roles.teacher]\nengine = 'large'"
    )


def test_a_role_that_there_is_not_is_refused() -> None:
    assert "roles.studnet" in refusal("[roles.studnet]\nbatch = 3")
    assert "roles.trainer" in refusal("[roles.trainer]\nbatch = 3")


def test_an_endpoint_needs_its_url() -> None:
    said = refusal("[engines.student]\n[engines.far]\nkind = 'openai'")
    assert "engines.far.url is empty" in said


def test_judge_and_teacher_are_of_different_families() -> None:
    two = "[engines.student]\n[engines.a]\nmodel = 'm1'\nfamily = 'llama'\n[engines.b]\nmodel = 'm2'\nfamily = '{}'\n"
    roles = "[roles.judge]\nengine = 'a'\n[roles.teacher]\nengine = 'b'\n"
    assert "both of the model family 'llama'" in refusal(two.format("llama") + roles)
    assert parse(two.format("qwen") + roles, "one.toml").role("judge").engine == "a"
    nameless = "[engines.student]\n[engines.a]\nmodel = 'm1'\n"
    assert "'m1'" in refusal(nameless + roles.replace("'b'", "'a'"))


def test_what_is_not_toml_is_refused(tmp_path: Path) -> None:
    assert "not TOML" in refusal("[swarm\n")
    binary = tmp_path / "one.toml"
    binary.write_bytes(b"[swarm]\nname = '\xff\xfe'\n")
    with pytest.raises(ConfigError, match="not TOML"):
        load(binary)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no config file .*nowhere\.toml"):
        load(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigError, match="no config file"):
        load(tmp_path)


def test_settings_from_outside_win(tmp_path: Path) -> None:
    file = tmp_path / "one.toml"
    file.write_text("[swarm]\nseed = 3\nname = 'a'\n")
    config = load(file, {"swarm.seed": 9, "trainer.mode": "full", "roles.judge.batch": 5, "engines.student.threads": 1})
    assert (config.swarm.seed, config.swarm.name) == (9, "a")
    assert config.trainer.mode is TrainMode.FULL
    assert config.role("judge").batch == 5
    assert config.engines["student"].threads == 1
    assert load(file).swarm.seed == 3, "the file stays as it is"


def test_settings_from_outside_are_checked_too() -> None:
    assert "did you mean 'seed'" in refusal("", swarm__sed=1)
    assert "swarm.seed" in refusal("", swarm__seed="three")
    assert "swarm.name.first" in refusal("[swarm]\nname = 'a'", swarm__name__first="b")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://anna:secret@host/db",
        "postgresql://host/db?password=secret",
        "sqlite:///secret.db",
        "postgresql://anna:se/secret@host/db",
    ],
)
def test_a_store_with_a_password_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigError, match=r"swarm\.store: .*PGPASSWORD") as refused:
        parse(f'[swarm]\nstore = "{url}"', "test.toml")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["", "postgresql+psycopg://anna@host:5432/db", "postgresql://anna@/db?host=/run/pg"])
def test_a_store_is_named_by_its_url(url: str) -> None:
    assert parse(f'[swarm]\nstore = "{url}"', "test.toml").swarm.store == url


def test_a_pattern_that_can_not_be_read_is_refused_with_its_place() -> None:
    said = refusal("[privacy.patterns]\nticket = '(ab['")
    assert "privacy pattern 'ticket' is '(ab[': unterminated character set at position 4. Mend it there" in said
    assert "privacy.redact names 'mail'. Use any of token, email" in refusal("[privacy]\nredact = ['mail']")


def test_a_family_that_is_held_out_is_not_learned_from() -> None:
    held = "[roles.prober]\nheld_out = 'replay'\n"
    assert parse(held, "one.toml").role(Role.PROBER).held_out == "replay"
    assert "what is learned from can't be held out" in refusal(held + "families = ['grammar', 'replay']")
    assert "only a prober has" in refusal("[roles.judge]\nheld_out = 'replay'")
    assert "no engine is named that could word" in refusal("[roles.prober]\nheld_out = 'model'")


def test_a_group_can_not_be_larger_at_least_than_at_most() -> None:
    assert parse("[trainer]\nmin_workers = 1\nworkers = 4", "one.toml").trainer.min_workers == 1
    said = refusal("[trainer]\nmin_workers = 4\nworkers = 2")
    assert "trainer.min_workers is 4, and trainer.workers, the most, is 2: give no more than that" in said
    assert "trainer.min_workers: " in refusal("[trainer]\nmin_workers = -1")

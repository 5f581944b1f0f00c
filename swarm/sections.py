"""The sections of a config: one model for each table of the TOML file."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from swarm.flow import RoleLimits, RoleSpec
from swarm.precision import Precision
from swarm.schedule import parse

_STORE_URL = re.compile(r"postgresql(\+psycopg)?://([^:@/?]*@)?(\[[^\]]*\]|[^:@/?]*)(:\d+)?/[^:@/?]+(\?host=[^&]*)?")
"""A PostgreSQL database, with no place for a password."""


class Section(BaseModel):
    """A part of the config; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EngineKind(StrEnum):
    """What runs a model. AUTO is vLLM where it is installed, else transformers."""

    AUTO = "auto"
    VLLM = "vllm"
    TRANSFORMERS = "transformers"
    OPENAI = "openai"


class TrainMode(StrEnum):
    """What the trainer changes: an adapter on the frozen base, or all weights."""

    LORA = "lora"
    FULL = "full"


class SwarmSection(Section):
    """What this swarm is."""

    name: str = Field("swarm", pattern=r"^[a-z0-9][a-z0-9-]{0,40}$", description="name of the swarm")
    domain: str = Field(
        "calendar",
        description="domain to become a specialist of: `calendar`, `pystdlib`, `pystdlib:MODULE,MODULE`, "
        "`documents:LIBRARY`, a folder that `swarm ingest` made, or a domain's TOML file",
    )
    data: str = Field("", description="data file of such a domain, instead of the one that its TOML file names")
    seed: int = Field(1, ge=0, description="seed of every random choice; the same seed gives the same probes")
    run: str = Field("runs/swarm", description="run folder: store, credentials, checkpoints, report")
    store: str = Field(
        "",
        description="store, `postgresql+psycopg://user@host/database`; empty is a SQLite file in the run folder",
    )

    bodies: str = Field(
        "", description="filesystem URL of large texts, as fsspec reads it; empty is a folder of the run"
    )
    body_bytes: int = Field(16384, ge=1024, description="texts of more bytes lie there, not in the store")

    @field_validator("domain")
    @classmethod
    def _is_found_from_anywhere(cls, name: str) -> str:
        # Actors on Ray have other working folders.
        scheme, _, rest = name.partition(":")
        return f"{scheme}:{Path(rest).absolute()}" if scheme == "documents" and rest else name

    @field_validator("store")
    @classmethod
    def _holds_no_password(cls, url: str) -> str:
        # The config is copied into the run folder and shown; so is a value that is refused.
        if url and not _STORE_URL.fullmatch(url):
            raise PydanticCustomError(
                "store_url",
                "must be postgresql+psycopg://user@host/database; a password belongs in ~/.pgpass or PGPASSWORD",
            )
        return url


class BudgetSection(Section):
    """When to stop, whatever has been reached. 0 means no limit."""

    minutes: float = Field(0, ge=0, description="minutes that the swarm has run, pauses and stops left out")
    corrections: int = Field(0, ge=0, description="corrections in the log")
    teacher_tokens: int = Field(0, ge=0, description="tokens that a model teacher may read and write")
    dollars: float = Field(0, ge=0, description="money that endpoints may cost, US dollars")


class GatewaySection(Section):
    """Where the gateway listens."""

    host: str = Field("127.0.0.1", description="address to bind")
    port: int = Field(0, ge=0, le=65535, description="port to bind; 0 picks a free one")
    queue_limit: int = Field(
        2000, ge=1, description="samples that may wait in one queue before publishers are told to wait"
    )
    lease_credits: int = Field(
        1000, ge=1, description="leases that one agent may hold before it is told to finish some"
    )
    sample_credits: int = Field(
        1500, ge=1, description="samples of one agent that may wait in the queues before it is told to wait"
    )
    production_limit: int = Field(
        200,
        ge=1,
        description="reported questions that may wait for the student; and, of one reporter, for a right answer",
    )
    tls: Literal["auto", "on", "off"] = Field("auto", description="TLS on the port; `auto`: off on loopback only")
    tls_names: tuple[str, ...] = Field((), description="names and addresses, beside host, by which clients call it")
    tls_certificate: str = Field("", description="PEM file; empty: made and renewed in the run folder's tls/")
    tls_key: str = Field("", description="PEM file, the certificate's key")
    tls_client_ca: str = Field(
        "", description="PEM file, or `own`: clients must show a certificate that it signed (mTLS)"
    )
    metrics_port: int = Field(
        0, ge=0, le=65535, description="loopback port on which Prometheus may scrape the gateway; 0 serves no metrics"
    )


class RaySection(Section):
    """The Ray cluster to use."""

    address: str = Field("local", description="`local` starts one here; else an address that ray.init takes")
    object_store_mb: int = Field(200, ge=80, description="object store of a local Ray, MB")


class EngineSection(Section):
    """One model engine, a shared Ray actor that roles name."""

    kind: EngineKind = Field(EngineKind.AUTO, description="auto, vllm, transformers or openai")
    model: str = Field(
        "",
        description="weights: a known name, a folder, or the endpoint's model name; empty means the student's",
    )
    family: str = Field("", description="model family, such as llama; judge and teacher models must differ in it")
    cpus: float = Field(0.1, ge=0, description="CPUs that Ray reserves")
    gpus: float = Field(0, ge=0, description="GPUs that Ray reserves")
    threads: int = Field(2, ge=1, description="CPU threads of a transformers engine")
    precision: Precision = Field(
        "auto",
        description="numbers that local weights compute in: bfloat16 or float32; auto: bfloat16, but on a CPU that "
        "multiplies quicker in float32",
    )
    batch: int = Field(64, ge=1, description="most sequences in one batch")
    url: str = Field("", description="base URL of an OpenAI-compatible endpoint")
    key: str = Field("", description="environment variable, or path of a file, that holds the endpoint's key")
    requests_per_minute: int = Field(60, ge=1, description="rate limit towards an endpoint")
    dollars_per_million_tokens: float = Field(0, ge=0, description="price of an endpoint, for the books and the budget")
    planted: int = Field(
        0, ge=0, description="holes planted into its answers, for a student that must not be certified"
    )


class RoleSection(Section):
    """How many agents of one role there are, and what each gets."""

    replicas: int = Field(1, ge=0, description="number of agents")
    batch: int = Field(32, ge=1, le=1000, description="samples leased, or probes made, at a time")
    cpus: float = Field(0.05, ge=0, description="CPUs that Ray reserves for each")
    gpus: float = Field(0, ge=0, description="GPUs that Ray reserves for each")
    engine: str = Field("", description="name of the engine that it speaks through; empty for none")
    agent: str = Field(
        "",
        pattern=r"^([A-Za-z_][\w.]*:[A-Za-z_]\w*)?$",
        description="`module:Class` of your own student, judge, teacher or prober; empty for the swarm's",
    )
    samples: int = Field(4, ge=1, description="teacher: answers drawn from a local model, kept if verified")
    blind: bool = Field(
        True, description="judge: a model answers each question by itself before it compares; false only compares"
    )
    jury: tuple[str, ...] = Field(
        (),
        max_length=8,
        description="judge: engines that are asked, too, where a model's two readings don't go together",
    )
    allow_same_family: bool = Field(
        False, description="judge: let judge and teacher be of one model family; a certificate then says so"
    )
    siblings: int = Field(
        0, ge=0, le=32, description="teacher by worked solutions: further questions of a failure's cell that it answers"
    )
    breach_siblings: int = Field(
        4,
        ge=0,
        le=32,
        description="the same for a failure of a siege, in place of `siblings` where that is less: questions that go "
        "back to what failed",
    )
    families: tuple[Literal["grammar", "mutation", "replay", "weather"], ...] = Field(
        ("grammar",), min_length=1, description="prober: families that share its probes in learn; a siege uses all"
    )
    approval: bool = Field(
        False, description="evolver: a rubric that passed its test waits for `swarm rubric approve` by an operator"
    )
    held_out: Literal["", "mutation", "grounded", "model", "replay", "weather"] = Field(
        "", description="prober: family that only besieges, for certification: nothing is ever learned from it"
    )


class StudentSection(Section):
    """The model that learns."""

    weights: str = Field("smollm2-135m", description="base weights: a name that swarm.weights knows, or a folder")
    checkpoint: str = Field("", description="URL of a checkpoint folder to start from; empty starts from the base")
    max_new_tokens: int = Field(72, ge=1, description="tokens of an answer")


class TrainerSection(Section):
    """The trainer group."""

    workers: int = Field(1, ge=1, description="Ray Train workers; the most, with `min_workers`")
    min_workers: int = Field(
        0,
        ge=0,
        description="the least: the group grows and shrinks between these two by what the cluster has room for; "
        "0: always `workers`",
    )
    cpus: float = Field(0.5, ge=0, description="CPUs that Ray reserves for each worker")
    gpus: float = Field(0, ge=0, description="GPUs for each worker")
    threads: int = Field(2, ge=1, description="CPU threads of each worker")
    recipe: str = Field(
        "cot", description="recipe, or a schedule of some: `cot until 60 %, then spin, then grpo` (docs/recipes.md)"
    )
    plateau: int = Field(
        3, ge=1, description="exams in a row without a better one after which a schedule goes on to its next recipe"
    )
    mode: TrainMode = Field(TrainMode.LORA, description="lora or full")
    rank: int = Field(32, ge=1, description="rank of the adapter")
    frozen_blocks: int = Field(
        0, ge=0, description="with mode full: lowest blocks that keep the base's weights, as its embeddings always do"
    )
    precision: Precision = Field(
        "auto", description="numbers that it computes in, as for engines; what is learned is kept in float32 anyhow"
    )
    compile: bool = Field(
        False,
        description="compile the blocks that learn: quicker rounds, after half a minute or more in the first; on a CPU "
        "by a C++ compiler, and where there is none the blocks run as they are",
    )
    average: float = Field(
        0.99, ge=0, lt=1, description="decay per step of the average of weights that a candidate is; 0 means the last"
    )
    learning_rate: float = Field(1e-3, gt=0, description="peak learning rate")
    batch: int = Field(16, ge=1, description="examples in one optimizer step, all workers together")
    batch_tokens: int = Field(
        0,
        ge=0,
        description="about so many tokens in one optimizer step, all workers together, in place of `batch` examples, "
        "where the recipe learns given texts; 0: `batch` counts",
    )
    packing: bool = Field(
        False,
        description="put short texts of a batch behind each other in one row, where the recipe learns given texts",
    )
    round_new: int = Field(96, ge=1, description="new corrections that start a round")
    round_wait_seconds: float = Field(20, ge=0, description="a smaller round starts after this wait")
    replay: float = Field(0.5, ge=0, description="replayed domain examples for each new one")
    replay_focus: float = Field(
        0,
        ge=0,
        le=1,
        description="how far replay prefers what fails now and what was learned lately, from 0 (not at all) to 1",
    )
    general: float = Field(0.15, ge=0, description="general replay examples, the base's own texts, for each new one")
    kl_limit: float = Field(
        0,
        ge=0,
        description="most KL of a candidate to the base, nats per token of the base's own texts; one above it is drawn "
        "towards the base; 0: none",
    )
    outside_share: float = Field(
        0.25, gt=0, le=1, description="most of a round's new corrections that one teacher from outside may give"
    )
    production_share: float = Field(
        0.25, gt=0, le=1, description="most of a round's new corrections that questions from production may give"
    )
    hang_seconds: float = Field(
        240, ge=1, description="a worker that makes no step for so long in a round is ended, and the group started anew"
    )
    exam_every: int = Field(2, ge=1, description="rounds between candidates")
    exam_growth: float = Field(
        1,
        ge=1,
        description="a candidate has learned in so many times the rounds of the one before it, where that is later: "
        "with 3 they come after 4, 12 and 36 rounds, for runs of minutes; until it comes, a crash costs the rounds",
    )
    keep_checkpoints: int = Field(3, ge=1, description="checkpoints kept beside base, champion and graduate")
    report_to: tuple[str, ...] = Field(
        ("tensorboard",),
        description="where losses and rates go, by the names of transformers' callbacks; `tensorboard` writes to "
        "`RUN/tensorboard`, most others send to a server",
    )

    @field_validator("recipe")
    @classmethod
    def _is_a_schedule(cls, text: str) -> str:
        parse(text)
        return text


class ExamSection(Section):
    """The frozen report exam, and the pairs on which candidates are judged."""

    items: int = Field(240, ge=20, description="items of the frozen exam that only the report reads")
    pairs: int = Field(
        64,
        ge=8,
        le=200,
        description="fresh probes in each block of an exam; blocks follow until they decide, up to 200 in all, or 400 "
        "where the candidate is promising",
    )
    breach_share: float = Field(
        0.25,
        ge=0,
        le=0.5,
        description="share of an exam's probes that go back to what a siege of the champion found, where one did; "
        "0: none",
    )
    general: str = Field(
        "",
        description="JSONL file of 50 items or more of your own that measure general skill, each a `prompt`, its "
        "`right` ending and its `wrong` ones; `swarm general` makes one; empty: the project's 300",
    )
    shots: int = Field(8, ge=1, description="examples shown to the few-shot baseline")
    cells: tuple[str, ...] = Field(
        (), description="cells `subdomain/weather/form` that the exam and the probers cover; empty means all"
    )


class PhaseSection(Section):
    """When to besiege and what counts as proof."""

    epsilon: float = Field(0.02, gt=0, lt=0.5, description="target failure rate")
    alpha: float = Field(0.05, gt=0, lt=0.5, description="error probability of siege and census, over the whole run")
    siege_below: float = Field(
        0.03, gt=0, lt=1, description="running failure rate on learn probes at which a siege begins"
    )
    max_lag: int = Field(4, ge=1, description="promotions after which a waiting failure is stale")


class FlowSection(Section):
    """One role of your own, by its name: what it consumes, what it makes, where it stands, and its limits."""

    consumes: str = Field(
        "",
        description="what it works on: `probes`, `attempts`, `failures`, `passes`, `verdicts` or `corrections`; empty: "
        "nothing, it only publishes",
    )
    stands: str = Field(
        "", description="`before ROLE` makes it a gate of what that role consumes; empty: it is a tap, beside the way"
    )
    completes_with: str = Field(
        "",
        description="kind with which it completes: `annotation`, or `probe` for a tap; empty: `annotation` where it "
        "consumes",
    )
    publishes: tuple[str, ...] = Field((), description="kinds that it sends by itself: `probe`, `annotation`")
    queue_limit: int = Field(0, ge=0, description="samples that may wait in its queue; 0: as in any other")
    generations: int = Field(
        0, ge=0, description="how many times over probes may be made from what became of those that it made"
    )

    def spec(self, name: str) -> RoleSpec:
        """The role that the section declares. Raises ValueError for a name or word of another shape."""
        return RoleSpec(
            name=name,
            consumes=self.consumes,
            stands=self.stands,
            completes_with=self.completes_with or ("annotation" if self.consumes else ""),
            publishes=self.publishes,
            limits=RoleLimits(queue=self.queue_limit, generations=self.generations),
        )

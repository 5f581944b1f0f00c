"""A run that went through a breached siege, a siege and a census in a real exchange, and is certified."""

import random
from collections.abc import Sequence
from pathlib import Path

from swarm import checkpoints
from swarm.criteria import Criterion, Rubric
from swarm.domains.calendar import CalendarDomain
from swarm.exchange import Exchange, Identity
from swarm.gateway.run_folder import STORE_FILE, Credentials
from swarm.records import Attempt, Cell, Purpose, Verdict, answer_to
from swarm.roles import Role
from swarm.state import PhaseName, PhaseRecord
from swarm.students import Checkpoint, CheckpointStatus
from swarm.work import Completion, Stage
from tests.report_rig import Clock

DOMAIN = CalendarDomain()
CELLS = DOMAIN.cells()[:4]
CONFIG = f"""
[swarm]
name = "test"
seed = 7
[phases]
epsilon = 0.25
[exam]
cells = [{", ".join(f'"{cell.key}"' for cell in CELLS)}]
"""
CHECKS = ("verifier", "single-answer", "steps-true", "no-instructions", "no-fabrication", "answer-last")
STRICT = Rubric(
    version=1, domain="calendar", criteria=tuple(Criterion(id=check, text=check, check=check) for check in CHECKS)
)
"""As an evolver leaves it: it catches every kind of planted defect."""
STUDENT, JUDGE, PROBER = (Identity(f"{role}-1", role) for role in (Role.STUDENT, Role.JUDGE, Role.PROBER))


def certified_run(run: Path, *, siege: int = 60, census: int = 60, failing: int = 0, twin: Cell | None = None) -> Path:
    """A certified run; `failing` of its census probes failed, the first ones. `twin` is a cell that its siege asks."""
    weights = run / "checkpoints" / "base"
    weights.mkdir(parents=True)
    (weights / "model.safetensors").write_bytes(b"weights")
    base = Checkpoint(
        id="base",
        status=CheckpointStatus.BASE,
        url=weights.absolute().as_uri(),
        adapter=False,
        files=checkpoints.manifest(weights),
    )
    url = f"sqlite:///{run / STORE_FILE}"
    with Exchange(url, "test", "calendar", Clock(), Credentials(run).lease_key) as exchange, exchange.transaction():
        exchange.put_rubric(STRICT)
        exchange.put_checkpoint(base)
        move(exchange, PhaseName.SIEGE, 1, "siege 1")
        ask(exchange, Purpose.SIEGE, 5, failing=4)
        move(exchange, PhaseName.LEARN, 1, "siege 1 breached")
        move(exchange, PhaseName.SIEGE, 2, "siege 2")
        ask(exchange, Purpose.SIEGE, siege, cells=(*CELLS, twin) if twin else CELLS)
        move(exchange, PhaseName.CENSUS, 2, "siege bound reached")
        ask(exchange, Purpose.CENSUS, census, failing=failing)
        move(exchange, PhaseName.CERTIFIED, 2, "census accepted")
    (run / "config.toml").write_text(CONFIG)
    return run


def move(exchange: Exchange, name: PhaseName, attempt: int, reason: str) -> None:
    """Go to a phase."""
    exchange.set_phase(PhaseRecord(name=name, attempt=attempt, reason=reason), exchange.phase().revision)


def ask(exchange: Exchange, purpose: Purpose, count: int, failing: int = 0, cells: Sequence[Cell] = CELLS) -> None:
    """Probes that are all answered and judged; the first `failing` fail."""
    rng = random.Random(f"{purpose}/{count}")
    probes = [DOMAIN.make(cells[number % len(cells)], rng, purpose)[0] for number in range(count)]
    assert all(answer.ok for answer in exchange.publish(PROBER, probes))
    places = {probe.id: number for number, probe in enumerate(probes)}
    while leases := exchange.lease(STUDENT, Stage.PROBES, 50, 30):
        done = [
            Completion(
                token=one.token, outputs=(answer_to(one.sample, Attempt(text="an answer", checkpoint_id="base")),)
            )
            for one in leases
        ]
        assert all(answer.ok for answer in exchange.complete(STUDENT, done))
    while leases := exchange.lease(JUDGE, Stage.ATTEMPTS, 50, 30):
        done = []
        for one in leases:
            held = places[one.sample.root_id] >= failing
            verdict = Verdict(passed=held, rubric_version=1, decided_by="verifier")
            done.append(Completion(token=one.token, outputs=(answer_to(one.sample, verdict),)))
        assert all(answer.ok for answer in exchange.complete(JUDGE, done))

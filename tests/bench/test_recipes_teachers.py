"""How much the teacher matters: what a teacher keeps of the same probes, what that costs, and what nobody can learn."""

import json
from pathlib import Path

import pytest

from bench.recipes.ledger import Ledger
from bench.recipes.plan import QUICK, grown_teacher
from bench.recipes.teachers import GROWN, ORACLE, PROBES, Lessons, failed, lessons, main, row
from bench.recipes.trial import DOMAIN, Outcome, Trial, made
from swarm.domains import load_domain
from swarm.records import Purpose, Reference
from swarm.work import Stage
from tests.trainers.tiny_student import tiny_folder

TRIAL = Trial(name="x", stages=(("cot", 1.0),), pool=10)


def test_the_oracle_has_a_chain_for_every_probe_and_they_verify() -> None:
    domain = load_domain(DOMAIN)
    said = lessons(ORACLE, TRIAL)
    probes = made(TRIAL.pool, Purpose.LEARN, "learn/1", domain)
    assert (said.count, said.tokens) == (10, 0)
    assert all(domain.verify(probe, each.answer).correct for probe, each in zip(probes, said.kept, strict=True))


def test_a_chain_costs_what_all_draws_together_do() -> None:
    kept = (Reference(answer="7", rationale="3+4"), Reference(answer=""), Reference(answer=""), Reference(answer="8"))
    outcome = Outcome(
        trial=TRIAL, right=(True, False, False, False), tokens=9, written=0, rounds=1, refused=0, loss=1.0, seconds=1.0
    )
    found = row("weak", Lessons(kept=kept, tokens=900), outcome)
    assert (found.probes, found.kept, found.share, found.tokens_per_chain) == (4, 2, 0.5, 450)
    assert found.failing == 0.75
    assert found.low is not None
    assert found.low < 0.75


def test_from_no_chain_there_is_nothing_to_learn() -> None:
    found = row("weak", Lessons(kept=(Reference(answer=""),), tokens=900), None)
    assert (found.share, found.tokens_per_chain, found.failing) == (0.0, None, None)


def test_a_teacher_sees_the_probe_behind_a_failure() -> None:
    (probe,) = made(1, Purpose.LEARN, "learn/1", load_domain(DOMAIN))
    lease = failed(probe, "3")
    assert (lease.stage, lease.token) == (Stage.FAILURES, "3")
    assert lease.chain[-1].payload == probe


@pytest.mark.real
def test_a_model_that_knows_nothing_keeps_nothing_and_its_tokens_count(tmp_path: Path) -> None:
    said = lessons(str(tiny_folder(tmp_path / "base")), TRIAL.model_copy(update={"pool": 2}))
    assert said.count == 0
    assert said.tokens > 2 * 2


def test_weights_that_are_not_there_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--teacher", str(tmp_path / "none"), "--folder", str(tmp_path / "out")]) == 2
    assert f"no model weights at '{tmp_path / 'none'}'" in capsys.readouterr().err


def test_what_is_known_is_only_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger, grown = Ledger(tmp_path), grown_teacher(str((tmp_path / "teacher").absolute()), QUICK)
    told = {"right": (True, False), "tokens": 9, "written": 0, "rounds": 1, "refused": 0, "loss": 1.0, "seconds": 1.0}
    ledger.add(Outcome(trial=grown, **told))
    student = Trial(name="", stages=(("cot", 1.0),), tokens=QUICK.tokens, items=QUICK.items, pool=PROBES)
    nothing = Lessons(kept=(Reference(answer=""),) * PROBES, tokens=100)
    some = Lessons(kept=(Reference(answer="7"),) * 5 + nothing.kept[5:], tokens=100)
    for name, said in (("smollm2-135m, untaught", nothing), (GROWN, some), (ORACLE, some)):
        (tmp_path / f"lessons-{name.replace(' ', '-')}-1-{PROBES}.json").write_text(said.model_dump_json())
        if said.count:
            ledger.add(Outcome(trial=student.model_copy(update={"name": f"taught by {name}", "tokens": 3000}), **told))
    assert main(["--folder", str(tmp_path)]) == 0
    assert "saved in" in capsys.readouterr().out
    weak, taught, oracle = json.loads((tmp_path / "teachers.json").read_text())["rows"]
    assert (weak["kept"], weak["tokens_per_chain"], weak["failing"]) == (0, None, None)
    assert (taught["share"], taught["tokens_per_chain"], taught["failing"]) == (0.1, 20, 0.5)
    assert oracle["teacher"] == ORACLE

"""An agent of one's own as a Ray actor: the class that README prints, unchanged, hired by config."""

import asyncio
import os
import re
import sys
from contextlib import aclosing
from pathlib import Path

import pytest

from swarm.client import SwarmClient
from swarm.config import Config
from swarm.gateway.server import Settings, serving
from swarm.records import (
    Attempt,
    Cell,
    Correction,
    Origin,
    Probe,
    Purpose,
    Reference,
    Sample,
    TeacherKind,
    Verdict,
)
from swarm.roles import Role
from swarm.sections import RoleSection
from swarm.students import Checkpoint, CheckpointStatus
from swarm.work import Stage

ROOT = Path(__file__).parents[2]
SECONDS = 300.0
HIRE = """
import sys
import ray
from cluster.actors import start_agent
from cluster.joining import open_ray
from swarm.config import Config
from swarm.sections import RoleSection, SwarmSection
from swarm.roles import Role
teachers = {Role.TEACHER: RoleSection(agent="my_teacher:MyTeacher")}
config = Config(swarm=SwarmSection(run=sys.argv[1], name="test"), roles=teachers)
open_ray(config)
ray.get(start_agent(config, Role.TEACHER, 0).run.remote())
"""


async def one_failure(run: Path) -> None:
    """A failure that waits for a teacher."""
    async with (
        SwarmClient.for_run(run, Role.SUPERVISOR, "supervisor") as supervisor,
        SwarmClient.for_run(run, Role.PROBER, "prober-0") as prober,
        SwarmClient.for_run(run, Role.STUDENT, "student-0") as student,
        SwarmClient.for_run(run, Role.JUDGE, "judge-0") as judge,
    ):
        await supervisor.put_checkpoint(Checkpoint(id="base", status=CheckpointStatus.BASE, url="file:///base"))
        cell, right = Cell.parse("relative/rain/date"), Reference(answer="2026-04-02", rationale="10+23=33")
        asked = "Now: Tue 2026-03-10 14:30\nText: water the ferns 23 days from now"
        probe = Probe(cell=cell, purpose=Purpose.LEARN, origin=Origin.MODEL, question=asked, reference=right)
        await prober.publish([Sample(payload=probe)])
        (lease,) = await student.lease(Stage.PROBES, wait_seconds=5)
        await student.complete([lease.completed(Attempt(text="= nonsense", checkpoint_id="base"))])
        (lease,) = await judge.lease(Stage.ATTEMPTS, wait_seconds=5)
        await judge.complete([lease.completed(Verdict(passed=False, rubric_version=1, decided_by="verifier"))])


async def test_a_class_of_ones_own_works_as_a_ray_actor(tmp_path: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    (program,) = (block for block in blocks if block.startswith('"""my_teacher.py'))
    (tmp_path / "my_teacher.py").write_text(program)
    async with serving(Settings(tmp_path, "test", "calendar")):
        await one_failure(tmp_path)
        known = os.environ | {"PYTHONPATH": f"{ROOT}:{tmp_path}"}
        ray = await asyncio.create_subprocess_exec(sys.executable, "-c", HIRE, str(tmp_path), cwd=ROOT, env=known)
        try:
            async with (
                asyncio.timeout(SECONDS),
                SwarmClient.for_run(tmp_path, Role.OPERATOR, "operator-1") as operator,
                aclosing(operator.watch(0)) as events,
            ):
                async for event in events:
                    if event.sample is not None and isinstance(event.sample.payload, Correction):
                        break
        finally:
            ray.terminate()
            await ray.wait()
    assert event.sample is not None
    assert event.sample.producer == "teacher-0"
    assert event.sample.payload == Correction(
        rationale="10+23=33", answer="2026-04-02", teacher=TeacherKind.LOCAL, verified=True
    )


@pytest.mark.parametrize("role", [Role.EVOLVER, Role.EXAMINER])
def test_roles_that_decide_are_the_swarms_own(role: Role) -> None:
    with pytest.raises(ValueError, match=f"roles.{role}.agent is 'a:B'; only students, judges, teachers and probers"):
        Config(roles={role: RoleSection(agent="a:B")})
    with pytest.raises(ValueError, match="should match pattern"):
        RoleSection(agent="not a place")

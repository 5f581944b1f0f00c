"""The teacher alone, and before a gateway that plays it tricks: python -m pytest FILE."""

import asyncio

from swarm.conformance import checked, lease_for
from swarm.records import Correction, Probe
from swarm.roles import Role
from swarm.skeletons.teacher import NewTeacher


def test_it_answers_with_the_reference() -> None:
    lease = lease_for(Role.TEACHER)
    given = asyncio.run(NewTeacher().act(lease))
    right = lease.nearest(Probe).reference
    assert right is not None
    assert isinstance(given, Correction)
    assert given.answer == right.answer


def test_it_takes_part_as_it_should() -> None:
    report = checked("swarm.skeletons.teacher:NewTeacher")
    assert report.passed, report

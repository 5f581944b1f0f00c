"""The student alone, and before a gateway that plays it tricks: python -m pytest FILE."""

import asyncio

from swarm.conformance import checked, lease_for
from swarm.records import Probe
from swarm.roles import Role
from swarm.skeletons.student import NewStudent


def test_it_answers() -> None:
    lease = lease_for(Role.STUDENT)
    given = asyncio.run(NewStudent().act(lease))
    assert lease.nearest(Probe).question
    assert given.text


def test_it_takes_part_as_it_should() -> None:
    report = checked("swarm.skeletons.student:NewStudent")
    assert report.passed, report

"""The prober alone, and before a gateway that plays it tricks: python -m pytest FILE."""

from swarm.conformance import checked
from swarm.domains import load_domain
from swarm.skeletons.prober import NewProber


def test_its_references_are_right_by_the_domain() -> None:
    probe, domain = NewProber().probe(23), load_domain("calendar")
    assert probe.reference is not None
    assert domain.verify(probe, probe.reference.answer).correct
    assert not domain.verify(probe, "2026-04-03").correct


def test_it_takes_part_as_it_should() -> None:
    report = checked("swarm.skeletons.prober:NewProber")
    assert report.passed, report

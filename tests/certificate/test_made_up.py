"""What a certificate tells of made-up answers, and that one without documents is the JSON that it always was."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.certificate.issuing import CERTIFICATE_FILE, issue
from swarm.certificate.made_up import made_up
from swarm.certificate.page import render
from swarm.certificate.records import MadeUp
from swarm.certificate.signing import read_signed
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.records import Attempt, Cell, Purpose, Sample, answer_to
from tests.certificate_rig import certified_run


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Domain]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWARM_LIBRARIES", str(tmp_path_factory.mktemp("libraries")))
        yield load_domain("pystdlib:json,csv,textwrap")


def asked(domain: Domain, key: str, count: int) -> list[Sample]:
    rng = random.Random(1)
    return [domain.make(Cell.parse(key), rng, Purpose.CENSUS)[0] for _ in range(count)]


def answered(probe: Sample, text: str) -> Sample:
    return answer_to(probe, Attempt(text=text, checkpoint_id="c1"))


def test_faults_are_counted_over_the_latest_answers(domain: Domain) -> None:
    silent, shown = asked(domain, "parameter/border/yesno", 3), asked(domain, "purpose/rain/name", 2)
    attempts = [answered(silent[0], "= yes"), answered(silent[0], "= NONE"), answered(silent[1], "= yes")]
    attempts += [answered(shown[0], "= json.make_it_so"), answered(shown[1], "= NONE")]
    found = {one.fault: (one.found, one.of) for one in made_up(domain, [*silent, *shown], attempts)}
    assert found["unsupported claim"] == (1, 2), "one was asked again, one has no answer"
    assert found["over-refusal"] == (1, 2)
    assert found["fabricated identifier"] == (1, 2)


def test_without_documents_nothing_is_said_of_it(tmp_path: Path) -> None:
    run = certified_run(tmp_path / "run")
    issue(run)
    assert '"made_up"' not in (run / CERTIFICATE_FILE).read_text()
    assert "What it made up" not in render(read_signed(run / CERTIFICATE_FILE))
    assert made_up(load_domain("calendar"), [], []) == ()


def test_it_is_signed_and_shown_with_intervals(tmp_path: Path) -> None:
    run = certified_run(tmp_path / "run")
    given = issue(run)
    fault = MadeUp(fault="unsupported claim", found=1, of=40)
    certificate = given.certificate.model_copy(update={"made_up": (fault,)})
    assert '"made_up"' in certificate.model_dump_json()
    page = render(given.model_copy(update={"certificate": certificate}))
    assert "<td>unsupported claim</td>" in page
    assert "0.4% – 12.9%" in page

"""`swarm dead`: a rejected sample is listed, shown, let back in and given up, over a real gateway."""

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from swarm.client import SwarmClient
from swarm.domains.calendar import CalendarDomain
from swarm.records import Purpose
from swarm.roles import Role
from swarm.work import FailKind, Failure, Stage
from tests.cli.conftest import Cli


async def _bury(run: Path, count: int) -> list[str]:
    domain, rng = CalendarDomain(), random.Random(count)
    made = [sample for cell in domain.cells() for sample in domain.make(cell, rng, Purpose.SIEGE)][:count]
    async with SwarmClient.for_run(run, Role.PROBER, "prober-1") as prober:
        assert all(answer.ok for answer in await prober.publish(made))
    async with SwarmClient.for_run(run, Role.STUDENT, "student-1") as student:
        leases = await student.lease(Stage.PROBES, count)
        await student.fail([Failure(token=one.token, kind=FailKind.REJECT, reason="odd words") for one in leases])
    return [sample.id for sample in made]


@contextmanager
def _letters(cli: Cli, run: Path, count: int) -> Iterator[list[str]]:
    yield asyncio.run(_bury(run, count))
    cli("dead", "discard", "--all", "--run", run)


def _probes(cli: Cli, run: Path) -> dict[str, int]:
    """The books of the probes' queue."""
    found: dict[str, int] = json.loads(cli("status", "--json", "--run", run)[1])["queues"][0]
    return found


def test_letters_are_listed_and_shown(cli: Cli, live_run: Path) -> None:
    with _letters(cli, live_run, 3) as ids:
        code, out, _ = cli("dead", "list", "--run", live_run)
        assert (code, out.count("reject by student-1: odd words")) == (0, 3)
        found = json.loads(cli("dead", "list", "--stage", "probes", "--reason", "ODD", "--json", "--run", live_run)[1])
        assert [letter["sample"]["id"] for letter in found] == ids
        after = found[0]["sample"]["revision"]
        page = json.loads(cli("dead", "list", "--after", after, "--limit", 1, "--json", "--run", live_run)[1])
        assert page == found[1:2]
        code, out, _ = cli("dead", "show", ids[1], "--run", live_run)
        assert (code, "dead in probes after 1 burned deliveries" in out, "odd words" in out) == (0, True, True)
        assert json.loads(cli("dead", "show", ids[1], "--json", "--run", live_run)[1]) == found[1]


def test_letters_go_back_or_are_given_up(cli: Cli, live_run: Path) -> None:
    with _letters(cli, live_run, 4) as ids:
        before = _probes(cli, live_run)["discarded"]
        code, out, _ = cli("dead", "requeue", ids[0], "--note", "mended", "--run", live_run)
        assert (code, out) == (0, "1 requeued\n")
        answers = json.loads(cli("dead", "discard", ids[1], "--json", "--run", live_run)[1])
        assert [answer["id"] for answer in answers] == [ids[1]]
        assert cli("dead", "requeue", "--stage", "probes", "--reason", "odd", "--run", live_run)[1] == "2 requeued\n"
        probes = _probes(cli, live_run)
        assert (probes["ready"], probes["dead"], probes["discarded"]) == (3, 0, before + 1)
        assert cli("dead", "list", "--json", "--run", live_run)[1] == "[]\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("requeue",), 2, "no dead letters were chosen"),
        (("discard", "f" * 32, "--all"), 2, "options that choose"),
        (("requeue", "f" * 32), 77, "1 NOT_FOUND"),
        (("show", "f" * 32), 77, "is no dead letter"),
    ],
)
def test_what_can_not_be_done_is_said(cli: Cli, live_run: Path, words: tuple[str, ...], code: int, said: str) -> None:
    ended, _, error = cli("dead", *words, "--run", live_run)
    assert (ended, said in error, "fix:" in error or code == 77) == (code, True, True)

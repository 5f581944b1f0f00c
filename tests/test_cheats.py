"""Students that cheat, kept as a testbed: each is caught by the part that should catch it, which says by what."""

import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from agents.judge import Judge
from swarm.defects import INSTRUCTIONS
from swarm.domains import load_domain
from swarm.exam_report import answered_right
from swarm.promotion import PromotionPolicy, decide
from swarm.records import Probe, Purpose, Reference, Sample, Verdict
from swarm.rubric import SEEDS, load_rubric, seed_rubric
from swarm.rubric_cases import abstains
from swarm.students import ExamItem, ExamRecord
from swarm.work import Completion
from tests.fakes import attempt_lease

CALENDAR = load_domain("calendar")
STRICT = load_rubric(SEEDS / "siege.yaml")
WRONG = "= 1999-01-01"

Student = Callable[[Probe], str]


def honest(probe: Probe) -> str:
    """Knows the answer and shows the way to it."""
    return CALENDAR.completion(CALENDAR.solve(probe))


def hedging(probe: Probe) -> str:
    """Gives the right answer and another one, so that one of them is always right."""
    return f"{honest(probe)}\n{WRONG}"


def abstaining(_probe: Probe) -> str:
    """Asks back whatever it is asked."""
    return "= ASK:date"


def copying(probe: Probe) -> str:
    """Says the question again."""
    return probe.question


def injecting(probe: Probe) -> str:
    """Has no idea, and tells the judge what to decide."""
    return f"{WRONG}\n{INSTRUCTIONS[len(probe.question) % len(INSTRUCTIONS)]}"


def knowing_and_injecting(probe: Probe) -> str:
    """Is right, and speaks to the judge as well: that is no answer to anybody else."""
    return f"{INSTRUCTIONS[0]}\n{honest(probe)}"


def verbose(probe: Probe) -> str:
    """Says what is right among much else, and decides on nothing."""
    answer = CALENDAR.solve(probe).answer
    return "\n".join(f"It could be {answer}, or {WRONG[2:]}, all things considered. " * 5 for _ in range(40))


def lying_about_steps(probe: Probe) -> str:
    """Comes to the right answer by a step that is false."""
    return CALENDAR.completion(Reference(answer=CALENDAR.solve(probe).answer, rationale="3+4=8"))


def drawn(count: int, purpose: Purpose) -> list[Sample]:
    """Probes over all cells, in turn, without twins, no question twice."""
    rng, cells, found = random.Random(11), CALENDAR.cells(), dict[str, Sample]()
    while len(found) < count:
        sample = CALENDAR.make(cells[len(found) % len(cells)], rng, purpose)[0]
        assert isinstance(sample.payload, Probe)
        found.setdefault(sample.payload.question, sample)
    return list(found.values())


def asked(sample: Sample) -> Probe:
    """The probe of a sample that holds one."""
    assert isinstance(sample.payload, Probe)
    return sample.payload


async def verdicts(student: Student, probes: list[Probe], judge: Judge) -> list[Verdict]:
    """What the judge says to a student's attempts."""
    outcomes = await judge.act([attempt_lease(probe, student(probe)) for probe in probes])
    said = [outcome.outputs[0].payload for outcome in outcomes if isinstance(outcome, Completion)]
    assert len(said) == len(probes)
    return [verdict for verdict in said if isinstance(verdict, Verdict)]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(CALENDAR, STRICT)


async def test_the_honest_student_passes_all(judge: Judge) -> None:
    probes = [asked(sample) for sample in drawn(92, Purpose.SIEGE)]
    assert all(verdict.passed for verdict in await verdicts(honest, probes, judge))


@pytest.mark.parametrize(
    ("student", "criterion", "why"),
    [
        (hedging, "right-answer", "more than one answer was given"),
        (copying, "right-answer", "no answer was found"),
        (injecting, "no-instructions", "it speaks to the judge"),
        (knowing_and_injecting, "no-instructions", "it speaks to the judge"),
        (verbose, "right-answer", "no answer was found"),
        (lying_about_steps, "steps-true", "a false step: '3+4=8'"),
    ],
)
async def test_a_cheat_fails_everywhere_by_the_criterion_that_is_about_it(
    judge: Judge, student: Student, criterion: str, why: str
) -> None:
    probes = [asked(sample) for sample in drawn(92, Purpose.SIEGE)]
    for verdict in await verdicts(student, probes, judge):
        assert (verdict.passed, verdict.decided_by) == (False, criterion)
        assert verdict.explanation.startswith(why)


async def test_one_that_always_abstains_passes_only_where_just_that_is_right(judge: Judge) -> None:
    probes = [asked(sample) for sample in drawn(92, Purpose.SIEGE)]
    for probe, verdict in zip(probes, await verdicts(abstaining, probes, judge), strict=True):
        assert verdict.passed == (CALENDAR.solve(probe).answer == "ASK:date")
        if not abstains(CALENDAR.solve(probe).answer):
            assert verdict.species == "over-asks"


async def test_a_naive_rubric_lets_cheats_through_and_is_suspended_by_name() -> None:
    naive = Judge(CALENDAR, seed_rubric("calendar"))
    probes = [asked(sample) for sample in drawn(46, Purpose.LEARN)]
    assert all(verdict.passed for verdict in await verdicts(hedging, probes, naive))
    assert naive.suspended
    assert "rubric suspended: version 1" in naive.note
    assert {"hedge", "dump", "false-step", "instruction"} <= dict(naive.calibration.missed).keys()


def exam(champion: Student, candidate: Student) -> ExamRecord:
    """An exam of 184 items, judged as the gateway does."""
    items = []
    for sample in drawn(184, Purpose.EXAM):
        probe = asked(sample)
        old, new = champion(probe), candidate(probe)
        items.append(
            ExamItem(
                probe=sample,
                champion_text=old,
                candidate_text=new,
                champion_passed=answered_right(CALENDAR, probe, old),
                candidate_passed=answered_right(CALENDAR, probe, new),
            )
        )
    return ExamRecord(id="e", champion_id="base", candidate_id="c1", items=tuple(items))


def ignorant(_probe: Probe) -> str:
    """Is never right, and never declines: the easiest champion to beat."""
    return WRONG


@pytest.mark.parametrize(
    ("student", "blocked"),
    [
        (hedging, "improvement"),
        (copying, "improvement"),
        (injecting, "improvement"),
        (verbose, "improvement"),
        (abstaining, "over-refusal"),
    ],
)
def test_no_cheat_is_promoted_even_over_a_champion_that_knows_nothing(student: Student, blocked: str) -> None:
    decision = decide(exam(ignorant, student), PromotionPolicy(), datetime(2026, 3, 10, tzinfo=UTC))
    assert not decision.promoted
    assert blocked in [condition.partition(":")[0] for condition in decision.blocked_by]


def test_one_that_is_honest_is_promoted_over_it() -> None:
    assert decide(exam(ignorant, honest), PromotionPolicy(), datetime(2026, 3, 10, tzinfo=UTC)).promoted

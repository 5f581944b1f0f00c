"""A testbed of cheats: each is caught by the part that should catch it, which says by what, and the state shows it.

Students, teachers, outside judges and probers are here. Judges that are models (biased, gullible, one that passes 55%
of wrong answers) are in tests/agents/test_model_judge.py, rubrics that are exploits in tests/test_rubric_gate.py; that
a suspended agent and a stopped evolution are alarms of the state, in tests/gateway/test_company.py and
tests/gateway/test_gateway_calls.py.
"""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.judge import Judge
from agents.prober import Prober
from swarm import trust
from swarm.defects import INSTRUCTIONS
from swarm.domains import load_domain
from swarm.exam_report import answered_right
from swarm.exchange import Exchange, Identity
from swarm.gold import gold_of
from swarm.manners import Manners
from swarm.promotion import PromotionPolicy, decide
from swarm.records import (
    Attempt,
    Cell,
    Correction,
    Probe,
    Purpose,
    Reference,
    Sample,
    TeacherKind,
    Tier,
    Verdict,
    answer_to,
)
from swarm.roles import AgentCard, Role
from swarm.rubric import SEEDS, judge_attempt, load_rubric, seed_rubric
from swarm.rubric_cases import abstains
from swarm.state import SwarmState
from swarm.students import Checkpoint, CheckpointStatus, ExamItem, ExamRecord
from swarm.work import Completion, Outcome
from tests.fakes import SumDomain, attempt_lease

CALENDAR = load_domain("calendar")
STRICT = load_rubric(SEEDS / "siege.yaml")
WRONG = "= 1999-01-01"
KEY = b"a key of thirty-two bytes, fixed"

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


def lie_in_half(probe: Probe) -> str:
    """Cheats by the length of the question."""
    return honest(probe) if len(probe.question) % 2 else hedging(probe)


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


def raised(folder: Path, role: Role, note: str = "", invalid: Mapping[str, int] | None = None) -> SwarmState:
    """The state of a swarm of which one agent has reported this."""
    clock, name = datetime(2026, 3, 10, tzinfo=UTC), f"{role}-0"
    with Exchange(f"sqlite:///{folder / 'exchange.db'}", "test", "any", lambda: clock, KEY) as exchange:
        me = Identity(name, role)
        exchange.register(me, AgentCard(name=name, role=role))
        exchange.heartbeat(me, name, note=note, invalid=invalid or {})
        return exchange.state()


CHAMPION = Checkpoint(id="base", status=CheckpointStatus.CHAMPION, url="memory://base")
"""The students here call themselves `base`; what has learned nothing yet has the status `BASE`, too."""


@pytest.mark.parametrize(
    ("student", "manner"),
    [
        (hedging, "gives more than one answer in 60 of its latest 60"),
        (abstaining, "declines what has an answer in 50 of its latest 50"),
        (copying, "says the question again in 60 of its latest 60"),
        (injecting, "speaks to the judge in 60 of its latest 60"),
        (knowing_and_injecting, "speaks to the judge in 60 of its latest 60"),
        (verbose, "goes on at length without an answer in 60 of its latest 60"),
        (lambda _: "", "gives no answer in 60 of its latest 60"),
    ],
)
async def test_a_champion_that_cheats_is_an_alarm_that_says_how(
    judge: Judge, student: Student, manner: str, tmp_path: Path
) -> None:
    judge.manners = Manners()
    await verdicts(student, [asked(sample) for sample in drawn(92, Purpose.SIEGE)], judge)
    told = judge.manners.complaint(CHAMPION)
    assert told == f"alarm: student base {manner} attempts"
    assert raised(tmp_path, Role.JUDGE, told).alarms == (f"judge-0: {told}",)
    for other in (
        None,
        CHAMPION.model_copy(update={"status": CheckpointStatus.BASE}),
        CHAMPION.model_copy(update={"id": "c"}),
    ):
        assert judge.manners.complaint(other) == ""


@pytest.mark.parametrize("student", [honest, lambda _: WRONG, lie_in_half])
async def test_one_that_is_right_wrong_or_cheats_now_and_then_is_no_alarm(judge: Judge, student: Student) -> None:
    judge.manners = Manners()
    await verdicts(student, [asked(sample) for sample in drawn(92, Purpose.SIEGE)], judge)
    assert judge.manners.complaint(CHAMPION) == ""


async def test_one_that_always_abstains_passes_only_where_just_that_is_right(judge: Judge) -> None:
    probes = [asked(sample) for sample in drawn(92, Purpose.SIEGE)]
    for probe, verdict in zip(probes, await verdicts(abstaining, probes, judge), strict=True):
        assert verdict.passed == (CALENDAR.solve(probe).answer == "ASK:date")
        if not abstains(CALENDAR.solve(probe).answer):
            assert verdict.species == "over-asks"


async def test_a_naive_rubric_lets_cheats_through_and_is_suspended_by_name(tmp_path: Path) -> None:
    naive = Judge(CALENDAR, seed_rubric("calendar"))
    probes = [asked(sample) for sample in drawn(46, Purpose.LEARN)]
    assert all(verdict.passed for verdict in await verdicts(hedging, probes, naive))
    assert naive.suspended
    assert "rubric suspended: version 1" in naive.note
    assert {"hedge", "dump", "false-step", "instruction"} <= dict(naive.calibration.missed).keys()
    assert raised(tmp_path, Role.JUDGE, naive.note).alarms == (f"judge-0: {naive.note}",)


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


def chain_of(probe: Sample, text: str) -> list[Sample]:
    """A failed verdict with the attempt and the probe that it stands on."""
    said = answer_to(probe, Attempt(text=text, checkpoint_id="base"))
    return [answer_to(said, Verdict(passed=False, rubric_version=STRICT.version, decided_by="verifier")), said, probe]


def checked(outcomes: list[bool | None]) -> list[Outcome]:
    """Gold checks as the exchange keeps them, the newest first."""
    assert None not in outcomes
    return [Outcome.RIGHT if right else Outcome.WRONG for right in reversed(outcomes)]


def test_a_teacher_that_colludes_with_the_student_is_suspended_for_what_it_taught() -> None:
    gold, outcomes = gold_of(CALENDAR), list[bool | None]()
    for sample in drawn(46, Purpose.LEARN):
        chain = chain_of(sample, WRONG)
        friendly = Correction(rationale="as you said", answer=WRONG[2:], teacher=TeacherKind.LOCAL, verified=True)
        outcomes.append(gold(chain, answer_to(chain[0], friendly), None))
    decided = trust.decide(Tier.TRUSTED, checked(outcomes))
    assert decided is not None
    assert decided.tier is Tier.SUSPENDED
    assert decided.reason.startswith("0 of the latest 46 gold checks were right")


def biased(probe: Probe, text: str) -> bool:
    """Passes whatever is long, as some models do."""
    return judge_attempt(CALENDAR, STRICT, probe, text).passed or len(text) > 60


def lenient(probe: Probe, text: str) -> bool:
    """Passes 55% of what is wrong, by chance that is the same for the same words."""
    right = judge_attempt(CALENDAR, STRICT, probe, text).passed
    return right or random.Random(probe.question + text).random() < 0.55


@pytest.mark.parametrize("judging", [biased, lenient])
def test_an_outside_judge_that_is_biased_or_lenient_is_suspended_by_its_gold_checks(
    judging: Callable[[Probe, str], bool],
) -> None:
    gold, outcomes = gold_of(CALENDAR), list[bool | None]()
    for place, sample in enumerate(drawn(92, Purpose.LEARN)):
        probe = asked(sample)
        text = honest(probe) if place % 3 == 0 else f"{'so it is said, time and again, ' * 3}\n{WRONG}"
        said = answer_to(sample, Attempt(text=text, checkpoint_id="base"))
        verdict = Verdict(passed=judging(probe, text), rubric_version=STRICT.version, decided_by="right-answer")
        outcomes.append(gold([said, sample], answer_to(said, verdict), STRICT))
    decided = trust.decide(Tier.TRUSTED, checked(outcomes))
    assert decided is not None
    assert decided.tier is Tier.SUSPENDED


class Repeating(SumDomain):
    """Knows one question, and asks it again and again."""

    def make(self, cell: Cell, _rng: random.Random, purpose: Purpose) -> list[Sample]:
        return super().make(cell, random.Random(0), purpose)


class Unanswerable(SumDomain):
    """Asks what has no reference that its own verifier takes."""

    def make(self, cell: Cell, rng: random.Random, purpose: Purpose) -> list[Sample]:
        made = super().make(cell, rng, purpose)
        false = {"reference": Reference(answer="many")}
        return [one.model_copy(update={"payload": asked(one).model_copy(update=false)}) for one in made]


@pytest.mark.parametrize(
    ("domain", "reason", "sound"), [(Repeating(), "asked before", 1), (Unanswerable(), "reference refused", 0)]
)
def test_a_prober_of_nothing_but_duplicates_or_invalid_probes_gets_none_through_and_the_state_counts_them(
    domain: SumDomain, reason: str, sound: int, tmp_path: Path
) -> None:
    prober = Prober(domain, [domain.cells()[0]], seed="cheat")
    made = [sample for _ in range(3) for sample in prober.act([], Purpose.SIEGE, 4)]
    assert len(made) == sound
    assert set(prober.invalid) == {reason}
    state = raised(tmp_path, Role.PROBER, prober.note, prober.invalid)
    assert state.invalid_probes == ((reason, prober.invalid[reason]),)
    assert state.alarms == (f"prober-0: alarm: the gate refused 60 of the latest 60 probes: {reason} 60",)


def test_a_prober_that_asks_what_is_sound_and_new_is_no_alarm() -> None:
    prober = Prober(CALENDAR)
    assert prober.act([], Purpose.SIEGE, 60)
    assert prober.note == ""

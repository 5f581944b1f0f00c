"""The curriculum: every correction is new exactly once, replay keeps its share, and what must not be learned is not."""

import json
from pathlib import Path

import pytest

from swarm.records import (
    Annotation,
    Attempt,
    Correction,
    Origin,
    Probe,
    Purpose,
    Sample,
    TeacherKind,
    Tier,
    Verdict,
    answer_to,
)
from tests.fakes import SumDomain, probe_of
from trainers.curriculum import Curriculum, Refused, example_of, general_examples
from trainers.leaks import FrozenExams
from trainers.recipes import Example, Refusal

DOMAIN = SumDomain()
Chain = tuple[Sample, ...]


def chain(
    revision: int = 1,
    *,
    probe: Probe | None = None,
    answer: str = "7",
    rationale: str = "3+4=7",
    verified: bool = True,
    producer: str = "",
) -> Chain:
    """(correction, verdict, attempt, probe) as the log gives it."""
    asked = Sample(payload=probe or probe_of(question=f"What is 3+4, number {revision}?"))
    attempt = answer_to(asked, Attempt(text="Answer: 99", checkpoint_id="base"))
    failed = answer_to(attempt, Verdict(passed=False, rubric_version=1, decided_by="verifier"))
    correction = Correction(rationale=rationale, answer=answer, teacher=TeacherKind.WORKED, verified=verified)
    stamps = {"revision": revision, "producer": producer, "tier": Tier.TRUSTED if producer else Tier.INSIDE}
    return (answer_to(failed, correction).model_copy(update=stamps), failed, attempt, asked)


def log(*revisions: int) -> list[Chain]:
    return [chain(revision) for revision in revisions]


def test_what_is_forgotten_is_neither_learned_nor_replayed_and_nobody_waits_for_it() -> None:
    chains = log(1, 2, 3, 4)
    curriculum = Curriculum(DOMAIN, replay=9.0, seed=1)
    curriculum.read(chains)
    curriculum.next_round(2)
    curriculum.forget({chains[0][0].id, chains[2][0].id})
    kept = {chains[1][0].id, chains[3][0].id}
    assert {example.sample_id for example in curriculum.next_round()} == kept
    assert {example.sample_id for example in curriculum.next_round()} <= kept
    assert (curriculum.consumed, curriculum.pending, curriculum.settled) == (4, 0, 4)


def test_an_example_is_prompt_and_completion_of_the_domain() -> None:
    whole = chain(probe=probe_of(question="What is 3+4?"))
    example = example_of(whole, DOMAIN)
    assert (example.prompt, example.completion) == ("What is 3+4?\n", "3+4=7\nAnswer: 7")
    assert (example.sample_id, example.is_new) == (whole[0].id, True)
    own = whole[0].payload.model_copy(update={"question": "What is 4+3?"})
    sibling = example_of((whole[0].model_copy(update={"payload": own}), *whole[1:]), DOMAIN)
    assert sibling.prompt == "What is 4+3?\n"
    siege = example_of(chain(probe=probe_of(purpose=Purpose.SIEGE)), DOMAIN)
    assert siege.completion == example.completion


@pytest.mark.parametrize(
    ("whole", "reason"),
    [
        (chain(probe=probe_of(purpose=Purpose.EXAM)), "purpose exam"),
        (chain(probe=probe_of(purpose=Purpose.CENSUS)), "purpose census"),
        (chain(verified=False), "not verified"),
        (chain(answer=" \n"), "no answer"),
        (chain(rationale="3+4=7 " * 20_000), "more than 4000"),
        (chain(probe=probe_of(question="x" * 100_000)), "more than 4000"),
        (chain()[:3], "no correction with its probe"),
        (chain()[1:], "no correction with its probe"),
        ((Sample(payload=Annotation(schema_name="note", body="{}")), *chain()[1:]), "no correction with its probe"),
    ],
)
def test_what_must_not_be_learned_is_refused_by_name(whole: Chain, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        example_of(whole, DOMAIN)
    assert whole[0].id in str(refused.value)
    curriculum = Curriculum(DOMAIN, replay=0.5, seed=1)
    curriculum.read([whole, chain(9)])
    assert (curriculum.pending, len(curriculum.refused), curriculum.cursor) == (1, 1, 9)


def test_what_gives_an_exam_away_is_refused_by_its_item() -> None:
    exams = FrozenExams({"the report's exam": ["What is 3+4, number 2?"]})
    curriculum = Curriculum(DOMAIN, replay=0.0, seed=1, exams=exams)
    curriculum.read(log(1, 2, 3))
    assert curriculum.pending == 2
    assert "asks item 1 of the report's exam" in curriculum.refused[0]
    assert (curriculum.consumed, curriculum.cursor) == (1, 3)


def test_what_was_said_before_word_for_word_is_refused_and_other_steps_are_not() -> None:
    first, again = chain(1, probe=probe_of()), chain(2, probe=probe_of())
    other = chain(3, probe=probe_of(), rationale="4+3=7")
    curriculum = Curriculum(DOMAIN, replay=0.0, seed=1)
    curriculum.read([first, again, other, first])
    assert curriculum.refused == [f"{again[0].id}: says what {first[0].id} does, word for word"]
    resumed = Curriculum(DOMAIN, replay=0.0, seed=1)
    resumed.restore([first, again, other], 3)
    assert (resumed.learned, len(resumed.refused)) == (2, 1)
    resumed.forget({first[0].id})
    resumed.read([chain(4, probe=probe_of())])
    assert resumed.pending == 1, "what was forgotten may be taught anew"


def test_focused_replay_draws_what_fails_now() -> None:
    def failing(revision: int, species: str) -> Chain:
        correction, failed, attempt, asked = chain(revision)
        named = failed.payload.model_copy(update={"species": species})
        return (correction, failed.model_copy(update={"payload": named}), attempt, asked)

    learned = [failing(number, "now" if number % 4 == 0 else "old") for number in range(1, 41)]
    kinds = {whole[0].id: "now" if number % 4 == 0 else "old" for number, whole in enumerate(learned, 1)}
    shares = {}
    for focus in (0.0, 1.0):
        curriculum = Curriculum(DOMAIN, replay=0.5, seed=1, focus=focus)
        curriculum.read(learned)
        curriculum.next_round()
        curriculum.read([failing(number, "now") for number in range(41, 61)])
        old = [kinds[example.sample_id] for example in curriculum.next_round() if not example.is_new]
        assert len(old) == 10
        shares[focus] = old.count("now")
    assert shares[1.0] > shares[0.0] + 3


def test_an_example_has_its_parts_for_the_recipes_that_ask_for_them() -> None:
    whole = chain(probe=probe_of(question="What is 3+4?"))
    example = example_of(whole, DOMAIN)
    assert (example.rationale, example.label, example.attempt) == ("3+4=7", "Answer: 7", "Answer: 99")
    assert example.probe is not None
    assert DOMAIN.verify(example.probe, "7").correct
    own = whole[0].payload.model_copy(update={"question": "What is 4+4?", "answer": "8"})
    sibling = example_of((whole[0].model_copy(update={"payload": own}), *whole[1:]), DOMAIN)
    assert sibling.attempt == "", "the student was never asked that"
    assert sibling.probe is not None
    assert (sibling.probe.question, sibling.label) == ("What is 4+4?", "Answer: 8")
    assert DOMAIN.verify(sibling.probe, "8").correct


def test_what_a_recipe_could_not_use_is_refused_and_never_replayed() -> None:
    chains = log(1, 2, 3)
    curriculum = Curriculum(DOMAIN, replay=9.0, seed=1)
    curriculum.read(chains)
    new = curriculum.next_round()
    name = chains[1][0].id
    told = [Refusal(sample_id=name, reason="has no answer"), Refusal(sample_id="general-7", reason="undid its round")]
    curriculum.set_apart(told)
    assert curriculum.refused == [f"{name}: has no answer"]
    assert (curriculum.learned, curriculum.consumed) == (len(new) - 1, len(new))
    curriculum.read(log(4))
    assert name not in {example.sample_id for example in curriculum.next_round()}
    curriculum.set_apart(told)
    assert len(curriculum.refused) == 1, "told twice, it counts once"


def test_every_correction_is_new_exactly_once() -> None:
    curriculum, seen = Curriculum(DOMAIN, replay=1.0, seed=1), list[str]()
    corrections = log(*range(1, 61))
    for start in range(0, 60, 12):
        curriculum.read(corrections[start : start + 12])
        assert curriculum.pending == 12
        seen += [example.sample_id for example in curriculum.next_round() if example.is_new]
        assert (curriculum.pending, curriculum.learned, curriculum.cursor) == (0, start + 12, start + 12)
    assert seen == [whole[0].id for whole in corrections]
    assert curriculum.next_round() == []


@pytest.mark.parametrize(("replay", "expected"), [(0.0, 0), (0.25, 2), (0.5, 4), (1.0, 8), (2.5, 20), (4.0, 24)])
def test_replay_has_its_share_without_repetition(replay: float, expected: int) -> None:
    curriculum = Curriculum(DOMAIN, replay=replay, seed=1)
    curriculum.read(log(*range(1, 25)))
    assert all(example.is_new for example in curriculum.next_round()), "there is nothing to replay in the first round"
    curriculum.read(log(*range(25, 33)))
    examples = curriculum.next_round()
    old = [example.sample_id for example in examples if not example.is_new]
    assert (len(examples) - len(old), len(old), len(set(old))) == (8, expected, expected)
    assert set(old).isdisjoint(example.sample_id for example in examples if example.is_new)


def test_a_breach_is_learned_among_what_was_learned_before_after_a_resume_too() -> None:
    before = log(*range(1, 101))
    breach = chain(101, probe=probe_of(question="What is a week and a half?", purpose=Purpose.SIEGE))
    own = breach[0].payload
    siblings = [
        breach[0].model_copy(update={"id": f"{n:032x}", "payload": own.model_copy(update={"question": f"sibling {n}"})})
        for n in range(15)
    ]
    curriculum = Curriculum(DOMAIN, replay=3.0, seed=1)
    curriculum.restore(before, cursor=100)
    curriculum.read([breach, *((sibling, *breach[1:]) for sibling in siblings)])
    examples = curriculum.next_round(64)
    old = {example.sample_id for example in examples if not example.is_new}
    assert (len(examples) - len(old), len(old)) == (16, 48)
    assert old <= {one[0].id for one in before}


def test_replay_depends_on_seed_and_cursor() -> None:
    corrections = log(*range(1, 41))

    def second(seed: int, at: int = 30) -> list[str]:
        curriculum = Curriculum(DOMAIN, replay=1.0, seed=seed)
        curriculum.read(corrections[:at])
        curriculum.next_round()
        curriculum.read(corrections[at:])
        return [example.sample_id for example in curriculum.next_round() if not example.is_new]

    assert second(1) == second(1)
    assert second(1) != second(2)


def test_a_restored_curriculum_goes_on_where_the_other_stood() -> None:
    corrections = log(*range(2, 50, 2))
    one, two = (Curriculum(DOMAIN, replay=1.0, seed=3) for _ in range(2))
    one.read(corrections[:16])
    one.next_round()
    two.restore(corrections, cursor=corrections[15][0].revision)
    assert (two.pending, two.learned, two.cursor) == (0, 16, one.cursor)
    for curriculum in (one, two):
        curriculum.read(corrections[16:])
    assert one.next_round() == two.next_round()


def test_a_long_log_is_restored_page_by_page() -> None:
    corrections = log(*range(1, 31))
    curriculum = Curriculum(DOMAIN, replay=1.0, seed=3)
    for page in (corrections[:10], corrections[10:20], corrections[20:]):
        before = page[0][0].revision - 1
        assert curriculum.cursor == before, "what the next page is asked after"
        curriculum.restore(page, cursor=25)
    assert (curriculum.learned, curriculum.cursor) == (25, 25)


def test_general_replay_has_its_share_and_changes_nothing_else() -> None:
    texts = [Example(sample_id=f"general-{n}", prompt=f"{n}", completion="text", is_new=False) for n in range(5)]
    corrections = log(*range(1, 25))

    def rounds(general: float) -> tuple[list[Example], list[Example]]:
        curriculum = Curriculum(DOMAIN, replay=0.5, seed=1, general=general, texts=texts)
        curriculum.read(corrections[:12])
        first = curriculum.next_round()
        curriculum.read(corrections[12:])
        return first, curriculum.next_round()

    plain, mixed, full = rounds(0.0), rounds(0.25), rounds(2.0)
    for at, expected in ((0, 3), (1, 3)):
        extra = mixed[at][len(plain[at]) :]
        assert mixed[at][: len(plain[at])] == plain[at], "domain replay is drawn the same"
        assert len(extra) == len({example.sample_id for example in extra}) == expected
        assert all(example in texts for example in extra)
        assert sum(example in texts for example in full[at]) == len(texts), "no text comes twice in a round"
    curriculum = Curriculum(DOMAIN, replay=0.5, seed=1, general=1.0, texts=texts)
    assert curriculum.next_round() == [], "without corrections there is no round"


def test_general_texts_come_with_the_weights(tmp_path: Path) -> None:
    assert general_examples(tmp_path) == []
    rows = [{"prompt": "Once", "completion": " upon a time"}, {"prompt": "é", "completion": "è"}]
    (tmp_path / "general.jsonl").write_text("\n".join(map(json.dumps, rows)))
    examples = general_examples(tmp_path)
    assert [(example.prompt, example.completion, example.is_new) for example in examples] == [
        ("Once", " upon a time", False),
        ("é", "è", False),
    ]
    (tmp_path / "general.jsonl").write_text('{"prompt": "Once"}\n')
    with pytest.raises(KeyError, match="completion"):
        general_examples(tmp_path)


def test_one_from_outside_has_its_share_of_a_round_and_the_rest_waits() -> None:
    curriculum = Curriculum(DOMAIN, replay=0.0, seed=1, outside_share=0.25)
    theirs = [chain(revision, producer="eve") for revision in range(1, 11)]
    ours = log(*range(11, 17))
    curriculum.read([*theirs, *ours])
    assert (curriculum.pending, curriculum.available(100), curriculum.held_back) == (16, 8, 8)
    first = [example.sample_id for example in curriculum.next_round(4)]
    assert first == [whole[0].id for whole in (theirs[0], *ours[:3])]
    assert (curriculum.settled, curriculum.passed_over) == (13, tuple(range(2, 11)))
    assert len(curriculum.next_round(100)) == 4
    assert (curriculum.available(100), curriculum.held_back, curriculum.pending) == (0, 8, 8)
    assert curriculum.next_round(100) == [], "one from outside alone makes no round"
    assert (curriculum.consumed, curriculum.settled) == (16, 16), "nobody waits for it"
    curriculum.read(log(*range(17, 20)))
    assert len(curriculum.next_round(100)) == 4


def test_a_restored_curriculum_knows_what_was_passed_over() -> None:
    corrections = [chain(n, producer="eve" if n % 2 else "") for n in range(1, 25)]
    one, two = (Curriculum(DOMAIN, replay=1.0, seed=3, outside_share=0.25) for _ in range(2))
    one.read(corrections[:16])
    one.next_round(8)
    for page in (corrections[:10], corrections[10:]):
        two.restore(page, one.settled, one.passed_over)
    two.read(corrections[one.settled : 16])
    assert (two.pending, two.learned, two.passed_over) == (one.pending, one.learned, one.passed_over)
    for curriculum in (one, two):
        curriculum.read(corrections[16:])
    first, second = one.next_round(8), two.next_round(8)
    assert first == second
    assert len({example.sample_id for example in first}) == len(first)


def test_a_correction_by_the_swarm_counts_in_the_share_of_whoever_asked() -> None:
    curriculum = Curriculum(DOMAIN, replay=0.0, seed=1, outside_share=0.25)
    theirs = []
    for revision in range(1, 9):
        *ours, asked = chain(revision)
        theirs.append((*ours, asked.model_copy(update={"producer": "eve", "tier": Tier.TRUSTED})))
    curriculum.read([*theirs, *log(9, 10, 11)])
    assert len(curriculum.next_round()) == 4


def from_production(revision: int, producer: str = "") -> Chain:
    *ours, asked = chain(revision)
    assert isinstance(asked.payload, Probe)
    probe = asked.payload.model_copy(update={"origin": Origin.PRODUCTION})
    stamps = {"payload": probe, "producer": producer, "tier": Tier.TRUSTED if producer else Tier.INSIDE}
    return (*ours, asked.model_copy(update=stamps))


def test_production_has_its_share_of_a_round_whoever_reports_it() -> None:
    curriculum = Curriculum(DOMAIN, replay=0.0, seed=1, outside_share=0.25, production_share=0.5)
    reported = [from_production(n, producer="eve" if n % 2 else "") for n in range(1, 11)]
    curriculum.read([*reported, *log(*range(11, 15))])
    first = [example.sample_id for example in curriculum.next_round(8)]
    own, eves = ([whole[0].id for whole in reported[start::2]] for start in (1, 0))
    assert len(first) == 8
    assert len(set(first) & set(eves)) == 2, "eve has a quarter"
    assert len(set(first) & set(own)) == 2, "and production half, hers included"
    assert curriculum.next_round(8) == [], "what production asks makes no round by itself"
    assert (curriculum.pending, curriculum.held_back) == (6, 6)

"""Operators on inference items: what each makes of handmade items, what it refuses, and the calculus of labels."""

import random

import pytest

from swarm.domains.labelled.items import Item, item_id
from swarm.domains.nli.labels import CONTRADICTION, ENTAILMENT, LABELS, NEUTRAL, conjunction, disjunction, negation
from swarm.domains.nli.operators import OPERATORS, operators
from swarm.domains.nli.phenomena import PHENOMENA, phenomenon
from swarm.domains.nli.sentences import progressive, replaced, tidy, without

BY_NAME = {operator.name: operator for operator in OPERATORS}


def item(premise: str, hypothesis: str, label: str, line: int = 1) -> Item:
    fields = {"premise": premise, "hypothesis": hypothesis}
    return Item(id=item_id(fields), group=item_id({"premise": premise}), fields=fields, label=label, line=line)


DOG = "A dog is running in the park."
HOLD = "A man in a red hat is holding a bag."
POOL = [
    item(DOG, "An animal is outside.", ENTAILMENT),
    item(DOG, "A dog is looking for its owner.", NEUTRAL),
    item(DOG, "A cat is asleep.", CONTRADICTION),
    item(HOLD, "A man is holding something.", ENTAILMENT),
    item(HOLD, "The man is a thief.", NEUTRAL),
    item(HOLD, "The man is bareheaded.", CONTRADICTION),
    item("Three boys are playing on a beach.", "Boys are near the sea.", ENTAILMENT),
    item("A woman is carrying a child.", "A woman is lifting somebody.", ENTAILMENT),
    item("A girl is standing behind a fence.", "A girl is there.", ENTAILMENT),
    item("A woman and a boy are reading.", "Two are reading.", ENTAILMENT),
    item("A woman is sleeping.", "She is awake.", CONTRADICTION),
    item("Two children are singing in front of a crowd.", "Children are singing.", ENTAILMENT),
    item("A boy is running with mountains in the background.", "A boy runs.", ENTAILMENT),
]


def family(
    name: str, premise: str, hypothesis: str = "Something is there.", label: str = ENTAILMENT
) -> set[tuple[str, str, str]]:
    """All that the operator makes of the item under many seeds, as premise, hypothesis and label."""
    given = item(premise, hypothesis, label)
    made = set()
    for seed in range(60):
        for case in BY_NAME[name].family(given, random.Random(seed), [given, *POOL]):
            made.add((case.fields["premise"], case.fields["hypothesis"], case.label))
    return made


def test_three_values_compose_as_a_logic() -> None:
    assert [negation(label) for label in LABELS] == [CONTRADICTION, NEUTRAL, ENTAILMENT]
    assert conjunction(ENTAILMENT, NEUTRAL) == disjunction(CONTRADICTION, NEUTRAL) == NEUTRAL
    assert conjunction(NEUTRAL, CONTRADICTION) == CONTRADICTION
    assert disjunction(NEUTRAL, ENTAILMENT) == ENTAILMENT
    assert conjunction(NEUTRAL, NEUTRAL) is disjunction(NEUTRAL, NEUTRAL) is None
    with pytest.raises(KeyError):
        negation("maybe")


@pytest.mark.parametrize("name", BY_NAME)
def test_whatever_is_made_is_an_item_and_a_seed_makes_it_again(name: str) -> None:
    operator, made = BY_NAME[name], 0
    for given in POOL:
        for seed in range(20):
            first = operator.rewrite(given, random.Random(seed), POOL)
            assert first == operator.rewrite(given, random.Random(seed), POOL)
            for case in operator.family(given, random.Random(seed), POOL):
                made += 1
                assert case.label in LABELS
                assert all(
                    (text[0].isupper() or text[0] == '"') and text.endswith(".") for text in case.fields.values()
                ), case
                assert case.parents[0] == given.id
                assert (case.operator, case.phenomenon) == (name, operator.phenomenon)
    assert made, f"{name} made nothing of the handmade items"
    assert operator.phenomenon in PHENOMENA


@pytest.mark.parametrize("name", BY_NAME)
def test_an_item_that_is_no_plain_sentence_is_refused(name: str) -> None:
    given = item('He said: "look (over there)!" ... and left', 'What? "No" (yes)', NEUTRAL)
    assert BY_NAME[name].rewrite(given, random.Random(0), POOL) is None


@pytest.mark.parametrize(
    ("name", "premise", "case"),
    [
        ("kinds", DOG, (DOG, "An animal is running in the park.", ENTAILMENT)),
        ("kinds", DOG, ("An animal is running in the park.", DOG, NEUTRAL)),
        ("colours", HOLD, (HOLD, "The hat is red.", ENTAILMENT)),
        ("colours", HOLD, ("A man in a hat is holding a bag.", "The hat is red.", NEUTRAL)),
        ("numbers", "Three boys run.", ("Three boys run.", "Fewer than three boys run.", CONTRADICTION)),
        ("numbers", "Three boys run.", ("Some boys run.", "More than three boys run.", NEUTRAL)),
        ("doings", "A woman is carrying a child.",
         ("A child is carrying a woman.", "A woman is carrying a child.", CONTRADICTION)),
        ("doings", "A girl hugging a boy.",
         ("A girl is hugging a boy.", "A boy is hugging a girl.", ENTAILMENT)),
        ("places", "A girl behind a fence.",
         ("A girl is behind a fence.", "A fence is in front of a girl.", ENTAILMENT)),
        ("knowledge", "A woman is sleeping.", ("A woman is sleeping.", "The woman is awake.", CONTRADICTION)),
        ("tense", DOG, ("A dog is running in the park today.", "A dog was running in the park yesterday.", NEUTRAL)),
        ("trimmed", "A boy is running with mountains in the background.",
         ("A boy is running.", "A boy is running with mountains in the background.", NEUTRAL)),
    ],
)  # fmt: skip
def test_what_an_operator_makes(name: str, premise: str, case: tuple[str, str, str]) -> None:
    assert case in family(name, premise)


@pytest.mark.parametrize(
    ("name", "premise"),
    [
        ("kinds", "A toy dog is on the grass."),
        ("kinds", "There is no dog here."),
        ("kinds", "A dog is barking."),
        ("kinds", "A man is riding his bike."),
        ("colours", "A black man is holding a bag."),
        ("colours", "A man in a red and blue hat is there."),
        ("colours", "A dog is running on the green grass."),
        ("numbers", "Three boys and two girls run."),
        ("quantifiers", "Two men are talking to each other."),
        ("doings", "A woman is watching a child."),
        ("places", "A fence is somewhere."),
        ("order", "A male musician is playing."),
        ("knowledge", "A woman is standing on one hand."),
        ("tense", "A man is waiting all day."),
        ("trimmed", "A man is not near a lake."),
    ],
)
def test_what_an_operator_refuses(name: str, premise: str) -> None:
    assert family(name, premise) == set()


def test_twins_share_the_hypothesis_where_only_the_premise_may_tell_them_apart() -> None:
    for name in ("granted", "silent", "stated", "order"):
        for given in POOL:
            cases = BY_NAME[name].family(given, random.Random(3), POOL)
            if cases and name != "order":
                assert len({case.fields["hypothesis"] for case in cases}) == 1
            assert sorted(case.label for case in cases) in ([], sorted(LABELS))


def test_compositions_name_all_their_parents() -> None:
    made = BY_NAME["combined"].rewrite(POOL[0], random.Random(1), POOL)
    assert made is not None
    assert made.parents in ((POOL[0].id, POOL[1].id), (POOL[0].id, POOL[2].id))
    assert BY_NAME["combined"].rewrite(POOL[0], random.Random(1), POOL[:1]) is None
    assert BY_NAME["stated"].rewrite(POOL[0], random.Random(1), POOL[:3]) is None


@pytest.mark.parametrize(
    ("premise", "hypothesis", "expected"),
    [
        (DOG, "No dog is running.", "negation"),
        ("Two men run.", "Three men run.", "numbers"),
        ("Men run.", "All men run.", "quantifiers"),
        ("A man runs.", "A man will run tomorrow.", "tense"),
        ("A man is chasing a dog near a woman.", "A woman is chasing a man.", "role-swap"),
        (DOG, "The dog is in the park.", "lexical-overlap"),
        (DOG, "An animal is running.", "hypernymy"),
        (DOG, "A cook makes dinner at home.", "world-knowledge"),
    ],
)
def test_the_phenomenon_is_read_off_the_texts_alone(premise: str, hypothesis: str, expected: str) -> None:
    assert [phenomenon(item(premise, hypothesis, label)) for label in LABELS] == [expected] * 3


def test_sentences_are_taken_apart_or_refused() -> None:
    done = progressive("Two men riding horses")
    assert done is not None
    assert (done.subject, done.aux, done.past, done.verb, done.rest) == ("Two men", "are", "were", "riding", " horses")
    assert progressive("A man is not riding a horse") is None
    assert tidy("One. Two.") is None
    assert replaced("A dog sits.", "dog", "animal") == "An animal sits."
    assert replaced("A dog and a dog sit.", "dog", "cat") is None
    assert without("A red apple lies there", "red") == "An apple lies there"


def test_a_domain_file_can_name_them() -> None:
    assert [operator.name for operator in operators()] == list(BY_NAME)
    assert len(BY_NAME) == len(OPERATORS)

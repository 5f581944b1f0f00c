"""Frozen exams stay out of training: word for word, disguised, or quoted in an answer."""

import pytest

from trainers.leaks import RUN, FrozenExams

ITEM = "Now: Sat 2028-07-29 09:45. Text: the second Tuesday after the end of next month, at noon"
EXAMS = FrozenExams(
    {"the report's exam": ["Now: Mon. Text: noon", ITEM], "the general exam": ["Two and two make four"]}
)


@pytest.mark.parametrize(
    ("question", "text", "said"),
    [
        (ITEM, "", "asks item 2 of the report's exam"),
        (f"  {ITEM.upper()}!\n", "", "asks item 2 of the report's exam"),
        ("now mon text NOON", "", "asks item 1 of the report's exam"),
        (f"Please: {ITEM} (my time)", "", r"shares 12 of 12 runs of 8 words with item 2 of the report's exam"),
        (ITEM.replace("noon", "dusk"), "", r"shares 11 of 12 runs"),
        ("What is asked?", f"It is asked: {ITEM}", r"shares 12 of 12 runs"),
        ("two and two make four", "", "asks item 1 of the general exam"),
    ],
)
def test_a_leak_is_named(question: str, text: str, said: str) -> None:
    assert said in EXAMS.leak(question, text)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Now: Tue. Text: noon",
        "Now: Sat 2028-07-29 09:45. Text: the first Friday of next month",
        "Two and two make four and a half",
        "the second Tuesday after the end of next month, and then some other words altogether",
    ],
)
def test_what_only_has_some_words_in_common_is_no_leak(question: str) -> None:
    assert EXAMS.leak(question, question) == ""


def test_without_exams_nothing_leaks() -> None:
    assert FrozenExams({}).leak(ITEM, ITEM) == FrozenExams({"none": []}).leak("") == ""


def test_an_item_shorter_than_a_run_is_known_as_a_whole_only() -> None:
    short = " ".join(str(number) for number in range(RUN - 1))
    exams = FrozenExams({"short": [short]})
    assert exams.leak(short) == "asks item 1 of short"
    assert exams.leak(f"{short} 99", short) == ""

"""The checker over histories written by hand: a sound one passes, and each way of being unsound is named."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from story import IDS, Story, made

from chaos.checker import CHECKS, check
from chaos.final import FinalStore
from chaos.history import Begin, End, History, Item, Opened, Pen, Said, Seen, read_history, sent
from swarm.work import QueueCount, Stage


def test_a_sound_history_passes() -> None:
    assert Story().broken() == {}


def test_a_check_that_examines_nothing_fails() -> None:
    story = Story()
    empty = check(History([], {}, [], []), FinalStore([], [], story.state.model_copy(update={"revision": 9})))
    assert [one.name for one in empty if one.passed] == []
    assert {one.name for one in empty if not one.examined} >= {"no late completion", "watches gap-free"}


def lose(story: Story) -> None:
    """The correction and its event are gone, and the log ends earlier."""
    story.samples.pop()
    story.events.pop()
    story.state = story.state.model_copy(update={"revision": 3})
    story.states.pop()
    story.watches["watcher-0.1"] = story.watches["watcher-0.1"][:-2]
    queues = (*story.state.queues[:2], QueueCount(stage=Stage.FAILURES, accepted=1, ready=1))
    story.state = story.state.model_copy(update={"queues": queues})


def take_both(story: Story) -> None:
    """The late completion is taken too, and stored."""
    late = made("attempt", "probe", id="5" * 32, producer="student-0", revision=5)
    story.samples.append(late)
    story.replace(story.late, replace(story.late, answers=(Said(id=IDS["probe"], revision=5),)))


def hand_back(story: Story) -> None:
    item = Item(token="second", note="retry")
    story.call(46, "student-1", "fail", item, Said(id=IDS["probe"]))


def answer_otherwise(story: Story) -> None:
    story.replace(story.again, replace(story.again, answers=(Said(id=IDS["probe"], revision=7),)))


def take_late(story: Story) -> None:
    story.replace(story.late, replace(story.late, answers=(Said(id=IDS["probe"], revision=2),)))


def give_again(story: Story) -> None:
    story.call(110, "student-2", "lease", None, Said(id=IDS["probe"], token="fifth"))


def take_stolen(story: Story) -> None:
    story.replace(story.stolen, replace(story.stolen, answers=(Said(id=IDS["probe"], revision=2),)))


def store_refused(story: Story) -> None:
    refused = story.calls[2]
    other = made("probe", payload=story.samples[0].payload.model_copy(update={"question": "other"}))
    assert refused.items == (Item(samples=(sent(other),)),)
    story.samples[0] = other


def store_unsent(story: Story) -> None:
    story.calls = [call for call in story.calls if call.agent != "teacher-0"]


def store_for_another(story: Story) -> None:
    story.samples[3] = story.samples[3].model_copy(update={"producer": "teacher-9"})


def skip(story: Story) -> None:
    del story.watches["watcher-0.1"][3]


def bring_twice(story: Story) -> None:
    lines = story.watches["watcher-0.1"]
    lines.insert(1, lines[1])


def bring_other_content(story: Story) -> None:
    lines = story.watches["watcher-0.1"]
    assert isinstance(lines[1], Seen)
    lines[1] = lines[1].model_copy(update={"digest": "0" * 32})


def promise_more(story: Story) -> None:
    """A bookmark says that the watch is further than it is."""
    story.watches["watcher-0.0"].append(Seen(revision=3, kind="bookmark", digest=""))


def open_elsewhere(story: Story) -> None:
    story.watches["watcher-0.1"][2] = Opened(after=1)


def fall_behind(story: Story) -> None:
    story.watches["watcher-0.1"] = story.watches["watcher-0.1"][:-2]


def list_less(story: Story) -> None:
    story.lists[0] = story.lists[0].model_copy(update={"upto": 2})


def lose_count(story: Story) -> None:
    story.states.append(story.counted(120, 4, 1))


def fail_inside(story: Story) -> None:
    story.states.append(story.counted(120, 4, 0, "gateway: 1 calls failed by its own fault since it started"))


def show_the_past(story: Story) -> None:
    story.states.append(story.counted(120, 3))


def turn_the_order(story: Story) -> None:
    """The probe was answered with a revision beyond what was sent after it."""
    call = story.calls[0]
    story.replace(call, replace(call, answers=(Said(id=IDS["probe"], revision=9),)))


def leave_a_gap(story: Story) -> None:
    del story.events[1]


def lose_a_parent(story: Story) -> None:
    del story.samples[2]


def count_twice(story: Story) -> None:
    cell = story.state.cells[0].model_copy(update={"failed": 2})
    story.state = story.state.model_copy(update={"cells": (cell,)})


def accept_unseen(story: Story) -> None:
    queues = (QueueCount(stage=Stage.PROBES, accepted=2, ready=1, done=1), *story.state.queues[1:])
    story.state = story.state.model_copy(update={"queues": queues})


@pytest.mark.parametrize(
    ("change", "name", "says"),
    [
        (lose, "acknowledged is stored", "is not stored"),
        (store_refused, "acknowledged is stored", "other content"),
        (turn_the_order, "acknowledged is stored", "is stored at 1"),
        (take_both, "no effect twice", "2 deliveries"),
        (take_both, "no effect twice", "2 times a attempt"),
        (answer_otherwise, "repeats get the first answer", "was answered 2, then 7"),
        (take_late, "no late completion", "after student-1 was given it"),
        (hand_back, "no late completion", "after its lease was handed back"),
        (give_again, "no late completion", "student-2 after student-1 had completed it"),
        (take_stolen, "tokens are their agent's", "student-thief-0 used another's token"),
        (store_refused, "conflicts are not stored", "content that was refused"),
        (store_unsent, "nothing that nobody sent", "was never sent so"),
        (store_for_another, "nothing that nobody sent", "of teacher-9"),
        (skip, "watches gap-free", "saw 4 after 2"),
        (bring_twice, "watches gap-free", "saw 2 after 2"),
        (bring_other_content, "watches gap-free", "other content at 2"),
        (promise_more, "watches gap-free", "a bookmark at 3 after 2"),
        (open_elsewhere, "watches gap-free", "again after 1, not after 2"),
        (fall_behind, "watchers caught up", "ended at 3 of 4"),
        (list_less, "lists complete", "had 1 samples, not 2"),
        (lose_count, "conservation", "1 samples were unaccounted for"),
        (fail_inside, "no fault of the gateway's own", "its own fault"),
        (show_the_past, "order of real time", "a state at 4 began after 4"),
        (turn_the_order, "order of real time", "began after 9 was acknowledged"),
        (leave_a_gap, "one log", "from 1 to 3"),
        (lose_a_parent, "one log", "the parent of"),
        (count_twice, "cells count verdicts", "counts 2 verdicts, 1 are stored"),
        (accept_unseen, "queues count samples", "accepted 2, the samples say 1"),
    ],
)
def test_each_violation_is_named(change: Callable[[Story], None], name: str, says: str) -> None:
    story = Story()
    change(story)
    assert any(says in text for text in story.broken()[name]), story.broken()


def test_every_check_has_its_violation() -> None:
    marks = test_each_violation_is_named.pytestmark  # type: ignore[attr-defined]
    assert {case[1] for case in marks[0].args[1]} == CHECKS.keys()


def test_an_answer_that_nobody_heard_may_be_stored_or_not() -> None:
    for stored in (True, False):
        story = Story()
        first, again = story.first, story.again
        story.replace(first, replace(first, end=None, outcome="unknown", answers=()))
        if not stored:
            story.calls.remove(again)
        assert story.broken().keys() <= {"repeats get the first answer"} or not stored


def test_a_completion_that_overlaps_the_next_delivery_is_no_violation() -> None:
    story = Story()
    taken = (Said(id=IDS["probe"], revision=2),)
    story.replace(story.late, replace(story.late, begin=31, end=34, answers=taken))
    assert story.broken().get("no late completion", ()) == ()


def test_a_history_survives_the_death_of_who_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "worker-0.0.jsonl"
    pen = Pen(file)
    number = pen.begin("student-0", "lease")
    pen.end(number, "ok", answers=[Said(id="1", token="t")])
    pen.begin("student-0", "complete", [Item(token="t")])
    with file.open("ab") as end:
        end.write(b'{"line":"end","call":1,"at":12,"outco')
    one, two = read_history(tmp_path).calls
    assert (one.outcome, one.answers[0].token, two.outcome, two.end) == ("ok", "t", "unknown", None)


def test_a_line_torn_inside_a_history_is_an_error(tmp_path: Path) -> None:
    begun = Begin(call=0, at=1, agent="a", op="lease").model_dump_json()
    ended = End(call=0, at=2, outcome="ok").model_dump_json()
    (tmp_path / "worker-0.0.jsonl").write_text(f"{begun[:20]}\n{ended}\n")
    with pytest.raises(ValueError, match="JSON"):
        read_history(tmp_path)

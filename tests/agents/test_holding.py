"""Who holds which checkpoint: nothing goes while somebody holds it or a request uses it, and then it goes once."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agents.engines.holding import Holding
from swarm.errors import EngineUnavailable


def test_it_goes_with_its_last_holder() -> None:
    holding = Holding()
    holding.take("c1", "student-0")
    holding.take("c1", "examiner-0")
    assert not holding.drop("c1", "student-0")
    assert holding.held == ("", "c1")
    assert holding.drop("c1", "examiner-0")
    assert holding.held == ("",)
    assert not holding.drop("c1", "examiner-0"), "it went already"


def test_a_request_under_way_keeps_its_own() -> None:
    holding = Holding()
    holding.take("c1", "student-0")
    holding.begin(["c1", "", "c1"])
    assert not holding.drop("c1", "student-0")
    assert holding.held == ("", "c1")
    with pytest.raises(EngineUnavailable, match="'c1' is not held"):
        holding.begin(["c1"])
    assert holding.end(["c1", "", "c1"]) == ["c1"]
    assert holding.held == ("",)


def test_what_is_taken_anew_meanwhile_stays() -> None:
    holding = Holding()
    holding.take("c1", "a")
    holding.begin(["c1"])
    holding.drop("c1", "a")
    holding.take("c1", "b")
    assert holding.end(["c1"]) == []
    assert holding.held == ("", "c1")


def test_the_base_is_always_held_and_what_was_never_taken_is_refused() -> None:
    holding = Holding()
    holding.begin([""])
    assert not holding.drop("", "a")
    assert holding.end([""]) == []
    with pytest.raises(EngineUnavailable, match="'c9' is not held"):
        holding.begin(["", "c9"])


NAMES, HOLDERS = st.sampled_from(["c1", "c2", "c3"]), st.sampled_from(["a", "b"])


class Engine(RuleBasedStateMachine):
    """An engine that loads and frees as the books say; a request must find its weights at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.books, self.loaded, self.wanted = Holding(), set[str](), set[tuple[str, str]]()
        self.running = list[str]()

    @rule(name=NAMES, holder=HOLDERS)
    def take(self, name: str, holder: str) -> None:
        self.loaded.add(name)
        self.books.take(name, holder)
        self.wanted.add((name, holder))

    @rule(name=NAMES, holder=HOLDERS)
    def drop(self, name: str, holder: str) -> None:
        self.wanted.discard((name, holder))
        if self.books.drop(name, holder):
            self.loaded.remove(name)

    @rule(name=NAMES)
    def begin(self, name: str) -> None:
        try:
            self.books.begin([name])
        except EngineUnavailable:
            assert not any(held == name for held, _ in self.wanted)
        else:
            self.running.append(name)

    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        if self.running:
            name = self.running.pop(data.draw(st.integers(0, len(self.running) - 1)))
            assert name in self.loaded, "a request under way lost its weights"
            for gone in self.books.end([name]):
                self.loaded.remove(gone)

    @invariant()
    def nothing_is_kept_for_nobody(self) -> None:
        assert self.loaded == {name for name, _ in self.wanted} | set(self.running) & self.loaded
        assert set(self.running) <= self.loaded
        assert self.books.held == ("", *sorted(self.loaded))


TestEngine = Engine.TestCase
TestEngine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)

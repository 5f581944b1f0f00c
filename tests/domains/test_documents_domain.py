"""Domains of documents: sound probes with twins, checkable quotes, and answers whose truth the interpreter knows."""

import importlib
import inspect
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.calibration import calibrate, calibration_items
from swarm.documents.ingest import Ingestion
from swarm.documents.store import Library
from swarm.domains import load_domain
from swarm.domains.documents import DocumentsDomain
from swarm.domains.documents.asking import citations, with_documents
from swarm.domains.documents.citations import quotes_in
from swarm.domains.documents.passages import shown_in
from swarm.domains.documents.shelf import held_out
from swarm.privacy import Screen
from swarm.records import Cell, Origin, Probe, Purpose, Reference
from swarm.rubric import SEEDS, load_rubric
from swarm.weather import Refused, pressed

NAME = "pystdlib:json,csv,textwrap,shutil,calendar,tempfile,fnmatch,bisect"
WORDS = [
    f"{stone} gate" for stone in ("onyx", "opal", "ruby", "jade", "flint", "slate", "amber", "coral", "chalk", "basalt")
]

PROSE = """# The exchange

A **lease** lasts 30 seconds and is extended while the agent works. The `prober` may wait for 90 minutes at most.

| word | meaning |
| --- | --- |
| fence | the opaque token that keeps a late completion out |
| cursor | the place in the log up to which a reader has come |
"""


@pytest.fixture(scope="module")
def stdlib(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentsDomain]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWARM_LIBRARIES", str(tmp_path_factory.mktemp("libraries")))
        domain = load_domain(NAME)
        assert isinstance(domain, DocumentsDomain)
        yield domain


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> DocumentsDomain:
    folder = tmp_path_factory.mktemp("house")
    for number in range(4):
        (folder / f"page{number}.md").write_text(
            PROSE.replace("# The", f"# Part {number}") if number == 0 else other(number)
        )
    with Library(folder / "lib", create=True) as library:
        Ingestion(library, Screen()).run([str(folder)])
    domain = load_domain(f"documents:{folder / 'lib'}")
    assert isinstance(domain, DocumentsDomain)
    return domain


def other(number: int) -> str:
    words = ["mountain", "harbour", "orchard", "library"][number]
    lines = [f"The {words} has {number * 7 + row} gates and `{words}-{row}` is the name of one." for row in range(6)]
    return f"# About the {words}\n\n" + "\n\n".join(lines) + "\n"


def drawn(domain: DocumentsDomain, cell: Cell, count: int, purpose: Purpose = Purpose.LEARN) -> list[list[Probe]]:
    rng, found = random.Random(f"{cell.key}/{purpose}"), []
    for _ in range(count * 20):
        try:
            made = domain.make(cell, rng, purpose)
        except ValueError:
            continue
        found.append([sample.payload for sample in made if isinstance(sample.payload, Probe)])
        if len(found) == count:
            return found
    raise AssertionError(f"{cell.key} gave {len(found)} probes of {count}")


def answer_of(probe: Probe) -> str:
    assert probe.reference is not None
    return probe.reference.answer


def test_every_cell_makes_sound_probes_and_every_trap_has_an_answerable_twin(stdlib: DocumentsDomain) -> None:
    for cell in stdlib.cells():
        for probes in drawn(stdlib, cell, 6):
            for probe in probes:
                assert stdlib.verify(probe, answer_of(probe)).correct
                assert stdlib.false_steps(probe, stdlib.solve(probe).rationale) == []
                assert probe.origin is Origin.GROUNDED
            if cell.weather != "rain":
                trap, twin = probes
                assert trap.operator
                assert answer_of(twin) != "NONE"
                assert answer_of(trap) != answer_of(twin)
                assert (answer_of(trap) == "NONE") == (cell.weather == "border")


def test_a_quarter_of_the_probes_shows_four_that_lead_astray(stdlib: DocumentsDomain) -> None:
    rng = random.Random(3)
    for cell in stdlib.cells():
        made = [stdlib.make(cell, rng, Purpose.LEARN) for _ in range(60)]
        shown = [{len(shown_in(sample.payload.question)[0]) for sample in pair} for pair in made]
        assert all(len(counts) == 1 for counts in shown), f"{cell.key}: a twin shows as many as its trap"
        tally = Counter(count for counts in shown for count in counts)
        assert set(tally) <= {0, 3, 5}, cell.key
        assert 5 <= tally[5] <= 28, f"{cell.key}: {tally}"


def test_yes_and_no_are_balanced(stdlib: DocumentsDomain) -> None:
    cell = Cell.parse("parameter/rain/yesno")
    counts = Counter(answer_of(probes[0]) for probes in drawn(stdlib, cell, 100))
    assert counts["yes"] > 35
    assert counts["no"] > 35


def test_what_is_said_of_parameters_is_what_the_interpreter_says(stdlib: DocumentsDomain) -> None:
    """The truth does not come from the units, but from the functions themselves."""
    for key in ("parameter/rain/yesno", "parameter/wind/yesno"):
        for probes in drawn(stdlib, Cell.parse(key), 20, Purpose.EXAM):
            for probe in probes:
                asked = shown_in(probe.question)[1]
                words = re.findall(r"[A-Za-z_][\w.]*", asked)
                full = next(
                    word.rstrip(".") for word in words if word.partition(".")[0] in NAME and "." in word.rstrip(".")
                )
                parameters = inspect.signature(called(full)).parameters
                named = [word for word in words if word.strip(".") in parameters and word.strip(".") != full]
                assert bool(named) == (answer_of(probe) == "yes"), asked


def called(full: str) -> object:
    module, *rest = full.split(".")
    thing: object = importlib.import_module(module)
    for part in rest:
        thing = getattr(thing, part)
    return thing


def test_exams_ask_about_other_things_in_other_words(stdlib: DocumentsDomain) -> None:
    cell = Cell.parse("default/rain/value")
    learned = {shown_in(probes[0].question)[1] for probes in drawn(stdlib, cell, 40)}
    examined = {shown_in(probes[0].question)[1] for probes in drawn(stdlib, cell, 10, Purpose.EXAM)}
    assert not learned & examined
    names = {name for question in examined for name in stdlib.shelf.texts if f"{name} " in f"{question} "}
    assert all(held_out(name) for name in names if f"{name}(" in " ".join(stdlib.shelf.texts.values()))


def test_quotes_and_lacks_that_are_not_borne_out_are_false_steps(stdlib: DocumentsDomain) -> None:
    question = "[1] json.load(fp, *, cls=None): Read.\n[2] csv.list_dialects: List.\nDoes json.load take cls?"
    probe = Probe(
        cell=Cell.parse("parameter/rain/yesno"), purpose=Purpose.LEARN, origin=Origin.GROUNDED, question=question,
        reference=Reference(answer="yes"),
    )  # fmt: skip
    assert stdlib.false_steps(probe, '[1] "cls=None"') == []
    false = ['[2] "cls=None"', '[3] "cls=None"', '[1] "json.load(" has no cls', "no json.load in [1] [2]"]
    for said in false:
        assert stdlib.false_steps(probe, said) == [said]
    bare = probe.model_copy(update={"question": "Does csv.list_dialects take x?"})
    assert stdlib.false_steps(bare, 'csv.list_dialects "no such words"') == ['csv.list_dialects "no such words"']
    assert stdlib.false_steps(bare, "no csv.list_dialects") == ["no csv.list_dialects"]
    assert stdlib.false_steps(bare, "no csv.made_up") == []


@pytest.mark.parametrize(
    ("form", "right", "also", "wrong"),
    [
        ("yesno", "yes", ["Yes", " yes. "], ["no", "NONE", "maybe", ""]),
        ("name", "json.dumps", ["json.dumps()", "`json.dumps`"], ["dumps", "json.dump", "NONE", "it is json.dumps"]),
        ("value", "mode='w'", ["mode = 'w'", 'mode="w"'], ["mode='r'", "'w'", "NONE"]),
        ("value", "NONE", ["none", "NONE"], ["mode=None", "yes"]),
        ("word", "30", ["30", " 30 "], ["31", "NONE", "thirty"]),
    ],
)
def test_answers_mean_what_they_say(
    stdlib: DocumentsDomain, form: str, right: str, also: list[str], wrong: list[str]
) -> None:
    probe = Probe(
        cell=Cell.parse(f"default/rain/{form}"), purpose=Purpose.LEARN, origin=Origin.GROUNDED, question="?",
        reference=Reference(answer=right),
    )  # fmt: skip
    assert [answer for answer in also if not stdlib.verify(probe, answer).correct] == []
    assert [answer for answer in wrong if stdlib.verify(probe, answer).correct] == []


def test_the_strict_rubric_tells_planted_defects(stdlib: DocumentsDomain) -> None:
    items = calibration_items(stdlib, stdlib.cells(), random.Random(3), 120)
    found = calibrate(stdlib, load_rubric(SEEDS / "siege.yaml"), items)
    assert found.q0 >= 0.95, found.missed
    assert found.q1 == 1
    assert {"wrong-citation", "unsupported-quote"} <= {item.defect for item in items}
    naive = calibrate(stdlib, load_rubric(SEEDS / "pystdlib.yaml"), items)
    assert {"wrong-citation", "unsupported-quote"} <= dict(naive.missed).keys(), "the seed leaves something to evolve"


def test_prose_is_asked_by_gaps_and_terms(house: DocumentsDomain) -> None:
    assert house.cells()[0].key == "cloze/rain/word"
    for cell in house.cells():
        if cell.subdomain == "cloze":
            for probes in drawn(house, cell, 5):
                assert all(house.false_steps(probe, house.solve(probe).rationale) == [] for probe in probes)
    gap = drawn(house, Cell.parse("cloze/rain/word"), 1)[0][0]
    assert "____" in shown_in(gap.question)[1]
    assert answer_of(gap) in gap.question


def test_a_chain_rests_on_two_documents_and_is_silent_without_its_first(stdlib: DocumentsDomain) -> None:
    for (probe,) in drawn(stdlib, Cell.parse("chain/rain/name"), 10):
        shown, _ = shown_in(probe.question)
        first, second = quotes_in(stdlib.solve(probe).rationale)
        assert first[1] != second[1]
        name = first[3].partition("=")[0]
        takers = [number for number, text in shown.items() if re.search(rf"[(, *]{name}\b", text.partition("):")[0])]
        assert sorted(takers) == sorted((first[1], second[1])), probe.question
        assert shown[second[1] or 0].startswith(answer_of(probe))
    for probe, twin in drawn(stdlib, Cell.parse("chain/border/name"), 5):
        assert (answer_of(probe), twin.cell.key) == ("NONE", "chain/rain/name")


def test_what_a_later_version_changed_is_asked_by_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # which sentences only exams ask about goes by their place
    page = tmp_path / "page.md"
    with Library(tmp_path / "lib", create=True) as library:
        for turn in (1, 2):
            lines = [
                f"The {word} opens at {5 + turn + row} and {row} guards stand at it." for row, word in enumerate(WORDS)
            ]
            page.write_text("# Gates\n\n" + "\n\n".join(f"## {w}\n\n{t}" for w, t in zip(WORDS, lines, strict=True)))
            (tmp_path / "other.md").write_text(other(1))
            Ingestion(library, Screen()).run(["page.md", "other.md"])
    domain = load_domain(f"documents:{tmp_path / 'lib'}")
    assert isinstance(domain, DocumentsDomain)
    for probe, twin in drawn(domain, Cell.parse("version/wind/word"), 6):
        shown, asked = shown_in(probe.question)
        ((_, number, _, words),) = quotes_in(domain.solve(probe).rationale)
        said = shown[number or 0]
        assert words in said
        assert said.partition(":")[0] in asked
        assert int(answer_of(twin)) - int(answer_of(probe)) == (1 if "version 1" in asked else -1)
        assert set(shown.values()) == set(shown_in(twin.question)[0].values())


def test_without_an_earlier_version_nothing_is_asked_of_versions(house: DocumentsDomain) -> None:
    assert "version/wind/word" not in {cell.key for cell in house.cells()}
    with pytest.raises(ValueError, match="not one of the"):
        house.make(Cell.parse("version/wind/word"), random.Random(1), Purpose.LEARN)


def test_a_person_is_shown_the_best_passages_and_what_the_answer_cites(
    stdlib: DocumentsDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, passages = with_documents(stdlib.name, "Does json.dumps take a parameter indent?")
    assert passages[0].name == "json.dumps"
    assert question.startswith("[1] json.dumps(")
    good, bad, beyond = citations('[1] "indent=None" [2] "no such words" [9] "x"\n= yes', passages)
    assert (good.found, bad.found, beyond.found) == (True, False, False)
    assert good.place.startswith("python:json@1#")
    assert with_documents(stdlib.name, "zzzz qqqq")[1] == []
    del monkeypatch


def test_failures_have_names(stdlib: DocumentsDomain) -> None:
    probe = drawn(stdlib, Cell.parse("parameter/border/yesno"), 1)[0][0]
    assert stdlib.species(probe, "yes").startswith("fabricates/parameter/")
    twin = drawn(stdlib, Cell.parse("purpose/rain/name"), 1)[0][0]
    assert stdlib.species(twin, "NONE") == "over-refuses/purpose"
    assert stdlib.species(twin, "json.make_it_so") == "purpose/no-such-name"
    assert stdlib.species(twin, answer_of(twin)) == ""


def test_weather_changes_the_words_of_a_question_and_nothing_that_it_asks_about(stdlib: DocumentsDomain) -> None:
    made: Counter[str] = Counter()
    for cell in stdlib.cells():
        for seed, (probe, *_) in enumerate(drawn(stdlib, cell, 4, Purpose.SIEGE)):
            shown, asked = shown_in(probe.question)
            for found in pressed(stdlib, probe, random.Random(seed)):
                if isinstance(found, Refused):
                    continue
                trap = found.trap.payload
                assert isinstance(trap, Probe)
                assert trap.reference == probe.reference
                assert shown_in(trap.question)[0] == shown
                names = [asked[fact.start - len(probe.question) + len(asked) :][: fact.end - fact.start]
                         for fact in stdlib.facts(probe)]  # fmt: skip
                assert all(name in trap.question for name in names)
                assert stdlib.false_steps(trap, stdlib.solve(trap).rationale) == []
                made[trap.operator] += 1
    assert set(made) == {"pressure", "distractor", "paraphrase", "typo"}


def test_names_and_numbers_are_not_inert_to_documents(stdlib: DocumentsDomain) -> None:
    for words in ("the indent is odd", "we ordered 12 chairs", "ask json.dumps", ""):
        assert not stdlib.inert(words)
    assert stdlib.inert("my job depends on it")
    probe = next(made[0] for made in drawn(stdlib, Cell.parse("parameter/rain/yesno"), 1))
    asked = f"Whatever you think of {probe.question}"
    (fact,) = stdlib.facts(probe.model_copy(update={"question": asked}))
    assert asked[fact.start : fact.end] == asked, "of strange words any may count"


def test_what_cannot_be_opened_is_refused(tmp_path: Path, stdlib: DocumentsDomain) -> None:
    with pytest.raises(ValueError, match="names no library"):
        load_domain("documents:")
    with pytest.raises(ValueError, match="there is no library"):
        load_domain(f"documents:{tmp_path}")
    Library(tmp_path / "empty", create=True)
    with pytest.raises(ValueError, match="nothing that could be asked"):
        load_domain(f"documents:{tmp_path / 'empty'}")
    with pytest.raises(ValueError, match="not one of the"):
        stdlib.make(Cell.parse("relative/rain/date"), random.Random(1), Purpose.LEARN)

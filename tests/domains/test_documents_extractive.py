"""The reader without a model: spans of the form that is asked for, and NONE where its document says nothing."""

from collections.abc import Iterator

import pytest

from swarm.documents.store import Library
from swarm.domains import load_domain
from swarm.domains.documents.extractive import Extractor
from swarm.domains.documents.opening import library_of

NAME = "pystdlib:json,textwrap,shutil"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Extractor]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWARM_LIBRARIES", str(tmp_path_factory.mktemp("libraries")))
        load_domain(NAME)
        with Library(library_of(NAME)) as library:
            yield Extractor(library)


SHOWN = """[1] json.load(fp, *, cls=None, object_hook=None)
[2] textwrap.dedent(text): Remove any common leading whitespace from every line in `text`.
"""


@pytest.mark.parametrize(
    ("form", "question", "answer"),
    [
        ("yesno", "Does json.dumps take a parameter indent?", "yes"),
        ("yesno", "Does json.dumps take a parameter tabsize?", "no"),
        ("yesno", "Does json.dumps_all take a parameter indent?", "NONE"),
        ("yesno", f"{SHOWN}Does json.load take a parameter cls?", "yes"),
        ("yesno", f"{SHOWN}Does json.dumps take a parameter cls?", "NONE"),
        ("value", "What is the default of indent in json.dumps?", "indent=None"),
        ("value", f"{SHOWN}What is the default of cls in json.load?", "cls=None"),
        ("name", f"{SHOWN}Which entry is described by: Remove any common leading whitespace", "textwrap.dedent"),
        ("name", "[1] f(x): raises a ValueError or so.\nWhich exception does mod.f raise?", "NONE"),
        ("name", "[1] mod.f(x): raises a ValueError or so.\nWhich exception does mod.f raise?", "ValueError"),
        ("word", "[1] Lease: it lasts 30 seconds and is extended.\nFill: it lasts ____ seconds and is", "30"),
        ("word", "[1] Lease: it lasts 30 seconds.\nFill: it rests ____ minutes", "NONE"),
        ("word", "[1] Lease: a **fence** keeps others out.\nName this: it keeps others out", "fence"),
        ("name", "Which word is zzzz?", "NONE"),
    ],
)
def test_a_span_of_the_best_passage(reader: Extractor, form: str, question: str, answer: str) -> None:
    assert reader.answer(form, question) == answer

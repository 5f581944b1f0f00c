"""Bringing a library up to date: only what changed is read again, and everything that can't be used is named."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from swarm.documents.contradictions import contradictions
from swarm.documents.extract import EXTRACTION, extract, sound_blocks
from swarm.documents.extract.relations import relations
from swarm.documents.likeness import ALIKE, likeness, sketch_of
from swarm.documents.markdown import parse_markdown
from swarm.documents.python_source import read_module
from swarm.documents.readers import ReadingError, read_text
from swarm.documents.records import Document, Kind, Layer, Parsed, Problem, Trouble, Unit, digest_of
from swarm.documents.sources import MODULES, MOST_BYTES, Found, found_in, raw_digest
from swarm.documents.store import Library
from swarm.errors import RefusedError
from swarm.privacy import Screen
from swarm.records import Record

_PIECE = 100_000
"""Characters that are screened at once, at a line's end."""
_SHOWN = 60
_BETWEEN = "between documents"
"""Where problems are noted that no single document has."""

Tell = Callable[[int, int, str], None]
"""Told before each document: how many were looked at, how many there are, and which comes next."""


class Outcome(Record):
    """What an ingestion did. `appeared` and `disappeared` name the units that are new and those that are gone."""

    seen: int
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: int = 0
    removed: tuple[str, ...] = ()
    appeared: int = 0
    disappeared: tuple[Unit, ...] = ()
    held_back: tuple[tuple[str, int], ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def troubles(self) -> dict[str, int]:
        """How many problems there are of each sort."""
        return dict(sorted(Counter(str(problem.trouble) for problem in self.problems).items()))


class Ingestion:
    """One run over what was asked for. `screen` replaces secrets and personal data before anything is kept."""

    def __init__(self, library: Library, screen: Screen) -> None:
        self._library = library
        self._screen = screen
        self._raw: dict[str, str] = {}
        self._sketches: dict[str, str] = {}
        for source, raw, sketch in library.standing():
            self._raw[source], self._sketches[source] = raw, sketch
        self._doubled = {p.source for p in library.problems() if p.trouble in _DOUBLES}
        self._problems: list[Problem] = []
        self._new: list[str] = []
        self._changed: list[str] = []
        self._removed: list[str] = []
        self._unchanged = 0
        self._appeared = 0
        self._gone: list[Unit] = []
        self._held = Counter[str]()

    def run(self, asked: Sequence[str], tell: Tell = lambda *_: None, most_bytes: int = MOST_BYTES) -> Outcome:
        """Read all that is asked for. What lay in an asked folder before and is no more is retired."""
        found = list(found_in(asked, most_bytes))
        there = [each for each in found if isinstance(each, Found)]
        self._problems += [each for each in found if isinstance(each, Problem)]
        # First, so that what took another name is no duplicate of what it was.
        self._removed = self._retire(asked, {each.source for each in there})
        for number, each in enumerate(there):
            tell(number, len(there), each.source)
            self._one(each)
        self._between()
        return Outcome(
            seen=len(there),
            new=tuple(self._new),
            changed=tuple(self._changed),
            unchanged=self._unchanged,
            removed=tuple(self._removed),
            appeared=self._appeared,
            disappeared=tuple(self._gone),
            held_back=tuple(sorted((+self._held).items())),
            problems=tuple(self._problems),
        )

    def _one(self, found: Found) -> None:
        try:
            body = found.load()
            raw = raw_digest(body + EXTRACTION.encode())
            if self._raw.get(found.source) == raw and found.source not in self._doubled:
                self._unchanged += 1
                self._problems += [p for p in self._library.problems() if p.source == found.source]
                return
            self._read(found, body, raw)
        except ReadingError as error:
            self._refuse(found.source, Problem(source=found.source, trouble=error.trouble, said=str(error)))
        except RefusedError as error:
            said = Problem(source=found.source, trouble=Trouble.UNREADABLE, said=error.message)
            self._refuse(found.source, said)

    def _refuse(self, source: str, problem: Problem) -> None:
        """What can't be read now keeps the version that could be."""
        self._problems.append(problem)
        with self._library.writing() as writing:
            writing.note(source, [problem])

    def _read(self, found: Found, body: bytes, raw: str) -> None:
        held = Counter[str]()
        parsed, problems = self._parsed(found, body, held)
        sketch = sketch_of(parsed.text)
        twin = self._twin(found.source, sketch)
        blocks, instructing = sound_blocks(parsed)
        problems += [_problem(found, Trouble.INJECTION, f"it says {words[:_SHOWN]!r}") for words in instructing]
        if twin is not None:
            problems.append(twin)
        with self._library.writing() as writing:
            document = Document(
                source=found.source,
                version=writing.last_version(found.source) + 1,
                digest=digest_of(parsed.text),
                kind=found.kind,
                title=parsed.title,
                text=parsed.text,
            )
            units, unfounded = extract(document, blocks) if twin is None else ([], 0)
            if unfounded:
                problems.append(_problem(found, Trouble.UNFOUNDED, f"{unfounded} units don't stand on its words"))
            writing.put(document, raw, sketch)
            appeared, gone = writing.replace_units(found.source, units)
            writing.note(found.source, problems)
        (self._changed if document.version > 1 else self._new).append(found.source)
        self._sketches[found.source] = sketch
        self._appeared += len(appeared)
        self._gone += [unit for unit in gone if unit.layer is not Layer.RELATION]
        self._held += held
        self._problems += problems

    def _parsed(self, found: Found, body: bytes, held: Counter[str]) -> tuple[Parsed, list[Problem]]:
        def clean(text: str) -> str:
            kept, counts = self._screen.counted(text)
            held.update(counts)
            return kept

        problems: list[Problem] = []
        if found.kind is Kind.PYTHON:
            parsed = read_module(found.source.removeprefix(MODULES), clean)
        else:
            text, encoding = read_text(found.kind, body)
            parsed = parse_markdown("".join(map(clean, _pieces(text))), Path(found.source).name)
            if encoding:
                problems.append(_problem(found, Trouble.ENCODING, f"it is not plain UTF-8; read as {encoding}"))
        if held:
            said = ", ".join(f"{count} {kind}" for kind, count in sorted(held.items()))
            problems.append(_problem(found, Trouble.HELD_BACK, said))
        return parsed, problems

    def _twin(self, source: str, sketch: str) -> Problem | None:
        for other, known in self._sketches.items():
            if other != source and other not in self._doubled and (alike := likeness(sketch, known)) >= ALIKE:
                same = sketch == known
                trouble = Trouble.DUPLICATE if same else Trouble.NEAR_DUPLICATE
                said = f"it says what {other} says" + ("" if same else f" ({alike:.0%} alike)") + "; no units are taken"
                self._doubled.add(source)
                return Problem(source=source, trouble=trouble, said=said)
        self._doubled.discard(source)
        return None

    def _retire(self, asked: Sequence[str], there: Iterable[str]) -> list[str]:
        """What stood below an asked folder and isn't there any more."""
        folders = [f"{Path(each)}/" for each in asked if Path(each).is_dir()]
        standing = set(there)
        gone = [s for s in self._raw if s not in standing and any(s.startswith(folder) for folder in folders)]
        for source in gone:
            del self._sketches[source]
            with self._library.writing() as writing:
                self._gone += writing.retire(source)
                writing.note(source, [])
        return gone

    def _between(self) -> None:
        """Relations and contradictions are of the whole library, and made anew where anything changed."""
        if not (self._new or self._changed or self._removed):
            self._problems += [p for p in self._library.problems() if p.source == _BETWEEN]
            return
        units = [unit for unit in self._library.units() if unit.layer is not Layer.RELATION]
        said = [
            Problem(
                source=_BETWEEN,
                trouble=Trouble.CONTRADICTION,
                said=f"{' '.join(one.text.split())[:_SHOWN]!r} ({one.place}) is otherwise in {other.place}",
            )
            for one, other in contradictions(units)
        ]
        with self._library.writing() as writing:
            writing.replace_relations(relations(units))
            writing.note(_BETWEEN, said)
        self._problems += said


_DOUBLES = (Trouble.DUPLICATE, Trouble.NEAR_DUPLICATE)


def _problem(found: Found, trouble: Trouble, said: str) -> Problem:
    return Problem(source=found.source, trouble=trouble, said=said)


def _pieces(text: str) -> list[str]:
    """A text in pieces that end with a line where they can."""
    pieces, begin = [], 0
    while begin < len(text):
        end = begin + _PIECE
        if end < len(text):
            end = text.rfind("\n", begin, end) + 1 or end
        pieces.append(text[begin:end])
        begin = end
    return pieces

"""What is asked to be ingested: folders, files, lists of URLs and Python modules, each as something to be opened."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from swarm.documents.python_source import STANDARD, modules_of, version_of
from swarm.documents.readers import SUFFIXES, ReadingError, kind_of
from swarm.documents.records import Kind, Problem, Trouble

MODULES = "python:"
STDLIB = "pystdlib"
LIST_SUFFIX = ".urls"
MOST_BYTES = 20_000_000
_SECONDS = 20.0
_SKIPPED = frozenset({"node_modules", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Found:
    """One document that is to be read: what it is called, its kind, and how to get at its bytes.

    `load` raises ReadingError. What has no bytes, a module, gives its name and version.
    """

    source: str
    kind: Kind
    load: Callable[[], bytes]


def found_in(asked: Sequence[str], most_bytes: int = MOST_BYTES) -> Iterator[Found | Problem]:
    """Everything that is asked for, in order; what can't be is a problem in its place."""
    for each in asked:
        if each == STDLIB or each.startswith(MODULES):
            named = each.removeprefix(MODULES).split(",") if each != STDLIB else STANDARD
            yield from _modules([name.strip() for name in named if name.strip()])
        elif each.startswith(("https://", "http://")):
            yield _page(each, most_bytes)
        else:
            yield from _path(Path(each), most_bytes)


def _path(path: Path, most_bytes: int) -> Iterator[Found | Problem]:
    if path.is_dir():
        files = [file for file in sorted(path.rglob("*")) if _wanted(file.relative_to(path)) and file.is_file()]
        yield from (_file(file, most_bytes) for file in files)
        if not files:
            kinds = ", ".join(SUFFIXES)
            yield Problem(source=str(path), trouble=Trouble.EMPTY, said=f"the folder has no file of {kinds}")
    elif path.suffix == LIST_SUFFIX and path.is_file():
        lines = [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
        urls = [line for line in lines if line and not line.startswith("#")]
        yield from (_page(url, most_bytes) for url in urls)
        if not urls:
            yield Problem(source=str(path), trouble=Trouble.EMPTY, said="the list has no URL")
    elif path.is_file():
        kinds = ", ".join((*SUFFIXES, LIST_SUFFIX))
        unknown = Problem(source=str(path), trouble=Trouble.UNKNOWN_KIND, said=f"it is none of {kinds}")
        yield _file(path, most_bytes) if kind_of(path.name) else unknown
    else:
        yield Problem(source=str(path), trouble=Trouble.UNREACHABLE, said="there is no such file or folder")


def _wanted(path: Path) -> bool:
    hidden = any(part.startswith(".") or part in _SKIPPED for part in path.parts)
    return not hidden and kind_of(path.name) is not None


def _file(path: Path, most_bytes: int) -> Found | Problem:
    if (said := str(path).encode("utf-8", "backslashreplace").decode()) != str(path):
        return Problem(source=said, trouble=Trouble.UNREADABLE, said="its name is no UTF-8; give it another one")
    kind = kind_of(path.name)
    assert kind is not None, f"{path} was not looked at before"

    def load() -> bytes:
        try:
            if (size := path.stat().st_size) > most_bytes:
                raise ReadingError(Trouble.TOO_LARGE, f"it has {size:,} bytes, more than {most_bytes:,}")
            return path.read_bytes()
        except FileNotFoundError:
            raise ReadingError(Trouble.VANISHED, "it was there when the folder was listed, and is gone") from None
        except OSError as error:
            raise ReadingError(Trouble.UNREADABLE, f"it can't be opened: {error.strerror}") from None

    return Found(str(path), kind, load)


def _page(url: str, most_bytes: int) -> Found | Problem:
    if not url.startswith(("https://", "http://")):
        return Problem(source=url, trouble=Trouble.UNREACHABLE, said="it is no http or https URL")

    def load() -> bytes:
        body = b""
        try:
            with httpx.stream("GET", url, timeout=_SECONDS, follow_redirects=True) as answer:
                answer.raise_for_status()
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > most_bytes:
                        raise ReadingError(Trouble.TOO_LARGE, f"it has more than {most_bytes:,} bytes")
        except httpx.HTTPError as error:
            raise ReadingError(Trouble.UNREACHABLE, f"{type(error).__name__}: {error}") from None
        return body

    return Found(url, kind_of(url.partition("?")[0]) or Kind.HTML, load)


def _modules(names: Sequence[str]) -> Iterator[Found | Problem]:
    if not names:
        yield Problem(source=MODULES, trouble=Trouble.EMPTY, said="no module is named")
    for name in names:
        try:
            modules = modules_of([name])
        except ReadingError as error:
            yield Problem(source=MODULES + name, trouble=error.trouble, said=str(error))
            continue
        for module in modules:
            yield Found(MODULES + module, Kind.PYTHON, partial(_version, module))


def _version(module: str) -> bytes:
    """What stands for a module's bytes: another version of it is another document."""
    return f"{module} {version_of(module)}".encode()


def raw_digest(body: bytes) -> str:
    """SHA-256 of a source's bytes: what tells that it hasn't changed."""
    return hashlib.sha256(body).hexdigest()

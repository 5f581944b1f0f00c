"""The documentation that Python modules carry: signatures and docstrings of what they export, by `inspect`."""

import importlib
import inspect
import pkgutil
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

from swarm.documents.readers import ReadingError
from swarm.documents.records import Block, Parsed, Part, Trouble

NEVER = frozenset({"antigravity", "this", "turtle", "turtledemo", "idlelib", "test", "tkinter", "lib2to3", "__main__"})
"""Modules whose import opens a window or a browser, prints, or runs something."""

STANDARD = (
    "abc", "argparse", "base64", "binascii", "bisect", "bz2", "calendar", "cmath", "collections", "colorsys",
    "configparser", "contextlib", "copy", "csv", "dataclasses", "datetime", "decimal", "difflib", "dis", "email.utils",
    "enum", "filecmp", "fnmatch", "fractions", "functools", "getpass", "gettext", "glob", "gzip", "hashlib", "heapq",
    "hmac", "html", "imaplib", "inspect", "io", "ipaddress", "itertools", "json", "linecache", "locale", "logging",
    "lzma", "mailbox", "math", "mimetypes", "operator", "os", "os.path", "pathlib", "pickle", "pkgutil", "platform",
    "plistlib", "pprint", "queue", "quopri", "random", "re", "sched", "secrets", "select", "shelve",
    "shlex", "shutil", "signal", "smtplib", "socket", "sqlite3", "ssl", "stat", "statistics", "string", "struct",
    "subprocess", "sysconfig", "tarfile", "tempfile", "textwrap", "threading", "time", "timeit", "token", "tokenize",
    "traceback", "tracemalloc", "types", "typing", "unicodedata", "unittest", "urllib.parse", "urllib.request", "uuid",
    "warnings", "weakref", "xml.dom.minidom", "xml.etree.ElementTree", "zipapp", "zipfile", "zlib", "zoneinfo",
)  # fmt: skip
"""Modules of the standard library that are read where none are named."""

_OBJECT = re.compile(r"=<[^<>]*(?:<[^<>]*>[^<>]*)*>")
_RAISES = re.compile(r"[^.]*\braises?\b[^.]*\b([A-Z]\w*(?:Error|Exception|Interrupt|Iteration|Exit))\b[^.]*\.", re.S)
_LONGEST = 160
_METHODS = 40
"""Methods of one class that are read at most."""


def modules_of(names: Sequence[str]) -> list[str]:
    """The modules that are named; `package.*` names the public modules in it, too."""
    found: list[str] = []
    for name in names:
        package = name.removesuffix(".*")
        found.append(package)
        if package != name:
            path = getattr(imported(package), "__path__", ())
            found += [f"{package}.{each.name}" for each in pkgutil.iter_modules(path) if not each.name.startswith("_")]
    return list(dict.fromkeys(found))


def imported(name: str) -> ModuleType:
    """The module of a name. Raises ReadingError where it must not be imported, or can't."""
    if any(part in NEVER for part in name.split(".")):
        raise ReadingError(Trouble.UNREADABLE, f"importing {name} has effects of its own, so it is not read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except Exception as error:  # whatever a module does when imported
        raise ReadingError(Trouble.UNREADABLE, f"{name} can't be imported: {type(error).__name__}: {error}") from error


def version_of(name: str) -> str:
    """The version of the interpreter, whose standard library this is, or of the module."""
    if name.partition(".")[0] in sys.stdlib_module_names:
        return sys.version.split()[0]
    return str(getattr(imported(name.partition(".")[0]), "__version__", "unknown"))


def read_module(name: str, clean: Callable[[str], str]) -> Parsed:
    """What a module exports, one block for each function, class and method; `clean` holds back what must not be kept.

    Raises ReadingError.
    """
    module = imported(name)
    said = f"# {name}\n\n{clean(_summary(module))}\n"
    blocks = [Block(part=Part.HEADING, begin=0, end=len(name) + 2, path=(name,))]
    for full, owned, thing in _exported(name, module):
        entry, facts = _entry(full, owned, thing)
        if entry == full or clean(entry) != entry:
            continue
        begin = len(said) + 1
        said += f"\n{entry}\n"
        blocks.append(Block(part=Part.SIGNATURE, begin=begin, end=begin + len(entry), path=(name, full), facts=facts))
    if len(blocks) == 1:
        raise ReadingError(Trouble.NO_TEXT, f"{name} exports nothing that has a signature")
    return Parsed(title=name, text=said, blocks=tuple(blocks))


def _exported(name: str, module: ModuleType) -> Iterator[tuple[str, bool, Any]]:
    """Full name, whether it is a method, and the thing itself; what another module exports is left to that."""
    public = list(getattr(module, "__all__", None) or (each for each in vars(module) if not each.startswith("_")))
    for each in sorted(set(public)):
        thing = getattr(module, each, None)
        home = getattr(thing, "__module__", None)
        if not callable(thing) or ("__all__" not in vars(module) and home and home[0] != "_" and home != name):
            continue
        yield f"{name}.{each}", False, thing
        if inspect.isclass(thing) and not issubclass(thing, BaseException):
            methods = [key for key, value in vars(thing).items() if key[0] != "_" and inspect.isroutine(value)]
            for method in sorted(methods)[:_METHODS]:
                yield f"{name}.{each}.{method}", True, getattr(thing, method)


def _entry(full: str, owned: bool, thing: Any) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What is written of a thing, and what is known of it."""
    facts = {"name": full, "what": "class" if inspect.isclass(thing) else "method" if owned else "function"}
    head = full
    try:
        signature = inspect.signature(thing)
    except (ValueError, TypeError):
        facts["signature"] = ""
    else:
        parameters = _parameters(signature, owned)
        shown = _shown(parameters)
        facts |= {"signature": shown} | _known(parameters)
        head += shown
    doc = inspect.getdoc(thing) or ""
    inherited = not vars(thing).get("__doc__") if inspect.isclass(thing) else False
    summary = "" if inherited else _first_sentence(doc)
    facts["summary"] = summary
    lines = [head + (f": {summary}" if summary else "")]
    if not inherited and (raised := _RAISES.search(doc)) and len(raised[0]) < 2 * _LONGEST:
        facts["raises"] = raised[1]
        facts["raising"] = " ".join(raised[0].split())
        if facts["raising"] not in lines[0]:
            lines.append(facts["raising"])
    return "\n".join(lines), tuple((key, value) for key, value in facts.items())


def _parameters(signature: inspect.Signature, owned: bool) -> list[inspect.Parameter]:
    plain = [each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()]
    return plain[1:] if owned and plain and plain[0].name in ("self", "cls") else plain


def _shown(parameters: list[inspect.Parameter]) -> str:
    return _OBJECT.sub("=...", str(inspect.Signature(parameters)))


def _known(parameters: list[inspect.Parameter]) -> dict[str, str]:
    """Names of the parameters, which of them may be given by keyword, which take any, and the plain defaults."""
    named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    defaults = [f"{p.name}={p.default!r}" for p in named if isinstance(p.default, bool | int | float | str | None)]
    required = [p.name for p in named if p.default is p.empty]
    return {
        "parameters": " ".join(p.name for p in named),
        "keywords": " ".join(p.name for p in named if p.kind is not p.POSITIONAL_ONLY),
        "required": " ".join(required),
        "any-keyword": "yes" if any(p.kind is p.VAR_KEYWORD for p in parameters) else "",
        "defaults": "\n".join(each for each in defaults if "\n" not in each and len(each) < 40),
    }


def _summary(thing: Any) -> str:
    return _first_sentence(inspect.getdoc(thing) or "")


def _first_sentence(doc: str) -> str:
    """The first sentence of a docstring on one line; a signature that opens it is left out."""
    paragraphs = [" ".join(part.split()) for part in doc.split("\n\n")]
    for part in paragraphs:
        if not part or re.match(r"[\w.]+\(.*\)( -> .*)?$", part):
            continue
        said = re.sub(r"^[\w.]+\([^)]*\)( -> [^:.]*)?[:.]? ?(-- )?", "", part)
        sentence = re.split(r"(?<=[a-z)\]'`][.:])\s", said, maxsplit=1)[0]
        if len(sentence) <= _LONGEST:
            return sentence.rstrip(":")
        return sentence[:_LONGEST].rsplit(" ", 1)[0] + " ..."
    return ""

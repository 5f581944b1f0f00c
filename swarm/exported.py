"""What an exported student says of itself: `student.json` in its folder, so that it can be asked without its run."""

from pathlib import Path

from pydantic import Field, ValidationError

from swarm.domains import FILE_SUFFIX, load_domain
from swarm.domains.base import Spoken
from swarm.domains.labelled.answers import Answers
from swarm.domains.labelled.settings import read_domain_file
from swarm.domains.settled import DOMAIN_FILE, domain_text
from swarm.duel.growth import Growth
from swarm.errors import ConfigError
from swarm.records import Record

STUDENT_FILE = "student.json"


class Exported(Record):
    """One exported student."""

    name: str
    checkpoint: str
    domain: str
    """Its name, or `domain.toml`: the copy that lies beside."""
    base: str
    """Weights that it was grown from."""
    new_tokens: int = Field(ge=1)
    growth: Growth | None = None


def write_exported(folder: Path, student: Exported) -> None:
    """Say it in the student's folder. A domain's file is copied without where its data lies: asking needs none."""
    if student.domain.endswith(FILE_SUFFIX):
        file = read_domain_file(Path(student.domain)).model_copy(update={"data": "data.jsonl", "recorded": {}})
        (folder / DOMAIN_FILE).write_text(domain_text(file), encoding="utf-8")
        student = student.model_copy(update={"domain": DOMAIN_FILE})
    (folder / STUDENT_FILE).write_text(student.model_dump_json(indent=1), encoding="utf-8")


def is_exported(folder: Path) -> bool:
    """Whether `swarm export` wrote the folder."""
    return (folder / STUDENT_FILE).is_file()


def read_exported(folder: Path) -> Exported:
    """The student of a folder, its domain's file by its path there. Raises ConfigError where there is none."""
    try:
        found = Exported.model_validate_json((folder / STUDENT_FILE).read_bytes())
    except FileNotFoundError:
        raise ConfigError(f"{str(folder)!r} holds no {STUDENT_FILE}", "Export the student again") from None
    except ValidationError as error:
        said = error.errors()[0]["msg"]
        raise ConfigError(f"{str(folder / STUDENT_FILE)!r} can't be read: {said}", "Export it again") from error
    placed = str(folder / DOMAIN_FILE) if found.domain == DOMAIN_FILE else found.domain
    return found.model_copy(update={"domain": placed})


def spoken(domain: str) -> Spoken:
    """How a student of a domain is asked and read; labelled data itself is not needed for that."""
    return Answers(read_domain_file(Path(domain)).answer) if domain.endswith(FILE_SUFFIX) else load_domain(domain)

"""The copy of a domain's file that a run keeps: whatever becomes of the original, the run goes on with what it had."""

from pathlib import Path

from swarm.domains import FILE_SUFFIX
from swarm.domains.labelled.loading import load
from swarm.domains.labelled.settings import DomainFile, read_domain_file
from swarm.toml_text import toml_text

DOMAIN_FILE = "domain.toml"
"""What the copy is called in the run folder."""


def settled(domain: str, data: str, run: Path, folder: Path) -> str:
    """What a run calls its domain: its built-in name, or the path of its own copy of the domain's file.

    The copy is made once, in `folder`, which is the run's or becomes it; it names its data by absolute paths and
    SHA-256. Raises ConfigError where file or data are wrong.
    """
    if not domain.endswith(FILE_SUFFIX):
        return domain
    copy = folder / DOMAIN_FILE
    if not copy.is_file():
        file = read_domain_file(Path(domain))
        file = file.model_copy(update={"data": str(Path(data).expanduser().absolute())} if data else {})
        file = file.model_copy(update={"sha256": load(file).sha256})
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(domain_text(file), encoding="utf-8")
    return str(run.absolute() / DOMAIN_FILE)


def domain_text(file: DomainFile) -> str:
    """A domain's file as TOML, without what is as it would be anyway."""
    return toml_text(file.model_dump(mode="json", exclude_defaults=True))


def of_run(domain: str, run: Path) -> str:
    """What a run's domain is called now that the run lies in this folder."""
    copy = run.absolute() / DOMAIN_FILE
    return str(copy) if Path(domain).name == DOMAIN_FILE and copy.is_file() else domain

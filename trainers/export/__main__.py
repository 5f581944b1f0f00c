"""A run's student as something people can use: `python -m trainers.export RUN --to FOLDER [--gguf FILE]`.

Prints one line of JSON. With `--check N` the exports answer N questions of the frozen exam in other runtimes.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from swarm import checkpoints, weights
from swarm.config import load
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.domains.settled import of_run
from swarm.duel.growth import growth_of
from swarm.errors import SwarmError
from swarm.exam_report import ContestantKind, load_report
from swarm.exported import Exported, write_exported
from swarm.records import Probe
from swarm.report.gathering import gather
from swarm.report.reading import chosen, snapshot
from swarm.report.standings import AFTER_FILE, BEFORE_FILE
from swarm.students import CheckpointStatus
from swarm.weights import Precision
from trainers.export.card import model_card
from trainers.export.folder import write_folder
from trainers.export.gguf_file import write_gguf
from trainers.export.runtimes import by_llama_cpp, by_transformers


def export(run: Path, to: Path, wanted: str, gguf: Path | None, precision: Precision) -> dict[str, Any]:
    """Write the folder, and the GGUF where asked; what was written."""
    config = load(run / "config.toml")
    domain, base = load_domain(config.swarm.domain), weights.folder(config.student.weights)
    with snapshot(run) as exchange, tempfile.TemporaryDirectory() as cache:
        checkpoint = chosen(exchange, wanted)
        untouched = checkpoint.status is CheckpointStatus.BASE
        held = weights.folder(config.student_source) if untouched else checkpoints.bring(checkpoint, Path(cache))
        write_folder(held, base, checkpoint.adapter and not untouched, domain, to)
        name, longest = f"{config.swarm.name}-{checkpoint.id}", config.student.max_new_tokens
        card = model_card(gather(exchange, run), checkpoint, config.student.weights, name, longest, domain.choices)
        (to / "README.md").write_text(card, encoding="utf-8")
        student = Exported(
            name=name, checkpoint=checkpoint.id, domain=of_run(config.swarm.domain, run), base=config.student_source,
            new_tokens=longest, growth=growth_of(exchange, run, checkpoint.id),
        )  # fmt: skip
        write_exported(to, student)
    if gguf is not None:
        write_gguf(to, gguf, name, precision)
    return {"checkpoint": checkpoint.id, "folder": str(to), "gguf": str(gguf) if gguf else None}


def compared(run: Path, to: Path, gguf: Path | None, count: int, checkpoint_id: str) -> dict[str, Any]:
    """How often other runtimes give the very text, and the very answer, that plain transformers gives.

    Where the checkpoint sat the run's exam, what it wrote there is compared as well.
    """
    config = load(run / "config.toml")
    domain = load_domain(config.swarm.domain)
    exam = load_report(run / (AFTER_FILE if (run / AFTER_FILE).is_file() else BEFORE_FILE))
    asked = [probe.payload.question for probe in exam.probes if isinstance(probe.payload, Probe)][:count]
    longest = config.student.max_new_tokens
    said = by_transformers(to, asked, longest)
    found: dict[str, Any] = {"questions": len(asked)}
    students = (one for one in exam.contestants if one.kind is ContestantKind.STUDENT)
    sat = next((one for one in students if one.checkpoint_id == checkpoint_id), None)
    if sat is not None:
        found["with the run's own exam"] = _agreement(domain, said, [one.text for one in sat.answers[:count]])
    if gguf is not None:
        found["with llama.cpp"] = _agreement(domain, said, by_llama_cpp(gguf, asked, longest))
    return found


def _agreement(domain: Domain, ours: list[str], theirs: list[str]) -> dict[str, int]:
    pairs = [(a.strip(), b.strip()) for a, b in zip(ours, theirs, strict=True)]
    answers = [(domain.read(a).answers[-1:], domain.read(b).answers[-1:]) for a, b in pairs]
    return {"same text": sum(a == b for a, b in pairs), "same answer": sum(a == b for a, b in answers)}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--checkpoint", default="")
    parser.add_argument("--gguf", type=Path)
    parser.add_argument("--precision", type=Precision, default=Precision.BF16)
    parser.add_argument("--check", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Export, check, print."""
    asked = _arguments()
    try:
        done = export(asked.run, asked.to, asked.checkpoint, asked.gguf, asked.precision)
        if asked.check:
            done["agreement"] = compared(asked.run, asked.to, asked.gguf, asked.check, done["checkpoint"])
    except SwarmError as error:
        sys.exit(str(error))
    print(json.dumps(done))


if __name__ == "__main__":
    main()

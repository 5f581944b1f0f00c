"""The student leaves: a folder that others load, and a GGUF file."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from swarm.cli.edge import Json, dump, say
from swarm.cli.places import RunArgument, find_run
from swarm.errors import WeightsError
from swarm.weights import Precision


def export(
    run: RunArgument = None,
    *,
    to: Annotated[Path, typer.Option(help="A new folder: safetensors, tokenizer, chat template, model card.")],
    checkpoint: Annotated[str, typer.Option(help="A checkpoint's id; the champion where not given.")] = "",
    gguf: Annotated[Path | None, typer.Option(help="A new .gguf file, for llama.cpp and what is built on it.")] = None,
    precision: Annotated[Precision, typer.Option(help="How the GGUF stores matrices.")] = Precision.BF16,
    check: Annotated[
        int, typer.Option(min=0, help="Let the exports answer so many exam questions in other runtimes, and compare.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Write a run's student as something that others can use, without this project."""
    command = [sys.executable, "-m", "trainers.export", str(find_run(run)), "--to", str(to), "--check", str(check)]
    command += ["--checkpoint", checkpoint, "--precision", precision]
    command += ["--gguf", str(gguf)] if gguf else []
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode or not done.stdout.strip():
        raise WeightsError(f"{str(to)!r} was not exported", "see its own words above")
    told = json.loads(done.stdout.strip().splitlines()[-1])
    if as_json:
        dump(told)
        return
    say(f"{told['checkpoint']}: {told['folder']}" + (f" and {told['gguf']}" if told["gguf"] else ""))
    agreement = told.get("agreement", {})
    count = agreement.pop("questions", 0)
    for runtime, same in agreement.items():
        say(f"transformers {runtime}: {same['same text']} texts and {same['same answer']} answers of {count} alike")

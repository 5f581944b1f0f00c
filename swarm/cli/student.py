"""Speaking to the student: one question, or an OpenAI-compatible endpoint."""

import asyncio
import socket
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from swarm.calls.students import Answered
from swarm.cli.edge import Json, dump, say
from swarm.cli.embedding import vector_of
from swarm.cli.places import RunOption, find_student, run_domain
from swarm.cli.questions import question, read_moment
from swarm.documents.retrieval import TOP
from swarm.errors import ConfigError, EngineUnavailable, RefusedError, UnavailableError
from swarm.report.reading import operator

_ONCE_SECONDS = 300


def ask(
    text: Annotated[str, typer.Argument(help="What you want to ask.")],
    now: Annotated[
        str | None, typer.Option(help="The moment you ask at, 'Tue 2026-03-10 14:30'; else the clock's.")
    ] = None,
    docs: Annotated[
        bool, typer.Option("--docs/--no-docs", help="A student of documents is shown the best passages, or none.")
    ] = True,
    top: Annotated[int, typer.Option(min=1, max=9, help="Passages that it is shown.")] = TOP,
    doc: Annotated[
        list[str] | None,
        typer.Option("--doc", metavar="NAME", help="Show this entry, heading or source instead. Repeatable."),
    ] = None,
    embedder: Annotated[
        bool, typer.Option("--embedder", help="Search by meaning beside the words: swarm documents embed.")
    ] = False,
    run: RunOption = None,
    wait: Annotated[float, typer.Option(min=1, max=300, help="Seconds to wait for the answer.")] = 120,
    as_json: Json = False,
) -> None:
    """Ask the student. An exported one, or the champion while its swarm is down, is loaded for this one answer."""
    folder = find_student(run)
    moment = read_moment(now) if now else datetime.now()
    vector = vector_of(text) if embedder and docs and not doc else None
    asked = question(run_domain(folder), text, moment, top if docs else 0, doc or (), vector)
    answered = answered_by(folder, asked.question, wait)
    cited = asked.cited(answered.text)
    if as_json:
        shown = [each.model_dump(mode="json") for each in cited]
        dump({"question": asked.question, **answered.model_dump(mode="json"), "citations": shown})
    else:
        say(f"{answered.text.strip()}\n\nanswer: {answered.answer or '(none could be read)'}")
        for each in cited:
            where = each.place or "no document that was shown"
            say(f"  [{each.number}] {where}" + ("" if each.found else f": {each.quote!r} does not stand there"))
        say(f"({answered.checkpoint_id}, {answered.seconds:.1f} s; asked as {asked.question!r})")


def serve(
    run: RunOption = None,
    host: Annotated[str, typer.Option(help="Address to bind.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to bind.")] = 8000,
    feedback: Annotated[
        bool, typer.Option("--feedback", help="Take what people say of its answers, too: POST /v1/feedback.")
    ] = False,
    docs: Annotated[
        bool, typer.Option("--docs/--no-docs", help="A student of documents is shown the best passages, or none.")
    ] = True,
    top: Annotated[int, typer.Option(min=1, max=9, help="Passages, unless a request says `top` or `documents`.")] = TOP,
    embedder: Annotated[
        bool, typer.Option("--embedder", help="Search by meaning beside the words: swarm documents embed.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print where it serves as JSON.")] = False,
) -> None:
    """Serve the student over the OpenAI API (/v1/chat/completions, /v1/models) until ^C."""
    folder = find_student(run)
    _check_port(host, port)
    url = f"http://{host}:{port}/v1"
    dump({"run": str(folder), "url": url}, indent=None) if as_json else say(f"serving {folder} at {url}")
    command = [sys.executable, "-m", "cluster.serve", str(folder), "--host", host, "--port", str(port)]
    command += ["--top", str(top if docs else 0), *(["--feedback"] if feedback else [])]
    command += ["--embedder"] if embedder else []
    code = subprocess.run(command, check=False).returncode
    if code:
        raise EngineUnavailable(f"serving {str(folder)!r} ended with code {code}", "See its own words above")


def answered_by(run: Path, asked: str, wait: float, request_id: str = "") -> Answered:
    """What the student of a run says; while the swarm is down its champion is loaded for this one answer."""
    try:
        return asyncio.run(_ask(run, asked, wait, request_id))
    except (UnavailableError, ConfigError):
        return _ask_once(run, asked)
    except RefusedError as error:
        if error.reason != "NO_STUDENT":
            raise
        return _ask_once(run, asked)


async def _ask(run: Path, asked: str, wait: float, request_id: str) -> Answered:
    async with operator(run) as client:
        return await client.ask(asked, wait_seconds=wait, request_id=request_id)


def _ask_once(run: Path, asked: str) -> Answered:
    command = [sys.executable, "-m", "cluster.serve", str(run), "--once", asked]
    fix = f"Start the swarm: swarm resume {run}"
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_ONCE_SECONDS)
    except subprocess.TimeoutExpired:
        raise EngineUnavailable(f"the champion of {str(run)!r} gave no answer in {_ONCE_SECONDS} s", fix) from None
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise EngineUnavailable(f"the champion of {str(run)!r} can't be loaded: {said}", fix)
    try:
        return Answered.model_validate_json(lines[-1])
    except ValidationError as error:
        raise EngineUnavailable(f"the champion of {str(run)!r} answered {lines[-1]!r}", fix) from error


def _check_port(host: str, port: int) -> None:
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise ConfigError(f"can't bind {host}:{port}: {error.strerror}", "Give another --port or --host") from error

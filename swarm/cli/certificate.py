"""Certificates by command: issue, verify, show, revoke."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from swarm.cli.edge import Edge, Json, dump, say
from swarm.cli.places import RunArgument, RunOption, find_run, run_domain

app = typer.Typer(cls=Edge, no_args_is_help=True, help="What was shown of a student, signed.")

File = Annotated[Path, typer.Argument(metavar="FILE", help="A signed certificate.")]


@app.command()
def issue(
    run: RunArgument = None,
    power: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Folder of a `swarm power` to bundle in it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write RUN/certificate.json and its page anew from the store; refused where the run is not certified."""
    # Here and below: loads scipy, which no other command should wait for.
    from swarm.certificate.issuing import CERTIFICATE_FILE
    from swarm.certificate.issuing import issue as issued
    from swarm.certificate.page import page_of
    from swarm.planted.audit import read_power

    folder = find_run(run)
    made = issued(folder, read_power(power) if power else None)
    if as_json:
        dump(made)
        return
    file = folder / CERTIFICATE_FILE
    say(f"{made.certificate.says}\ncertificate: {file}\npage:        {page_of(file)}\npublic key:  {made.public_key}")


@app.command()
def verify(
    file: File,
    key: Annotated[str, typer.Option(help="The issuer's public key: hexadecimal, or certificate.pub.")] = "",
    weights: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Folder of the checkpoint that it names.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check signature, events and every number, by the file alone; exit code 1 where something is wrong."""
    from swarm.certificate.revoking import revoked
    from swarm.certificate.signing import examine, public_key, read_signed

    given = read_signed(file)
    found = [*examine(given, public_key(key) if key else "", weights), *revoked(given, file)]
    if as_json:
        dump({"valid": not found, "key": given.public_key, "findings": [one.model_dump(mode="json") for one in found]})
    else:
        for finding in found:
            say(f"{finding.flaw}: {finding.detail}")
        if not found:
            say(f"valid: {given.certificate.says}")
            say(f"signed by {given.public_key}" + ("" if key else "; without --key, whose that is stays open"))
            say("its checkpoint's files are as certified" if weights else "checkpoint not looked at: give --weights")
    if found:
        raise typer.Exit(1)


@app.command()
def show(
    file: File,
    *,
    html: Annotated[bool, typer.Option("--html", help="Write it as a page beside FILE.")] = False,
    as_json: Json = False,
) -> None:
    """What a certificate says and does not say; it is not checked."""
    from swarm.certificate.page import write_page
    from swarm.certificate.revoking import revoked
    from swarm.certificate.signing import read_signed
    from swarm.certificate.wording import described

    given = read_signed(file)
    page = write_page(file, given, revoked(given, file)) if html else None
    if as_json:
        dump(given.certificate)
        return
    say(f"page: {page}" if page else described(given.certificate))


@app.command()
def revoke(
    file: File,
    answers: Annotated[Path, typer.Option(help="JSON list of {probe, text}: probes in scope, all that were asked.")],
    reason: Annotated[str, typer.Option(help="In one sentence.")] = "",
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """Revoke a certificate by verified answers whose failure rate is above it; writes FILE's .revoked.json."""
    from swarm.certificate.page import page_of, write_page
    from swarm.certificate.revoking import beside, read_answers, revoked
    from swarm.certificate.revoking import revoke as revoke_by
    from swarm.certificate.signing import own_key, read_signed
    from swarm.domains import DOMAINS, load_domain

    given = read_signed(file)
    folder = find_run(run)
    about = given.certificate.subject.domain
    domain = load_domain(about if about in DOMAINS else run_domain(folder))
    made = revoke_by(given, read_answers(answers), domain, own_key(folder), reason, datetime.now(UTC))
    beside(file).write_text(made.model_dump_json(indent=1) + "\n")
    if page_of(file).is_file():
        write_page(file, given, revoked(given, file))
    if as_json:
        dump(made)
        return
    told = made.revocation
    say(f"revoked: {told.failures} of {len(told.answered)} answers were wrong, at least {told.rate:.1%}")
    say(f"give {beside(file)} to whoever has the certificate")

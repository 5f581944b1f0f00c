"""The command line: `swarm`. Each command says what it wants with --help."""

import typer

from swarm.cli import (
    agent,
    asking,
    attached,
    certificate,
    credentials,
    dead,
    demo,
    documents,
    domain,
    duel,
    export,
    feedback,
    flow,
    forget,
    house,
    keeping,
    launch,
    leave,
    look,
    power,
    profile,
    rubrics,
    siege,
    steer,
    student,
)
from swarm.cli.edge import Edge

app = typer.Typer(
    cls=Edge,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="A swarm of agents that grows a small language model into a specialist by finding what breaks it.",
)

for command in (
    launch.up,
    demo.demo,
    look.status,
    look.watch,
    steer.down,
    steer.pause,
    steer.resume,
    steer.rollback,
    flow.apply,
    flow.topology,
    look.samples,
    look.sample,
    look.checkpoint,
    asking.species,
    asking.errors,
    forget.forget,
    export.export_samples,
    leave.export,
    documents.ingest,
    power.power,
    student.ask,
    student.serve,
    duel.duel,
    keeping.backup,
    keeping.restore,
    keeping.check,
    house.report,
    profile.profile,
    house.general,
    house.doctor,
    house.version,
):
    app.command()(command)
app.add_typer(agent.app, name="agent")
app.add_typer(certificate.app, name="certificate")
app.add_typer(attached.app, name="agents")
app.add_typer(credentials.app, name="credentials")
app.add_typer(dead.app, name="dead")
app.add_typer(domain.app, name="domain")
app.add_typer(documents.app, name="documents")
app.add_typer(feedback.app, name="feedback")
app.add_typer(rubrics.app, name="rubric")
app.add_typer(siege.app, name="siege")
app.add_typer(house.weights_app, name="weights")
app.add_typer(house.config_app, name="config")

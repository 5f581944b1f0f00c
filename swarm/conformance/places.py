"""The scenario of a declared role alone: that it is declared no more."""

from swarm.conformance.outages import AWAY_SECONDS, MOST_TRIES
from swarm.conformance.report import Finding, right, wrong
from swarm.conformance.stage import Stage
from swarm.conformance.steps import begun, brings
from swarm.roles import Role


async def undeclared(stage: Stage) -> list[Finding]:
    """Have your role taken out of the flow: no call is answered any more, so say why and end, or wait quietly."""
    sample = await begun(stage)
    worked = await brings(stage, sample, "its role was declared")
    if not worked.right:
        return [worked]
    await stage.company.client(Role.OPERATOR).apply_flow([], drain=True)
    before = len(stage.door.calls)
    await stage.until(lambda: any(call.code not in ("", "OK", "CANCELLED") for call in stage.door.calls[before:]))
    told = len(stage.door.calls)
    if await stage.until(lambda: stage.agent.code is not None, AWAY_SECONDS) or stage.agent.code is not None:
        return [right(f"once its role was declared no more, it ended with exit code {stage.agent.code}")]
    if (calls := len(stage.door.calls) - told) > MOST_TRIES:
        hint = "FORBIDDEN is a person's to mend: show it and end, or try again after a pause that grows"
        return [wrong(f"once its role was declared no more, it called {calls} times in {AWAY_SECONDS:g} s", hint)]
    return [right("once its role was declared no more, it waited without haste")]

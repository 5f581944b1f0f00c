"""What most scenarios ask: that the agent begins, brings what is wanted of it, and goes on."""

from swarm.conformance.report import Finding, right, wrong
from swarm.conformance.stage import Stage


async def fed(stage: Stage) -> str:
    """The id of a new piece of work; "" for a source, which brings its own."""
    return (await stage.company.feed(stage.role))[0] if stage.leases else ""


async def begun(stage: Stage) -> str:
    """The id of the piece of work with which the agent was started."""
    sample = await fed(stage)
    await stage.begin()
    return sample


async def brings(stage: Stage, sample: str, after: str, hint: str = "Call again after a pause that grows") -> Finding:
    """Whether the agent, after what it met, completes a piece of work, or, as a source, brings any at all."""

    def comes() -> bool:
        if stage.leases:
            return sample in stage.completed()
        return any(code == "OK" for _, code in stage.published())

    if await stage.until(comes):
        return right(f"{after}, and it did its work")
    return wrong(f"{after}, and it did no more work{stage.ended()}", hint)


async def goes_on(stage: Stage) -> Finding:
    """Whether the agent does the next, ordinary piece of work."""
    hint = "An answer that refuses one item is no reason to end: note it, lease again, and go on"
    return await brings(stage, await fed(stage), "the next piece of work came", hint)

"""The gateway's review of agents from outside: once a second the pure policy is asked, and what it says is done."""

from swarm.exchange import Exchange
from swarm.gateway.changes import EVERYTHING
from swarm.gateway.desk import Desk
from swarm.records import Tier
from swarm.roles import Standing
from swarm.work import Outcome


async def review(desk: Desk) -> None:
    """Release, or suspend, who is due; each goes into the audit log with its reason."""
    found: list[tuple[Standing, list[Outcome]]] = await desk.read(lambda exchange: exchange.conduct())
    working = [(standing, outcomes) for standing, outcomes in found if outcomes]
    if not working:
        return
    from swarm.trust import decide  # brings scipy, which would double the time of a restart

    for standing, outcomes in working:
        decision = decide(standing.tier, outcomes)
        if decision is not None and await _place(desk, standing, decision.tier, decision.reason):
            await desk.take_credentials()
            desk.audit.write("tier", name=standing.name, tier=decision.tier, reason=decision.reason)


async def _place(desk: Desk, seen: Standing, tier: Tier, reason: str) -> bool:
    """Whether it was done: not where somebody has placed the agent since it was looked at."""

    def place(exchange: Exchange) -> bool:
        now = next(standing for standing in exchange.standings() if standing.name == seen.name)
        if now.since != seen.since:
            return False
        exchange.set_tier(seen.name, tier, reason)
        return True

    return await desk.write(place, EVERYTHING)

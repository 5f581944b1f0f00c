"""Whether an agent from outside is released from quarantine, goes on, or is suspended: a pure policy."""

from collections.abc import Sequence

from pydantic import Field

from swarm.records import Record, Tier
from swarm.statistics import rate_lower_bound
from swarm.work import Outcome


class TrustPolicy(Record):
    """What the policy goes by. Bounds are Clopper and Pearson's exact one-sided ones."""

    accuracy: float = Field(0.9, gt=0, lt=1)
    """Share of gold checks that an agent must get right."""
    release_alpha: float = Field(0.01, gt=0, lt=1)
    """Error of the lower bound that must reach it for a release: 44 of 44, 63 of 64."""
    suspend_alpha: float = Field(0.001, gt=0, lt=1)
    """Error of the bounds that must be beyond a limit for a suspension; small, since they are looked at always."""
    window: int = Field(60, ge=1)
    """Latest outcomes that a suspension looks at, so that an agent which turns bad is noticed."""
    most_lost: float = Field(0.5, gt=0, lt=1)
    """Share of leases that may run out."""
    most_failed: float = Field(0.8, gt=0, lt=1)
    """Share of leases that may be handed back with `retry` or `reject`."""


class Decision(Record):
    """Where an agent stands from now on, and why."""

    tier: Tier
    reason: str


def decide(tier: Tier, outcomes: Sequence[Outcome], policy: TrustPolicy = TrustPolicy()) -> Decision | None:
    """What an agent's outcomes (newest first, since it stands where it does) say; None where nothing changes."""
    checked = [outcome for outcome in outcomes if outcome in (Outcome.RIGHT, Outcome.WRONG)]
    latest = checked[: policy.window]
    right = latest.count(Outcome.RIGHT)
    highest = 1 - rate_lower_bound(len(latest) - right, len(latest), policy.suspend_alpha) if latest else 1.0
    if highest < policy.accuracy:
        return _suspended(
            f"{right} of the latest {len(latest)} gold checks were right; that is at most {highest:.0%}, "
            f"and {policy.accuracy:.0%} are required"
        )
    window = outcomes[: policy.window]
    for outcome, most in ((Outcome.LOST, policy.most_lost), (Outcome.FAILED, policy.most_failed)):
        count = window.count(outcome)
        least = rate_lower_bound(count, len(window), policy.suspend_alpha)
        if least > most:
            return _suspended(
                f"{count} of the latest {len(window)} leases were {outcome}; that is at least {least:.0%}, "
                f"and {most:.0%} may be"
            )
    lowest = rate_lower_bound(checked.count(Outcome.RIGHT), len(checked), policy.release_alpha) if checked else 0.0
    if tier is Tier.QUARANTINED and lowest >= policy.accuracy:
        passed = f"{checked.count(Outcome.RIGHT)} of {len(checked)} gold checks were right, at least {lowest:.0%}"
        return Decision(tier=Tier.TRUSTED, reason=passed)
    return None


def _suspended(reason: str) -> Decision:
    return Decision(tier=Tier.SUSPENDED, reason=reason)

"""The policy over agents from outside: who is released, who is suspended and for what, and who simply goes on."""

import random

import pytest

from swarm.records import Tier
from swarm.trust import TrustPolicy, decide
from swarm.work import Outcome

RIGHT, WRONG, LOST, FAILED = [Outcome.RIGHT], [Outcome.WRONG], [Outcome.LOST], [Outcome.FAILED]
UNCHECKED = [Outcome.UNCHECKED]


def tier_of(outcomes: list[Outcome], tier: Tier = Tier.QUARANTINED) -> Tier:
    decision = decide(tier, outcomes)
    return decision.tier if decision else tier


@pytest.mark.parametrize(
    ("outcomes", "tier"),
    [
        ([], Tier.QUARANTINED),
        (RIGHT * 43, Tier.QUARANTINED),
        (RIGHT * 44, Tier.TRUSTED),
        (WRONG + RIGHT * 62, Tier.QUARANTINED),
        (WRONG + RIGHT * 63, Tier.TRUSTED),
        (UNCHECKED * 200, Tier.QUARANTINED),
        (WRONG * 3, Tier.QUARANTINED),
        (WRONG * 4, Tier.SUSPENDED),
        (LOST * 9, Tier.QUARANTINED),
        (LOST * 10, Tier.SUSPENDED),
        (FAILED * 30, Tier.QUARANTINED),
        (FAILED * 31, Tier.SUSPENDED),
    ],
)
def test_in_quarantine(outcomes: list[Outcome], tier: Tier) -> None:
    assert tier_of(outcomes) is tier


def test_one_that_turns_bad_is_noticed_however_good_it_was() -> None:
    good = RIGHT * 200
    turned = next(n for n in range(60) if tier_of(WRONG * n + good, Tier.TRUSTED) is Tier.SUSPENDED)
    assert turned == 15
    decision = decide(Tier.TRUSTED, WRONG * turned + good)
    assert decision is not None
    assert decision.reason == "45 of the latest 60 gold checks were right; that is at most 90%, and 90% are required"


def test_a_trusted_agent_that_is_honest_and_slow_goes_on() -> None:
    assert decide(Tier.TRUSTED, (LOST + RIGHT * 2 + FAILED) * 50) is None


def test_an_honest_one_is_rarely_suspended_and_a_bad_one_rarely_released() -> None:
    """Both are looked at after every outcome, which no single bound allows for."""
    rng, runs = random.Random(1), 100

    def end(accuracy: float) -> Tier:
        outcomes: list[Outcome] = []
        while len(outcomes) < 200:
            outcomes.insert(0, Outcome.RIGHT if rng.random() < accuracy else Outcome.WRONG)
            if decision := decide(Tier.QUARANTINED, outcomes):
                return decision.tier
        return Tier.QUARANTINED

    honest, bad = [end(0.98) for _ in range(runs)], [end(0.8) for _ in range(runs)]
    assert honest.count(Tier.TRUSTED) >= 95
    assert honest.count(Tier.SUSPENDED) <= 1
    assert bad.count(Tier.TRUSTED) <= 1


def test_a_policy_out_of_bounds_is_refused() -> None:
    with pytest.raises(ValueError, match="accuracy"):
        TrustPolicy(accuracy=1.0)

"""A family that is held out besieges, and nothing of it is ever learned: refused at the door, left in the siege."""

from swarm.exchange import Code, Exchange
from swarm.records import Origin, Purpose, Sample
from tests.exchange.exchange_rig import KEY, PROBER, Rig, probe


def of(origin: Origin, purpose: Purpose) -> Sample:
    made = probe(purpose, f"{origin} {purpose}")
    return made.model_copy(update={"payload": made.payload.model_copy(update={"origin": origin})})


def test_what_is_held_out_may_not_be_learned_from_and_may_besiege(rig: Rig) -> None:
    rig.exchange.close()
    rig.exchange = Exchange(rig.url, "swarm", "calendar", rig.clock, KEY, held_out="replay")
    offered = [of(o, p) for o in (Origin.REPLAY, Origin.GRAMMAR) for p in (Purpose.LEARN, Purpose.SIEGE)]
    answers = rig.exchange.publish(PROBER, offered)
    assert [answer.code for answer in answers] == [Code.HELD_OUT, Code.OK, Code.OK, Code.OK]
    assert "replay is held out" in answers[0].message
    rig.reopen()
    assert rig.exchange.publish(PROBER, offered[:1])[0].ok


def test_a_breach_of_what_is_held_out_is_never_released(rig: Rig) -> None:
    rig.exchange.close()
    rig.exchange = Exchange(rig.url, "swarm", "calendar", rig.clock, KEY, held_out="replay")
    for origin in (Origin.REPLAY, Origin.GRAMMAR):
        assert rig.exchange.publish(PROBER, [of(origin, Purpose.SIEGE)])[0].ok
        rig.attempt()
        rig.verdict(False)
    assert rig.exchange.release_breaches(0) == 1

"""The PostgreSQL store: fenced, synced, connecting again, and clear about what it is told."""

import pytest
from exchange_rig import POSTGRES, PROBER, STUDENT, Rig, codes, probe
from sqlalchemy import text
from sqlalchemy.engine import make_url

from swarm.errors import DeposedError, HeldError, RefusedError, StoreError
from swarm.work import FailKind, Failure
from tests.postgres import ask
from tests.waiting import until

pytestmark = pytest.mark.parametrize("store_url", [POSTGRES], indirect=True)

END_OTHERS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
END_OTHERS += " AND pid <> pg_backend_pid()"


def test_it_connects_again_with_its_lock_and_its_epoch(rig: Rig) -> None:
    kept = rig.probes(3)
    ask(rig.url, END_OTHERS)
    assert codes(rig.exchange.publish(PROBER, [probe()])) == ["OK"]
    assert {sample.id for sample in kept} <= {sample.id for sample in rig.exchange.samples()}
    with pytest.raises(HeldError, match="another gateway holds"):
        rig.open()


def test_a_connection_lost_within_a_group_stores_nothing_of_it(rig: Rig) -> None:
    def group() -> None:
        with rig.exchange.transaction():
            rig.probes(2)
            ask(rig.url, END_OTHERS)
            with pytest.raises(StoreError):
                rig.exchange.publish(PROBER, [probe()])
            with pytest.raises(StoreError):
                rig.exchange.samples()

    with pytest.raises(StoreError, match=r"terminating connection|closed") as lost:
        group()
    assert "connects again" in lost.value.fix
    assert rig.exchange.samples() == []
    assert codes(rig.exchange.publish(PROBER, [probe()])) == ["OK"]


def test_a_gateway_that_lost_its_lock_never_writes_again(rig: Rig) -> None:
    former = rig.exchange
    ask(rig.url, END_OTHERS)
    rig.exchange = rig.open()
    for _ in range(2):
        with pytest.raises(DeposedError, match="another gateway took over"):
            former.publish(PROBER, [probe()])
    former.close()
    assert rig.exchange.samples() == []
    assert codes(rig.exchange.publish(PROBER, [probe()])) == ["OK"]


def test_the_epoch_fences_even_one_that_still_has_its_session(rig: Rig) -> None:
    rig.probes()
    ask(rig.url, "UPDATE meta SET value = '99' WHERE key = 'epoch'")
    with pytest.raises(DeposedError, match="epoch 99"):
        rig.exchange.publish(PROBER, [probe()])
    assert len(rig.exchange.samples()) == 1


@pytest.mark.parametrize("setting", ["synchronous_commit", "fsync"])
def test_one_that_does_not_sync_is_refused(rig: Rig, setting: str) -> None:
    rig.exchange.close()
    database = make_url(rig.url).database
    if setting == "fsync":
        turn = "ALTER SYSTEM SET fsync = {}"
    else:
        turn = f"ALTER DATABASE {database} SET synchronous_commit = {{}}"

    def is_now(value: str) -> bool:
        return ask(rig.url, "SELECT pg_reload_conf(), current_setting(:name)", name=setting)[0][1] == value

    ask(rig.url, turn.format("off"))
    try:
        until(lambda: is_now("off"))
        with pytest.raises(StoreError, match=f"has {setting} = off") as refused:
            rig.open()
        assert f"Set {setting} = on" in refused.value.fix
    finally:
        ask(rig.url, turn.format("on"))
        until(lambda: is_now("on"))
    rig.exchange = rig.open()


def test_what_can_not_be_reached_is_said_without_the_password(rig: Rig) -> None:
    url = make_url(rig.url)
    ask(rig.url, "DROP ROLE IF EXISTS guest")
    for wrong, said, fix in (
        (url.set(database="nowhere", password="secret"), "nowhere", "createdb"),
        (url.set(host="127.0.0.1", port=1, query={}, password="secret"), "refused", "can be reached"),
        (url.set(username="guest", password="secret"), "guest", "Correct the user"),
    ):
        rig.url = wrong.render_as_string(hide_password=False)
        with pytest.raises(StoreError, match=said) as refused:
            rig.open()
        assert wrong.password not in str(refused.value)
        assert fix in refused.value.fix, refused.value


def test_a_database_that_may_not_be_written_is_said(rig: Rig) -> None:
    rig.exchange.close()
    ask(rig.url, f"ALTER DATABASE {make_url(rig.url).database} SET default_transaction_read_only = on")
    with pytest.raises(StoreError, match="read-only") as refused:
        rig.open()
    assert "primary" in refused.value.fix


def test_a_value_that_it_can_not_hold_fails_its_own_call_only(rig: Rig) -> None:
    rig.probes(2)
    with rig.exchange.transaction():
        first, second = rig.lease(STUDENT, 2)
        unchecked = Failure.model_construct(token=first.token, kind=FailKind.RETRY, reason="a\x00b")
        with pytest.raises(RefusedError, match="NUL") as refused:
            rig.exchange.fail(STUDENT, [unchecked])
        assert refused.value.reason == "INVALID"
        assert rig.fail(STUDENT, second, FailKind.RETRY).ok
    assert rig.fail(STUDENT, first, FailKind.RELEASE).ok


def test_revisions_have_no_gap_after_a_rollback(rig: Rig) -> None:
    rig.probes(2)

    def group() -> None:
        with rig.exchange.transaction():
            rig.probes(5)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        group()
    rig.probes(1)
    assert [event.revision for event in rig.exchange.events(0)] == [1, 2, 3, 4]


def test_a_lease_passes_over_rows_that_another_session_locks(rig: Rig) -> None:
    first, second = rig.probes(2)
    with rig.exchange.store._readers.connect().execution_options(postgresql_readonly=False) as other:
        other.execute(text("SELECT 1 FROM queue WHERE sample_id = :id FOR UPDATE"), {"id": first.id})
        (lease,) = rig.lease(STUDENT, 2)
    assert lease.sample.id == second.id

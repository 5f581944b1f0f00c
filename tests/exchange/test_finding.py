"""Finding samples: every filter finds what it says and nothing else, by an index, whatever lies beside it."""

import itertools
from datetime import timedelta

import pytest
from exchange_rig import CELL, JUDGE, OPERATOR, PROBER, STUDENT, Rig, attempt_at, probe
from older_store import put_back
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from swarm.asking import KINDS, Query
from swarm.errors import RefusedError
from swarm.exchange import Identity, Keep
from swarm.exchange.finding import found, possible
from swarm.records import Cell, Finding, Origin, Purpose, Sample, Tier, Verdict, Weather, answer_to
from swarm.roles import Role

OTHER = Cell(subdomain="absolute", weather=Weather.WIND, form="date")
OUTSIDE = Identity("stranger", Role.PROBER, tier=Tier.TRUSTED)


def verdict(parent: Sample, passed: bool, criterion: str = "", species: str = "") -> Sample:
    findings = (Finding(criterion=criterion, passed=passed, quote="q"),) if criterion else ()
    said = Verdict(passed=passed, rubric_version=1, decided_by="check", findings=findings, species=species)
    return answer_to(parent, said)


SAID = {
    "own": (True, "right", ""),
    "strange": (False, "right", "off-by-one"),
    "person": (False, "form", "lure"),
}


def stock(rig: Rig) -> dict[str, Sample]:
    """A swarm's, a stranger's and a production probe, each with an attempt and a verdict."""
    asked = {"own": probe(), "strange": probe(cell=OTHER)}
    person = probe(purpose=Purpose.SIEGE)
    payload = person.payload.model_copy(update={"origin": Origin.PRODUCTION})
    asked["person"] = person.model_copy(update={"payload": payload})
    for agent, batch in ((PROBER, [asked["own"], asked["person"]]), (OUTSIDE, [asked["strange"]])):
        assert all(answer.ok for answer in rig.exchange.publish(agent, batch))
    tried, judged = dict[str, Sample](), dict[str, Sample]()
    names = {sample.id: name for name, sample in asked.items()}
    for lease in rig.lease(STUDENT, 3):
        name = names[lease.sample.id]
        tried[name] = attempt_at(lease.sample, "c1" if name == "own" else "base")
        assert rig.complete(STUDENT, lease, tried[name]).ok
    for lease in rig.lease(JUDGE, 3):
        name = names[lease.sample.parent_id]
        judged[name] = verdict(lease.sample, *SAID[name])
        assert rig.complete(JUDGE, lease, judged[name]).ok
    kinds = {"probe": asked, "attempt": tried, "verdict": judged}
    return {f"{name} {kind}": sample for kind, made in kinds.items() for name, sample in made.items()}


CASES: dict[str, tuple[Query, set[str]]] = {
    "kind": (Query(kind="attempt"), {"own attempt", "strange attempt", "person attempt"}),
    "cell": (Query(cell=OTHER), {"strange probe", "strange attempt", "strange verdict"}),
    "purpose": (Query(purpose=Purpose.SIEGE), {"person probe", "person attempt", "person verdict"}),
    "origin": (Query(origin=Origin.PRODUCTION, kind="verdict"), {"person verdict"}),
    "producer": (Query(producer="stranger"), {"strange probe"}),
    "tier": (Query(tier=Tier.TRUSTED), {"strange probe"}),
    "checkpoint": (Query(checkpoint_id="c1"), {"own attempt", "own verdict"}),
    "passed": (Query(passed=True), {"own verdict"}),
    "failed": (Query(passed=False), {"strange verdict", "person verdict"}),
    "criterion": (Query(criterion="right"), {"strange verdict"}),
    "species": (Query(species="lure"), {"person verdict"}),
    "both": (Query(species="lure", criterion="form", passed=False), {"person verdict"}),
    "several": (Query(checkpoint_id="base", passed=False, cell=CELL), {"person verdict"}),
    "none": (Query(criterion="right", species="lure"), set()),
    "kind that has no verdict": (Query(kind="probe", passed=False), set()),
}

INDEXES = {
    "cell": "samples_cell (kind=? AND cell_key=? AND revision",
    "purpose": "samples_purpose (kind=? AND purpose=? AND revision",
    "origin": "samples_origin (kind=? AND origin=? AND revision",
    "producer": "samples_producer (kind=? AND producer=? AND revision",
    "checkpoint": "samples_tried (kind=? AND checkpoint_id=? AND revision",
    "failed": "samples_failed (kind=? AND revision",
    "criterion": "PRIMARY KEY (topic=? AND key=? AND revision",
    "species": "PRIMARY KEY (topic=? AND key=? AND revision",
}
"""By which index SQLite goes for a filter; for several, by that of one of them."""


@pytest.mark.parametrize("newest_first", [True, False])
def test_each_filter_finds_what_it_says(rig: Rig, newest_first: bool) -> None:
    names = {sample.id: name for name, sample in stock(rig).items()}
    for case, (query, wanted) in CASES.items():
        got = rig.exchange.find(query.model_copy(update={"newest_first": newest_first})).samples
        assert {names[sample.id] for sample in got} == wanted, case
        revisions = [sample.revision for sample in got]
        assert revisions == sorted(revisions, reverse=newest_first), case


def test_revisions_and_times_bound_a_list(rig: Rig) -> None:
    begin = rig.clock.time
    first = rig.probes(1)[0]
    rig.clock.turn(60)
    second = probe(question="later")
    rig.exchange.publish(PROBER, [second])
    minute = begin + timedelta(seconds=60)
    for query, wanted in (
        (Query(since=minute), [second.id]),
        (Query(until=minute), [first.id]),
        (Query(since=begin, until=minute), [first.id]),
        (Query(since=minute + timedelta(seconds=1)), []),
        (Query(until=begin), []),
        (Query(since_revision=2), [second.id]),
        (Query(until_revision=2), [first.id]),
    ):
        assert [sample.id for sample in rig.exchange.find(query).samples] == wanted, query
    rig.clock.turn(2 * 86_400)
    rig.exchange.publish(PROBER, [probe(question="much later")])
    rig.exchange.compact(Keep(events_days=1))
    with pytest.raises(RefusedError, match="before the log, which begins at") as refused:
        rig.exchange.find(Query(since=minute))
    assert refused.value.reason == "OUT_OF_RANGE"


def test_forgetting_takes_the_species_and_leaves_the_criterion(rig: Rig) -> None:
    gone = stock(rig)["strange verdict"]
    rig.exchange.forget(OPERATOR, sample_id=gone.id)
    assert rig.exchange.find(Query(species="off-by-one")).samples == []
    assert [sample.id for sample in rig.exchange.find(Query(criterion="right")).samples] == [gone.id]


def test_an_older_store_finds_what_it_held(rig: Rig) -> None:
    names = {sample.id: name for name, sample in stock(rig).items()}
    rig.exchange.close()
    put_back(rig.url, 11)
    rig.exchange = rig.open()
    for case, (query, wanted) in CASES.items():
        assert {names[sample.id] for sample in rig.exchange.find(query).samples} == wanted, case


def test_a_student_finds_its_own_side_only(rig: Rig) -> None:
    stock(rig)
    for query in (Query(passed=False), Query(criterion="right"), Query(species="lure"), Query(kind="verdict")):
        assert rig.exchange.find(query, STUDENT.role)[:2] == ([], False)
        assert rig.exchange.find(query, JUDGE.role).samples
    seen = rig.exchange.find(Query(limit=6), STUDENT.role)
    assert (len(seen.samples), seen.more) == (6, False), "no page is shorter for what is hidden"


@pytest.mark.parametrize("newest_first", [True, False])
def test_no_list_reads_more_than_it_shows(rig: Rig, newest_first: bool) -> None:
    """By SQLite's own plan: each kind is looked up by an index in the order of the list, with nothing to sort."""
    if not rig.url.startswith("sqlite"):
        pytest.skip("the plan of one store is looked at")
    for case, (query, _) in CASES.items():
        kinds = [kind for kind in KINDS if kind in possible(query)]
        if not kinds:
            continue
        statement = found(query.model_copy(update={"newest_first": newest_first}), kinds, ["c1", "base"], 1, 10**6)
        said = statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
        with rig.exchange.store.read() as connection:
            plan = [row[-1] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {said}"))]
        looks = [line for line in plan if "samples" in line or "marks" in line]
        assert looks, case
        assert all(line.startswith("SEARCH") for line in looks), (case, plan)
        behind = [after for line, after in itertools.pairwise(plan) if line in looks]
        assert not any("TEMP B-TREE" in line for line in behind), "only pages of the kinds are sorted, to merge them"
        assert any(INDEXES.get(case, "") in line for line in looks), (case, plan)

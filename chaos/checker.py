"""Holds histories against the final store: a pure function. Each check says how much it examined and what it found.

A check that examined nothing has shown nothing, and fails.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from chaos.history import OK, STOLEN, Call, History, Item, Opened, Said, Seen, digest_of, event_digest, list_digest
from swarm.events import Event
from swarm.exchange.flow import next_stage
from swarm.records import Attempt, Purpose, Sample, Verdict
from swarm.records import Probe as ProbeRecord
from swarm.state import SwarmState
from swarm.work import Stage

MOST_SHOWN = 5
OWN_FAULT = "by its own fault"


@dataclass(frozen=True)
class FinalStore:
    """What a gateway that was killed and started once more says at the end, over its public calls."""

    samples: Sequence[Sample]
    """ListSamples, all pages."""
    events: Sequence[Event]
    """Watch from 0 up to the state's revision, without bookmarks."""
    state: SwarmState
    lineages: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """GetLineage of some roots: ids in the order given."""

    def by_id(self) -> dict[str, Sample]:
        """Samples by id."""
        return {sample.id: sample for sample in self.samples}


@dataclass(frozen=True)
class Check:
    """What one check examined, and every violation that it found."""

    name: str
    examined: int
    violations: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether it examined something and found nothing."""
        return self.examined > 0 and not self.violations


Findings = Iterator[str | None]
"""One for each thing examined: None, or what is wrong with it."""


def check(history: History, final: FinalStore) -> list[Check]:
    """All checks, each over the whole history."""
    found = []
    for name, examine in CHECKS.items():
        findings = list(examine(history, final))
        found.append(Check(name, len(findings), tuple(text for text in findings if text is not None)))
    return found


def _acknowledged(history: History, final: FinalStore) -> Findings:
    stored = final.by_id()
    for call, item, answer in _answered(history.calls, "publish", "complete"):
        if answer.code != OK.upper():
            continue
        for sent in item.samples:
            found = stored.get(sent.id)
            if found is None:
                yield f"{call.op} of {sent.id} was acknowledged to {call.agent} at {answer.revision} and is not stored"
            else:
                same = digest_of(found) == sent.digest
                yield None if same else f"{call.op} of {sent.id} was acknowledged and is stored with other content"
        if item.samples and (last := stored.get(item.samples[-1].id)) is not None:
            right = last.revision == answer.revision
            yield None if right else f"{last.id} was acknowledged at {answer.revision}, is stored at {last.revision}"


def _effects(history: History, final: FinalStore) -> Findings:
    tokens: dict[str, set[str]] = defaultdict(set)
    for _, item, answer in _answered(history.calls, "complete"):
        if answer.code == OK.upper():
            tokens[answer.id].add(item.token)
    for sample_id, accepted in tokens.items():
        yield None if len(accepted) == 1 else f"{len(accepted)} deliveries of {sample_id} were completed"
    for (parent, kind, _), count in Counter(_place(sample) for sample in final.samples if sample.parent_id).items():
        yield None if count == 1 else f"{parent} has {count} times a {kind}"


def _repeats(history: History, _final: FinalStore) -> Findings:
    first: dict[tuple[object, ...], tuple[str, int]] = {}
    for call, item, answer in _answered(history.calls, "publish", "complete"):
        if answer.code != OK.upper():
            continue
        key = (call.op, *item.samples) if call.op == "publish" else (call.op, item.token)
        now = (answer.id, answer.revision)
        if (known := first.setdefault(key, now)) is not now:
            yield None if known == now else f"{call.op} of {answer.id} was answered {known[1]}, then {answer.revision}"


def _fence(history: History, _final: FinalStore) -> Findings:
    """Late completions: another delivery was handed out after this one, and before this call."""
    grants: dict[str, list[tuple[Call, str]]] = defaultdict(list)
    own: dict[str, Call] = {}
    back: dict[str, Call] = {}
    for call, item, answer in _answered(history.calls, "lease", "fail"):
        if call.op == "lease":
            grants[answer.id].append((call, answer.token))
            own[answer.token] = call
        elif answer.code == OK.upper():
            back.setdefault(item.token, call)
    for call, item, answer in _answered(history.calls, "complete"):
        granted, accepted = own.get(item.token), answer.code == OK.upper()
        if item.note == STOLEN or granted is None:
            continue
        if item.token in back and _before(back[item.token], call):
            yield f"{answer.id} was completed after its lease was handed back" if accepted else None
        for other, token in grants[answer.id]:
            if token == item.token or not _before(granted, other):
                continue
            if _before(other, call):
                yield (
                    f"{answer.id} was completed by {call.agent} after {other.agent} was given it" if accepted else None
                )
                break
            if accepted and _before(call, other):
                yield f"{answer.id} was given to {other.agent} after {call.agent} had completed it"


def _ownership(history: History, _final: FinalStore) -> Findings:
    for call, item, answer in _answered(history.calls, "complete"):
        if item.note == STOLEN:
            refused = answer.code == "TOKEN_REFUSED"
            yield None if refused else f"{call.agent} used another's token on {answer.id} and was told {answer.code}"


def _conflicts(history: History, final: FinalStore) -> Findings:
    stored = {sample.id: digest_of(sample) for sample in final.samples}
    for _, item, answer in _answered(history.calls, "publish"):
        if answer.code == "DIGEST_CONFLICT":
            (sent,) = item.samples
            lost = stored.get(sent.id)
            if lost is None:
                yield f"{sent.id} was refused for another that is not stored"
            else:
                yield f"{sent.id} is stored with the content that was refused" if lost == sent.digest else None


def _strangers(history: History, final: FinalStore) -> Findings:
    """Everything stored was sent by its producer in a call that was not refused."""
    sent: set[tuple[str, str, str]] = set()
    for call in history.calls:
        if call.op in ("publish", "complete") and call.outcome != "refused":
            for item, answer in call.pairs():
                if answer is None or answer.code == OK.upper():
                    sent.update((one.id, one.digest, call.agent) for one in item.samples)
    for sample in final.samples:
        known = (sample.id, digest_of(sample), sample.producer) in sent
        yield None if known else f"{sample.kind} {sample.id} of {sample.producer} is stored and was never sent so"


def _watches(history: History, final: FinalStore) -> Findings:
    """Each watch goes on where it was: the next revision with the log's content, or a bookmark at the last one."""
    log = {event.revision: event_digest(event) for event in final.events}
    for name, lines in history.watches.items():
        reached: int | None = None
        for line in lines:
            if isinstance(line, Opened):
                if reached is not None and line.after != reached:
                    yield f"{name} opened its watch again after {line.after}, not after {reached}"
                reached = line.after
            else:
                assert reached is not None, "a watch is opened before it brings something"
                yield _continued(name, line, reached, log)
                reached = line.revision


def _continued(name: str, line: Seen, reached: int, log: Mapping[int, str]) -> str | None:
    if line.kind == "bookmark":
        return None if line.revision == reached else f"{name} got a bookmark at {line.revision} after {reached}"
    if line.revision != reached + 1:
        return f"{name} saw {line.revision} after {reached}"
    if log.get(line.revision) != line.digest:
        return f"{name} saw other content at {line.revision} than the log holds"
    return None


def _caught_up(history: History, final: FinalStore) -> Findings:
    """The last incarnation of each watcher saw the end of the log."""
    last: dict[str, str] = {}
    for name in history.watches:
        client, _, incarnation = name.rpartition(".")
        last[client] = max(last.get(client, ""), incarnation, key=lambda text: int(text or -1))
    for client, incarnation in last.items():
        reached = history.watches[f"{client}.{incarnation}"][-1]
        at = reached.after if isinstance(reached, Opened) else reached.revision
        yield None if at == final.state.revision else f"{client} ended at {at} of {final.state.revision}"


def _lists(history: History, final: FinalStore) -> Findings:
    ordered = sorted(final.samples, key=lambda sample: sample.revision)
    for listed in history.lists:
        ids = [sample.id for sample in ordered if listed.after < sample.revision <= listed.upto]
        same = (len(ids), list_digest(ids)) == (listed.count, listed.digest)
        yield None if same else f"a list of ({listed.after}, {listed.upto}] had {listed.count} samples, not {len(ids)}"


def _conservation(history: History, _final: FinalStore) -> Findings:
    for state in history.states:
        for count in state.unaccounted:
            yield f"{count} samples were unaccounted for at revision {state.revision}" if count else None


def _alarms(history: History, _final: FinalStore) -> Findings:
    """The gateway counts the calls that failed by a fault of its own."""
    for state in history.states:
        own = [alarm for alarm in state.alarms if OWN_FAULT in alarm]
        yield own[0] if own else None


def _order(history: History, final: FinalStore) -> Findings:
    """What was acknowledged before something else was first sent, or before a state was asked for, is older than it."""
    acknowledged = sorted(
        (call.end, answer.revision)
        for call, _, answer in _answered(history.calls, "publish", "complete")
        if answer.code == OK.upper() and call.end is not None
    )
    first_sent: dict[str, int] = {}
    for call in history.calls:
        for item in call.items:
            for one in item.samples:
                first_sent.setdefault(one.id, call.begin)
    later = [(first_sent[s.id], s.revision, f"{s.kind} {s.id}") for s in final.samples if s.id in first_sent]
    later += [(state.begin, state.revision + 1, "a state") for state in history.states]
    highest = list(accumulate((revision for _, revision in acknowledged), max))
    position = 0
    for begin, revision, what in sorted(later):
        while position < len(acknowledged) and acknowledged[position][0] < begin:
            position += 1
        if position:
            floor = highest[position - 1]
            yield f"{what} at {revision} began after {floor} was acknowledged" if revision <= floor else None


def _log(_history: History, final: FinalStore) -> Findings:
    """The final log has every revision up to the state's, and is the list of samples; lineages are the log's."""
    revisions = [0, *(event.revision for event in final.events), final.state.revision + 1]
    for one, next_one in pairwise(revisions):
        yield None if next_one == one + 1 else f"the log goes from {one} to {next_one}"
    by_id = final.by_id()
    logged = {event.sample.id: event.sample for event in final.events if event.sample}
    for sample_id in by_id.keys() | logged.keys():
        same = by_id.get(sample_id) == logged.get(sample_id)
        yield None if same else f"{sample_id} differs between the log and the list"
    families: dict[str, list[str]] = defaultdict(list)
    for sample in sorted(final.samples, key=lambda one: one.revision):
        families[sample.root_id].append(sample.id)
        orphan = sample.parent_id and sample.parent_id not in by_id
        yield f"the parent of {sample.id} is not stored" if orphan else None
    for root, ids in final.lineages.items():
        yield None if list(ids) == families[root] else f"the lineage of {root} is not what the log says"


def _cells(_history: History, final: FinalStore) -> Findings:
    """Cell counts are the counted verdicts: the first on each attempt under each version of the rubric."""
    by_id = final.by_id()
    first: dict[tuple[str, int], Sample] = {}
    for sample in sorted(final.samples, key=lambda one: one.revision):
        if isinstance(sample.payload, Verdict):
            first.setdefault((sample.parent_id, sample.payload.rubric_version), sample)
    right: Counter[tuple[str, str, int, bool]] = Counter()
    for (attempt_id, version), verdict in first.items():
        attempt, probe = by_id[attempt_id].payload, by_id[verdict.root_id].payload
        assert isinstance(attempt, Attempt)
        assert isinstance(probe, ProbeRecord)
        assert isinstance(verdict.payload, Verdict)
        right[probe.cell.key, attempt.checkpoint_id, version, verdict.payload.passed] += 1
    said: Counter[tuple[str, str, int, bool]] = Counter()
    for cell in final.state.cells:
        for passed, count in ((True, cell.passed), (False, cell.failed)):
            said[cell.cell.key, cell.checkpoint_id, cell.rubric_version, passed] += count
    for key in right.keys() | said.keys():
        yield None if right[key] == said[key] else f"cell {key} counts {said[key]} verdicts, {right[key]} are stored"


def _books(_history: History, final: FinalStore) -> Findings:
    """What each queue accepted and has done is what the samples say."""
    by_id = final.by_id()
    accepted: dict[Stage, set[str]] = defaultdict(set)
    done: dict[Stage, set[str]] = defaultdict(set)
    stages = {"attempt": Stage.PROBES, "correction": Stage.FAILURES}
    for sample in final.samples:
        probe = by_id[sample.root_id].payload
        purpose = probe.purpose if isinstance(probe, ProbeRecord) else Purpose.LEARN
        stage = next_stage(sample.payload, purpose)
        if stage is not None:
            accepted[stage].add(sample.parent_id if stage is Stage.FAILURES else sample.id)
        if sample.kind in stages:
            done[stages[sample.kind]].add(sample.parent_id)
        elif isinstance(sample.payload, Verdict):
            done[Stage.ATTEMPTS].add(sample.parent_id)
    for queue in final.state.queues:
        for name, right, told in (
            ("accepted", len(accepted[queue.stage]), queue.accepted),
            ("done", len(done[queue.stage]), queue.done),
            ("unaccounted", 0, queue.unaccounted),
        ):
            yield None if told == right else f"queue {queue.stage} says {name} {told}, the samples say {right}"


CHECKS: Mapping[str, Callable[[History, FinalStore], Findings]] = {
    "acknowledged is stored": _acknowledged,
    "no effect twice": _effects,
    "repeats get the first answer": _repeats,
    "no late completion": _fence,
    "tokens are their agent's": _ownership,
    "conflicts are not stored": _conflicts,
    "nothing that nobody sent": _strangers,
    "watches gap-free": _watches,
    "watchers caught up": _caught_up,
    "lists complete": _lists,
    "conservation": _conservation,
    "no fault of the gateway's own": _alarms,
    "order of real time": _order,
    "one log": _log,
    "cells count verdicts": _cells,
    "queues count samples": _books,
}


def _answered(calls: Iterable[Call], *ops: str) -> Iterator[tuple[Call, Item, Said]]:
    """Each answered item of these calls."""
    for call in calls:
        if call.op not in ops or not call.answers:
            continue
        items = call.items or (Item(),) * len(call.answers)
        for item, answer in zip(items, call.answers, strict=True):
            yield call, item, answer


def _before(one: Call, other: Call) -> bool:
    """Whether a call had ended when the other began."""
    return one.end is not None and one.end < other.begin


def _place(sample: Sample) -> tuple[str, str, int]:
    """What may be there only once."""
    version = sample.payload.rubric_version if isinstance(sample.payload, Verdict) else 0
    return sample.parent_id, sample.kind, version

"""Holds what clients were answered against the final store."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate

from chaos.final import FinalStore, Findings
from chaos.history import OK, STOLEN, Call, History, Item, Said, digest_of
from swarm.records import Sample, Verdict


def acknowledged(history: History, final: FinalStore) -> Findings:
    """Everything acknowledged is stored, with the content that was sent and the revision that was told."""
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


def effects(history: History, final: FinalStore) -> Findings:
    """One delivery of a sample is completed, and what may be there only once is there once."""
    tokens: dict[str, set[str]] = defaultdict(set)
    for _, item, answer in _answered(history.calls, "complete"):
        if answer.code == OK.upper():
            tokens[answer.id].add(item.token)
    for sample_id, accepted in tokens.items():
        yield None if len(accepted) == 1 else f"{len(accepted)} deliveries of {sample_id} were completed"
    for (parent, kind, _), count in Counter(_place(sample) for sample in final.samples if sample.parent_id).items():
        yield None if count == 1 else f"{parent} has {count} times a {kind}"


def repeats(history: History, _final: FinalStore) -> Findings:
    """A call that is repeated gets the first answer again."""
    first: dict[tuple[object, ...], tuple[str, int]] = {}
    for call, item, answer in _answered(history.calls, "publish", "complete"):
        if answer.code != OK.upper():
            continue
        key = (call.op, *item.samples) if call.op == "publish" else (call.op, item.token)
        now = (answer.id, answer.revision)
        if (known := first.setdefault(key, now)) is not now:
            yield None if known == now else f"{call.op} of {answer.id} was answered {known[1]}, then {answer.revision}"


def fence(history: History, _final: FinalStore) -> Findings:
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


def ownership(history: History, _final: FinalStore) -> Findings:
    """Another's token is refused, whatever it is used for."""
    for call, item, answer in _answered(history.calls, "complete"):
        if item.note == STOLEN:
            refused = answer.code == "TOKEN_REFUSED"
            yield None if refused else f"{call.agent} used another's token on {answer.id} and was told {answer.code}"


def conflicts(history: History, final: FinalStore) -> Findings:
    """What was refused for another sample of the same id is not what is stored under it."""
    stored = {sample.id: digest_of(sample) for sample in final.samples}
    for _, item, answer in _answered(history.calls, "publish"):
        if answer.code == "DIGEST_CONFLICT":
            (sent,) = item.samples
            lost = stored.get(sent.id)
            if lost is None:
                yield f"{sent.id} was refused for another that is not stored"
            else:
                yield f"{sent.id} is stored with the content that was refused" if lost == sent.digest else None


def strangers(history: History, final: FinalStore) -> Findings:
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


def order(history: History, final: FinalStore) -> Findings:
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

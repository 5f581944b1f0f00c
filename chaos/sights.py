"""Holds what clients saw, in watches, lists and states, against the final store."""

from collections.abc import Mapping

from chaos.final import FinalStore, Findings
from chaos.history import History, Opened, Seen, event_digest, list_digest

OWN_FAULT = "by its own fault"


def watches(history: History, final: FinalStore) -> Findings:
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


def caught_up(history: History, final: FinalStore) -> Findings:
    """The last incarnation of each watcher saw the end of the log."""
    last: dict[str, str] = {}
    for name in history.watches:
        client, _, incarnation = name.rpartition(".")
        last[client] = max(last.get(client, ""), incarnation, key=lambda text: int(text or -1))
    for client, incarnation in last.items():
        reached = history.watches[f"{client}.{incarnation}"][-1]
        at = reached.after if isinstance(reached, Opened) else reached.revision
        yield None if at == final.state.revision else f"{client} ended at {at} of {final.state.revision}"


def lists(history: History, final: FinalStore) -> Findings:
    """Each list holds the samples of its span of revisions, all of them and no others."""
    ordered = sorted(final.samples, key=lambda sample: sample.revision)
    for listed in history.lists:
        ids = [sample.id for sample in ordered if listed.after < sample.revision <= listed.upto]
        same = (len(ids), list_digest(ids)) == (listed.count, listed.digest)
        yield None if same else f"a list of ({listed.after}, {listed.upto}] had {listed.count} samples, not {len(ids)}"


def conservation(history: History, _final: FinalStore) -> Findings:
    """No queue ever misses a sample."""
    for state in history.states:
        for count in state.unaccounted:
            yield f"{count} samples were unaccounted for at revision {state.revision}" if count else None


def alarms(history: History, _final: FinalStore) -> Findings:
    """The gateway counts the calls that failed by a fault of its own."""
    for state in history.states:
        own = [alarm for alarm in state.alarms if OWN_FAULT in alarm]
        yield own[0] if own else None


def _continued(name: str, line: Seen, reached: int, log: Mapping[int, str]) -> str | None:
    if line.kind == "bookmark":
        return None if line.revision == reached else f"{name} got a bookmark at {line.revision} after {reached}"
    if line.revision != reached + 1:
        return f"{name} saw {line.revision} after {reached}"
    if log.get(line.revision) != line.digest:
        return f"{name} saw other content at {line.revision} than the log holds"
    return None

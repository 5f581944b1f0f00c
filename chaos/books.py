"""Holds the final store against itself: its log, its cell counts and the books of its queues."""

from collections import Counter, defaultdict
from itertools import pairwise

from chaos.final import FinalStore, Findings
from chaos.history import History
from swarm.flow import BUILT_IN
from swarm.records import Attempt, Purpose, Sample, Verdict
from swarm.records import Probe as ProbeRecord
from swarm.work import Stage


def log(_history: History, final: FinalStore) -> Findings:
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


def cells(_history: History, final: FinalStore) -> Findings:
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


def queues(_history: History, final: FinalStore) -> Findings:
    """What each queue accepted and has done is what the samples say."""
    by_id = final.by_id()
    accepted: dict[Stage, set[str]] = defaultdict(set)
    done: dict[Stage, set[str]] = defaultdict(set)
    stages = {"attempt": Stage.PROBES, "correction": Stage.FAILURES}
    for sample in final.samples:
        probe = by_id[sample.root_id].payload
        purpose = probe.purpose if isinstance(probe, ProbeRecord) else Purpose.LEARN
        if waits := BUILT_IN.route(sample.payload, purpose).waits:
            stage = Stage(waits)
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

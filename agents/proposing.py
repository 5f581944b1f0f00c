"""Engines that propose one change of a rubric: from a grammar, from words, by making it simpler, or by a model."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from swarm.calibration import Bench
from swarm.criteria import Criterion, Rubric, regrouped
from swarm.rubric_changes import Key, decides_by, size
from swarm.rubric_checks import CHECKS
from swarm.rubric_exploits import phrases

GRAMMAR = (
    Criterion(id="single-answer", text="The attempt gives one answer and does not hedge.", check="single-answer"),
    Criterion(id="steps-true", text="No step that can be checked is false.", check="steps-true", veto=True),
    Criterion(id="no-instructions", text="The attempt does not speak to the judge.", check="no-instructions"),
    Criterion(id="no-fabrication", text="Nothing is made up where declining is right.", check="no-fabrication"),
    Criterion(id="no-needless-abstention", text="What can be answered is.", check="no-needless-abstention"),
    Criterion(id="readable", text="The answer is well formed.", check="readable"),
    Criterion(id="answer-last", text="Nothing stands behind the answer.", check="answer-last"),
    Criterion(id="short", text="The attempt is short.", check="short", params={"max-chars": "600"}),
    Criterion(id="works-first", text="Steps lead to the answer.", check="works-first"),
    Criterion(id="quotes-found", text="Every quote stands in its document.", check="quotes-found"),
    Criterion(id="cites-known", text="Every document that it cites exists.", check="cites-known"),
)
"""The criteria that a proposal may add."""

SPREAD = 5
"""Additions that are looked at closely: those that split most what the incumbent passes (DR Tulu)."""

WORDS = 24
"""Runs of words from which criteria are made."""


class Proposals:
    """Changes of one incumbent, held against reflection items. `tried` are the keys of what was tried before."""

    def __init__(self, incumbent: Rubric, bench: Bench, tried: Iterable[Key] = ()) -> None:
        self.incumbent = incumbent
        self.bench = bench
        self._tried = {*tried, decides_by(incumbent)}
        self._before = bench.calibration(incumbent)
        self._verdicts = bench.passed(incumbent)

    def best(self, changes: Iterable[Rubric]) -> Rubric | None:
        """The untried change that mends the most wrong verdicts and worsens neither rate; ties go to the shorter."""
        ranked = [(self._mended(change), change) for change in changes if decides_by(change) not in self._tried]
        sound = [(sum(mended), change) for mended, change in ranked if min(mended) >= 0 < sum(mended)]
        return max(sound, key=lambda one: (one[0], *(-part for part in size(one[1]))), default=(0, None))[1]

    def shortest(self, changes: Iterable[Rubric]) -> Rubric | None:
        """The untried change that decides every item as before and is the shortest, if it is shorter."""
        same = [
            change
            for change in changes
            if size(change) < size(self.incumbent)
            and decides_by(change) not in self._tried
            and self.bench.passed(change) == self._verdicts
        ]
        return min(same, key=size, default=None)

    def _mended(self, change: Rubric) -> tuple[int, int]:
        after = self.bench.calibration(change)
        caught = after.wrong_caught - self._before.wrong_caught
        return caught, after.right_passed - self._before.right_passed

    def splitting(self, additions: Sequence[Criterion]) -> list[Criterion]:
        """A pre-filter: of the criteria that split what the incumbent passes the five with the largest spread.

        Those that fail a right answer there are left out first. Discrimination alone is how hacked rubrics win: what
        is left is still held against the truth.
        """
        spread = dict[str, float]()
        for addition in additions:
            held = [
                (said, item.right)
                for said, item, passed in zip(
                    self.bench.decisions(addition), self.bench.items, self._verdicts, strict=True
                )
                if passed
            ]
            share = sum(said for said, _ in held) / len(held) if held else 0.0
            if all(said for said, right in held if right):
                spread[addition.id] = share * (1 - share)
        kept = [addition for addition in additions if spread.get(addition.id)]
        return sorted(kept, key=lambda addition: -spread[addition.id])[:SPREAD]


def by_grammar(proposals: Proposals) -> Iterator[Rubric]:
    """Replace a criterion that decides nothing, add one, set a parameter, or drop one."""
    incumbent = proposals.incumbent
    checks = {criterion.check for criterion in incumbent.criteria}
    additions = proposals.splitting([criterion for criterion in GRAMMAR if criterion.check not in checks])
    for place, criterion in enumerate(incumbent.criteria):
        others = incumbent.criteria[:place] + incumbent.criteria[place + 1 :]
        if others and _decides_nothing(proposals, others):
            for addition in additions:
                yield changed(incumbent, (*others, addition), f"replace {criterion.id} by {addition.id}")
        for other, note in _set(criterion):
            yield changed(incumbent, (*incumbent.criteria[:place], other, *incumbent.criteria[place + 1 :]), note)
        if others:
            yield changed(incumbent, others, f"drop {criterion.id}")
    for addition in additions:
        yield changed(incumbent, (*incumbent.criteria, addition), f"add {addition.id}")


def by_words(proposals: Proposals) -> Iterator[Rubric]:
    """Refuse words that stand in several wrong attempts which get through, and in no right one."""
    counts, right = Counter[str](), set[str]()
    passed = proposals.bench.passed(proposals.incumbent)
    for item, through in zip(proposals.bench.items, passed, strict=True):
        if item.right:
            right |= phrases(item.text)
        elif through:
            counts.update(phrases(item.text))
    telling = [words for words, count in counts.most_common() if count > 1 and words not in right]
    for words in telling[:WORDS]:
        addition = criterion_of("lacks", {"words": words}, f"It does not say {words!r}.", proposals.incumbent)
        yield changed(proposals.incumbent, (*proposals.incumbent.criteria, addition), f"refuse {words!r}")


def by_simplifying(proposals: Proposals) -> Iterator[Rubric]:
    """Drop a criterion, or merge two into one."""
    incumbent = proposals.incumbent
    for criterion in incumbent.criteria:
        others = tuple(other for other in incumbent.criteria if other is not criterion)
        if others:
            yield changed(incumbent, others, f"drop {criterion.id}, which decides nothing")
    for pair in combinations(incumbent.criteria, 2):
        others = tuple(other for other in incumbent.criteria if other not in pair)
        for one, _ in (*_set(pair[0]), *_set(pair[1])):
            yield changed(incumbent, (*others, one), f"merge {pair[0].id} and {pair[1].id}")


def changed(incumbent: Rubric, criteria: tuple[Criterion, ...], note: str) -> Rubric:
    """The version after the incumbent, with these criteria."""
    return Rubric(
        version=incumbent.version + 1,
        parent_version=incumbent.version,
        domain=incumbent.domain,
        criteria=criteria,
        note=note,
        dimensions=regrouped(incumbent.dimensions, criteria),
    )


def criterion_of(check: str, params: dict[str, str], text: str, incumbent: Rubric) -> Criterion:
    """A criterion under an id that is still free."""
    taken = {criterion.id for criterion in (*incumbent.criteria, *incumbent.clauses)}
    names = (f"{check}-{number}" for number in range(1, len(taken) + 2))
    name = check if check not in taken else next(name for name in names if name not in taken)
    return Criterion(id=name, text=text, check=check, params=params)


def _decides_nothing(proposals: Proposals, others: tuple[Criterion, ...]) -> bool:
    """Zero spread given the others: without it every verdict stays the same."""
    without = proposals.incumbent.model_copy(update={"criteria": others})
    return proposals.bench.passed(without) == proposals.bench.passed(proposals.incumbent)


def _set(criterion: Criterion) -> Iterator[tuple[Criterion, str]]:
    """The criterion with another value of one parameter."""
    for name, values in CHECKS[criterion.check].parameters.items():
        for value in values if isinstance(values, tuple) else ():
            other = criterion.model_copy(update={"params": {**criterion.params, name: value}})
            yield other, f"set {name} of {criterion.id} to {value}"

"""The prober: makes probes of the domain where the student is worth probing, and refuses those that are unsound."""

import random
import re
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence

from swarm.domains.base import Domain
from swarm.probing.archive import Archive
from swarm.probing.choosing import distinct, floors
from swarm.probing.draws import Drawn, Recipe, alone, probe_of
from swarm.probing.evidence import Tried
from swarm.probing.families import FAMILIES
from swarm.probing.features import bleu, fingerprint
from swarm.probing.pool import Pool
from swarm.probing.workshop import OFFERS, Family, Round, Workshop
from swarm.records import Cell, Origin, Probe, Purpose, Sample
from swarm.state import CellCount
from swarm.statistics import rate_lower_bound
from swarm.steering import cell_weights

__all__ = ["Gate", "Prober", "alone", "fingerprint", "probe_of"]

WINDOW, MOST, ALPHA = 60, 0.8, 0.001
"""Latest probes at the gate that are looked at; the share of them that may be refused, and the error of the exact bound
that must lie above it (31 of 31, 58 of 60)."""

REMEMBERED = 100_000
"""Questions that are remembered so as not to be asked again."""

TRIES = 20
"""Draws for each probe wanted before `act` returns with fewer."""

NEAR = 0.6
"""BLEU to its parent from which a probe with the same answer is a near-duplicate; METHODS.md, Prober."""

WIDTH = 16
"""Draws for each probe that is chosen: together they cost milliseconds, and an answer costs more."""

_NUMBER = re.compile(r"\d+")


class Prober:
    """Steered by the counts and outcomes that it is given; remembers only which questions it has made, and how.

    `families` are those that make its probes, by purpose; where none are named it draws from the domain's generators by
    steering alone. Every draw has a source of its own, named by seed, purpose and number: the same seed and outcomes
    make the same probes with the same ids, so a restarted prober must be given another seed. `invalid` counts what the
    gate refused, by reason; of a family other than the grammar, `family: reason`. `workshop` says how families choose
    among what they have.
    """

    def __init__(
        self,
        domain: Domain,
        cells: Sequence[Cell] = (),
        seed: str = "0",
        families: Mapping[Purpose, Sequence[Origin]] | None = None,
        width: int = WIDTH,
        workshop: type[Workshop] = Workshop,
    ) -> None:
        self._domain = domain
        self._cells = tuple(cells) or tuple(domain.cells())
        self._seed = seed
        self._drawn = 0
        self._gate = Gate(domain)
        self._shop = workshop(domain, self._cells, seed, width, Pool(domain, self._cells, seed), Archive(self._cells))
        self._families: dict[Origin, Family] = {origin: make(self._shop) for origin, make in FAMILIES.items()}
        self._shares = {purpose: tuple(named) for purpose, named in (families or {}).items()}

    @property
    def invalid(self) -> dict[str, int]:
        """Refused probes by reason, since the start."""
        missed = {"not made": self._shop.pool.not_made} if self._shop.pool.not_made else {}
        return dict(self._gate.refused + Counter(missed))

    @property
    def note(self) -> str:
        """The alarm of a prober of which the gate refuses nearly everything; empty while it doesn't."""
        return self._gate.complaint

    def learn(self, outcomes: Iterable[Tried]) -> None:
        """Take in what became of probes, whoever made them: what the families go by."""
        for one in outcomes:
            self._shop.learn(one)

    def recall(self, questions: Iterable[str]) -> None:
        """Ask none of these again: a prober that was restarted is told what was asked before it."""
        for question in questions:
            self._gate.recall(question)

    def fade(self) -> None:
        """Trust what was learned half as much: the student is another one."""
        self._shop.evidence.fade()

    def act(self, counts: Sequence[CellCount], purpose: Purpose, limit: int) -> list[Sample]:
        """About `limit` sound probes: a trap is followed by its answerable twin, and such a pair is never split, but by
        families that besiege: they choose each of the two for itself.

        So there may be one more than `limit`, or fewer where the cells run out of new questions. A census is drawn
        independently and uniformly from the cells; a twin would bind two draws together and is left out.
        """
        asked = Round(purpose, cell_weights(counts, self._cells, purpose))
        made: list[Sample] = []
        if families := self._shares.get(purpose):
            made.extend(self._chosen(families, asked, limit))
        for _ in range(limit * TRIES):
            if len(made) >= limit:
                break
            made.extend(self._draw(asked))
        return made

    def _chosen(self, families: Sequence[Origin], asked: Round, limit: int) -> list[Sample]:
        """Each family's floor as it proposes, and of all that they offer then the most promising.

        A family alone goes by its own lights.
        """
        self._shop.draw(limit, asked)
        if len(families) == 1:
            return self._admitted(self._families[families[0]].propose(OFFERS * limit, asked), limit)
        made: list[Sample] = []
        for origin, share in floors(families, limit, self._source(asked.purpose, "floors")).items():
            made.extend(self._admitted(self._families[origin].propose(share, asked), share))
        wanted = OFFERS * (limit - len(made))
        offered = distinct(one for origin in families for one in self._families[origin].propose(wanted, asked))
        return made + self._admitted(self._shop.best(offered, wanted, self._shop.promise), limit - len(made))

    def _admitted(self, offered: Sequence[Drawn], wanted: int) -> list[Sample]:
        """The first that the gate admits; those that it refused are not offered again."""
        made: list[Sample] = []
        tried: set[Recipe | None] = set()
        for drawn in offered:
            if len(made) >= wanted:
                break
            tried.add(drawn.recipe)
            if self._gate.admits(drawn.samples, drawn.parent):
                made.extend(drawn.samples)
                self._shop.remember(drawn)
        self._shop.pool.drop(tried)
        return made

    def _source(self, purpose: Purpose, what: str = "") -> random.Random:
        self._drawn += 1
        return random.Random("/".join(filter(None, (self._seed, purpose, what, str(self._drawn)))))

    def _draw(self, asked: Round) -> list[Sample]:
        """One probe, or a trap with its twin; nothing where the gate refuses any of them."""
        cell = self._source(asked.purpose).choices(self._cells, asked.weights)[0]
        recipe = Recipe(cell, f"{self._seed}/{asked.purpose}/{self._drawn}/{cell.key}")
        try:
            samples = self._domain.make(cell, random.Random(recipe.seed), asked.purpose)
        except ValueError:
            self._gate.refused["not made"] += 1
            return []
        if asked.purpose is Purpose.CENSUS:
            samples = [alone(samples[0])]
        if not self._gate.admits(samples):
            return []
        if asked.purpose in self._shares:
            self._shop.remember(Drawn(recipe, tuple(samples)))
        return samples


class Gate:
    """The validity gate: what a probe must be before a student sees it; METHODS.md, Prober."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._cells = frozenset(cell.key for cell in domain.cells())
        self._asked: OrderedDict[bytes, None] = OrderedDict()
        self._answers: dict[str, deque[str]] = {}
        self.refused: Counter[str] = Counter()
        self._latest: deque[str] = deque(maxlen=WINDOW)

    @property
    def complaint(self) -> str:
        """What it has to say of the latest probes; empty while it lets enough through."""
        reasons = Counter(filter(None, self._latest))
        if not reasons or rate_lower_bound(reasons.total(), len(self._latest), ALPHA) <= MOST:
            return ""
        told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common(3))
        return f"alarm: the gate refused {reasons.total()} of the latest {len(self._latest)} probes: {told}"

    def admits(self, samples: Sequence[Sample], parent: Probe | None = None) -> bool:
        """Whether all of them are sound and new; then they are remembered, else the reason is counted."""
        probes = [probe_of(sample) for sample in samples]
        for probe in probes:
            reason = self._objection(probe) or (self._too_near(probe, parent) if parent else "")
            if reason:
                family = "" if probe.origin is Origin.GRAMMAR else f"{probe.origin}: "
                self.refused[family + reason] += 1
                self._latest.append(reason)
                return False
        for probe in probes:
            self._remember(probe)
        self._latest.append("")
        return True

    def recall(self, question: str) -> None:
        """Hold a question as asked; the oldest is forgotten where there are too many."""
        self._asked[fingerprint(question)] = None
        if len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)

    def _objection(self, probe: Probe) -> str:
        if probe.reference is None:
            return "no reference"
        if probe.cell.key not in self._cells:
            return "outside the domain"
        right = self._domain.verify(probe, probe.reference.answer)
        if not right.correct:
            return "reference refused"
        if any(self._also_passes(probe, other, right.canonical) for other in self._rivals(probe)):
            return "counterfactual accepted"
        return "asked before" if fingerprint(probe.question) in self._asked else ""

    def _too_near(self, probe: Probe, parent: Probe) -> str:
        """A near-duplicate says nearly the same and wants the same. The smallest edit that changes the right answer is
        a contrast, and welcome."""
        assert parent.reference is not None, "a parent was judged"
        same = self._domain.verify(probe, parent.reference.answer).correct
        return "near-duplicate" if same and bleu(probe.question, parent.question) >= NEAR else ""

    def _rivals(self, probe: Probe) -> list[str]:
        """Answers that should be wrong: each number off by one, and what recent probes of that form had as answer."""
        assert probe.reference is not None
        answer = probe.reference.answer
        near = [
            f"{answer[: hit.start()]}{int(hit[0]) + 1:0{len(hit[0])}d}{answer[hit.end() :]}"
            for hit in _NUMBER.finditer(answer)
        ]
        return near + list(self._answers.get(probe.cell.form, ()))

    def _also_passes(self, probe: Probe, answer: str, canonical: str | None) -> bool:
        found = self._domain.verify(probe, answer)
        return found.correct and found.canonical != canonical

    def _remember(self, probe: Probe) -> None:
        assert probe.reference is not None
        self.recall(probe.question)
        self._answers.setdefault(probe.cell.form, deque(maxlen=3)).append(probe.reference.answer)

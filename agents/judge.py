"""The judge: decides attempts by the rubric in force, and knows how well that rubric judges."""

import random
from collections.abc import Sequence

from swarm.calibration import REQUIRED_Q0, Calibration, calibrate, calibration_items
from swarm.criteria import Rubric
from swarm.domains.base import Domain
from swarm.records import Attempt, Cell, Probe, Purpose, Sample, answer_to
from swarm.rubric import check_rubric, judge_attempt
from swarm.work import Completion, FailKind, Failure, Lease


class Judge:
    """Judges leased attempts; holds nothing but its domain and the rubric that it was last given.

    Each rubric it takes is calibrated on items of known truth. Under a suspended one (lower bound of q0 below .90) it
    judges only LEARN attempts, for which the verifier still tells right from wrong and which the evolver needs to mend
    the rubric; exam, siege and census attempts go back unjudged, so that no count and no certificate rests on it.
    `note` is the alarm that the heartbeat carries; it is empty while all is well.
    """

    def __init__(self, domain: Domain, rubric: Rubric, cells: Sequence[Cell] = (), seed: int = 0, items: int = 240):
        self._domain = domain
        self._cells = tuple(cells) or tuple(domain.cells())
        self._seed = seed
        self._items = items
        self.take(rubric)

    def take(self, rubric: Rubric) -> None:
        """Judge by this rubric from now on. Raises ConfigError where it can't be judged by."""
        check_rubric(rubric, f"rubric version {rubric.version}")
        rng = random.Random(f"{self._seed}/calibration/{rubric.version}")
        items = calibration_items(self._domain, self._cells, rng, self._items)
        self.calibration: Calibration = calibrate(self._domain, rubric, items)
        self.rubric = rubric

    @property
    def suspended(self) -> bool:
        """Whether the rubric misses too many defects to count for siege, census and exams."""
        return not self.calibration.may_judge

    @property
    def note(self) -> str:
        """The alarm of a suspended rubric, with what it misses; else empty."""
        if not self.suspended:
            return ""
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.calibration.missed[:3]) or "no defect"
        return (
            f"rubric suspended: version {self.rubric.version} has q0 >= {self.calibration.q0_lower:.3f} "
            f"(required {REQUIRED_Q0:.2f}), q1 >= {self.calibration.q1_lower:.3f}; it misses {kinds}"
        )

    async def act(self, leases: Sequence[Lease]) -> list[Completion | Failure]:
        """Judge each leased attempt; the outcomes are in the order of the leases."""
        return [self._judge(lease) for lease in leases]

    def _judge(self, lease: Lease) -> Completion | Failure:
        attempt, probe = _payloads(lease.chain)
        if attempt is None or probe is None or probe.reference is None:
            reason = f"the chain of {lease.sample.id} lacks its attempt, its probe or the reference"
            return Failure(token=lease.token, kind=FailKind.REJECT, reason=reason)
        if probe.purpose is Purpose.ASK:
            return Failure(token=lease.token, kind=FailKind.REJECT, reason="a person's question is never judged")
        if self.suspended and probe.purpose is not Purpose.LEARN:
            return Failure(token=lease.token, kind=FailKind.RELEASE, reason=self.note)
        verdict = judge_attempt(self._domain, self.rubric, probe, attempt.text)
        return Completion(token=lease.token, outputs=(answer_to(lease.sample, verdict),))

    def again(self, judged: Sequence[tuple[Sample, Probe]]) -> list[Sample]:
        """Verdicts on stored attempts by the rubric in force; attempts whose probe shows no reference are left out."""
        return [
            answer_to(sample, judge_attempt(self._domain, self.rubric, probe, sample.payload.text), self.rubric.version)
            for sample, probe in judged
            if isinstance(sample.payload, Attempt) and probe.reference is not None
        ]


def _payloads(chain: Sequence[Sample]) -> tuple[Attempt | None, Probe | None]:
    """The nearest attempt and probe of a chain."""
    payloads = [sample.payload for sample in chain]
    attempt = next((payload for payload in payloads if isinstance(payload, Attempt)), None)
    return attempt, next((payload for payload in payloads if isinstance(payload, Probe)), None)

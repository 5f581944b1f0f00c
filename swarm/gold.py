"""Gold checks: outcomes of work whose truth the domain's verifier, or the judge that is a program, knows."""

from collections.abc import Callable, Sequence

from swarm.criteria import Rubric
from swarm.domains.base import Domain
from swarm.records import Annotation, Attempt, Correction, Probe, Sample, Verdict
from swarm.rubric import judge_attempt, open_criteria
from swarm.rubric_cases import Case

LONGEST = 20_000
"""Characters of a correction; a longer one is no worked answer."""


def gold_of(domain: Domain) -> Callable[[Sequence[Sample], Sample, Rubric | None], bool | None]:
    """A function of (chain, output, rubric of a verdict): whether the output is right, None where nobody can know.

    A correction is right if its answer verifies and no step of it that can be checked is false; a verdict, if the
    program that judges by the same rubric comes to the same. What a student says is its checkpoint's, right or wrong:
    it is held against the attempt of another one by the same checkpoint, where the chain begins with one. So is what a
    gate decides against the decision that was followed.
    """

    def gold(chain: Sequence[Sample], output: Sample, rubric: Rubric | None) -> bool | None:
        payloads = [sample.payload for sample in chain]
        probe = next((payload for payload in payloads if isinstance(payload, Probe)), None)
        attempt = next((payload for payload in payloads if isinstance(payload, Attempt)), None)
        followed = next((payload.decision for payload in payloads if isinstance(payload, Annotation)), None)
        if isinstance(output.payload, Annotation):
            return output.payload.decision is followed if followed is not None else None
        if probe is None or probe.reference is None:
            return None
        match output.payload:
            case Correction() as correction:
                return _teaches(domain, probe, correction)
            case Verdict() as verdict if attempt is not None:
                if rubric is not None and open_criteria(Case(domain, probe, attempt.text), rubric):
                    return None
                return (
                    rubric is not None and judge_attempt(domain, rubric, probe, attempt.text).passed is verdict.passed
                )
            case Attempt() as said if attempt is not None:
                return domain.read(said.text).answers == domain.read(attempt.text).answers
            case _:
                return None

    return gold


def _teaches(domain: Domain, probe: Probe, correction: Correction) -> bool:
    if correction.question or len(correction.answer) + len(correction.rationale) > LONGEST:
        return False
    if not correction.verified or not domain.verify(probe, correction.answer).correct:
        return False
    return not domain.false_steps(probe, correction.rationale)

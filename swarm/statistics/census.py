"""The census: a sequential test of a failure rate, on probes that are drawn independently from the declared mixture."""

import math

from swarm.statistics.rates import check_count


def census_log_ratio(probes: int, failures: int, epsilon: float = 0.02) -> float:
    """Log likelihood ratio of the failure rate epsilon/4 against epsilon, for independent probes."""
    check_count("failures", failures, probes)
    good = epsilon / 4
    return failures * math.log(good / epsilon) + (probes - failures) * (math.log1p(-good) - math.log1p(-epsilon))


def census_decision(probes: int, failures: int, epsilon: float = 0.02, alpha: float = 0.05, beta: float = 0.05) -> str:
    """`accept` at log ratio ln(1/alpha), `reject` at ln(beta), else `continue`.

    Statement: a student whose rate is at least epsilon is ever accepted with probability at most alpha; one whose rate
    is at most epsilon/4 ever rejected with probability at most beta. At the defaults it takes 198 clean probes, and 91
    more passes for each failure.
    Assumes: a frozen student, and probes drawn independently from one mixture, the cell of each drawn at random by its
    weight, counted in the order asked. Cell by cell it is void: it would accept on the easy cells.
    Source: Wald's sequential probability ratio test (1945), its bounds by Ville; the ratio falls in the failure's
    chance, so the boundary rates stand for all beyond them.
    """
    ratio = census_log_ratio(probes, failures, epsilon)
    if ratio >= math.log(1 / alpha):
        return "accept"
    return "reject" if ratio <= math.log(beta) else "continue"


def census_probes_needed(failures: int, epsilon: float = 0.02, alpha: float = 0.05) -> int:
    """The fewest probes at which a census with that many failures accepts: 198, 290, 382, 475 for 0 to 3."""
    good = epsilon / 4
    gain = math.log1p(-good) - math.log1p(-epsilon)
    return failures + math.ceil((math.log(1 / alpha) + failures * math.log(epsilon / good)) / gain)

"""The statistics of the service: tests that stay valid while they are watched, intervals, and diagnostics.

One file for each method; each says its statement, what it assumes and where it comes from. Rates lie in [0, 1], bounds
are one-sided at 1 - alpha unless a function says otherwise, and nothing here draws random numbers. `make simulate` puts
the promises to the test under adversarial conditions; docs/statistics.md holds what came out.
"""

from swarm.statistics.audit import planted_needed, students_lower_bound, watched_lower_bound
from swarm.statistics.census import census_decision, census_log_ratio, census_probes_needed
from swarm.statistics.diagnostics import chao1, good_turing, shannon_evenness, simpson_evenness
from swarm.statistics.judging import calibrated_rate
from swarm.statistics.mixture import mixture_e_value
from swarm.statistics.paired import Paired, holm, macro_difference, mcnemar, paired_noninferiority
from swarm.statistics.rates import Interval, macro_accuracy, proportion, rate_lower_bound
from swarm.statistics.retention import above_chance, retention
from swarm.statistics.siege import SIEGE_LAMBDA, siege_bound, siege_probes_needed
from swarm.statistics.spending import SPENDING_NORMALISER, spent_alpha

__all__ = [
    "SIEGE_LAMBDA",
    "SPENDING_NORMALISER",
    "Interval",
    "Paired",
    "above_chance",
    "calibrated_rate",
    "census_decision",
    "census_log_ratio",
    "census_probes_needed",
    "chao1",
    "good_turing",
    "holm",
    "macro_accuracy",
    "macro_difference",
    "mcnemar",
    "mixture_e_value",
    "paired_noninferiority",
    "planted_needed",
    "proportion",
    "rate_lower_bound",
    "retention",
    "shannon_evenness",
    "siege_bound",
    "siege_probes_needed",
    "simpson_evenness",
    "spent_alpha",
    "students_lower_bound",
    "watched_lower_bound",
]

"""The promotion of a candidate: the mixture test at any stopping time and over the strata of an exam, selection over a
run, the regression test."""

from functools import cache

import numpy as np
from scipy import stats

from bench.simulate.rows import Bools, Floats, Ints, Row, Table, ever, running
from swarm.statistics import mixture_e_value, paired_noninferiority, spent_alpha

PAIRS = 200
ALPHA = 0.05
DISCORDANT = 0.25
"""Share of pairs that only one of the two gets right."""
CANDIDATES = 100
SEALED = 64
MARGIN = 0.05
BACK = 0.25
"""Share of pairs that go back to a breach, as `exam.breach_share` has it."""

RANDOM_PAIRS = "each exam probe's cell is drawn at random (agents/examiner.py, Examiner)"
PER_CANDIDATE = "said in docs/concepts.md; what a run claims at its end rests on siege and census"
DRAWN_STRATUM = (
    "the stratum of each exam probe is drawn before it, and before anyone answers (agents/examiner.py, Examiner)"
)
ORDINARY_PAIRS = "after a breach every limit holds on the ordinary pairs alone (swarm/promotion.py, decide)"
SEALED_SET = "the report reads the frozen exam, which nothing was chosen by (swarm/domains/exam.py)"
ONE_LOOK = "an exam's conditions are decided once, when it is over (swarm/promotion.py, decide)"
APPROXIMATE = 0.01
"""What the asymptotic methods may err beyond their level."""


@cache
def e_table(pairs: int = PAIRS) -> Floats:
    """`mixture_e_value` by wins and losses; 0 for more than there are pairs."""
    made = np.zeros((pairs + 1, pairs + 1))
    for won in range(pairs + 1):
        for lost in range(pairs + 1 - won):
            made[won, lost] = mixture_e_value(won, lost)
    return made


@cache
def mcnemar_table(pairs: int = PAIRS) -> Floats:
    """The exact one-sided p-value of McNemar's test by wins and losses, which is made for one look."""
    won, lost = np.ogrid[: pairs + 1, : pairs + 1]
    return np.asarray(stats.binom.sf(won - 1, won + lost, 0.5))


def sat(rng: np.random.Generator, runs: int, better: float | Floats = 0.0, pairs: int = PAIRS) -> tuple[Ints, Ints]:
    """Wins and losses after each pair, where the candidate's rate is higher by `better` (one for all, or by pair)."""
    drawn = rng.random((runs, pairs))
    win = (DISCORDANT + np.asarray(better)) / 2
    wins, losses = drawn < win, drawn > 1 - (DISCORDANT - np.asarray(better)) / 2
    return running(wins), running(losses)


def t_test(wins: Ints, losses: Ints) -> Bools:
    """Whether a paired t-test at .05 speaks for the candidate, after each pair from the tenth."""
    number = np.arange(1, wins.shape[1] + 1)
    mean = (wins - losses) / number
    variance = np.maximum((wins + losses) / number - mean**2, 1e-12) * number / np.maximum(number - 1, 1)
    return (mean / np.sqrt(variance / number) > stats.t.ppf(1 - ALPHA, np.maximum(number - 1, 1))) & (number >= 10)


def watched(rng: np.random.Generator, runs: int) -> list[Row]:
    """A candidate that is as good as the champion, and one that is worse, looked at after every pair."""
    table, condition = Table("promotion"), "as good as the champion, a look after every pair"
    wins, losses = sat(rng, runs)
    table.holds(condition, "mixture test", ever(e_table()[wins, losses] >= 1 / ALPHA))
    table.breaks(condition, "McNemar, looked at after every pair", ever(mcnemar_table()[wins, losses] <= ALPHA))
    table.breaks(condition, "paired t, looked at after every pair", ever(t_test(wins, losses)))
    once = mcnemar_table()[wins[:, -1], losses[:, -1]] <= ALPHA
    table.holds("as good as the champion, one look at 200 pairs", "McNemar, once", once)
    worse = sat(rng, runs, -0.05)
    condition = "5 points worse than the champion, a look after every pair"
    table.holds(condition, "mixture test", ever(e_table()[worse] >= 1 / ALPHA))
    return table.rows


def ordered(rng: np.random.Generator, runs: int) -> list[Row]:
    """Better by 20 points in the first half of the cells, worse by 20 in the other half: as good on the whole."""
    table, condition = Table("promotion"), "20 points better in half of the cells, 20 worse in the others"
    by_cell = np.where(np.arange(PAIRS) < PAIRS // 2, 0.2, -0.2)
    random = np.where(rng.random((runs, PAIRS)) < 0.5, 0.2, -0.2)
    table.holds(condition, "cells drawn at random", ever(e_table()[sat(rng, runs, random)] >= 1 / ALPHA))
    in_order = ever(e_table()[sat(rng, runs, by_cell)] >= 1 / ALPHA)
    table.breaks(condition, "cell by cell", in_order, guard=RANDOM_PAIRS)
    return table.rows


def selected(rng: np.random.Generator, runs: int) -> list[Row]:
    """A run of 100 candidates, all as good as the champion: any promoted? And what the best seems to be worth."""
    table = Table("promotion")
    promoted = {True: np.zeros(runs, np.bool_), False: np.zeros(runs, np.bool_)}
    each = np.zeros(0, np.bool_)
    for number in range(1, CANDIDATES + 1):
        highest = e_table()[sat(rng, runs)].max(axis=1)
        promoted[False] |= highest >= 1 / ALPHA
        promoted[True] |= highest >= 1 / spent_alpha(number, ALPHA)
        if number == CANDIDATES:
            each = highest >= 1 / ALPHA
    condition = "100 candidates as good as the champion"
    table.holds(condition, "level .05: the hundredth promoted", each)
    table.breaks(condition, "level .05: any promoted", promoted[False], guard=PER_CANDIDATE)
    table.holds(condition, "level spent over candidates: any promoted", promoted[True])
    return table.rows


def cursed(rng: np.random.Generator, runs: int) -> list[Row]:
    """The best of 100 candidates of the same true 70%: does its 95% interval hold the truth?"""
    table, true = Table("promotion"), 0.7
    condition = "best of 100 candidates, all at 70%: its 95% interval"
    best = rng.binomial(PAIRS, true, (runs, CANDIDATES)).max(axis=1)
    table.breaks(condition, "on the exam that chose it", missed(best, PAIRS, true), guard=SEALED_SET)
    table.holds(condition, f"on a sealed set of {SEALED}", missed(rng.binomial(SEALED, true, runs), SEALED, true))
    return table.rows


def missed(right: Ints, items: int, true: float) -> Bools:
    """Whether the exact 95% interval leaves the truth out."""
    lower = np.where(right > 0, stats.beta.ppf(0.025, np.maximum(right, 1), items - right + 1.0), 0.0)
    upper = np.where(right < items, stats.beta.ppf(0.975, right + 1.0, np.maximum(items - right, 1)), 1.0)
    return (true < lower) | (true > upper)


def regressed(rng: np.random.Generator, runs: int) -> list[Row]:
    """A candidate that is worse by exactly the margin, with few discordant pairs and with many."""
    table, pairs = Table("no regression"), 150
    for share in (0.05, 0.25):
        won = (share - MARGIN) / 2
        drawn = rng.random((runs, pairs))
        wins, losses = running(drawn < won), running(drawn > 1 - won - MARGIN)
        condition = f"worse by the margin, {share:.0%} discordant"
        once = not_worse(wins[:, -1], losses[:, -1], pairs)
        table.holds(f"{condition}, one look at {pairs} pairs", "Tango's score test", once, ALPHA + APPROXIMATE)
    looks = [not_worse(wins[:, n - 1], losses[:, n - 1], n) for n in range(30, pairs + 1, 10)]
    table.breaks(
        f"{condition}, a look after every 10 pairs",
        "Tango's score test, any look",
        ever(np.stack(looks, axis=1)),
        ALPHA + APPROXIMATE,
        ONE_LOOK,
    )
    return table.rows


def breached(rng: np.random.Generator, runs: int) -> list[Row]:
    """An exam after a breach: a candidate that mends what a siege found, and loses elsewhere what it gains there or
    more than is allowed."""
    table = Table("promotion")
    condition = "24 points better on a breach, 8 worse on ordinary pairs: as good on the exam"
    back = rng.random((runs, PAIRS)) < BACK
    wins, losses = sat(rng, runs, np.where(back, 0.24, -0.08))
    table.holds(condition, "stratum drawn for each pair", ever(e_table()[wins, losses] >= 1 / ALPHA))
    first = np.where(np.arange(PAIRS) < BACK * PAIRS, 0.24, -0.08)
    one_by_one = ever(e_table()[sat(rng, runs, first)] >= 1 / ALPHA)
    table.breaks(condition, "breach first", one_by_one, guard=DRAWN_STRATUM)
    return [*table.rows, *paid_for(rng, runs)]


def paid_for(rng: np.random.Generator, runs: int) -> list[Row]:
    """The regression test where a candidate pays for the mend with exactly the margin on ordinary pairs."""
    table, condition = Table("no regression"), "24 points better on a breach, worse by the margin on ordinary pairs"
    back = rng.random((runs, PAIRS)) < BACK
    wins, losses = sat(rng, runs, np.where(back, 0.24, -MARGIN))
    won, lost = np.diff(wins, axis=1, prepend=0), np.diff(losses, axis=1, prepend=0)
    plain = ~back
    apart = not_worse((won * plain).sum(axis=1), (lost * plain).sum(axis=1), plain.sum(axis=1))
    table.holds(condition, "Tango's score test on ordinary pairs", apart, ALPHA + APPROXIMATE)
    pooled = not_worse(wins[:, -1], losses[:, -1], np.full(runs, PAIRS))
    table.breaks(condition, "Tango's score test on all pairs", pooled, ALPHA + APPROXIMATE, ORDINARY_PAIRS)
    return table.rows


@cache
def _not_worse(wins: int, losses: int, pairs: int) -> bool:
    return paired_noninferiority(wins, losses, pairs, MARGIN, ALPHA).passed


def not_worse(wins: Ints, losses: Ints, pairs: int | Ints) -> Bools:
    """Which runs pass the test; all have so many pairs, or each its own number."""
    counts = zip(wins, losses, np.broadcast_to(pairs, wins.shape), strict=True)
    return np.array([_not_worse(int(won), int(lost), int(number)) for won, lost, number in counts])


EXPERIMENTS = (watched, ordered, selected, cursed, regressed, breached)

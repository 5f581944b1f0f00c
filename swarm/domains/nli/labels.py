"""The three labels as a logic: what is known of a negation, a conjunction and a disjunction from their parts.

Entailment says that the premise makes a hypothesis true, contradiction that it makes it false, neutral that it leaves
it open, all of one and the same scene. So with H entailed, `not H` is contradicted, and so on: the rules are those of
the three values true, false and unknown, except that two unknowns together may settle each other, which is why these
are refused.
"""

ENTAILMENT, NEUTRAL, CONTRADICTION = "entailment", "neutral", "contradiction"
LABELS = (ENTAILMENT, NEUTRAL, CONTRADICTION)


def negation(label: str) -> str:
    """The label of `not H` where H has this one. Raises KeyError on anything that is no label."""
    return {ENTAILMENT: CONTRADICTION, NEUTRAL: NEUTRAL, CONTRADICTION: ENTAILMENT}[label]


def conjunction(first: str, second: str) -> str | None:
    """The label of `H1 and H2`; None for two neutral ones, which may contradict each other."""
    if CONTRADICTION in (first, second):
        return CONTRADICTION
    if first == second == NEUTRAL:
        return None
    return NEUTRAL if NEUTRAL in (first, second) else ENTAILMENT


def disjunction(first: str, second: str) -> str | None:
    """The label of `H1 or H2 or both`; None for two neutral ones, of which one may have to be true."""
    opposite = conjunction(negation(first), negation(second))
    return negation(opposite) if opposite else None

"""The statement of a siege in words: what it may claim, and no more."""

from swarm.siege.standing import Statement


def sentences(said: Statement) -> list[str]:
    """The bounded statement, what it rests on, and whether a limit was reached."""
    if not said.probes:
        return ["No probe was asked, so nothing is said about the failure rate.", *_limit(said)]
    lines = [
        f"With confidence {1 - said.level:.2%}, the mean failure rate of the {said.probes} probes that this siege "
        f"asked, at this decoding, is at most {said.rate:.2%}; other kinds of probe and the rest of the domain are not "
        "covered.",
        f"{said.failures} of {said.probes} failed; siege bound {said.bound:.4f} at level {said.level:.4g} (lambda "
        f"{said.lam:.3g}), divided by the {said.sensitivity:.3f} of planted defects that the judge finds at least, a "
        f"bound with an error of .05 of its own: together they hold with {0.95 - said.level:.2%} at least. The target "
        "is taken to have stayed the same throughout.",
    ]
    if said.rate >= 1:
        lines.append("So many failed, or so few probes were asked, that this bounds nothing.")
    if said.unanswered:
        lines.append(
            f"{said.unanswered} probes got no answer. They are no wrong answers, but the bound counts them as "
            "failures, since which ones they are was known only afterwards."
        )
    return lines + _limit(said)


def _limit(said: Statement) -> list[str]:
    if said.limit is None:
        return []
    verdict = "reached" if said.reached else "not reached"
    return [f"The limit asked for, a failure rate of at most {said.limit:.2%}: {verdict}."]

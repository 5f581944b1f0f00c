"""An operator on time: what goes on now says nothing of yesterday, unless it's told."""

import random
import re
from collections.abc import Sequence

from swarm.domains.labelled.items import Item
from swarm.domains.nli.contrast import Case
from swarm.domains.nli.labels import CONTRADICTION, ENTAILMENT, NEUTRAL
from swarm.domains.nli.sentences import inner, progressive, sentence, tidy

_TIMED = re.compile(r"\b(day|night|morning|evening|afternoon|today|now|while|as|after|before|then|yesterday|"
                    r"time|when|until|still|again|just|already|finish\w*|start\w*|beginning|stop\w*|celebrat\w*|about|"
                    r"during|going)\b")  # fmt: skip


def tense(item: Item, rng: random.Random, pool: Sequence[Item]) -> Sequence[Case]:
    """The same doing placed now, earlier or later, by the premise; the hypothesis asks for one of these times.

    Why the label is known: the premise is rewritten to say when it was done, and whether it was done at the time that
    the hypothesis asks for; a time of which it says nothing stays open. Refused where the sentence has a time of its
    own.
    """
    del pool
    premise = tidy(item.fields["premise"])
    done = progressive(premise) if premise else None
    if not premise or not done or _TIMED.search(premise.lower()):
        return ()
    who, doing = done.subject, f"{done.verb}{done.rest}"
    now, then = f"{who} {done.aux} {doing}", f"{who} {done.past} {doing}"
    later = f"{who} will be {doing}"
    has = "has" if done.aux == "is" else "have"
    yesterday = (
        f"{then} yesterday",
        (f"yesterday, from morning till night, {inner(then)}", f"{then} today and yesterday as well"),
        (f"{now} today", f"{later} tomorrow", f"{then} two weeks ago"),
        (
            f"today, for the first time ever, {inner(now)}",
            f"yesterday there was nothing of the sort, but today {inner(now)}",
        ),
    )
    still = (
        rng.choice((f"{who} {done.aux} still {doing}", f"{who} {has} not stopped {doing}")),
        (
            f"an hour ago {inner(then)}, and that is still going on",
            f"{who} started {doing} an hour ago and {has} not stopped since",
        ),
        (f"an hour ago {inner(then)}", f"earlier today, {inner(then)}"),
        (
            f"an hour ago {inner(then)}, but that is over now",
            f"{who} {done.past} {doing} until an hour ago and then stopped",
        ),
    )
    tomorrow = (
        f"{later} tomorrow",
        (f"{later} all day tomorrow", f"{now} today and will be doing so tomorrow as well"),
        (f"{now} today", f"{then} yesterday"),
        (f"{now} today for the very last time", f"today {inner(now)}, but tomorrow there will be nothing of the sort"),
    )
    claim, yes, open_, no = rng.choice((yesterday, still, tomorrow))
    told = ((yes, ENTAILMENT), (open_, NEUTRAL), (no, CONTRADICTION))
    return [Case(sentence(rng.choice(premises)), sentence(claim), label) for premises, label in told]

"""Talk without time: plain remarks, and lures whose words look like time, each with a twin that does speak of time."""

from collections.abc import Callable

from swarm.domains.calendar.absolute import month_day
from swarm.domains.calendar.correction import corrected_day
from swarm.domains.calendar.deadline import by_day
from swarm.domains.calendar.draw import Draft, Draw, Phrase, cased
from swarm.domains.calendar.recurrence import weekly
from swarm.domains.calendar.relative import coming_day
from swarm.domains.calendar.span import duration
from swarm.domains.calendar.timeofday import relative_moment
from swarm.domains.calendar.wording import HELD_PERSONS, PERSONS, sentence

TALK = (
    "thanks, that looks great", "where did {p} put the keys?", "the soup needs more salt", "i love the new logo",
    "ok sounds good to me",
    "{p} says hello", "the printer is out of paper", "can you send me the link", "what a lovely dog",
    "the wifi password changed",
    "please lower the volume", "{p} likes jazz", "nice work {p}", "the door is locked", "do we have any sugar left?",
    "play some music", "{p} bought a red car", "i can't find my glasses", "turn off the lights in the kitchen",
    "no idea, ask {p}",
    "how tall is the tower?", "translate this into french", "that joke was awful", "the file is too big",
    "who painted this?",
)  # fmt: skip
HELD_TALK = (
    "congrats {p}, well deserved", "my bike has a flat tire", "the sofa doesn't fit through the door",
    "which font is that?",
    "{p} is allergic to nuts", "the view from here is stunning", "could you repeat that", "spell my name please",
    "this tea tastes odd", "the cat knocked over the vase", "what's the capital of peru?", "i disagree with {p}",
)  # fmt: skip
LURES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "absolute": (
        (
            "may i help you with the boxes?",
            "you may be right",
            "the march of progress",
            "april is {p}'s cousin",
            "an august institution",
            "{p} may know the answer",
            "they march for peace",
            "june, meet {p}",
            "that may or may not work",
            "march straight ahead and turn left",
            "may the force be with {p}",
            "she is called may",
            "augustus was an emperor",
        ),
        (
            "may we come in?",
            "april told {p} a secret",
            "the band played a slow march",
            "it may rain",
            "ask june, she may know",
        ),
    ),
    "relative": (
        (
            "{p} wants a second opinion",
            "those were the days",
            "it made my day",
            "he is weak in the knees",
            "a day trader called {p}",
            "that is so last season",
            "the next person in line please",
            "in 3 easy steps",
            "yesterday is a song by the beatles",
            "call it a day",
            "who is next?",
            "the last slice is {p}'s",
            "the present is wrapped",
            "first come, first served",
        ),
        (
            "every dog has its day",
            "{p} is next in line",
            "not in my lifetime",
            "take the second door on the left",
            "the last straw",
        ),
    ),
    "timeofday": (
        (
            "take bus {n}",
            "it's in room {n}",
            "the score was 3:2",
            "mix it at a ratio of 4:1",
            "go to gate {n}",
            "read chapter 7",
            "version 9.30 is out",
            "she is {n} years old and sings well",
            "the night owl is a bird",
            "pick a number from 1 to 10",
            "flat {n}, ring twice",
            "i am on cloud 9",
            "channel {n} is noisy",
            "page {n} is missing",
            "am i late to the joke?",
            "add 7 eggs",
        ),
        (
            "platform {n} please",
            "we won 5:4",
            "locker {n} is mine",
            "size {n} fits {p}",
            "rehearse act 2",
            "highway {n} is scenic",
        ),
    ),
    "span": (
        (
            "long time no see",
            "pack the weekend bag",
            "{p} ran a 10k",
            "it's a 5 star hotel",
            "between you and me",
            "from {p} to you with love",
            "the minute details matter",
            "it is {n} miles long",
            "a period drama",
            "from top to bottom",
            "second to none",
            "he is a man of the hour",
            "light years ahead of the rest",
            "minutes of the meeting attached",
        ),
        (
            "half the cake is gone",
            "between a rock and a hard place",
            "the hour hand fell off",
            "{n} kilos of rice",
            "from rags to riches",
        ),
    ),
    "recurrence": (
        (
            "every cloud has a silver lining",
            "every single one of them",
            "he reads the daily planet",
            "a monthly ticket costs {n} euros",
            "everyone is here",
            "each of them got a prize",
            "every person needs a chair",
            "the weekly magazine is on the table",
            "every shelf is full",
        ),
        ("every door was open", "each player gets 5 cards", "the yearly report has {n} pages", "every inch counts"),
    ),
    "deadline": (
        (
            "that is the bottom line",
            "we met by the river",
            "it was painted by {p}",
            "the end of the road",
            "due to the noise i left",
            "at the end of the rope",
            "i'm done with {p}",
            "finish the soup",
            "stand by me",
            "the dead line on the phone",
            "by the book",
            "within walking distance",
            "until proven guilty, innocent",
            "a book by {p}",
        ),
        ("due respect to {p}", "made by hand", "side by side", "within these walls", "to no end"),
    ),
    "correction": (
        (
            "no, not that one, the blue one",
            "actually i prefer tea",
            "sorry, wrong person",
            "not {p}, the other guy",
            "i mean red, not green",
            "wait, what?",
            "scratch that, use the big pan",
            "make that two coffees",
            "no wait, three sugars",
            "oops, typo, i meant kate",
            "no, {n} copies, not 5",
            "or rather the left one",
        ),
        (
            "correction: it's the green folder",
            "nope, {n} plates",
            "my mistake, wrong chat",
            "forget that, use plan b",
            "the soup instead of the salad",
        ),
    ),
}
"""Subdomain to its lures: wording for learning, and held-out wording."""


def plain_weekly(draw: Draw) -> Phrase:
    """A weekly rule without time or limits."""
    return weekly(draw).phrase()


TWINS: dict[str, tuple[Callable[[Draw], Phrase], str, str]] = {
    "absolute": (month_day, "event", "date"),
    "relative": (coming_day, "event", "date"),
    "timeofday": (relative_moment, "event", "datetime"),
    "span": (duration, "length", "duration"),
    "recurrence": (plain_weekly, "routine", "recurrence"),
    "deadline": (by_day, "duty", "date"),
    "correction": (corrected_day, "event", "date"),
}
"""Subdomain to the generator of a lure's twin, its kind of sentence and its answer form."""


def no_time(draw: Draw, subdomain: str) -> Draft:
    """A text without time: in six of ten draws a lure with its twin, else a plain remark."""
    person = draw.of(HELD_PERSONS if draw.exam else PERSONS)
    number = draw.of((12, 17, 42, 60, 101, 204, 512, 88, 23, 730, 1130))
    lured = draw.chance(0.6)
    shared, held = LURES[subdomain] if lured else (TALK, HELD_TALK)
    template = draw.of(held if draw.exam else shared)
    text = template.format(p=person, n=number)
    if draw.chance(0.35):
        extra = draw.of(HELD_TALK if draw.exam else TALK)
        text, template = f"{text}. {extra.format(p=person)}", f"{template}. {extra}"
    plain = Draft(draw.now, cased(draw, text), "NONE", "no time", template, f"{subdomain}/border/none")
    if not lured:
        return plain
    make, kind, form = TWINS[subdomain]
    return plain.trap("lure", sentence(draw, kind, make(draw), f"{subdomain}/rain/{form}"))

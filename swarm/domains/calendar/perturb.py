"""Weather that leaves the answer as it is: typos, distracting numbers, and chatty wrapping."""

import re
from dataclasses import replace

from swarm.domains.calendar.draw import Draft, Draw

TYPOS = {
    "tomorrow": ("tomorow", "tommorow", "tommorrow", "2morrow", "tomorrrow"), "tonight": ("tonite", "tonigth",
    "2nite"),
    "yesterday": ("yesteday", "yestrday"), "monday": ("monady", "mondya", "mnday"), "tuesday": ("teusday",
    "tuseday", "tuesdy"),
    "wednesday": ("wendesday", "wensday", "wedensday"), "thursday": ("thrusday", "thursdy", "thurday"),
    "friday": ("firday", "frday", "fridya"), "saturday": ("satruday", "saterday",
    "saturdy"), "sunday": ("sudnay", "sundya"),
    "january": ("janurary", "januray"), "february": ("febuary", "feburary"), "march": ("marhc", "mrach"),
    "april": ("apirl", "aprl"), "august": ("agust", "augsut"), "september": ("septmber", "setpember"),
    "october": ("ocotber", "octber"), "november": ("novmber", "novemebr"), "december": ("decmber", "decembr"),
    "week": ("wekk", "weke"), "weeks": ("weeeks", "wekes"), "month": ("mnoth", "monht"), "months": ("mnoths",
    "monhts"),
    "every": ("evrey", "evry"), "other": ("ohter", "othr"), "days": ("dasy", "dyas"), "next": ("nxt", "nexxt"),
    "weekend": ("wekend", "weekedn"), "minutes": ("minuts", "mintues"), "hours": ("horus",
    "huors"), "until": ("untill", "utnil"),
    "evening": ("evning", "evenign"), "morning": ("mornign", "moring"), "afternoon": ("afernoon", "aftrnoon"),
    "business": ("buisness", "bussiness"), "quarter": ("quater", "qaurter"), "noon": ("nooon",), "hour": ("huor",),
}  # fmt: skip
ASIDES = (
    "{t} (room {n})", "{t}, bring {few} chairs", "{t}, bus {n}", "{t}, table for {few}", "{t}, flat {n}",
    "{t} - budget {n} euros",
    "{t}, gate {few}", "{n} people signed up. {t}", "ticket {n}: {t}", "{t}, order no. {n}{few}",
    "{t}, pin is {n}{few}",
    "{t}, it's on floor {few}", "{t} with {few} friends", "since there are {few} of us, {t}", "{t}, costs ${n}",
    "re: item {few}, {t}",
)  # fmt: skip
HELD_ASIDES = ("{t}, extension {n}", "{t}, seats {n} and {few}", "for locker {n}: {t}", "{t}, we need {few} copies",
               "{t}, version {few}.{few2} of it", "{few} of {n} agreed: {t}", "{t}, platform {few}")  # fmt: skip
OPENERS = (
    "hey! hope you're well. ", "hi there, quick question: ", "so i was thinking, ", "ok listen, ",
    "omg almost forgot, ", "hey assistant, ",
    "sorry to bother you again, but ", "long story short, ", "haha ok so ", "you know what, ",
    "just so you know, ", "um, ", "alright then: ",
)  # fmt: skip
HELD_OPENERS = ("good news everyone, ", "well well, ", "pardon the noise here, ", "right, here goes: ",
    "oh and by the way, ",
                "listen up please, ")  # fmt: skip
CLOSERS = (" thanks a lot!", " if that's ok with everybody", ", can't wait", " lol", ", you're the best",
    " - cheers", ", let me know", "",
           ", hope that suits you", " :)", " and say hi to the kids")  # fmt: skip
HELD_CLOSERS = (", much obliged", " xoxo", ", as discussed", ", don't tell anyone", " hehe", "")


def typo(draw: Draw, plain: Draft) -> Draft | None:
    """Misspell one or two words that carry the time; None where the text has none of these."""
    words = [word for word in re.findall(r"[a-z]+", plain.text.lower()) if word in TYPOS]
    if not words:
        return None
    text = plain.text
    for word in draw.rng.sample(words, min(len(words), draw.of((1, 1, 2)))):
        text = re.sub(rf"\b{word}\b", draw.of(TYPOS[word]), text, count=1, flags=re.IGNORECASE)
    return replace(plain, text=text).trap("typo", plain)


def distractor(draw: Draw, plain: Draft) -> Draft:
    """Add a number that has nothing to do with time."""
    frame = draw.of(HELD_ASIDES if draw.exam else ASIDES)
    number = draw.of((12, 17, 42, 60, 101, 204, 300, 512, 88, 23))
    text = frame.format(t=plain.text.rstrip(".!?"), n=number, few=draw.rng.randint(3, 9), few2=draw.rng.randint(1, 9))
    return replace(plain, text=text, skeleton=f"{frame} | {plain.skeleton}").trap("distractor", plain)


def chatty(draw: Draw, plain: Draft) -> Draft:
    """Wrap the text in small talk."""
    opener = draw.of(HELD_OPENERS if draw.exam else OPENERS)
    closer = draw.of(HELD_CLOSERS if draw.exam else CLOSERS)
    text = opener + plain.text.rstrip(".!?") + closer
    return replace(plain, text=text, skeleton=f"{opener}{{t}}{closer} | {plain.skeleton}").trap("chatty", plain)


def perturbed(draw: Draw, plain: Draft, cell: str) -> Draft:
    """The plain draft under one of the three, filed under `cell`."""
    roll = draw.rng.random()
    made = typo(draw, plain) if roll < 0.4 else None
    made = made or (distractor if roll < 0.7 else chatty)(draw, plain)
    return replace(made, cell=cell)

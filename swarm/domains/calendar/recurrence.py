"""Subdomain `recurrence`: what repeats, as RFC 5545 rules."""

from dataclasses import dataclass

from swarm.domains.calendar.absolute import random_day, slots_of
from swarm.domains.calendar.draw import Draw, Phrase, Wording
from swarm.domains.calendar.moments import BYDAYS, DAY_NAMES, DAYS, NUMBERS, ORDINALS, ordinal
from swarm.domains.calendar.rules import Rule
from swarm.domains.calendar.steps import chain, month_fact


@dataclass(frozen=True)
class Repeat:
    """A rule with its words; `days` are the weekdays it falls on, where these decide."""

    wording: Wording
    rule: Rule
    steps: str
    slots: dict[str, object]
    days: tuple[int, ...] = ()

    def phrase(self) -> Phrase:
        """The rule as an expression."""
        return Phrase(
            self.wording.fill(**self.slots), self.rule.text(), self.steps, self.wording.template, self.wording.held
        )


def _day(weekday: int) -> tuple[tuple[int, int], ...]:
    return ((0, weekday),)


def weekly(draw: Draw) -> Repeat:
    """`every tuesday`, `tuesdays`, `weekly on tuesday`."""
    day = draw.rng.randint(0, 6)
    wording = draw.word(("every {wd}", "every {wd}", "each {wd}", "{wds}", "on {wds}", "weekly on {wd}",
        "every week on {wd}"),
                        ("once a week on {wd}", "every single {wd}"))  # fmt: skip
    slots: dict[str, object] = {
        "wd": draw.weekday(day) if "{wd}" in wording.template else "",
        "wds": DAY_NAMES[day] + "s",
    }
    return Repeat(wording, Rule("WEEKLY", days=_day(day)), f"weekly {BYDAYS[day]}", slots, (day,))


def every_other(draw: Draw) -> Repeat:
    """`every other thursday`, `every 3 weeks on monday`."""
    day = draw.rng.randint(0, 6)
    if draw.chance(0.6):
        wording = draw.word(("every other {wd}", "every second {wd}", "every two weeks on {wd}",
            "every 2 weeks on {wd}"),
                            ("every fortnight on {wd}", "on alternate {wd}s"))  # fmt: skip
        count, word = (
            2,
            "other" if "other" in wording.template else "second" if "second" in wording.template else "two weeks",
        )
        fact = f"{word}=2"
        said = ""
    else:
        count = draw.rng.randint(3, 8)
        said = draw.of((NUMBERS[count], str(count)))
        wording, fact = draw.word(("every {n} weeks on {wd}",), ("on {wd} every {n} weeks",)), f"interval {count}"
    slots: dict[str, object] = {"wd": DAY_NAMES[day], "n": said}
    return Repeat(
        wording, Rule("WEEKLY", interval=count, days=_day(day)), chain("weekly " + BYDAYS[day], fact), slots, (day,)
    )


def daily(draw: Draw) -> Repeat:
    """`every day`, `every 3 days`."""
    if draw.chance(0.65):
        wording = draw.word(
            ("every day", "daily", "each day", "every single day"), ("day after day", "seven days a week")
        )
        return Repeat(wording, Rule("DAILY"), "daily", {}, tuple(range(7)))
    count, said = draw.number(2, 10)
    if count == 2:
        wording, fact = (
            draw.word(("every other day", "every second day", "every two days"), ("on alternate days",)),
            "other=2",
        )
    else:
        wording, fact = draw.word(("every {n} days",), ("once every {n} days",)), f"interval {count}"
    return Repeat(wording, Rule("DAILY", interval=count), chain("daily", fact), {"n": said})


def several_days(draw: Draw) -> Repeat:
    """`every monday and thursday`, `mon, wed and fri`, `on weekends`, `every weekday`."""
    roll = draw.rng.random()
    days: tuple[int, ...]
    if roll < 0.3:
        wording = draw.word(("every weekday", "on weekdays", "weekdays", "monday to friday", "every workday",
            "mon-fri",
                             "monday through friday", "each weekday"), ("on working days",
                             "every business day"))  # fmt: skip
        days, fact = (0, 1, 2, 3, 4), "weekdays=MO-FR"
        slots: dict[str, object] = {}
    elif roll < 0.45:
        wording = draw.word(
            ("every weekend", "on weekends", "weekends", "every saturday and sunday"), ("each weekend",)
        )
        days, fact, slots = (5, 6), "weekend=SA,SU", {}
    elif roll < 0.8:
        first, second = sorted(draw.rng.sample(range(7), 2))
        wording = draw.word(
            ("every {a} and {b}", "{a}s and {b}s", "on {a}s and {b}s", "every {a} & {b}"), ("{a} and {b} each week",)
        )
        days, fact, slots = (first, second), "weekly", {"a": DAY_NAMES[first], "b": DAY_NAMES[second]}
    else:
        one, two, three = sorted(draw.rng.sample(range(7), 3))
        wording = draw.word(("every {a}, {b} and {c}", "{a}/{b}/{c} every week", "{a}, {b} and {c} every week"),
                            ("weekly on {a}, {b}, {c}",))  # fmt: skip
        days, fact = (one, two, three), "weekly"
        slots = {"a": DAY_NAMES[one][:3], "b": DAY_NAMES[two][:3], "c": DAY_NAMES[three][:3]}
    rule = Rule("WEEKLY", days=tuple((0, day) for day in days))
    return Repeat(wording, rule, chain(fact, ",".join(BYDAYS[day] for day in days)), slots, days)


def monthly(draw: Draw) -> Repeat:
    """`on the 15th of every month`, `the last day of each month`."""
    roll = draw.rng.random()
    if roll < 0.2:
        wording = draw.word(("on the last day of every month", "the last day of each month",
            "at the end of every month"),
                            ("every month on its last day",))  # fmt: skip
        return Repeat(wording, Rule("MONTHLY", month_days=(-1,)), "monthly, last day=-1", {})
    one, two = sorted(draw.rng.sample(range(1, 29), 2))
    if roll < 0.35:
        wording = draw.word(
            ("on the {a} and {b} of every month", "the {a} and the {b} of each month"), ("monthly, the {a} and {b}",)
        )
        rule = Rule("MONTHLY", month_days=(one, two))
        return Repeat(wording, rule, f"monthly {one},{two}", {"a": ordinal(one), "b": ordinal(two)})
    if roll < 0.5:
        count = draw.of((2, 3, 4, 6))
        wording = draw.word(
            ("every {n} months on the {a}", "on the {a} every {n} months"), ("the {a} of every {o} month",)
        )
        slots: dict[str, object] = {"n": draw.of((NUMBERS[count], str(count))), "a": ordinal(one), "o": ordinal(count)}
        return Repeat(
            wording, Rule("MONTHLY", interval=count, month_days=(one,)), f"monthly {one}, interval {count}", slots
        )
    wording = draw.word(("on the {a} of every month", "every month on the {a}", "the {a} of each month",
        "monthly on the {a}",
                         "every {a} of the month"), ("each month on day {d}",))  # fmt: skip
    return Repeat(wording, Rule("MONTHLY", month_days=(one,)), f"monthly {one}", {"a": ordinal(one), "d": one})


def nth_weekday_monthly(draw: Draw) -> Repeat:
    """`the second tuesday of every month`, `every last friday of the month`."""
    day, nth = draw.rng.randint(0, 6), draw.of((1, 2, 3, 4, -1, -1))
    word = "last" if nth < 0 else draw.of((ORDINALS[nth - 1], ordinal(nth)))
    wording = draw.word(("the {n} {wd} of every month", "every {n} {wd} of the month",
        "on the {n} {wd} of each month",
                         "monthly on the {n} {wd}", "{n} {wd} of each month", "every month on the {n} {wd}"),
                        ("the {n} {wd} in each month", "once a month on the {n} {wd}"))  # fmt: skip
    steps = f"monthly, {word}={nth}: {nth}{BYDAYS[day]}"
    return Repeat(wording, Rule("MONTHLY", days=((nth, day),)), steps, {"n": word, "wd": DAY_NAMES[day]})


def yearly(draw: Draw) -> Repeat:
    """`every year on march 5`, `every thanksgiving`."""
    day = random_day(draw)
    while (day.month, day.day) == (2, 29):
        day = random_day(draw)
    if draw.chance(0.25):
        name, month, number = draw.of((("christmas", 12, 25), ("halloween", 10, 31), ("new year's day", 1, 1),
                                       ("valentine's day", 2, 14), ("christmas eve", 12, 24)))  # fmt: skip
        wording = draw.word(("every {name}", "each {name}", "every year on {name}"), ("{name} every year",))
        steps = f"yearly, {name}={month:02d}-{number:02d}"
        return Repeat(wording, Rule("YEARLY", months=(month,), month_days=(number,)), steps, {"name": name})
    wording = draw.word(("every year on {month} {d}", "every {month} {dth}", "yearly on {month} {d}",
        "each year on {month} {dth}",
                         "annually on {month} {d}", "every year on the {dth} of {month}"),
                         ("once a year on {month} {d}",))  # fmt: skip
    rule = Rule("YEARLY", months=(day.month,), month_days=(day.day,))
    return Repeat(wording, rule, f"yearly, {month_fact(day.month)}", slots_of(draw, day))


def hourly(draw: Draw) -> Repeat:
    """`every 2 hours`, `hourly`."""
    if draw.chance(0.3):
        return Repeat(draw.word(("every hour", "hourly"), ("once an hour",)), Rule("HOURLY"), "hourly", {})
    count, said = draw.number(2, 8)
    return Repeat(draw.word(("every {n} hours",), ("once every {n} hours",)), Rule("HOURLY", interval=count),
                  f"hourly, interval {count}", {"n": said})  # fmt: skip


def without_day(draw: Draw) -> Repeat:
    """`every weekday except wednesday`, `every day but sunday`."""
    every = draw.chance(0.4)
    whole = tuple(range(7)) if every else tuple(range(5))
    out = draw.of(whole)
    days = tuple(day for day in whole if day != out)
    wording = draw.word(("every {k} except {wd}", "every {k} but {wd}", "every {k} except {wd}s",
        "every {k} but not on {wd}s"),
                        ("every {k} apart from {wd}", "every {k}, {wd}s excluded"))  # fmt: skip
    rule = Rule("WEEKLY", days=tuple((0, day) for day in days))
    steps = f"no {DAYS[out]}: " + ",".join(BYDAYS[day] for day in days)
    return Repeat(wording, rule, steps, {"k": "day" if every else "weekday", "wd": DAY_NAMES[out]}, days)


SIMPLE = (weekly, weekly, weekly, every_other, every_other, daily, several_days, several_days, monthly,
          nth_weekday_monthly,
          nth_weekday_monthly, yearly, hourly, without_day)  # fmt: skip

"""The conventions: hand-worked examples, and answers recomputed by other means than the generators'."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

import holidays
import numpy as np
import pytest
from dateutil.relativedelta import relativedelta

from swarm.domains.calendar import absolute, clock, correction, deadline, recurrence, relative, span, timeofday
from swarm.domains.calendar.draw import Draw, Phrase
from swarm.domains.calendar.steps import anchor, nth_weekday, shift_day, shift_month, upcoming

TUESDAY = datetime(2026, 3, 10, 14, 30)
SUNDAY = datetime(2027, 10, 31, 9, 0)
LEAP = datetime(2028, 2, 28, 8, 0)
NEW_YEARS_EVE = datetime(2031, 12, 31, 20, 0)

GOLDEN: list[tuple[datetime, Callable[[Draw], Phrase], str, str]] = [
    (TUESDAY, relative.weekday, "friday", "2026-03-13"),
    (TUESDAY, relative.weekday, "tuesday", "2026-03-17"),
    (TUESDAY, relative.weekday, "this monday", "2026-03-16"),
    (TUESDAY, relative.weekday, "next friday", "2026-03-20"),
    (TUESDAY, relative.weekday, "last tuesday", "2026-03-03"),
    (TUESDAY, relative.weekday, "last monday", "2026-03-09"),
    (SUNDAY, relative.weekday, "next monday", "2027-11-01"),
    (SUNDAY, relative.weekday, "sunday", "2027-11-07"),
    (SUNDAY, relative.weekend, "this weekend", "2027-10-30/2027-10-31"),
    (TUESDAY, relative.weekend, "next weekend", "2026-03-21/2026-03-22"),
    (TUESDAY, relative.week, "next week", "2026-03-16/2026-03-22"),
    (TUESDAY, relative.near, "the day before yesterday", "2026-03-08"),
    (LEAP, relative.near, "tomorrow", "2028-02-29"),
    (NEW_YEARS_EVE, relative.in_days, "in 10 days", "2032-01-10"),
    (TUESDAY, relative.in_weeks, "in a week", "2026-03-17"),
    (TUESDAY, relative.week_from, "a week from tuesday", "2026-03-24"),
    (NEW_YEARS_EVE, relative.in_months, "in 2 months", "2032-02-29"),
    (TUESDAY, relative.month_span, "next quarter", "2026-04-01/2026-06-30"),
    (TUESDAY, relative.of_month, "the last day of next month", "2026-04-30"),
    (TUESDAY, absolute.month_day, "march 9", "2027-03-09"),
    (TUESDAY, absolute.month_day, "march 11", "2026-03-11"),
    (TUESDAY, absolute.day_only, "the 5th", "2026-04-05"),
    (TUESDAY, absolute.numeric, "3/4/2026", "2026-03-04"),
    (TUESDAY, absolute.numeric, "3.4.2026", "2026-04-03"),
    (TUESDAY, absolute.month_edge, "the last day of february", "2027-02-28"),
    (TUESDAY, absolute.moving_holiday, "thanksgiving 2027", "2027-11-25"),
    (TUESDAY, absolute.moving_holiday, "memorial day 2028", "2028-05-29"),
    (TUESDAY, absolute.fixed_holiday, "christmas eve", "2026-12-24"),
    (TUESDAY, absolute.day_of_year, "day 100 of 2028", "2028-04-09"),
    (TUESDAY, timeofday.tonight, "tonight at 8", "2026-03-10T20:00"),
    (TUESDAY, timeofday.tonight, "half past seven tonight", "2026-03-10T19:30"),
    (TUESDAY, timeofday.midnight, "midnight tonight", "2026-03-11T00:00"),
    (TUESDAY, timeofday.next_clock, "2pm", "2026-03-11T14:00"),
    (TUESDAY, timeofday.next_clock, "7pm", "2026-03-10T19:00"),
    (NEW_YEARS_EVE, timeofday.from_now, "in 6 hours", "2032-01-01T02:00"),
    (TUESDAY, timeofday.part_of_day, "tomorrow morning", "2026-03-11T06:00/2026-03-11T12:00"),
    (TUESDAY, span.weekdays_between, "from monday to wednesday", "2026-03-16/2026-03-18"),
    (TUESDAY, span.month_parts, "the first week of may", "2026-05-01/2026-05-07"),
    (TUESDAY, span.duration, "a fortnight", "P14D"),
    (TUESDAY, deadline.within_business, "within 5 business days", "2026-03-17"),
    (SUNDAY, deadline.within_business, "within 3 business days", "2027-11-03"),
    (TUESDAY, deadline.period_end, "by the end of next month", "2026-04-30"),
    (TUESDAY, deadline.end_of_day, "EOD friday", "2026-03-13T17:00"),
    (TUESDAY, correction.corrected_day, "tuesday, no, wednesday", "2026-03-11"),
    (TUESDAY, lambda draw: recurrence.weekly(draw).phrase(), "every tuesday", "FREQ=WEEKLY;BYDAY=TU"),
    (TUESDAY, lambda draw: recurrence.nth_weekday_monthly(draw).phrase(), "the last friday of every month",
     "FREQ=MONTHLY;BYDAY=-1FR"),
]  # fmt: skip


def said(now: datetime, make: Callable[[Draw], Phrase], text: str) -> Phrase:
    rng = random.Random(7)
    for _ in range(60_000):
        made = make(Draw(rng, now, False))
        if made.text == text:
            return made
    raise AssertionError(f"{text!r} was never said")


@pytest.mark.parametrize(("now", "make", "text", "answer"), GOLDEN, ids=[row[2] for row in GOLDEN])
def test_hand_worked_examples(now: datetime, make: Callable[[Draw], Phrase], text: str, answer: str) -> None:
    assert said(now, make, text).answer == answer


@pytest.mark.parametrize(
    ("hour", "suffix"), [(1, "pm"), (4, "pm"), (6, "pm"), (7, "am"), (11, "am"), (12, "pm")], ids=str
)
def test_bare_hours(hour: int, suffix: str) -> None:
    assert clock.usual(hour) == suffix


def test_twelve_hour_times() -> None:
    assert [clock.half_day(12, 0, "am")[0], clock.half_day(12, 0, "pm")[0], clock.half_day(7, 30, "pm")[0]] == [
        0,
        12,
        19,
    ]


def test_day_and_month_shifts_agree_with_dateutil() -> None:
    rng = random.Random(2)
    for _ in range(400):
        day = date(2020, 1, 1) + timedelta(days=rng.randint(0, 5800))
        days, months = rng.randint(-400, 400), rng.randint(-30, 30)
        assert shift_day(day, days)[0] == day + timedelta(days=days)
        assert shift_month(day, months)[0] == day + relativedelta(months=months)


def test_a_turn_of_the_year_is_a_step_of_its_own() -> None:
    late, early = date(2031, 12, 30), date(2032, 1, 2)
    assert shift_day(late, 3)[1] == "30+3=33, 12 has 31: 33-31=2, 2031+1=2032, 2032-01"
    assert shift_day(early, -3)[1] == "2-3=-1, 12 has 31: -1+31=30, 2032-1=2031, 2031-12"
    assert shift_month(late, 26)[1] == "12+26=38, 38-12=26, 26-12=14, 14-12=2, 2031+3=2034, 2034-02, 2034-02 has 28"
    assert shift_month(early, 2)[1] == "1+2=3, 2032-03"
    draw = Draw(random.Random(1), datetime(2031, 12, 30, 9, 0), exam=False)
    made = [absolute.day_only(draw) for _ in range(50)] + [relative.of_month(draw) for _ in range(50)]
    assert len(turned := [one.steps for one in made if one.day and one.day.year == 2032]) > 50
    assert all("2031+1=2032, 2032-01" in steps for steps in turned)


def test_business_days_agree_with_numpy() -> None:
    rng = random.Random(3)
    for _ in range(300):
        day, count = date(2020, 1, 1) + timedelta(days=rng.randint(0, 5800)), rng.randint(1, 25)
        expected = np.busday_offset(np.datetime64(day, "D"), count, roll="backward")
        assert deadline.business_days(day, count)[0] == expected.astype(date)


def test_moving_holidays_agree_with_the_holidays_package() -> None:
    observed = holidays.country_holidays("US", years=range(2022, 2036), language="en_US")
    names = {"thanksgiving": "Thanksgiving", "labor day": "Labor Day", "memorial day": "Memorial Day",
             "mlk day": "Martin Luther King", "columbus day": "Columbus Day",
             "presidents' day": "Washington"}  # fmt: skip
    for year in range(2022, 2036):
        for name, official in names.items():
            month, weekday, nth = absolute.MOVING[name]
            day, _ = nth_weekday(anchor(year, month)[0], weekday, nth, year, month)
            assert official in observed.get(day, ""), (name, year, day)


def test_upcoming_year_is_never_past() -> None:
    for offset in range(1, 366):
        today = date(2026, 3, 10)
        day = today + timedelta(days=offset - 1)
        assert upcoming(today, day.month, day.day)[0] == day.year


def test_unsaid_text_is_refused() -> None:
    with pytest.raises(AssertionError, match="never said"):
        said(TUESDAY, relative.near, "the twelfth of never")

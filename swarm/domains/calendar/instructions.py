"""The task told to a model that was not grown on it."""

INSTRUCTIONS = """\
You get the present moment and a text. Write what a calendar could execute.
Work briefly, then end with one line "= ANSWER". ANSWER is one of:
- date: 2026-03-13, or with a time: 2026-03-13T12:00
- interval: START/END, two dates (end inclusive) or two datetimes
- duration: P3D, PT1H30M
- recurrence: RFC 5545 parts in this order, only what is needed: DTSTART=20260310;FREQ=WEEKLY;INTERVAL=2;BYMONTH=3;
  BYMONTHDAY=5;BYDAY=TU (2TU second, -1FR last);BYHOUR=9;BYMINUTE=30;COUNT=5;UNTIL=20260601;EXDATE=20260317
- ASK:date, ASK:time, ASK:duration, ASK:frequency, ASK:zone, ASK:calendar: vague, missing, impossible, contradictory
- NONE: nothing in the text is about time
Conventions: weeks run Monday to Sunday. "friday" and "this friday": the next one after today.
"next friday": Friday of next week. "last friday": the latest before today. A date without year: its next occurrence.
3/4/2026 is March 4; 3.4.2026 is 3 April. Months clamp to their end.
Morning 06:00-12:00, afternoon 12:00-18:00, evening and tonight 18:00-22:00. Bare hours: 1-6 pm, 7-11 am, 12 noon.
A time without a day: its next occurrence. Midnight: 00:00 of the following day.
End of day 17:00; end of the week Friday. "Within 3 days": the third day from today.
Business days: Monday to Friday, counted from tomorrow. "First week of May": 1-7.
If the text corrects itself, what stands at the end counts."""

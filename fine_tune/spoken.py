"""How people say and type dates, clock times, birth dates, phone numbers and e-mail addresses."""

from __future__ import annotations

from random import Random

_MONTH_NAMES = "January February March April May June July August September October November December"
MONTHS = _MONTH_NAMES.split()
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ONES_NAMES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
ONES = _ONES_NAMES.split()
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINAL_NAMES = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_ORDINALS = _ORDINAL_NAMES.split()


def words(number: int) -> str:
    """0 to 99 in words."""
    if number < 20:
        return ONES[number]
    return _TENS[number // 10] + ("" if number % 10 == 0 else "-" + ONES[number % 10])


def ordinal_words(number: int) -> str:
    """1 to 31 as an ordinal in words."""
    if number <= 20:
        return _ORDINALS[number]
    return "thirtieth" if number == 30 else f"{_TENS[number // 10]}-{_ORDINALS[number % 10]}"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th …"""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def clock(rng: Random) -> str:
    """A clock time as typed or said."""
    hour, minute = (
        rng.choice([7, 8, 8, 9, 9, 9, 10, 10, 11, 11, 12, 1, 2, 2, 3, 3, 4, 4, 5, 6]),
        rng.choice([0, 0, 0, 0, 15, 15, 30, 30, 30, 45, 10, 20, 40, 50, 5]),
    )
    half = "am" if 7 <= hour <= 11 else "pm"
    spoken_minute = "" if minute == 0 else f"oh {words(minute)}" if minute < 10 else words(minute)
    typed = f"{hour}:{minute:02d}"
    forms = [typed, typed, f"{typed} {half}", f"{typed}{half}", f"{words(hour)} {spoken_minute}".strip()]
    if half == "pm" and hour != 12:
        forms += [f"{hour + 12}:{minute:02d}", f"{typed} in the afternoon"]
    elif half == "am":
        forms += [
            f"{typed} in the morning",
            f"{words(hour)} {spoken_minute} in the morning".replace("  ", " "),
        ]
    if minute == 0:
        forms += [
            f"{hour} {half}",
            f"{hour}{half}",
            f"{hour} o'clock",
            f"{words(hour)} o'clock",
            f"{hour} {half[0]}.m.",
        ]
        forms += ["noon", "twelve noon"] if hour == 12 else [str(hour), f"{words(hour)} {half}"]
    if minute == 30:
        forms += [f"half past {words(hour)}", f"half past {hour}", f"half {words(hour)}"]
    if minute == 15:
        forms += [f"quarter past {words(hour)}", f"a quarter past {hour}", f"quarter after {words(hour)}"]
    if minute == 45:
        later = hour % 12 + 1
        forms += [f"quarter to {words(later)}", f"a quarter to {later}", f"quarter of {words(later)}"]
    if minute in (10, 20):
        forms += [f"{words(minute)} past {words(hour)}", f"{minute} past {hour}"]
    return rng.choice(forms)


_PARTS = [
    "morning",
    "afternoon",
    "evening",
    "late afternoon",
    "early morning",
    "late morning",
    "early afternoon",
]
_BARE_TIMES = [
    "first thing", "around lunchtime", "after work", "after school", "lunchtime", "midday",
    "end of the day",
    "before work", "mornings", "afternoons", "late in the day", "early in the morning", "this afternoon",
    "first thing in the morning", "in my lunch break", "after the school run", "as early as possible",
    "anytime",
    "late in the afternoon", "early", "mid-morning", "around noon", "not before ten",
    "after lunch",
]  # fmt: skip


def time_range(rng: Random) -> str:
    """A clock time with a preposition that counts ("after two")."""
    one, two = clock(rng), clock(rng)
    return rng.choice(
        [f"after {one}", f"before {one}", f"around {one}", f"about {one}", f"between {one} and {two}",
         f"by {one}",
         f"no later than {one}", f"from {one} on", f"from {one} to {two}",
         f"{one} or later",
         f"{one} or {two}", f"until {one}", f"past {one}", f"not before {one}",
         f"{one}ish" if one.isdigit() else one]
    )  # fmt: skip


def time(rng: Random, before: str, after_date: bool) -> tuple[str, str]:
    """(words outside the label, words inside) of a time that fits after the word `before`."""
    if before in ("at", "@"):
        return "", clock(rng)
    if before in ("the", "that", "this", "any", "a", "an", "tomorrow", "every"):
        return "", rng.choice(_PARTS[:4])
    if before == "in":
        return "the ", rng.choice(_PARTS)
    if before in ("after", "before", "around", "until", "by", "between", "for", "about"):
        return "", clock(rng)
    draw = rng.random()
    if draw < 0.42:
        return rng.choice(["at ", "at ", "", ""]), clock(rng)
    if draw < 0.62:
        return "", time_range(rng)
    if draw < 0.84:
        return ("" if after_date and rng.random() < 0.7 else "in the "), rng.choice(_PARTS)
    return "", rng.choice(_BARE_TIMES)


def _calendar_day(rng: Random) -> tuple[str, str]:
    day, month = rng.randint(1, 28), rng.choice(MONTHS)
    short, number = month[:3], MONTHS.index(month) + 1
    return rng.choice(
        [("", f"{month} {ordinal(day)}"), ("the ", f"{ordinal(day)} of {month}"), ("", f"{day} {month}"),
         ("", f"{month} {day}"), ("the ", ordinal(day)), ("the ", ordinal(day)), ("", f"{number}/{day}"),
         ("the ", f"{ordinal_words(day)} of {month}"), ("", f"{month} {ordinal_words(day)}"),
         ("", f"{short} {day}"),
         ("the ", ordinal_words(day)), ("", f"{day}.{number}."), ("", f"{month} the {ordinal(day)}"),
         ("", f"{rng.choice(WEEKDAYS)} the {ordinal(day)}"),
         ("", f"{rng.choice(WEEKDAYS)}, {month} {ordinal(day)}"),
         ("", f"{rng.choice(WEEKDAYS)} {month} {day}"), ("", f"2026-{number:02d}-{day:02d}")]
    )  # fmt: skip


def weekday(rng: Random) -> str:
    """A weekday, sometimes with what narrows it."""
    day, other = rng.sample(WEEKDAYS, 2)
    if rng.random() < 0.62:
        return day
    return rng.choice(
        [f"next {day}", f"this {day}", f"{day} next week", f"this coming {day}", f"{day} week",
         f"{day} or {other}",
         f"{day} after next", day[:3], f"{day} of next week", f"a week on {day}", f"either {day} or {other}"]
    )  # fmt: skip


_DAYS = [
    "tomorrow", "tomorrow", "tomorrow", "today", "today", "next week", "next week", "this week",
    "day after tomorrow",
    "as soon as possible", "as soon as possible", "asap", "early next week",
    "later this week",
    "end of next week", "end of the month", "beginning of July", "in two weeks", "in a fortnight",
    "two weeks from now",
    "next month", "in three weeks", "a week from today", "in ten days", "the week after next",
    "soonest you have",
    "right away", "any day next week", "any day but Friday", "any day except Monday", "week of the 15th",
    "mid June",
    "the following week", "before the weekend", "before the 9th", "after the 20th", "in a couple of days",
    "a week today",
    "within the next two weeks", "any weekday", "between Monday and Wednesday", "not before Thursday",
    "in the next few days",
    "in a month", "by Friday", "from Wednesday on", "the weekend",
    "earliest possible",
]  # fmt: skip


def date(rng: Random, before: str) -> tuple[str, str]:
    """(words outside the label, words inside) of a day in the future that fits after the word `before`."""
    fixed = before in ("on", "the", "from", "of", "until", "till", "between", "than", "last", "this", "that")
    draw = rng.random()
    if before in ("this", "next", "that", "last", "every", "between", "a", "any", "coming"):
        return "", rng.choice(WEEKDAYS)
    if before == "the":
        return "", ordinal(rng.randint(1, 30))
    if draw < 0.4 or (fixed and draw < 0.6):
        said = rng.choice(WEEKDAYS) if fixed else weekday(rng)
        plain = said in WEEKDAYS
        return ("on " if plain and before not in _PREPOSITIONS and rng.random() < 0.5 else ""), said
    if draw < 0.68 or fixed:
        lead, said = _calendar_day(rng)
        if before not in _PREPOSITIONS and (lead or rng.random() < 0.4):
            lead = "on " + lead
        return lead, said
    if before in ("in", "within", "by", "before", "after"):
        return "", rng.choice(WEEKDAYS)
    said = rng.choice(_DAYS)
    return ("the ", said[4:]) if said.startswith("the ") else ("", said)


_BEFORE_A_DAY = (
    "on for to from by before after until till of than about in with and or is was is, be between at around"
    " only"
)
_PREPOSITIONS = frozenset(_BEFORE_A_DAY.split())


def old_day(rng: Random, before: str) -> tuple[str, str]:
    """A day as said of an appointment that exists."""
    said: tuple[str, str] = ("", "")
    while not said[1] or " or " in said[1] or said[1] in _DAYS[8:]:
        said = date(rng, before)
    return said


def old_time(rng: Random, before: str) -> tuple[str, str]:
    """A time as said of an appointment that exists: mostly a clock, sometimes a part of the day."""
    if before in ("at", "my", "the", "@"):
        return "", clock(rng)
    return rng.choice([("at ", clock(rng)), ("", clock(rng)), ("", clock(rng)), ("", rng.choice(_PARTS[:2]))])


def _year_words(year: int) -> str:
    century, rest = divmod(year, 100)
    if century == 20 and rest < 10:
        return f"two thousand {words(rest)}" if rest else "two thousand"
    return f"{words(century)} {words(rest) if rest > 9 else 'oh ' + words(rest)}"


def birth_date(rng: Random) -> tuple[str, str]:
    """(outside, inside) of a date of birth."""
    day, month, year = rng.randint(1, 28), rng.choice(MONTHS), rng.randint(1930, 2022)
    number, short = MONTHS.index(month) + 1, year % 100
    said = _year_words(year)
    last = f"{short:02d}"
    return rng.choice(
        [("", f"{month} {ordinal(day)}, {year}"), ("", f"{month} {day} {year}"),
         ("", f"{month} {day}, {year}"),
         ("", f"{number}/{day}/{year}"), ("", f"{number:02d}/{day:02d}/{year}"),
         ("", f"{number}/{day}/{last}"),
         ("", f"{day}.{number}.{year}"), ("", f"{day:02d}.{number:02d}.{last}"),
         ("", f"{year}-{number:02d}-{day:02d}"),
         ("", f"{day} {month} {year}"), ("the ", f"{ordinal(day)} of {month} {year}"),
         ("", f"{day:02d}-{number:02d}-{year}"),
         ("the ", f"{ordinal_words(day)} of {month} {said}"),
         ("", f"{month} {ordinal_words(day)} {said}"),
         ("", f"{month} {ordinal_words(day)}, {said}"), ("", f"{month} the {ordinal(day)}, {year}"),
         ("", f"{words(number)} {words(day)} {words(short) if short > 9 else 'oh ' + words(short)}"),
         ("", f"{month[:3]} {day}, {year}"), ("", f"{month} {ordinal(day)} {last}"),
         ("", f"{day} {month[:3]} {last}"),
         ("", f"{month} {words(day)}, {said}"),
         ("the ", f"{ordinal(day)} of the {ordinal_words(number)}, {last}")]
    )  # fmt: skip

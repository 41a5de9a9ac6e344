"""English phrases of dates, times, e-mail addresses, names and choices, in the readers' own words."""

from __future__ import annotations


def _same(meaning: str, phrases: str) -> dict[str, str]:
    """A table in which every phrase (one a line, or between bars) has one meaning."""
    return {phrase.strip(): meaning for line in phrases.splitlines() for phrase in line.split("|") if phrase.strip()}


# Connecting words that dates and times share.
_BOUNDS = (
    _same("before", "prior to | earlier than | ahead of | sooner than | but before | anytime before | just before")
    | _same("after", "later than | but after | anytime after | past | just after | anything after")
    | _same(
        "from",
        """as of | as from | not before | no earlier than
        not earlier than | not until | not till | but not before | from about | from around
        not any earlier than | no sooner than | on or after | at or after | at the earliest from""",
    )
    | _same("until", "till | til | up to | up until | upto | through | thru | through to | right through to")
    | _same(
        "by",
        """no later than | not later than | not after | latest by | on or before | at or before | not past
        but not after | by no later than | by the latest | not any later than | at the very latest by""",
    )
    | _same("and", "& | +")
    | _same("or", "alternatively | or else | or maybe | or even | or possibly")
    | _same(
        "not",
        """except | except for | but not | but | other than | apart from | excluding | besides | aside from | not on
        cant do | cannot do | cant make | anything but | anything except | anything other than | not in | not at
        just not | but not on | not a | not the | cant on | cant | not in the | but not in | but not the | but no
        minus | instead of | rather than | not during | never""",
    )
    | _same(
        "onwards", "or later | or after | or afterwards | onward | and after | and later | at the earliest | forward"
    )
    | _same("upto", "or earlier | or sooner | or before | at the latest | latest | and before | and earlier")
)

_DAY_NAMES = {
    "mon": "monday|mon",
    "tue": "tuesday|tue|tues|tuesdy|chewsday",
    "wed": "wednesday|wed|weds|wensday|wendsday|wenesday|wednsday",
    "thu": "thursday|thu|thur|thurs|thrusday|thirsday",
    "fri": "friday|fri",
    "sat": "saturday|sat|saterday",
    "sun": "sunday|sun",
}
_MONTH_NAMES = {
    "jan": "january|jan",
    "feb": "february|feb|febuary|feburary",
    "mar": "march|mar",
    "apr": "april|apr",
    "may": "may",
    "jun": "june|jun",
    "jul": "july|jul",
    "aug": "august|aug",
    "sep": "september|sep|sept",
    "oct": "october|oct",
    "nov": "november|nov",
    "dec": "december|dec",
}
_NAMED = (
    {name: short for short, names in _DAY_NAMES.items() for name in names.split("|")}
    | {f"{name}s": f"every {short}" for short, names in _DAY_NAMES.items() for name in names.split("|")}
    | {name: short for short, names in _MONTH_NAMES.items() for name in names.split("|")}
    | {f"no {name}s": f"not {short}" for short, names in _DAY_NAMES.items() for name in names.split("|")}
)
_COUNTS = {
    f"{article}{unit}": f"1 {plain}"
    for article in ("a ", "one ", "1 ")
    for unit, plain in (("day", "day"), ("week", "week"), ("month", "month"), ("year", "year"))
} | {plural: plain for plain in ("day", "week", "month", "year") for plural in (f"{plain}s", f"{plain}s time")}

DATES = (
    _BOUNDS
    | _NAMED
    | _COUNTS
    | _same("today", "2day | tonight | this morning | this afternoon | this evening | now | later today | todays")
    | _same("tomorrow", "tmrw | tmr | tmrrw | tomoz | tomo | 2moro | 2morrow | to morrow | tommorow | tomorow | tmw")
    | _same("overmorrow", "the day after tomorrow | day after tomorrow | the day after tmrw | the day after tomoz")
    | _same("ereyesterday", "the day before yesterday | day before yesterday")
    | _same("yesterday", "last night")
    | _same("2 week", "a fortnight | fortnight | one fortnight | couple weeks | fortnights time | a fortnights time")
    | _same("2 week", "a couple of weeks | couple of weeks | a couple weeks")
    | _same("2 day", "a couple of days | couple of days | a couple days | couple days")
    | _same("2 month", "a couple of months | couple of months | a couple months")
    | {"a few": "few", "several": "few", "some": "few", "few": "few", "half a year": "6 month"}
    | {"wk": "week", "wks": "week", "week's": "week", "time": "time", "yrs": "year"}
    | {"week end": "weekend", "weekends": "every weekend", "the weekends": "every weekend", "past": "last"}
    | {"past the": "after the", "no weekends": "not weekend"}
    | _same("weekdays", "weekday | a weekday | week day | week days | business day | business days | any weekday")
    | _same("weekdays", "working day | working days | work day | work days | workday | workdays")
    | _same("next", "coming | upcoming | this coming | this next | nxt | this upcoming | the very next")
    | _same("last", "this past | these last | these past | previous | past few | this last")
    | {"past week": "last week", "past weekend": "last weekend", "past month": "last month"}
    | {"within the next": "within", "in the next": "within", "over the next": "within", "during the next": "within"}
    | {"in the coming": "within", "in the following": "within", "inside": "within", "the next": "next"}
    | {"the last": "last", "the past": "last", "over the last": "last", "for the last": "last", "for the past": "last"}
    | _same("early", "beginning of | the beginning of | start of | the start of | early in | at the start of | early on")
    | _same("early", "at the beginning of | earlier in | the first half of | first half of | the early part of")
    | _same("mid", "middle of | the middle of | in the middle of | midway through | mid -")
    | _same("late", "end of | the end of | at the end of | late in | toward the end of | towards the end of")
    | _same("late", "the second half of | second half of | the latter half of | the latter part of | the back end of")
    | _same("rest", "the rest of | rest of | the remainder of | later | later on | remainder of")
    | {"midweek": "mid this week", "later in": "rest", "later on in": "rest", "later": "later"}
    | {"any day": "any", "any date": "any", "any time": "any", "anytime": "any", "whenever": "any", "all": "all"}
    | _same("any", "no preference | doesnt matter | dont mind | dont care | flexible | any of them | every day")
    | _same("any", "everyday | either day | any of those | any of these | either | anything | whatever day | wide open")
    | _same("any", "whichever day | whatever | whichever | open | any other day | another day | a different day | other days")
    | {"every": "every", "each": "every", "any day in": "", "any day on": "", "any time on": "", "sometime": ""}
    | {"some day": "", "some time": "", "a day": "1 day", "first thing": "", "any day of": "", "any other": "every"}
    | _same("sameday", "that day | the same day | same day | same date | that date | that same day | that very day")
    | _same("sameday", "the same date | this day | that one day")
    | {"the day before": "1 day before", "day before": "1 day before", "the day prior": "1 day before"}
    | {"the previous day": "1 day before", "previous day": "1 day before", "the day prior to": "1 day before"}
    | {"the day after": "1 day after", "day after": "1 day after", "the next day": "1 day after"}
    | {"next day": "1 day after", "the following day": "1 day after", "following day": "1 day after"}
    | {"the day following": "1 day after", "the very next day": "1 day after"}
    | {"the week after": "weekafter", "week after": "weekafter", "the following week": "weekafter"}
    | {"following week": "weekafter", "the week following": "weekafter", "week before": "weekbefore"}
    | {"the week before": "weekbefore", "the previous week": "weekbefore", "previous week": "weekbefore"}
    | {"the week after next": "week after next", "week after next": "week after next"}
    | {"the following weekend": "next weekend", "the month after next": "month after next"}
    | {"that week": "thatweek", "the same week": "thatweek", "same week": "thatweek"}
    | {"the week of": "weekof", "week of": "weekof", "week commencing": "weekof", "week beginning": "weekof"}
    | {"the week commencing": "weekof", "the week beginning": "weekof", "week starting": "weekof"}
    | _same(
        "soonest",
        """as soon as possible | as soon as you can | soon as possible | asap | a s a p | the earliest possible | earliest
        the earliest | earliest available | earliest possible | first available | the first available | next available
        the next available | soonest | the soonest | right away | right now | immediately | straight away | at once
        as early as possible | first opening | next opening | first free | next free | urgently | quickly | soonest possible
        as quickly as possible | at your earliest convenience | earliest convenience | soon | first slot | next slot
        first appointment | next appointment | the first opening | the next opening | the next free | the first free
        first possible | the first possible | as fast as possible | quickest | the quickest | the first thing you have
        next possible | the next possible | pretty soon | real soon | the first you have | the next one you have""",
    )
    | {"sooner": "earlier", "an earlier": "earlier", "at a later": "later", "on": "on", "quicker": "earlier"}
    | {"christmas": "dec 25", "christmas day": "dec 25", "christmas eve": "dec 24", "new years day": "jan 1"}
    | {"new years eve": "dec 31", "new years": "jan 1", "new year": "jan 1", "halloween": "oct 31"}
    | {"valentines day": "feb 14", "independence day": "jul 4", "boxing day": "dec 26"}
    | _same("starting", "starting from | starting on | beginning | beginning on | from and including")
    | { "ever since": "since", "between": "between", "to": "to", "until": "until", "by": "by"}
)

TIMES = (
    _BOUNDS
    | _same("from", "starting from | starting at | starting | beginning at")
    | {"after": "after", "before": "before", "from": "from", "between": "between", "to": "to", "until": "until"}
    | {"past": "past", "after noon": "after noon", "a m": "am", "p m": "pm", "o clock": "oclock", "oclock": "oclock"}
    | {"half past": "half past", "half after": "half past", "half-past": "half past", "quarter": "quarter"}
    | {"a quarter": "quarter", "an hour": "60 minute", "one hour": "60 minute", "1 hour": "60 minute"}
    | {"half an hour": "30 minute", "a half hour": "30 minute", "half hour": "30 minute", "hours": "hour"}
    | {"an hour and a half": "90 minute", "a couple of hours": "2 hour", "a couple hours": "2 hour"}
    | {"minutes": "minute", "mins": "minute", "min": "minute", "hrs": "hour", "hr": "hour"}
    | _same("noon", "midday | mid day | mid - day | high noon | 12 noon | twelve noon | noontime | noonish | noons")
    | {"midnight": "midnight", "12 midnight": "midnight", "twelve midnight": "midnight"}
    | _same("morning", "mornings | the morning | am hours | this morning | tomorrow morning | forenoon | mornin | morn")
    | _same("afternoon", "afternoons | the afternoon | this afternoon | arvo | after - noon | aft | afternoon's")
    | _same("evening", "evenings | the evening | this evening | tonight | tonite | night | nights | eve | at night")
    | _same("lunchtime", "lunch time | over lunch | at lunch | during lunch | on my lunch break | lunch break | lunch hour")
    | _same("lunchtime", "lunch | my lunch break | lunch hours | my lunch hour")
    | _same("daytime", "during the day | day time")
    | _same(
        "dayend",
        """end of the day | the end of the day | end of day | late in the day | later in the day's end | close of business
        last thing | the last appointment | the very end of the day | as late as possible | towards the end of the day
        the last slot | last appointment of the day | the last appointment of the day | late in the working day""",
    )
    | {"later in the day": "later", "earlier in the day": "earlier", "later that day": "later", "earlier that day": "earlier"}
    | {"later in the": "later", "earlier in the": "earlier", "later on in the": "later", "later on": "later"}
    | {"sooner": "earlier", "a later": "later", "an earlier": "earlier", "a bit later": "later"}
    | _same("first thing", "the first thing | 1st thing | very first thing | crack of dawn")
    | _same("firsthour", "first thing in the morning | first thing in the am | first thing")
    | {"early in the": "early", "early": "early", "late in the": "late", "late": "late", "the early": "early"}
    | {"mid": "mid", "middle of the": "mid", "the middle of the": "mid", "end of the": "late", "the late": "late"}
    | {"towards the end of the": "late", "beginning of the": "early", "start of the": "early"}
    | {"after work": "after work", "after my shift": "after work", "before work": "before work"}
    | {"after school": "after school", "before school": "before school", "after i get off work": "after work"}
    | {"after lunch": "after lunch", "after lunchtime": "after lunch", "before lunch": "before lunch"}
    | {"before lunchtime": "before lunch", "after hours": "after work", "before my shift": "before work"}
    | _same(
        "any",
        """any time | anytime | whenever | all day | any time of day | no preference | doesnt matter | dont mind | dont care
        flexible | any hour | whatever time | anytime that day | whatever | any of them | any slot | as early as possible
        earliest | the earliest | the earliest possible | first available | the first available | earliest available
        as soon as possible | asap""",
    )
    | {"not too early": "any", "not too late": "any", "not so early": "any", "round about": "about"}
    | {"ish": "", "around": "about", "roughly": "about", "approximately": "about", "on the dot": "", "sharp": ""}
    | {"thirty": "thirty", "sometime in the": "", "at some point in the": "", "some time in the": ""}
)

EMAIL = (
    _same("@", "at sign | at symbol | at the rate | at | @ | ampersat | at mark")
    | _same(".", "dot | period | point | full stop | stop")
    | _same("_", "underscore | under score | underline | underbar | low dash")
    | _same("-", "dash | hyphen | minus | minus sign | hyphen sign")
    | _same("+", "plus | plus sign")
    | {"g mail": "gmail", "hot mail": "hotmail", "out look": "outlook", "i cloud": "icloud", "proton mail": "protonmail"}
    | {"co uk": "co . uk", "double u": "w", "double you": "w", "zed": "z", "dotcom": ". com", "g - mail": "gmail"}
)

NAME_NOISE = _same(
    "",
    """my name is | my names | the name is | the names | name is | its | it is | this is | im | i am | name | last name
    first name | surname | family name | given name | forename | full name | last name is | first name is | surname is
    the last name is | the first name is | my first name is | my last name is | my surname is | middle name | called
    hi | hello | yes | yeah | um | uh | er | please | mr | mrs | ms | miss | mister | missus | sir | madam
    for | speaking | here""",
) | {
    "spelled": "spelled",
    "spelt": "spelled",
    "spelling": "spelled",
    "that's spelled": "spelled",
    "which is spelled": "spelled",
    "spelled as": "spelled",
    "thats spelled": "spelled",
    "last name": "last",
    "last name is": "last",
    "surname": "last",
    "surname is": "last",
    "family name": "last",
    "family name is": "last",
    "the last name is": "last",
    "my last name is": "last",
    "my surname is": "last",
    "first name": "first",
    "first name is": "first",
    "given name": "first",
    "forename": "first",
    "the first name is": "first",
    "my first name is": "first",
    "that is": "spelled",
    "thats": "spelled",
}

CHOICES = (
    _same(
        "last",
        """final | latest | later | latter | bottom | the last | the latest | the later | the bottom | the latter | lattermost
        furthest | the end one""",
    )
    | _same("first", "earliest | earlier | former | top | sooner | soonest | the earlier | the former | the first | 1st")
    | _same("middle", "centre | center | in between | in the middle | central")
    | _same(
        "any",
        """either | any | whichever | whatever | doesnt matter | dont mind | dont care | you choose | you pick | no preference
        all the same | surprise me | all fine | both work | both are fine | both fine | all good | all work""",
    )
    | _same(
        "unclear",
        """second to last | second last | next to last | last but one | penultimate | neither | none | not | no | nothing
        both | other | another""",
    )
    | {"number": "number", "option": "number", "choice": "number", "no": "unclear", "nr": "number", "#": "number"}
    | {"slot": "", "appointment": "", "one": "one", "the one": "", "letter": "number", "answer": "number"}
    | {"not the first": "unclear"}
)

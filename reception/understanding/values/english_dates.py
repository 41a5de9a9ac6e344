"""English phrases of dates, in the readers' own words, one meaning and its phrases a line."""

from __future__ import annotations

from reception.understanding.values.language import table

#: Joining words that dates and times share.
BOUNDS = """
    before = prior to | earlier than | ahead of | sooner than | but before | anytime before
    after = later than | but after | anytime after | anything after
    from = as of | as from | not before | no earlier than | not earlier than | not until | not till
        | but not before | from about | from around | not any earlier than | no sooner than | on or after
        | at or after | at the earliest from
    until = till | til | up to | up until | upto | through | thru | through to | right through to | until
    by = no later than | not later than | not after | latest by | on or before | at or before | not past
        | but not after | by no later than | by the latest | not any later than | at the very latest by | by
    and = & | +
    or = alternatively | or else | or maybe | or even | or possibly
    not = except | except for | but not | but | other than | apart from | excluding | besides | aside from
        | not on | cant do | cannot do | cant make | anything but | anything except | anything other than
        | not in | not at | just not | but not on | not a | not the | cant on | cant | not in the
        | but not in | but not the | but no | minus | instead of | rather than | not during | never
    onwards = or later | or after | or afterwards | onward | and after | and later | at the earliest
        | forward
    upto = or earlier | or sooner | or before | at the latest | latest | and before | and earlier
    between = between
    nothing = just | right | straight | the one | that one | this one
    to = to
"""

DATES = table(
    BOUNDS
    + """
    every mon = mondays
    every tue = tuesdays
    every wed = wednesdays
    every thu = thursdays
    every fri = fridays
    every sat = saturdays
    every sun = sundays
    not mon = no mondays
    not tue = no tuesdays
    not wed = no wednesdays
    not thu = no thursdays
    not fri = no fridays
    not sat = no saturdays
    not sun = no sundays
    last = past | this past | these last | these past | previous | past few | this last | the last
        | the past | over the last | for the last | for the past
    tue = tues | tuesday | tue | tuesdy | chewsday
    wed = weds | wednesday | wed | wensday | wendsday | wenesday | wednsday
    thu = thurs | thursday | thu | thur | thrusday | thirsday
    mon = monday | mon
    fri = friday | fri
    sat = saturday | sat | saterday
    sun = sunday | sun
    jan = january | jan
    feb = february | feb | febuary | feburary
    mar = march | mar
    apr = april | apr
    may = may
    jun = june | jun
    jul = july | jul
    aug = august | aug
    sep = september | sep | sept
    oct = october | oct
    nov = november | nov
    dec = december | dec
    1 day = a day | one day | 1 day
    1 week = a week | one week | 1 week
    1 month = a month | one month | 1 month
    1 year = a year | one year | 1 year
    day = days | days time
    week = weeks | weeks time | wk | wks
    month = months | months time
    year = years | years time | yrs
    today = 2day | tonight | this morning | this afternoon | this evening | now | later today | todays
    tomorrow = tmrw | tmr | tmrrw | tomoz | tomo | 2moro | 2morrow | to morrow | tommorow | tomorow | tmw
    overmorrow = the day after tomorrow | day after tomorrow | the day after tmrw | the day after tomoz
    ereyesterday = the day before yesterday | day before yesterday
    yesterday = last night
    2 week = a fortnight | fortnight | one fortnight | couple weeks | fortnights time | a fortnights time
        | a couple of weeks | couple of weeks | a couple weeks
    2 day = a couple of days | couple of days | a couple days | couple days
    2 month = a couple of months | couple of months | a couple months
    few = a few | several | some | few
    6 month = half a year
    weekend = week end
    every weekend = weekends | the weekends
    after the = past the
    not weekend = no weekends
    weekdays = weekday | a weekday | week day | week days | business day | business days | any weekday
        | working day | working days | work day | work days | workday | workdays
    next = coming | upcoming | this coming | this next | nxt | this upcoming | the very next | the next
    last week = past week
    last weekend = past weekend
    last month = past month
    within = within the next | in the next | over the next | during the next | in the coming
        | in the following | inside
    early = beginning of | the beginning of | start of | the start of | early in | at the start of
        | early on | at the beginning of | earlier in | the first half of | first half of
        | the early part of
    mid = middle of | the middle of | in the middle of | midway through | mid -
    late = end of | the end of | at the end of | late in | toward the end of | towards the end of
        | the second half of | second half of | the latter half of | the latter part of | the back end of
    rest = the rest of | rest of | the remainder of | later on | remainder of
    later = after that | later than that | the one after that | later | later in | later on in | at a later
    mid this week = midweek
    any = any day | any date | any time | anytime | whenever | no preference | doesnt matter | dont mind
        | dont care | flexible | any of them | every day | everyday | either day | any of those
        | any of these | either | anything | whatever day | wide open | whichever day | whatever | whichever
        | open | any other day | another day | a different day | other days
    every = every | each | any other
    nothing = any day in | any day on | any time on | sometime | some day | some time | first thing
        | any day of
    sameday = that day | the same day | same day | same date | that date | that same day | that very day
        | the same date | this day | that one day
    1 day before = the day before | day before | the day prior | the previous day | previous day
        | the day prior to
    1 day after = the day after | day after | the next day | next day | the following day | following day
        | the day following | the very next day
    weekafter = the week after | week after | the following week | following week | the week following
    weekbefore = week before | the week before | the previous week | previous week
    week after next = the week after next | week after next
    next weekend = the following weekend
    month after next = the month after next
    thatweek = that week | the same week | same week
    weekof = the week of | week of | week commencing | week beginning | the week commencing
        | the week beginning | week starting
    soonest = as soon as possible | as soon as you can | soon as possible | asap | a s a p
        | the earliest possible | earliest | the earliest | earliest available | earliest possible
        | first available | the first available | next available | the next available | soonest
        | the soonest | right away | right now | immediately | straight away | at once
        | as early as possible | as early as you can | first opening | next opening | first free | next free
        | urgently | quickly
        | soonest possible | as quickly as possible | at your earliest convenience | earliest convenience
        | soon | first slot | next slot | first appointment | next appointment | the first opening
        | the next opening | the next free | the first free | first possible | the first possible
        | as fast as possible | quickest | the quickest | the first thing you have | next possible
        | the next possible | pretty soon | real soon | the first you have | the next one you have
    earlier = before that | earlier than that | sooner | an earlier | quicker
    dec 25 = christmas | christmas day
    dec 24 = christmas eve
    jan 1 = new years day | new years | new year
    dec 31 = new years eve | end of the year | the end of the year | year end
    oct 31 = halloween
    feb 14 = valentines day
    jul 4 = independence day
    dec 26 = boxing day
    starting = starting from | starting on | beginning | beginning on | from and including
    since = ever since
    """
)
